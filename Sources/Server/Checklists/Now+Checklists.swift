import API
import Checklists
import Essentials

extension Now {
    mutating func add(_ checklists: ChecklistsNow, for principal: Principal) {
        let isForYou = principal.may(.operate)
        let path = Paths.query("/checklists", [("state", ChecklistState.open.rawValue)])
        if isForYou { waitingForYou.add("checklist", checklists.mineCount, checklists.mine.map(Line.init), path: path) }
        waitingForYou.add("item", checklists.itemsCount, checklists.items.map(Line.init), path: "/checklists")
        let others = (isForYou ? [] : checklists.mine) + checklists.others
        waitingForOthers.add(
            "checklist", checklists.othersCount + (isForYou ? 0 : checklists.mineCount), others.map(Line.init),
            path: path)
    }
}

extension Now.Line {
    /// It leads to its place in the checklist.
    fileprivate init(_ item: AssignedItem) {
        self.init(
            kind: "item", id: "\(item.checklist)/\(item.item)",
            path: Paths.checklist(item.checklist.rawValue, position: item.position), title: item.text,
            state: item.state.rawValue,
            details: "yours in \(item.occasion.isEmpty ? item.title : "\(item.title) · \(item.occasion)")",
            time: item.assigned, by: Actor(kind: item.actor_kind, id: item.actor, name: item.actor_name))
    }

    fileprivate init(_ list: ChecklistSummaryRecord) {
        self.init(
            kind: "checklist", id: list.id.rawValue, path: Paths.checklist(list.id.rawValue), title: list.name,
            state: list.state.rawValue, details: list.progress, time: list.created,
            by: Actor(kind: list.actor_kind, id: list.actor, name: list.actor_name))
    }
}
