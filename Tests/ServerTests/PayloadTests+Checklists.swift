import API

extension PayloadTests {
    static let checklists: [Sample] = {
        let evidence = CheckEvidence(
            run: "1", command: "true\n", exit_status: 1, reason: "It ran out of time.", output: "a\n", output_cut: true,
            time: time)
        let bareEvidence = CheckEvidence(
            run: "1", command: "true\n", exit_status: nil, reason: nil, output: "", output_cut: false, time: time)
        let item = ChecklistEntry(
            id: "a.b", section: "a", line: 3, depth: 1, text: "b", required: true, state: "ticked", version: 2,
            note: "c", by: actor, at: time, check: "d", checking: false, evidence: evidence,
            assignee: "Ada", role: "admin", pre_ticked: true)
        let bareItem = ChecklistEntry(
            id: "a.b", section: "", line: 3, depth: 1, text: "b", required: false, state: "open", version: 1,
            note: nil, by: nil, at: nil, check: nil, checking: true, evidence: nil)
        let list = Checklist(
            id: "1", title: "a", occasion: "b", object: "deployment/1", runbook: "c", version: hash, section: "d",
            state: "completed", created: time, completed: time, override: "e", by: actor, items: [item])
        let bareList = Checklist(
            id: "1", title: "a", occasion: nil, object: nil, runbook: "c", version: hash, section: nil, state: "open",
            created: time, completed: nil, override: nil, by: actor, items: [bareItem])
        let summary = { (text: String?) in
            ChecklistSummary(
                id: "1", title: "a", occasion: text, object: text, runbook: "c", version: hash, section: text,
                state: "open", created: time, completed: text.map { _ in time }, by: actor, items_total: 4,
                items_settled: 3, items_missing: 1, items_failed: 1)
        }
        let refused = RefusedCheck(item: "a.b", reason: "It has a placeholder.")
        return [
            Sample(
                schema: "ChecklistRequest",
                full: ChecklistRequest(
                    runbook: "a", section: "b", occasion: "c", incident: "1", parameters: ["D": "e"]),
                bare: ChecklistRequest(runbook: "a")),
            Sample(
                schema: "ItemRequest", full: ItemRequest(state: "ticked", note: "a", assignee: "Ada", role: "admin"),
                bare: ItemRequest()),
            Sample(schema: "ReasonRequest", full: ReasonRequest(reason: "a"), bare: ReasonRequest()),
            Sample(schema: "Checklist", full: list, bare: bareList),
            Sample(schema: "ChecklistSummary", full: summary("b"), bare: summary(nil)),
            Sample(schema: "ChecklistEntry", full: item, bare: bareItem),
            Sample(schema: "CheckEvidence", full: evidence, bare: bareEvidence),
            same("ChecksAnswer", ChecksAnswer(checklist: list, refused: [refused])), same("RefusedCheck", refused),
        ]
    }()
}
