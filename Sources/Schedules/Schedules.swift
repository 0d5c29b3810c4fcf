import Accounts
package import Checklists
package import Essentials
package import Executions
import Foundation
package import Journal
package import RunbookFormat
import Runbooks
package import Storage

/// What starts by itself: runs, and checklists that come again. The `ScheduleClock` fires what is due.
package struct Schedules: Sendable {
    package let database: Database
    let journal: Journal
    let executions: Executions
    let checklists: Checklists
    package let time: TimeSource
    let bell: Bell

    /// As many as anybody needs.
    package static let atMost = 2000
    /// So many of the last firings are kept of each; the journal has all.
    package static let keptFirings = 100

    package init(checklists: Checklists, executions: Executions, time: TimeSource = .system) {
        self.checklists = checklists
        self.executions = executions
        database = executions.database
        journal = executions.journal
        self.time = time
        bell = Bell()
    }

    /// Adds a schedule of a person's. What it starts is planned once, so that what can't be started is refused now.
    /// - Throws: `Problem` with all that stands in the way of what it would start; `Problem.invalid` for sensitive values,
    ///   which a schedule would keep in the clear.
    package func add(
        _ declaration: ScheduleDeclaration, of runbook: String, by principal: Principal
    ) async throws -> ScheduleRecord {
        try principal.require(.operate, to: "add schedules")
        let entry = try await executions.catalogue.entry(runbook, by: principal)
        let runbook = entry.name
        _ = try await plan(declaration, of: runbook, by: principal)
        let declared = try await executions.catalogue.guide(version: entry.version, of: runbook).metadata.parameters
        guard declared.sensitiveNames.isDisjoint(with: declaration.parameters.keys) else { throw Self.secret }
        let now = time.now()
        let (journal, bell) = (journal, bell)
        return try await database.write { transaction in
            let count = try transaction.integer("SELECT count(*) FROM schedules /* scan: 2000 at most */") ?? 0
            guard count < Self.atMost else {
                throw Problem.conflict("There are \(Self.atMost) schedules already: remove one first.")
            }
            let id = try Self.insert(
                declaration, of: runbook, isDeclared: false, at: now, by: principal, in: transaction)
            try journal.append(
                Event(
                    "schedule.added",
                    on: [ObjectReference("schedule", id.rawValue), ObjectReference("runbook", runbook)],
                    details: declaration.details), by: principal, in: transaction)
            transaction.afterCommit { bell.ring() }
            return try Self.record(id, in: transaction)
        }
    }

    /// Takes one away; what it has started stays.
    /// - Throws: `Problem.conflict` for one that a guide declares.
    package func remove(_ id: ID<ScheduleRecord>, by principal: Principal) async throws {
        try principal.require(.operate, to: "remove schedules")
        let journal = journal
        try await database.write { transaction in
            let record = try Self.record(id, in: transaction)
            guard !record.isDeclared else {
                throw Problem.conflict(
                    "\(record.runbook) asks for this schedule in its front matter: take it out there, or pause it.")
            }
            try transaction.execute("DELETE FROM schedules WHERE id = \(id)")
            try journal.append(
                Event("schedule.removed", on: record.objects, details: record.declaration.details), by: principal,
                in: transaction)
        }
    }

    /// Starts nothing until it is resumed. Of one that is paused already nothing changes.
    package func pause(_ id: ID<ScheduleRecord>, by principal: Principal) async throws -> ScheduleRecord {
        try principal.require(.operate, to: "pause schedules")
        let journal = journal
        return try await database.write { transaction in
            let record = try Self.record(id, in: transaction)
            guard !record.isPaused else { return record }
            try transaction.execute("UPDATE schedules SET paused = 1, due = \(ScheduleRow.never) WHERE id = \(id)")
            try journal.append(Event("schedule.paused", on: record.objects), by: principal, in: transaction)
            return try Self.record(id, in: transaction)
        }
    }

    /// Goes on from now: what would have come meanwhile was paused, not missed.
    package func resume(_ id: ID<ScheduleRecord>, by principal: Principal) async throws -> ScheduleRecord {
        try principal.require(.operate, to: "resume schedules")
        let (journal, now, bell) = (journal, time.now(), bell)
        return try await database.write { transaction in
            let record = try Self.record(id, in: transaction)
            guard record.isPaused else { return record }
            let due = record.declaration.next(after: now)
            try transaction.execute("UPDATE schedules SET paused = 0, due = \(due) WHERE id = \(id)")
            try journal.append(Event("schedule.resumed", on: record.objects), by: principal, in: transaction)
            transaction.afterCommit { bell.ring() }
            return try Self.record(id, in: transaction)
        }
    }

    /// A page of them, what comes next first.
    /// - Throws: `Problem.invalid` for a cursor that is none of ours.
    package func schedules(
        _ request: PageRequest, runbook: String? = nil, by principal: Principal
    ) async throws -> Page<ScheduleRecord> {
        try principal.require(.read, to: "see schedules")
        let after = try request.after.map(Self.cursor)
        let filter: SQL = runbook.map { "AND runbook = \($0)" } ?? ""
        return try await database.read { reader in
            let (due, id) = after ?? (Timestamp(microseconds: .min), "")
            let rows: [ScheduleRow] = try reader.all(
                """
                \(ScheduleRow.select) WHERE (due, id) > (\(due), \(id)) \(filter)
                ORDER BY due, id LIMIT \(request.limit + 1)
                """)
            let page = Page(rows: rows, limit: request.limit) { "\($0.due.microseconds)-\($0.id)" }
            return try page.map { try $0.record() }
        }
    }

    /// One of them, with what came of its last times, the newest first.
    /// - Throws: `Problem.notFound`.
    package func schedule(
        _ id: ID<ScheduleRecord>, by principal: Principal
    ) async throws -> (record: ScheduleRecord, firings: [FiringRecord]) {
        try principal.require(.read, to: "see schedules")
        return try await database.read { reader in
            let record = try Self.record(id, in: reader)
            let firings: [FiringRecord] = try reader.all(
                """
                SELECT due, at, outcome, object, reason FROM schedule_firings WHERE schedule = \(id)
                ORDER BY due DESC LIMIT \(Self.keptFirings)
                """)
            return (record, firings)
        }
    }
}

