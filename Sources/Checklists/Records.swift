package import Essentials
package import Foundation
package import Journal
import Storage

/// A checklist as the database has it, with its items.
package struct ChecklistRecord: Sendable {
    package let summary: ChecklistSummaryRecord
    package let items: [ItemRecord]

    package var id: ID<ChecklistRecord> { summary.id }

    /// What to say where the guide shows items as done; nil where it shows none.
    package var preTickedNotice: String? {
        let count = items.count { $0.pre_ticked }
        guard count > 0 else { return nil }
        return
            "The guide shows \(count) of \(items.count) as done already. That proves nothing, so \(count == 1 ? "it began" : "they began") open."
    }

    /// Those that must still be settled before it is complete.
    package var missing: [ItemRecord] { items.filter { $0.required && !$0.state.isSettled } }
}

/// A checklist in a list.
package struct ChecklistSummaryRecord: Sendable, Decodable {
    package let id: ID<ChecklistRecord>
    package let runbook: String
    package let version: String
    package let section: String?
    package let title: String
    package let occasion: String
    /// What it is started for, such as `deployment/01j9…`.
    package let object: String?
    package let state: ChecklistState
    package let created: Timestamp
    package let completed: Timestamp?
    package let override: String?
    package let actor_kind: String
    package let actor: String
    package let actor_name: String
    package let person: String?
    package let total: Int
    package let settled: Int
    /// Required items that are not settled.
    package let missing: Int
    package let failed: Int

    /// What its events are about.
    var objects: [ObjectReference] {
        [ObjectReference("checklist", id.rawValue)] + (object.map { [ObjectReference(text: $0)] } ?? [])
    }

    /// `Go-live, day before · F-Kod 2.0`.
    package var name: String { occasion.isEmpty ? title : "\(title) · \(occasion)" }

    static let select: SQL = """
        SELECT c.id AS id, c.runbook AS runbook, c.version AS version, c.section AS section, c.title AS title,
            c.occasion AS occasion, c.object AS object, c.state AS state, c.created AS created,
            c.completed AS completed, c.override AS override, c.actor_kind AS actor_kind, c.actor AS actor,
            c.actor_name AS actor_name, c.person AS person,
            (SELECT count(*) FROM checklist_items i WHERE i.checklist = c.id) AS total,
            (SELECT count(*) FROM checklist_items i WHERE i.checklist = c.id
                AND i.state IN ('ticked', 'not-applicable')) AS settled,
            (SELECT count(*) FROM checklist_items i WHERE i.checklist = c.id AND i.required = 1
                AND i.state NOT IN ('ticked', 'not-applicable')) AS missing,
            (SELECT count(*) FROM checklist_items i WHERE i.checklist = c.id AND i.state = 'failed') AS failed
        FROM checklists c
        """
}

package struct ItemRecord: Sendable, Equatable, Decodable {
    package let position: Int
    package let item: String
    package let section: String
    package let heading: String
    package let line: Int
    package let depth: Int
    package let text: String
    package let required: Bool
    package internal(set) var state: ItemState
    package internal(set) var version: Int
    package internal(set) var note: String?
    package internal(set) var by_kind: String?
    package internal(set) var by: String?
    package internal(set) var by_name: String?
    package internal(set) var at: Timestamp?
    package let check_step: String?
    package let check_run: String?
    package internal(set) var checking: Bool
    package let evidence: String?
    /// Who is to see to it, by id and by the name that they had then.
    package internal(set) var assignee: String?
    package internal(set) var assignee_name: String?
    /// What whoever settles it must be; nil for anybody who may tick.
    package internal(set) var role: Role?
    /// The guide shows it as done, which proves nothing.
    package let pre_ticked: Bool

    static let columns: SQL = """
        position, item, section, heading, line, depth, text, required, state, version, note, by_kind, by, by_name, at,
            check_step, check_run, checking, evidence, assignee, assignee_name, role, pre_ticked
        """
    static let select: SQL = "SELECT \(columns) FROM checklist_items"

    /// Whether this person, or their token, may settle it or open it again.
    package func maySettle(_ principal: Principal) -> Bool {
        principal.may(.operate) && (role != .admin || principal.may(.admin))
    }

    package var proof: Evidence? {
        get throws { try evidence.map { try JSONDecoder().decode(Evidence.self, from: Data($0.utf8)) } }
    }
}

/// What an item's check did: kept with the item, so that it outlives the run's output.
package struct Evidence: Codable, Sendable, Equatable {
    package let run: String
    package let step: String
    /// The script that ran.
    package let command: String
    package let exit_status: Int?
    /// Why there is no verdict; nil where there is one.
    package let reason: String?
    /// The end of what it printed, standard output and error as they came.
    package let output: String
    /// Whether the run printed more than this.
    package let output_cut: Bool
    /// RFC 3339.
    package let time: String
}

/// What a checklist is started from, and for what.
package struct ChecklistOrder: Sendable {
    package var runbook: String
    /// A section's slug: only its items and those of its subsections.
    package var section: String?
    /// Only these of its items; all without it.
    package var items: [String]?
    /// What it is for, in words.
    package var occasion: String
    /// What it is for, as an object of ours.
    package var object: ObjectReference?
    /// Whose list it is, by id; without it that of whoever starts it.
    package var person: String?
    /// The version that counts, for what was fixed before; the current one without it.
    package var version: String?
    /// What the checks are given. Sensitive ones are left out: a check that needs one is refused.
    package var parameters: [String: String] = [:]

    package init(
        runbook: String, section: String? = nil, occasion: String = "", object: ObjectReference? = nil,
        version: String? = nil
    ) {
        self.runbook = runbook
        self.section = section
        self.occasion = occasion
        self.object = object
        self.version = version
    }
}
