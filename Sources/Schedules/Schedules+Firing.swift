import Checklists
package import Essentials
import Executions
import Foundation
import Journal
package import Logging
import RunbookFormat
import Storage

extension Schedules {
    /// So many schedules are looked at before the clock is read again.
    private static let batch = 50

    /// Starts all that is due by now, each time once: what was started, what came of the time, and when the next comes are
    /// one commit.
    /// - Returns: when something is due next; nil when nothing is.
    package func fireDue(logger: Logger) async throws -> Timestamp? {
        while true {
            let now = time.now()
            let due: [ScheduleRow] = try await database.read { reader in
                try reader.all("\(ScheduleRow.select) WHERE due <= \(now) ORDER BY due, id LIMIT \(Self.batch)")
            }
            for row in due { try await fire(row, at: now, logger) }
            guard due.isEmpty else { continue }
            let next = try await database.read { try $0.integer("SELECT due FROM schedules ORDER BY due LIMIT 1") }
            return next.map(Timestamp.init(microseconds:)).flatMap { $0 == ScheduleRow.never ? nil : $0 }
        }
    }

    /// After the clock was set back: what waits for a time that lies further ahead than it should comes by the clock as it is
    /// now. No time that something was started for comes again.
    package func reckonAnew() async throws {
        let now = time.now()
        try await database.write { transaction in
            let rows: [ScheduleRow] = try transaction.all(
                "/* scan: after a clock was set back */ \(ScheduleRow.select) WHERE paused = 0")
            for row in rows {
                let record = try row.record()
                let last = try transaction.integer(
                    """
                    SELECT due FROM schedule_firings WHERE schedule = \(row.id) AND due <= \(now.advanced(by: .seconds(86_400)))
                    ORDER BY due DESC LIMIT 1
                    """)
                let start = max(now, last.map(Timestamp.init(microseconds:)) ?? now)
                let next = record.declaration.next(after: start)
                guard next < row.due else { continue }
                try transaction.execute("UPDATE schedules SET due = \(next) WHERE id = \(row.id)")
            }
        }
    }

    private func fire(_ row: ScheduleRow, at now: Timestamp, _ logger: Logger) async throws {
        let record: ScheduleRecord
        do {
            record = try row.record()
        } catch let fault as ScheduleDeclaration.Fault {
            return try await park(row, because: fault.message, at: now)
        }
        let catchUp = CatchUp(of: record.declaration, due: row.due, now: now)
        let principal = record.starter
        // Planned before the transaction, for a guide may have to be read.
        var work: [(due: Timestamp, work: Result<Work, Problem>)] = []
        for due in catchUp.starts {
            do {
                let planned = try await plan(
                    record.declaration, of: record.runbook, for: record.reference, occasion: record.occasion(of: due),
                    by: principal)
                work.append((due, .success(planned)))
            } catch let problem as Problem {
                work.append((due, .failure(problem)))
            }
        }
        let planned = work
        let next = record.declaration.next(after: now)
        let fired = try await database.write { transaction -> [FiringRecord] in
            // Somebody may have paused it, changed or removed it meanwhile.
            guard try transaction.integer("SELECT due FROM schedules WHERE id = \(row.id)") == row.due.microseconds
            else { return [] }
            try transaction.execute("UPDATE schedules SET due = \(next) WHERE id = \(row.id)")
            var firings: [FiringRecord] = []
            for (due, work) in planned {
                firings += try start(work, for: due, of: record, at: now, by: principal, in: transaction)
            }
            try note(catchUp, of: record, by: principal, in: transaction)
            try transaction.execute(
                """
                DELETE FROM schedule_firings WHERE schedule = \(row.id) AND due <
                    (SELECT min(due) FROM (SELECT due FROM schedule_firings WHERE schedule = \(row.id)
                        ORDER BY due DESC LIMIT \(Self.keptFirings)))
                """)
            return firings
        }
        for firing in fired {
            logger.info(
                "Schedule fired",
                metadata: [
                    "schedule": "\(record.id)", "runbook": "\(record.runbook)", "due": "\(firing.due.rfc3339)",
                    "outcome": "\(firing.outcome.rawValue)", "object": "\(firing.object ?? "none")",
                ])
        }
    }

