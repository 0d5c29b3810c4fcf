import Essentials

@testable import Checklists
@testable import Server

extension Samples {
    var checklists: ChecklistsPage {
        ChecklistsPage(
            rows: [
                ChecklistsPage.Row(checklistSummary(.open, missing: 2)),
                ChecklistsPage.Row(checklistSummary(.completed, missing: 0)),
            ],
            state: .open, runbook: text("accunode.go-live"), open: 2, next: text("01j9zk4m7c0vxw5t3n8q2r6hyd"),
            head: 4211, reader: reader)
    }

    var checklistForm: ChecklistFormPage {
        ChecklistFormPage(
            runbook: text("accunode.go-live"), title: text("Go-live"), section: "before",
            sectionTitle: text("Before the day"),
            sections: [("before", text("Before the day")), ("day", text("The day"))],
            items: 12, checks: 3, occasion: text("AccuNode 2.4"), incident: text("01j9"),
            idempotencyKey: text("01j9zk4m7c0v"),
            problem: text("The title is too long."), reader: reader)
    }

    /// - Parameter isReady: everything that is required is settled.
    func checklist(_ state: ChecklistState, isReady: Bool = false, mayOverride: Bool = true) -> ChecklistPage {
        let missing = isReady || state == .completed ? 0 : 2
        let record = ChecklistRecord(
            summary: checklistSummary(state, missing: missing),
            items: [
                item(1, .ticked, by: "check", proof: true), item(2, .failed, by: "check", proof: true),
                item(3, .open, note: "waiting for the DBA", check: true, depth: 2), item(4, .notApplicable, by: "Ada"),
                item(5, .open, required: false),
            ])
        do {
            return try ChecklistPage(
                record, complaints: [record.items[1].item: text("Ben ticked this item at 10:02:11 UTC.")],
                problem: text("2 items are open."), people: [text("Ada Lovelace"), "Ben"],
                principal: Principal(
                    kind: .person, id: "1", name: "Ada",
                    permissions: Set(mayOverride ? Permission.allCases : [.operate]),
                    via: .web), head: 4211, reader: reader)
        } catch {
            preconditionFailure("the evidence can't be read: \(error)")
        }
    }

    func checklistSummary(_ state: ChecklistState, missing: Int) -> ChecklistSummaryRecord {
        ChecklistSummaryRecord(
            id: ID(text("01j9zk4m7c0vxw5t3n8q2r6hyd")), runbook: text("accunode.go-live"),
            version: text("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"), section: nil,
            title: text("Go-live, day before"), occasion: text("AccuNode 2.4"), object: text("deployment/01j9"),
            state: state,
            created: at(0), completed: state == .completed ? at(4000) : nil,
            override: state == .completed ? text("agreed with the owner") : nil, actor_kind: "person", actor: "1",
            actor_name: text("Ada Lovelace"), person: "1", total: 5, settled: 5 - missing, missing: missing, failed: 1)
    }

    private func item(
        _ position: Int, _ state: ItemState, by: String? = nil, note: String? = nil, check: Bool = false,
        proof: Bool = false, required: Bool = true, depth: Int = 1
    ) -> ItemRecord {
        let evidence = JSONValue.object([
            "run": .string(text("01j9zk4m7c0vxw5t3n8q2r6hyd")), "step": "https",
            "command": .string(text("curl --head https://accunode.test")), "exit_status": 1,
            "output": .string(text("301 to https")), "output_cut": true, "time": "2026-01-19T08:30:00.000000Z",
        ])
        return ItemRecord(
            position: position, item: "before.item-\(position)", section: position < 4 ? "before" : "day",
            heading: text(position < 4 ? "Before the day" : "The day"), line: position, depth: depth,
            text: text("HTTPS is enforced"), required: required, state: state, version: 3,
            note: note.map(text) ?? (state == .notApplicable ? text("there is none") : nil),
            by_kind: by.map { $0 == "check" ? "system" : "person" }, by: by, by_name: by.map(text),
            at: by.map { _ in at(60) }, check_step: check || proof ? "https" : nil, check_run: nil, checking: false,
            evidence: proof ? evidence.text : nil, assignee: position < 4 ? "2" : nil,
            assignee_name: position < 4 ? text("Ben") : nil, role: position == 4 ? .admin : nil,
            pre_ticked: position == 2)
    }
}
