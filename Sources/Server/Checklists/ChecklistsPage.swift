import Checklists
import Essentials

/// All checklists, newest first.
struct ChecklistsPage: WebPage {
    static let template = "checklists/checklists"

    struct Row: Encodable, Sendable {
        /// Tells it from the others.
        let key: String
        let path: String
        let title: String
        let occasion: String?
        /// `open`, `completed`, or what stands in the way: `failed`.
        let state: String
        /// `58 of 66 done · 1 check failed`.
        let progress: String
        let runbook: String
        let created: Moment
        let by: String

        init(_ list: ChecklistSummaryRecord) {
            key = list.id.rawValue
            path = Paths.checklist(list.id.rawValue)
            title = list.title
            occasion = list.occasion.isEmpty ? nil : list.occasion
            state = list.state.rawValue
            progress = list.progress
            runbook = list.runbook
            created = Moment(list.created)
            by = list.actor_name
        }
    }

    struct Filter: Encodable, Sendable {
        let label: String
        let filterPath: String
        let isCurrent: Bool
    }

    let layout: Layout
    let sentence: String
    /// The only runbook whose checklists are shown; nil for all.
    let onlyRunbook: String?
    let onlyPath: String
    let filters: [Filter]
    let rows: [Row]
    let emptiness: String
    let nextPath: String?
    /// Where live news comes from; only on the first page.
    let newsPath: String?

    /// - Parameters:
    ///   - open: how many are open, in all.
    ///   - head: the number of the journal's last event that the page has taken in; nil but on the first page.
    init(
        rows: [Row], state: ChecklistState?, runbook: String?, open: Int, next: String?, head: Int64?, reader: Reader
    ) {
        layout = Layout("Checklists", place: .checklists, reader: reader, scripts: head == nil ? [] : ["live.js"])
        sentence =
            open == 0 ? "No checklist is open." : "\(counted(open, "checklist")) \(open == 1 ? "is" : "are") open."
        func path(_ state: ChecklistState?, _ after: String? = nil) -> String {
            Paths.query("/checklists", [("state", state?.rawValue), ("runbook", runbook), ("after", after)])
        }
        onlyRunbook = runbook
        onlyPath = Paths.runbook(runbook ?? "")
        filters =
            [Filter(label: "all", filterPath: path(nil), isCurrent: state == nil)]
            + ChecklistState.allCases.map {
                Filter(label: $0.rawValue, filterPath: path($0), isCurrent: $0 == state)
            }
        self.rows = rows
        let subject = runbook.map { "checklist of \($0)" } ?? "checklist"
        emptiness = state.map { "No \(subject) is \($0.rawValue)." } ?? "There has been no \(subject) yet."
        nextPath = next.map { path(state, $0) }
        newsPath = head.map(Paths.news)
    }
}

extension ChecklistSummaryRecord {
    /// `58 of 66 done · 1 check failed`.
    var progress: String {
        let checks = failed == 0 ? nil : "\(counted(failed, "check")) failed"
        return ["\(settled) of \(total) done", checks].compactMap { $0 }.joined(separator: " · ")
    }
}
