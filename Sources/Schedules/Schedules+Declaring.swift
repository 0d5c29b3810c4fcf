import Essentials
import Executions
import Foundation
package import Journal
import RunbookFormat
import Runbooks
import Storage

extension Schedules {
    /// What may change the schedules that a guide asks for.
    package static let declaring: Set<String> = ["runbook.imported", "runbook.moved", "runbook.gone"]

    /// Takes over what the guide of an event asks for by now. It is safe to repeat and to come late.
    package func declare(_ event: RecordedEvent) async throws {
        for object in event.objects where object.kind == "runbook" { try await declare(of: object.id) }
    }

    /// The same for every guide that may ask for something: those that were stored before anybody read their schedules.
    package func declareAll() async throws {
        for name in try await executions.catalogue.names(mentioning: "schedule:") { try await declare(of: name) }
    }

    private func declare(of runbook: String) async throws {
        let system = Principal.system("schedule")
        let entry = try await executions.catalogue.entry(runbook, by: system)
        let wanted =
            entry.gone == nil
            ? try await executions.catalogue.guide(version: entry.version, of: entry.name).metadata.schedules : []
        let (journal, now, bell) = (journal, time.now(), bell)
        let known: [ScheduleRow] = try await database.read { try Self.declared(by: runbook, in: $0) }
        guard try known.map({ try $0.record().declaration }) != wanted else { return }
        try await database.write { transaction in
            var rest = try Self.declared(by: runbook, in: transaction)
            for declaration in wanted {
                // The same work is the same schedule, whose history and pause outlive a change of its time.
                let index = rest.firstIndex { $0.starts == declaration.start && $0.section == declaration.section }
                guard let index else {
                    let id = try Self.insert(
                        declaration, of: runbook, isDeclared: true, at: now, by: system, in: transaction)
                    try journal.append(
                        Event(
                            "schedule.declared",
                            on: [ObjectReference("schedule", id.rawValue), ObjectReference("runbook", runbook)],
                            details: declaration.details), by: system, in: transaction)
                    continue
                }
                let row = rest.remove(at: index)
                let record = try row.record()
                guard record.declaration != declaration else { continue }
                let due = record.isPaused ? ScheduleRow.never : declaration.next(after: now)
                try transaction.execute(
                    """
                    UPDATE schedules SET cron = \(declaration.cron.text), time_zone = \(declaration.timeZone),
                        missed = \(declaration.missed), overlap = \(declaration.overlap),
                        parameters = \(declaration.parametersText), due = \(due)
                    WHERE id = \(row.id)
                    """)
                try journal.append(
                    Event("schedule.changed", on: record.objects, details: declaration.details), by: system,
                    in: transaction)
            }
            for row in rest {
                try transaction.execute("DELETE FROM schedules WHERE id = \(row.id)")
                try journal.append(
                    Event("schedule.removed", on: try row.record().objects), by: system, in: transaction)
            }
            transaction.afterCommit { bell.ring() }
        }
    }

    private static func declared(by runbook: String, in reader: Reader) throws -> [ScheduleRow] {
        try reader.all("\(ScheduleRow.select) WHERE runbook = \(runbook) AND declared = 1 ORDER BY id")
    }
}
