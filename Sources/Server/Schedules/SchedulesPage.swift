import Essentials
import RunbookFormat
import Schedules

/// What will start by itself, what comes next first.
struct SchedulesPage: WebPage {
    static let template = "schedules/schedules"

    struct Row: Encodable, Sendable {
        let path: String
        let name: String
        let kind: String
        let cron: String
        let zone: String
        let due: Moment?
        /// Why nothing comes; nil when something does.
        let rest: String?
        let origin: String

        init(_ record: ScheduleRecord) {
            let declaration = record.declaration
            path = Paths.schedule(record.id.rawValue)
            name = declaration.section.map { "\(record.runbook)#\($0)" } ?? record.runbook
            kind = declaration.start == .run ? "runs" : "starts the checklist"
            cron = declaration.cron.text
            zone = declaration.timeZone
            due = record.due.map(Moment.init)
            rest = record.isPaused ? "paused" : record.due == nil ? "never again" : nil
            origin = record.isDeclared ? "its guide" : record.actorName
        }
    }

    let layout: Layout
    let sentence: String
    /// Only those of a runbook.
    let only: String?
    let newPath: String?
    let rows: [Row]
    let nextPath: String?

    init(
        _ records: [ScheduleRecord], runbook: String?, isFirst: Bool, next: String?, mayOperate: Bool, reader: Reader
    ) {
        layout = Layout("Schedules", place: .schedules, reader: reader)
        sentence =
            records.isEmpty
            ? (isFirst ? "Nothing starts by itself yet." : "There are no more schedules.")
            : "What starts by itself, and when; what comes next stands first."
        only = runbook
        newPath = mayOperate ? Paths.query("/schedules/new", [("runbook", runbook)]) : nil
        rows = records.map(Row.init)
        nextPath = next.map { Paths.query("/schedules", [("runbook", runbook), ("after", $0)]) }
    }
}
