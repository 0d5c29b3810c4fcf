package import Accounts
package import Essentials
package import Executions
import Foundation
package import Journal
package import RunbookFormat
package import Runbooks
package import Storage

/// Checklists that are worked through, by several people at once and by checks that run.
package struct Checklists: Sendable {
    package let database: Database
    package let journal: Journal
    let catalogue: Catalogue
    let executions: Executions
    let time: TimeSource

    /// Bytes of a note; of an occasion's words a tenth.
    package static let longestNote = 4000

    package init(executions: Executions, time: TimeSource = .system) {
        self.executions = executions
        database = executions.database
        journal = executions.journal
        catalogue = executions.catalogue
        self.time = time
    }

    /// What a start would make: the items, fixed.
    package struct Plan: Sendable {
        let order: ChecklistOrder
        let runbook: String
        let version: String
        let title: String
        let items: [Item]
        let headings: [String: String]
        let parameters: [String: String]

        /// `After a rollback: 4 items`
        package var summary: String { "\(title): \(items.count) \(items.count == 1 ? "item" : "items")" }
    }

    /// - Throws: `Problem.notFound` for an unknown runbook or section; `Problem.invalid` where there is nothing to tick.
    package func plan(_ order: ChecklistOrder, by principal: Principal) async throws -> Plan {
        try principal.require(.operate, to: "start checklists")
        let entry = try await catalogue.entry(order.runbook, by: principal)
        let version = order.version ?? entry.version
        let guide = try await catalogue.guide(version: version, of: entry.name)
        try Self.check(order.occasion, called: "title", maximum: Self.longestNote / 10)
        guard let all = guide.items(within: order.section) else {
            let known = Set((guide.checklist + guide.marked).map(\.section))
            let names = guide.sections.map(\.slug).filter(known.contains).prefix(20).joined(separator: ", ")
            throw Problem.notFound(
                "\(entry.name) has no section \(order.section?.prefix(80) ?? ""). Sections with boxes: \(names.isEmpty ? "none" : names)."
            )
        }
        let items = order.items.map { wanted in all.filter { wanted.contains($0.id) } } ?? all
        guard !items.isEmpty else {
            throw Problem.invalid(
                "\(entry.name)\(order.section.map { "#\($0)" } ?? "") has nothing to tick: it has no task items.",
                fields: [.init(name: order.section == nil ? "runbook" : "section", message: "one with task items")])
        }
        let title = order.section.flatMap { guide.section($0)?.title } ?? guide.title
        return Plan(
            order: order, runbook: entry.name, version: version, title: title, items: items,
            headings: Dictionary(guide.sections.map { ($0.slug, $0.title) }) { first, _ in first },
            parameters: try Self.kept(order.parameters, of: guide))
    }

    /// - Throws: `Problem.invalid` for those that the guide does not declare.
    private static func kept(
        _ parameters: [String: String], of guide: Guide
    ) throws(Problem) -> [String: String] {
        let declared = guide.metadata.parameters
        let names = Set(declared.parameters.map(\.name))
        let unknown = parameters.keys.filter { !names.contains($0) }.sorted()
        guard unknown.isEmpty else {
            throw .invalid(
                "The guide declares no such parameters.",
                fields: unknown.map { .init(name: String($0.prefix(100)), message: "not declared by the guide") })
        }
        return parameters.filter { !declared.sensitiveNames.contains($0.key) }
    }

    /// Starts a checklist with every item open, whatever the source ticked.
    package func start(_ order: ChecklistOrder, by principal: Principal) async throws -> ChecklistRecord {
        let plan = try await plan(order, by: principal)
        return try await database.write { transaction in
            try Self.record(start(plan, by: principal, in: transaction), in: transaction)
        }
    }

    /// The same in the transaction of what the checklist belongs to.
    package func start(
        _ plan: Plan, by principal: Principal, in transaction: Transaction
    ) throws -> ID<ChecklistRecord> {
        try principal.require(.operate, to: "start checklists")
        let now = time.now()
        let id = ID<ChecklistRecord>(at: now)
        let order = plan.order
        try transaction.execute(
            """
            INSERT INTO checklists (id, runbook, version, section, title, occasion, object, parameters, state, created,
                actor_kind, actor, actor_name, person)
            VALUES (\(id), \(plan.runbook), \(plan.version), \(order.section), \(plan.title), \(order.occasion),
                \(order.object), \(JSONValue.object(plan.parameters.mapValues { .string($0) }).text),
                \(ChecklistState.open), \(now), \(principal.kind.rawValue), \(principal.id),
                \(principal.name), \(order.person ?? principal.person))
            """)
        for (index, item) in plan.items.enumerated() {
            try transaction.execute(
                """
                INSERT INTO checklist_items (checklist, position, item, section, heading, line, depth, text, required,
                    state, check_step, role, pre_ticked)
                VALUES (\(id), \(index + 1), \(item.id), \(item.section),
                    \(item.group ?? plan.headings[item.section] ?? ""), \(item.line), \(item.depth), \(item.text),
                    \(item.isRequired), \(ItemState.open), \(item.check), \(item.role?.rawValue), \(item.isChecked))
                """)
        }
        try transaction.index(
            "checklist/\(id)", title: "\(plan.title): \(order.occasion)",
            text: "\(plan.runbook)\n\(plan.items.map(\.text).joined(separator: "\n"))", at: now)
        try journal.append(
            Event(
                "checklist.started",
                on: [ObjectReference("checklist", id.rawValue), ObjectReference("runbook", plan.runbook)]
                    + (order.object.map { [$0] } ?? []),
                details: [
                    "title": .string(plan.title), "occasion": .string(order.occasion),
                    "section": order.section.map { .string($0) } ?? .null, "version": .string(plan.version),
                    "items": .array(plan.items.map { .string($0.id) }),
                ]),
            by: principal, in: transaction)
        return id
    }

    /// Changes one item of an open checklist.
    /// - Parameter expected: the version of the item that whoever changes it has seen; nil overwrites whatever is there.
    /// - Throws: `Problem.outdated` when somebody else has changed the item since, saying what; `Problem.conflict` on a
    ///   completed list; `Problem.invalid`, `Problem.notFound`.
    package func change(
        _ item: String, of id: ID<ChecklistRecord>, to change: ItemChange, expecting expected: Int?,
        by principal: Principal
    ) async throws -> ItemRecord {
        try await self.change(item, of: id, to: change, expecting: expected, by: principal) { $0 }
    }

    /// The same, with an answer that is made of what the item has become.
    package func change<Answer: Sendable>(
        _ item: String, of id: ID<ChecklistRecord>, to change: ItemChange, expecting expected: Int?,
        by principal: Principal, withholding: Withholding? = nil, answering answer: (ItemRecord) throws -> Answer
    ) async throws -> Answer {
        try principal.require(.operate, to: "change items of checklists")
        try Self.check(change.note ?? "", called: "note", maximum: Self.longestNote)
        let (journal, now) = (journal, time.now())
        let body = { @Sendable (transaction: Transaction) throws -> ItemRecord in
            try Self.requireOpen(id, in: transaction)
            let before = try Self.item(item, of: id, in: transaction)
            if let expected, expected != before.version { throw try before.outdated(in: id, transaction) }
            let after = try change.applied(to: before.state, note: before.note)
            let assignment = try Self.assignment(change, of: before, by: principal, in: transaction)
            if after.state == before.state, after.note == before.note, assignment == nil { return before }
            if after.state != before.state, !before.maySettle(principal) { throw before.reserved(principal) }
            // A verdict that is still to come would overwrite what a person has just said.
            let isNewState = after.state != before.state
            let author: SQL =
                isNewState
                ? """
                , by_kind = \(principal.kind.rawValue), by = \(principal.id), by_name = \(principal.name), at = \(now)
                """ : ""
            let owner: SQL =
                assignment.map { given in
                    """
                    , assignee = \(given.person), assignee_name = \(given.name),
                        assigned = \(given.person.map { _ in now }), role = \(given.role?.rawValue)
                    """
                } ?? ""
            try transaction.execute(
                """
                UPDATE checklist_items SET state = \(after.state), note = \(after.note), version = version + 1,
                    checking = \(isNewState ? false : before.checking) \(author) \(owner)
                WHERE checklist = \(id) AND position = \(before.position)
                """)
            // Not by RETURNING: to read all of it once more takes a tenth of the change.
            var changed = before
            (changed.state, changed.note, changed.version) = (after.state, after.note, before.version + 1)
            if isNewState {
                changed.checking = false
                (changed.by_kind, changed.by, changed.by_name, changed.at) =
                    (principal.kind.rawValue, principal.id, principal.name, now)
            }
            if let assignment {
                (changed.assignee, changed.assignee_name, changed.role) =
                    (assignment.person, assignment.name, assignment.role)
            }
            try Self.count(id, in: transaction)
            let kind = isNewState ? after.state.event : assignment == nil ? "item.noted" : "item.assigned"
            try journal.append(
                Self.event(kind, before, after, on: id, more: assignment?.details ?? [:]),
                by: principal, in: transaction)
            return changed
        }
        return try await database.write(body, withholding: withholding, answering: answer)
    }

    /// Completes a checklist whose required items are settled.
    /// - Parameter reason: given by an admin, completes it with items open.
    /// - Throws: `Problem.conflict` naming what is open.
    package func complete(
        _ id: ID<ChecklistRecord>, override reason: String? = nil, by principal: Principal
    ) async throws -> ChecklistRecord {
        try principal.require(.operate, to: "complete checklists")
        if reason != nil { try principal.require(.admin, to: "complete a checklist that has open items") }
        try Self.check(reason ?? "", called: "reason", maximum: Self.longestNote)
        let (journal, now) = (journal, time.now())
        return try await database.write { transaction in
            let list = try Self.record(id, in: transaction)
            if list.summary.state == .completed { return list }
            guard list.summary.state == .open else {
                throw Problem.conflict("The checklist is abandoned: reopen it before you complete it.")
            }
            let missing = list.missing
            guard missing.isEmpty || reason != nil else { throw Self.incomplete(missing) }
            let used = missing.isEmpty ? nil : reason
            try transaction.execute(
                """
                UPDATE checklists SET state = \(ChecklistState.completed), completed = \(now), override = \(used)
                WHERE id = \(id)
                """)
            // What a check would say now comes too late.
            try transaction.execute("UPDATE checklist_items SET checking = 0 WHERE checklist = \(id)")
            try Self.count(id, in: transaction)
            var details: [String: JSONValue] = ["title": .string(list.summary.name)]
            if let used {
                details["override"] = .string(used)
                details["open"] = .array(missing.map { .string($0.item) })
            }
            try journal.append(
                Event(
                    used == nil ? "checklist.completed" : "checklist.overridden", on: list.summary.objects,
                    details: details),
                by: principal, in: transaction)
            return try Self.record(id, in: transaction)
        }
    }

    /// Ends a checklist that nobody works through any more, with its items as they stand.
    /// - Throws: `Problem.conflict` for a completed one.
    package func abandon(
        _ id: ID<ChecklistRecord>, reason: String?, by principal: Principal
    ) async throws -> ChecklistRecord {
        try principal.require(.operate, to: "abandon checklists")
        try Self.check(reason ?? "", called: "reason", maximum: Self.longestNote)
        return try await database.write { transaction in
            try abandon(id, reason: reason, by: principal, in: transaction)
            return try Self.record(id, in: transaction)
        }
    }

    /// The same in the transaction of what it belongs to. One that is abandoned stays so.
    package func abandon(
        _ id: ID<ChecklistRecord>, reason: String?, by principal: Principal, in transaction: Transaction
    ) throws {
        let list = try Self.summary(id, in: transaction)
        if list.state == .abandoned { return }
        guard list.state == .open else {
            throw Problem.conflict("The checklist is completed: there is nothing left to abandon.")
        }
        let reason = reason.flatMap { $0.isEmpty ? nil : $0 }
        try transaction.execute(
            """
            UPDATE checklists SET state = \(ChecklistState.abandoned), completed = \(time.now()), override = \(reason)
            WHERE id = \(id)
            """)
        try transaction.execute("UPDATE checklist_items SET checking = 0 WHERE checklist = \(id)")
        try Self.count(id, in: transaction)
        var details: [String: JSONValue] = ["title": .string(list.name)]
        if let reason { details["reason"] = .string(reason) }
        try journal.append(
            Event("checklist.abandoned", on: list.objects, details: details), by: principal, in: transaction)
    }

    /// Opens a checklist again that was completed or abandoned, with its items as they stand.
    package func reopen(
        _ id: ID<ChecklistRecord>, reason: String? = nil, by principal: Principal
    ) async throws -> ChecklistRecord {
        try principal.require(.operate, to: "reopen checklists")
        try Self.check(reason ?? "", called: "reason", maximum: Self.longestNote)
        let journal = journal
        return try await database.write { transaction in
            let list = try Self.record(id, in: transaction)
            if list.summary.state == .open { return list }
            try transaction.execute(
                """
                UPDATE checklists SET state = \(ChecklistState.open), completed = NULL, override = NULL WHERE id = \(id)
                """)
            try Self.count(id, in: transaction)
            var details: [String: JSONValue] = ["title": .string(list.summary.name)]
            if let reason, !reason.isEmpty { details["reason"] = .string(reason) }
            try journal.append(
                Event("checklist.reopened", on: list.summary.objects, details: details), by: principal, in: transaction)
            return try Self.record(id, in: transaction)
        }
    }

    static func event(
        _ kind: String, _ item: ItemRecord, _ after: (state: ItemState, note: String?), on list: ID<ChecklistRecord>,
        more: [String: JSONValue] = [:]
    ) -> Event {
        var details: [String: JSONValue] = [
            "item": .string(item.item), "text": .string(item.text), "state": .string(after.state.rawValue),
            "version": .integer(Int64(item.version + 1)),
        ]
        if let note = after.note { details["note"] = .string(note) }
        return Event(
            kind, on: ObjectReference("checklist", list.rawValue), details: details.merging(more) { $1 })
    }

    static func count(_ id: ID<ChecklistRecord>, in transaction: Transaction) throws {
        try transaction.execute("UPDATE checklists SET changes = changes + 1 WHERE id = \(id)")
    }

    static func check(_ text: String, called name: String, maximum: Int) throws(Problem) {
        guard text.utf8.count <= maximum else {
            throw .invalid(
                "The \(name) is \(text.utf8.count) bytes long, and \(maximum) is the most.",
                fields: [.init(name: name, message: "at most \(maximum) bytes")])
        }
    }

    private static func incomplete(_ missing: [ItemRecord]) -> Problem {
        let names = missing.prefix(5).map { "“\($0.text.prefix(80))”" }.joined(separator: ", ")
        let more = missing.count > 5 ? " and \(missing.count - 5) more" : ""
        return .conflict(
            "\(missing.count == 1 ? "1 item is" : "\(missing.count) items are") open: \(names)\(more). Settle them first; an admin may complete it all the same, with a reason."
        )
    }
}

extension ItemState {
    /// The kind of event that tells that an item came to this.
    var event: String {
        switch self {
        case .open: "item.opened"
        case .ticked: "item.ticked"
        case .notApplicable: "item.waived"
        case .failed: "item.failed"
        }
    }

    package var words: String { self == .notApplicable ? "not applicable" : rawValue }
}
