import API
import Checklists
import Essentials

extension Now {
    mutating func add(_ checklists: ChecklistsNow, for principal: Principal) {
        let isForYou = principal.may(.operate)
        let path = Paths.query("/checklists", [("state", ChecklistState.open.rawValue)])
        if isForYou { waitingForYou.add("checklist", checklists.mineCount, checklists.mine.map(Line.init), path: path) }
        let others = (isForYou ? [] : checklists.mine) + checklists.others
        waitingForOthers.add(
            "checklist", checklists.othersCount + (isForYou ? 0 : checklists.mineCount), others.map(Line.init),
            path: path)
    }
}

extension Now.Line {
    fileprivate init(_ list: ChecklistSummaryRecord) {
        self.init(
            kind: "checklist", id: list.id.rawValue, path: Paths.checklist(list.id.rawValue), title: list.name,
            state: list.state.rawValue, details: list.progress, time: list.created,
            by: Actor(kind: list.actor_kind, id: list.actor, name: list.actor_name))
    }
}
