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

    package var isEmpty: Bool { mineCount + othersCount == 0 }
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
                mineCount: Int(mine), othersCount: Int(all - mine))
        }
    }
}
