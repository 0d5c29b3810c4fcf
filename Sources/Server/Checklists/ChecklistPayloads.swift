import API
import Checklists
import Essentials

extension API.Checklist {
    init(_ list: ChecklistRecord) throws {
        let summary = list.summary
        self.init(
            id: summary.id.rawValue, title: summary.title, occasion: summary.shownOccasion, object: summary.object,
            runbook: summary.runbook, version: summary.version, section: summary.section,
            state: summary.state.rawValue, created: summary.created.rfc3339, completed: summary.completed?.rfc3339,
            override: summary.override, by: summary.starter, items: try list.items.map(ChecklistEntry.init))
    }
}

extension API.ChecklistSummary {
    init(_ summary: ChecklistSummaryRecord) {
        self.init(
            id: summary.id.rawValue, title: summary.title, occasion: summary.shownOccasion, object: summary.object,
            runbook: summary.runbook, version: summary.version, section: summary.section,
            state: summary.state.rawValue, created: summary.created.rfc3339, completed: summary.completed?.rfc3339,
            by: summary.starter, items_total: summary.total, items_settled: summary.settled,
            items_missing: summary.missing, items_failed: summary.failed)
    }
}

extension ChecklistEntry {
    init(_ item: ItemRecord) throws {
        self.init(
            id: item.item, section: item.section, line: item.line, depth: item.depth, text: item.text,
            required: item.required, state: item.state.rawValue, version: item.version, note: item.note,
            by: item.by_kind.map { Actor(kind: $0, id: item.by ?? "", name: item.by_name) }, at: item.at?.rfc3339,
            check: item.check_step, checking: item.checking,
            evidence: try item.proof.map { proof in
                CheckEvidence(
                    run: proof.run, command: proof.command, exit_status: proof.exit_status, reason: proof.reason,
                    output: proof.output, output_cut: proof.output_cut, time: proof.time)
            }, assignee: item.assignee_name, role: item.role?.rawValue,
            pre_ticked: item.pre_ticked ? true : nil)
    }
}

extension ChecklistSummaryRecord {
    fileprivate var shownOccasion: String? { occasion.isEmpty ? nil : occasion }
    fileprivate var starter: Actor { Actor(kind: actor_kind, id: actor, name: actor_name) }
}
