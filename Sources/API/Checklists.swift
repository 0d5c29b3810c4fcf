/// What `POST /api/v1/checklists` takes.
package struct ChecklistRequest: Codable, Sendable {
    package var runbook: String
    /// A section's slug: only its items and those of its subsections.
    package var section: String?
    /// What it is for, in words, such as `F-Kod 2.0`.
    package var occasion: String?
    /// The incident that it is for: it shows on its timeline.
    package var incident: String?
    /// What the checks are given, by name.
    package var parameters: [String: String]?

    package init(
        runbook: String, section: String? = nil, occasion: String? = nil, incident: String? = nil,
        parameters: [String: String]? = nil
    ) {
        self.runbook = runbook
        self.section = section
        self.occasion = occasion
        self.incident = incident
        self.parameters = parameters
    }
}

/// What `PUT /api/v1/checklists/{id}/items/{item}` takes.
package struct ItemRequest: Codable, Sendable {
    /// `open`, `ticked` or `not-applicable`; absent leaves it.
    package var state: String?
    /// Absent leaves it, empty takes it away.
    package var note: String?
    /// The name of the person who is to see to it; absent leaves it, empty takes it from whoever has it.
    package var assignee: String?
    /// What whoever settles it must be, `operator` or `admin`; absent leaves it, empty lets anybody who may tick.
    package var role: String?

    package init(state: String? = nil, note: String? = nil, assignee: String? = nil, role: String? = nil) {
        self.state = state
        self.note = note
        self.assignee = assignee
        self.role = role
    }
}

/// Why a checklist is completed with open items, or reopened.
package struct ReasonRequest: Codable, Sendable {
    package var reason: String?

    package init(reason: String? = nil) { self.reason = reason }
}

/// A checklist with its items.
package struct Checklist: Codable, Sendable {
    package let id: String
    package let title: String
    package let occasion: String?
    /// What it is for, as the journal names objects: `deployment/01j9…`.
    package let object: String?
    package let runbook: String
    package let version: String
    package let section: String?
    package let state: String
    package let created: String
    package let completed: String?
    /// Why it was completed with required items open.
    package let override: String?
    package let by: Actor
    package let items: [ChecklistEntry]

    package init(
        id: String, title: String, occasion: String?, object: String?, runbook: String, version: String,
        section: String?, state: String, created: String, completed: String?, override: String?, by: Actor,
        items: [ChecklistEntry]
    ) {
        self.id = id
        self.title = title
        self.occasion = occasion
        self.object = object
        self.runbook = runbook
        self.version = version
        self.section = section
        self.state = state
        self.created = created
        self.completed = completed
        self.override = override
        self.by = by
        self.items = items
    }
}

/// A checklist in a list.
package struct ChecklistSummary: Codable, Sendable {
    package let id: String
    package let title: String
    package let occasion: String?
    package let object: String?
    package let runbook: String
    package let version: String
    package let section: String?
    package let state: String
    package let created: String
    package let completed: String?
    package let by: Actor
    package let items_total: Int
    /// Ticked or not applicable.
    package let items_settled: Int
    /// Required and not settled.
    package let items_missing: Int
    package let items_failed: Int

    package init(
        id: String, title: String, occasion: String?, object: String?, runbook: String, version: String,
        section: String?, state: String, created: String, completed: String?, by: Actor, items_total: Int,
        items_settled: Int, items_missing: Int, items_failed: Int
    ) {
        self.id = id
        self.title = title
        self.occasion = occasion
        self.object = object
        self.runbook = runbook
        self.version = version
        self.section = section
        self.state = state
        self.created = created
        self.completed = completed
        self.by = by
        self.items_total = items_total
        self.items_settled = items_settled
        self.items_missing = items_missing
        self.items_failed = items_failed
    }
}

package struct ChecklistEntry: Codable, Sendable {
    package let id: String
    package let section: String
    package let line: Int
    package let depth: Int
    package let text: String
    package let required: Bool
    package let state: String
    /// Counts its changes; the number of its `ETag`.
    package let version: Int
    package let note: String?
    /// Who brought it to its state, and when.
    package let by: Actor?
    package let at: String?
    /// The step that proves it.
    package let check: String?
    /// The check is under way.
    package let checking: Bool
    package let evidence: CheckEvidence?
    /// Who is to see to it.
    package let assignee: String?
    /// What whoever settles it must be; absent for anybody who may tick.
    package let role: String?
    /// True where the guide shows it as done, which proves nothing.
    package let pre_ticked: Bool?

    package init(
        id: String, section: String, line: Int, depth: Int, text: String, required: Bool, state: String, version: Int,
        note: String?, by: Actor?, at: String?, check: String?, checking: Bool, evidence: CheckEvidence?,
        assignee: String? = nil, role: String? = nil, pre_ticked: Bool? = nil
    ) {
        self.id = id
        self.section = section
        self.line = line
        self.depth = depth
        self.text = text
        self.required = required
        self.state = state
        self.version = version
        self.note = note
        self.by = by
        self.at = at
        self.check = check
        self.checking = checking
        self.evidence = evidence
        self.assignee = assignee
        self.role = role
        self.pre_ticked = pre_ticked
    }
}

/// What a check did, and what it says.
package struct CheckEvidence: Codable, Sendable {
    package let run: String
    package let command: String
    package let exit_status: Int?
    /// Why there is no verdict.
    package let reason: String?
    /// The end of what it printed.
    package let output: String
    package let output_cut: Bool
    package let time: String

    package init(
        run: String, command: String, exit_status: Int?, reason: String?, output: String, output_cut: Bool,
        time: String
    ) {
        self.run = run
        self.command = command
        self.exit_status = exit_status
        self.reason = reason
        self.output = output
        self.output_cut = output_cut
        self.time = time
    }
}

/// What `POST /api/v1/checklists/{id}/checks` answers.
package struct ChecksAnswer: Codable, Sendable {
    package let checklist: Checklist
    /// Checks that could not be started, and why.
    package let refused: [RefusedCheck]

    package init(checklist: Checklist, refused: [RefusedCheck]) {
        self.checklist = checklist
        self.refused = refused
    }
}

package struct RefusedCheck: Codable, Sendable {
    package let item: String
    package let reason: String

    package init(item: String, reason: String) {
        self.item = item
        self.reason = reason
    }
}
