import Essentials
import Foundation
import RunbookFormat
import Schedules

/// A schedule: when it comes, what it starts, and what came of it.
struct SchedulePage: WebPage {
    static let template = "schedules/schedule"

    /// A time to come: an instant, and what the clocks of the schedule's zone show then.
    struct Time: Encodable, Sendable {
        let moment: Moment?
        let local: String
    }

    struct Firing: Encodable, Sendable {
        let due: Moment?
        let outcome: String
        /// For the colour and shape of the outcome.
        let outcomeState: String
        let started: String?
        let startedPath: String
        let reason: String?
    }

    struct Parameter: Encodable, Sendable {
        let parameter: String
        let value: String
    }

    let layout: Layout
    let heading: String
    let sentence: String
    let runbook: String
    let runbookPath: String
    let state: String
    let stateWord: String
    let times: [Time]
    let firings: [Firing]
    let cron: String
    let zone: String
    let missed: String
    let overlap: String
    let parameters: [Parameter]
    let origin: String
    let created: Moment?
    let journalPath: String
    let pausePath: String?
    let resumePath: String?
    let removalPath: String?

    init(
        _ record: ScheduleRecord, times: [Timestamp], firings: [FiringRecord], mayOperate: Bool, reader: Reader
    ) {
        let declaration = record.declaration
        let path = Paths.schedule(record.id.rawValue)
        heading = declaration.section.map { "\(record.runbook)#\($0)" } ?? record.runbook
        layout = Layout("Schedule of \(heading)", place: .schedules, reader: reader)
        let act = declaration.start == .run ? "It runs" : "Its checklist starts"
        sentence =
            record.isPaused
            ? "It is paused: nothing starts until somebody resumes it."
            : record.due == nil
                ? "It never comes again."
                : "\(act) at \(declaration.cron.text), by the clocks of \(declaration.timeZone)."
        runbook = record.runbook
        runbookPath = Paths.runbook(record.runbook)
        state = record.isPaused ? "waiting" : record.due == nil ? "ended" : "queued"
        stateWord = record.isPaused ? "paused" : record.due == nil ? "over" : "scheduled"
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = declaration.zone
        formatter.dateFormat = "EEE yyyy-MM-dd HH:mm"
        self.times = times.map {
            Time(moment: Moment($0), local: "\(formatter.string(from: $0.date)) \(declaration.timeZone)")
        }
        self.firings = firings.map { firing in
            Firing(
                due: Moment(firing.due), outcome: firing.outcome.rawValue, outcomeState: firing.outcome.stateName,
                started: firing.object.map { String($0.prefix { $0 != "/" }) },
                startedPath: firing.object.map { Self.path(ofObject: $0) } ?? "", reason: firing.reason)
        }
        cron = declaration.cron.text
        zone = declaration.timeZone
        missed =
            switch declaration.missed {
            case .skip: "left out"
            case .once: "made up for once"
            case .all: "each made up for"
            }
        overlap = declaration.overlap == .skip ? "waits for the one before: it is skipped" : "may overlap"
        parameters = declaration.parameters.sorted { $0.key < $1.key }.map {
            Parameter(parameter: $0.key, value: $0.value)
        }
        origin = record.isDeclared ? "the guide's front matter" : record.actorName
        created = Moment(record.created)
        journalPath = Paths.journal(object: "schedule/\(record.id)")
        pausePath = mayOperate && !record.isPaused ? "\(path)/pause" : nil
        resumePath = mayOperate && record.isPaused ? "\(path)/resumption" : nil
        removalPath = mayOperate && !record.isDeclared ? "\(path)/removal" : nil
    }

    private static func path(ofObject object: String) -> String {
        let id = String(object.drop { $0 != "/" }.dropFirst())
        return object.hasPrefix("run/") ? Paths.run(id) : Paths.checklist(id)
    }
}

extension FiringRecord.Outcome {
    fileprivate var stateName: String {
        switch self {
        case .started: "succeeded"
        case .skipped: "skipped"
        case .refused: "failed"
        }
    }
}
