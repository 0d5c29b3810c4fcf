package import Essentials
import Storage

/// The checklists that are open, those of the one who asks first.
package struct ChecklistsNow: Sendable {
    /// As many lines as are told of each.
    static let most = 10

    package let mine: [ChecklistSummaryRecord]
    package let others: [ChecklistSummaryRecord]
    package let mineCount: Int
    package let othersCount: Int
    /// Open items that are given to the one who asks, the oldest first.
    package let items: [AssignedItem]
    package let itemsCount: Int

    package var isEmpty: Bool { mineCount + othersCount == 0 }
}

/// An item that somebody is to see to, with the checklist that it stands in.
package struct AssignedItem: Sendable, Decodable {
    package let checklist: ID<ChecklistRecord>
    package let position: Int
    package let item: String
    package let text: String
    package let state: ItemState
    package let assigned: Timestamp
    package let title: String
    package let occasion: String
    package let actor_kind: String
    package let actor: String
    package let actor_name: String

    static let select: SQL = """
        SELECT i.checklist AS checklist, i.position AS position, i.item AS item, i.text AS text, i.state AS state,
            i.assigned AS assigned, c.title AS title, c.occasion AS occasion, c.actor_kind AS actor_kind,
            c.actor AS actor, c.actor_name AS actor_name
        FROM checklist_items i CROSS JOIN checklists c ON c.id = i.checklist
        """
}

extension Checklists {
    /// So many of the newest open ones are looked through for those of others.
    private static let examined = 200

    /// Whose checklist it is: of the person who started it. A token's person is the one who made it.
    package func now(by principal: Principal) async throws -> ChecklistsNow {
        try principal.require(.read, to: "see checklists")
        let me = principal.person ?? ""
        return try await database.read { reader in
            let open: SQL = "c.state = \(ChecklistState.open)"
            let mine = try reader.integer("SELECT count(*) FROM checklists c WHERE \(open) AND c.person = \(me)") ?? 0
            let all = try reader.integer("SELECT count(*) FROM checklists c WHERE \(open)") ?? 0
            let limit = ChecklistsNow.most
            var (items, itemsCount): ([AssignedItem], Int64) = ([], 0)
            for state in [ItemState.open, .failed] where !me.isEmpty {
                let assigned: SQL = """
                    i.assignee = \(me) AND i.assignee IS NOT NULL AND i.state = \(state) AND c.state = \(ChecklistState.open)
                    """
                items += try reader.all(
                    "\(AssignedItem.select) WHERE \(assigned) ORDER BY i.checklist, i.position LIMIT \(limit)")
                itemsCount +=
                    try reader.integer(
                        """
                        SELECT count(*) FROM checklist_items i CROSS JOIN checklists c ON c.id = i.checklist
                        WHERE \(assigned)
                        """) ?? 0
            }
            return ChecklistsNow(
                mine: try reader.all(
                    """
                    \(ChecklistSummaryRecord.select) WHERE \(open) AND c.person = \(me)
                    ORDER BY c.id DESC LIMIT \(limit)
                    """),
                others: try reader.all(
                    """
                    \(ChecklistSummaryRecord.select)
                    WHERE c.id IN (SELECT id FROM checklists c WHERE \(open) ORDER BY id DESC LIMIT \(Self.examined))
                        AND c.person IS NOT \(me)
                    ORDER BY c.id DESC LIMIT \(limit)
                    """),
                mineCount: Int(mine), othersCount: Int(all - mine), items: Array(items.prefix(limit)),
                itemsCount: Int(itemsCount))
        }
    }
}
