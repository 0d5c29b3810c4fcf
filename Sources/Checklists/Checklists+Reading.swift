package import Essentials
package import Foundation
package import Journal
import RunbookFormat
import Runbooks
package import Storage

extension Checklists {
    /// - Throws: `Problem.notFound`.
    package func checklist(_ id: ID<ChecklistRecord>, by principal: Principal) async throws -> ChecklistRecord {
        try principal.require(.read, to: "see checklists")
        return try await database.read { try Self.record(id, in: $0) }
    }

    /// A page of checklists, the newest first.
    package func checklists(
        _ request: PageRequest, state: ChecklistState? = nil, runbook: String? = nil, object: ObjectReference? = nil,
        by principal: Principal
    ) async throws -> Page<ChecklistSummaryRecord> {
        try principal.require(.read, to: "see checklists")
        let before: SQL = request.after.map { "c.id < \($0)" } ?? "TRUE"
        let stateFilter: SQL = state.map { "AND c.state = \($0)" } ?? ""
        let runbookFilter: SQL = runbook.map { "AND c.runbook = \($0)" } ?? ""
        let objectFilter: SQL = object.map { "AND c.object = \($0)" } ?? ""
        return try await database.read { reader in
            let rows: [ChecklistSummaryRecord] = try reader.all(
                """
                \(ChecklistSummaryRecord.select) WHERE \(before) \(stateFilter) \(runbookFilter) \(objectFilter)
                ORDER BY c.id DESC LIMIT \(request.limit + 1)
                """)
            return Page(rows: rows, limit: request.limit, cursor: \.id.rawValue)
        }
    }

    /// How many are open.
    package func openCount(by principal: Principal) async throws -> Int {
        try principal.require(.read, to: "see checklists")
        return try await database.look { reader in
            Int(try reader.integer("SELECT count(*) FROM checklists WHERE state = \(ChecklistState.open)") ?? 0)
        }
    }

    /// The runbook's source with the boxes as this checklist has them; one byte differs per box.
    package func export(
        _ id: ID<ChecklistRecord>, by principal: Principal
    ) async throws -> (name: String, bytes: [UInt8]) {
        let list = try await checklist(id, by: principal)
        let (runbook, version) = (list.summary.runbook, list.summary.version)
        let guide = try await catalogue.guide(version: version, of: runbook)
        let source = try await catalogue.source(of: runbook, version: version, by: principal)
        let ticked = Dictionary(list.items.map { ($0.item, $0.state == .ticked) }) { first, _ in first }
        return (runbook, guide.source([UInt8](source), ticked: ticked))
    }

    package static func record(_ id: ID<ChecklistRecord>, in reader: Reader) throws -> ChecklistRecord {
        let summary = try summary(id, in: reader)
        let items: [ItemRecord] = try reader.all(
            "\(ItemRecord.select) WHERE checklist = \(id) ORDER BY position")
        return ChecklistRecord(summary: summary, items: items)
    }

    /// - Throws: `Problem.notFound`, `Problem.conflict` for a completed one.
    static func requireOpen(_ id: ID<ChecklistRecord>, in reader: Reader) throws {
        let state = try reader.text("SELECT state FROM checklists WHERE id = \(id)")
        // What to say of one that is not open is found out where it is needed.
        if state != ChecklistState.open.rawValue { _ = try open(id, in: reader) }
    }

    /// - Throws: `Problem.notFound`.
    package static func summary(_ id: ID<ChecklistRecord>, in reader: Reader) throws -> ChecklistSummaryRecord {
        guard
            let summary: ChecklistSummaryRecord = try reader.first(
                "\(ChecklistSummaryRecord.select) WHERE c.id = \(id)")
        else {
            throw Problem.notFound(
                "There is no checklist \(id.rawValue.prefix(60)): `runbook checklist list` shows those there are.")
        }
        return summary
    }

    /// - Throws: `Problem.conflict` for a completed one.
    static func open(_ id: ID<ChecklistRecord>, in reader: Reader) throws -> ChecklistSummaryRecord {
        let list = try summary(id, in: reader)
        guard list.state == .open else {
            throw Problem.conflict(
                "The checklist is \(list.state.rawValue): reopen it before you change its items.")
        }
        return list
    }

    static func item(_ item: String, of id: ID<ChecklistRecord>, in reader: Reader) throws -> ItemRecord {
        let found: ItemRecord? = try reader.first("\(ItemRecord.select) WHERE checklist = \(id) AND item = \(item)")
        guard let found else {
            throw Problem.notFound(
                "This checklist has no item \(item.prefix(120)): `runbook checklist show \(id.rawValue.prefix(60))` lists them."
            )
        }
        return found
    }
}