extension Schedules {
    private static let secret = Problem.invalid(
        "A schedule keeps its parameters in the clear: a sensitive one is not for it.",
        fields: [.init(name: "parameters", message: "without sensitive ones: keep those as secrets of the server")])

    /// What would be started, with everything checked.
    enum Work: Sendable {
        case run(RunPlan)
        case checklist(Checklists.Plan)
    }

    func plan(
        _ declaration: ScheduleDeclaration, of runbook: String, for schedule: ObjectReference? = nil,
        occasion: String = "",
        by principal: Principal
    ) async throws -> Work {
        switch declaration.start {
        case .run:
            var order = RunOrder(
                runbook: runbook, section: declaration.section, parameters: declaration.parameters)
            order.occasions = schedule.map { [$0] } ?? []
            return .run(try await executions.plan(order, by: principal))
        case .checklist:
            var order = ChecklistOrder(
                runbook: runbook, section: declaration.section, occasion: occasion, object: schedule)
            order.parameters = declaration.parameters
            return .checklist(try await checklists.plan(order, by: principal))
        }
    }

    static func insert(
        _ declaration: ScheduleDeclaration, of runbook: String, isDeclared: Bool, at now: Timestamp,
        by principal: Principal, in transaction: Transaction
    ) throws -> ID<ScheduleRecord> {
        let id = ID<ScheduleRecord>(at: now)
        try transaction.execute(
            """
            INSERT INTO schedules (id, runbook, section, starts, cron, time_zone, missed, overlap, parameters, declared,
                due, created, actor_name, person)
            VALUES (\(id), \(runbook), \(declaration.section), \(declaration.start), \(declaration.cron.text),
                \(declaration.timeZone), \(declaration.missed), \(declaration.overlap), \(declaration.parametersText),
                \(isDeclared), \(declaration.next(after: now)), \(now), \(principal.name),
                \(isDeclared ? nil : principal.person))
            """)
        return id
    }

    static func record(_ id: ID<ScheduleRecord>, in reader: Reader) throws -> ScheduleRecord {
        let row: ScheduleRow? = try reader.first("\(ScheduleRow.select) WHERE id = \(id)")
        guard let row else {
            throw Problem.notFound("There is no schedule \(id): `runbook schedule list` shows those there are.")
        }
        return try row.record()
    }

    private static func cursor(_ text: String) throws(Problem) -> (Timestamp, String) {
        guard let dash = text.firstIndex(of: "-"), let due = Int64(text[..<dash]) else {
            throw .invalid(
                "\"\(text.prefix(40))\" is no place in this list.",
                fields: [.init(name: "after", message: "the next of the part before")])
        }
        return (Timestamp(microseconds: due), String(text[text.index(after: dash)...]))
    }
}

extension ScheduleRecord {
    var objects: [ObjectReference] { [reference, ObjectReference("runbook", runbook)] }
}

extension ScheduleDeclaration {
    /// As the database keeps it: the end of time when it never comes again.
    func next(after moment: Timestamp) -> Timestamp { cron.next(after: moment, in: zone) ?? ScheduleRow.never }

    var parametersText: String { JSONValue.object(parameters.mapValues { .string($0) }).text }

    /// As an event tells it.
    var details: [String: JSONValue] {
        [
            "cron": .string(cron.text), "timezone": .string(timeZone), "starts": .string(start.rawValue),
            "section": section.map { .string($0) } ?? .null, "missed": .string(missed.rawValue),
            "overlap": .string(overlap.rawValue), "parameters": .object(parameters.mapValues { .string($0) }),
        ]
    }
}
