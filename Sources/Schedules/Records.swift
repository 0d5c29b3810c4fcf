package import Essentials
import Foundation
package import Journal
package import RunbookFormat
import Storage

/// Something that starts by itself, again and again.
package struct ScheduleRecord: Sendable, Equatable {
    package let id: ID<ScheduleRecord>
    package let runbook: String
    package let declaration: ScheduleDeclaration
    /// The guide's front matter asks for it; otherwise a person added it.
    package let isDeclared: Bool
    package let isPaused: Bool
    /// When it starts something next; nil while it is paused, and when it never comes again.
    package let due: Timestamp?
    package let created: Timestamp
    /// Who added it, or whose import declared it.
    package let actorName: String
    let person: String?

    package init(
        id: ID<ScheduleRecord>, runbook: String, declaration: ScheduleDeclaration, isDeclared: Bool, isPaused: Bool,
        due: Timestamp?, created: Timestamp, actorName: String, person: String? = nil
    ) {
        self.id = id
        self.runbook = runbook
        self.declaration = declaration
        self.isDeclared = isDeclared
        self.isPaused = isPaused
        self.due = due
        self.created = created
        self.actorName = actorName
        self.person = person
    }

    package var reference: ObjectReference { ObjectReference("schedule", id.rawValue) }

    /// The times after the next one too.
    package func times(_ count: Int) -> [Timestamp] {
        guard let due else { return [] }
        return [due] + declaration.cron.times(after: due, in: declaration.zone, count: count - 1)
    }
}

/// What came of one time of a schedule.
package struct FiringRecord: Sendable, Equatable, Decodable {
    package enum Outcome: String, Sendable, CaseIterable, Codable, SQLBindable {
        case started
        /// The one before was not done yet.
        case skipped
        /// It can't be started as things stand.
        case refused
    }

    /// The time that it was for.
    package let due: Timestamp
    /// When it was started.
    package let at: Timestamp
    package let outcome: Outcome
    /// What it started, such as `run/01j9…`.
    package let object: String?
    /// Why it started nothing, as a sentence.
    package let reason: String?

    package init(due: Timestamp, at: Timestamp, outcome: Outcome, object: String?, reason: String?) {
        self.due = due
        self.at = at
        self.outcome = outcome
        self.object = object
        self.reason = reason
    }
}

struct ScheduleRow: Decodable, Sendable {
    let id: ID<ScheduleRecord>
    let runbook: String
    let section: String?
    let starts: ScheduleDeclaration.Start
    let cron: String
    let time_zone: String
    let missed: ScheduleDeclaration.Missed
    let overlap: ScheduleDeclaration.Overlap
    let parameters: String
    let declared: Bool
    let paused: Bool
    let due: Timestamp
    let created: Timestamp
    let actor_name: String
    let person: String?

    /// Of what does not come.
    static let never = Timestamp(microseconds: .max)

    static let select: SQL = """
        SELECT id, runbook, section, starts, cron, time_zone, missed, overlap, parameters, declared, paused, due, created,
            actor_name, person
        FROM schedules
        """

    /// - Throws: `ScheduleDeclaration.Fault` for what no verb has written, such as a time zone that this machine lacks.
    func record() throws -> ScheduleRecord {
        ScheduleRecord(
            id: id, runbook: runbook,
            declaration: try ScheduleDeclaration(
                cron: cron, timeZone: time_zone, start: starts, section: section, missed: missed, overlap: overlap,
                parameters: try JSONDecoder().decode([String: String].self, from: Data(parameters.utf8))),
            isDeclared: declared, isPaused: paused, due: due == Self.never ? nil : due, created: created,
            actorName: actor_name, person: person)
    }
}

extension ScheduleDeclaration.Start: SQLBindable {}
extension ScheduleDeclaration.Missed: SQLBindable {}
extension ScheduleDeclaration.Overlap: SQLBindable {}