    /// - Returns: what came of it; nothing where the time has been answered before.
    private func start(
        _ work: Result<Work, Problem>, for due: Timestamp, of record: ScheduleRecord, at now: Timestamp,
        by principal: Principal, in transaction: Transaction
    ) throws -> [FiringRecord] {
        guard try !transaction.exists("SELECT 1 FROM schedule_firings WHERE schedule = \(record.id) AND due = \(due)")
        else { return [] }
        var object: ObjectReference?
        var outcome = FiringRecord.Outcome.started
        var reason: String?
        switch work {
        case .failure(let problem): (outcome, reason) = (.refused, problem.description)
        case .success(let work):
            if record.declaration.overlap == .skip, let before = try underWay(record, in: transaction) {
                (outcome, reason) = (.skipped, "The one before is not done yet: \(before.text).")
            } else {
                switch work {
                case .run(let plan):
                    object = ObjectReference(
                        "run", try executions.accept(plan, by: principal, in: transaction).rawValue)
                case .checklist(let plan):
                    object = ObjectReference(
                        "checklist", try checklists.start(plan, by: principal, in: transaction).rawValue)
                }
            }
        }
        try transaction.execute(
            """
            INSERT INTO schedule_firings (schedule, due, at, outcome, object, reason)
            VALUES (\(record.id), \(due), \(now), \(outcome), \(object), \(reason))
            """)
        var details: [String: JSONValue] = ["due": .string(due.rfc3339)]
        if let reason { details["reason"] = .string(reason) }
        try journal.append(
            Event(
                outcome == .started ? "schedule.fired" : "schedule.\(outcome.rawValue)",
                on: record.objects + (object.map { [$0] } ?? []), details: details), by: principal, in: transaction)
        return [FiringRecord(due: due, at: now, outcome: outcome, object: object?.text, reason: reason)]
    }

    private func underWay(_ record: ScheduleRecord, in reader: Reader) throws -> ObjectReference? {
        switch record.declaration.start {
        case .run: try executions.underWay(for: record.reference, in: reader)
        case .checklist: try checklists.open(for: record.reference, in: reader)
        }
    }

    private func note(
        _ catchUp: CatchUp, of record: ScheduleRecord, by principal: Principal, in transaction: Transaction
    ) throws {
        guard let first = catchUp.firstMissed, let last = catchUp.lastMissed else { return }
        try journal.append(
            Event(
                "schedule.missed", on: record.objects,
                details: [
                    "count": .integer(Int64(catchUp.missed)), "first": .string(first.rfc3339),
                    "last": .string(last.rfc3339),
                ]), by: principal, in: transaction)
    }

    /// Pauses what can't be reckoned on this machine, so that the others go on.
    private func park(_ row: ScheduleRow, because reason: String, at now: Timestamp) async throws {
        let journal = journal
        try await database.write { transaction in
            try transaction.execute("UPDATE schedules SET paused = 1, due = \(ScheduleRow.never) WHERE id = \(row.id)")
            try journal.append(
                Event(
                    "schedule.paused",
                    on: [ObjectReference("schedule", row.id.rawValue), ObjectReference("runbook", row.runbook)],
                    details: ["reason": .string(reason)]), by: .system("schedule"), in: transaction)
        }
    }
}

extension ScheduleRecord {
    /// Who starts what it starts: the server, on behalf of whoever added it, who must not approve what it does.
    fileprivate var starter: Principal {
        let system = Principal.system("schedule")
        return Principal(
            kind: system.kind, id: system.id, name: system.name, permissions: system.permissions, via: system.via,
            person: person)
    }

    /// Such as "Scheduled for 2026-11-23 09:00".
    fileprivate func occasion(of due: Timestamp) -> String {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = declaration.zone
        formatter.dateFormat = "yyyy-MM-dd HH:mm"
        return "Scheduled for \(formatter.string(from: due.date)) \(declaration.timeZone)"
    }
}
