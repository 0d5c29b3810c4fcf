import Essentials

/// The catalogue.
struct RunbooksPage: WebPage {
    static let template = "runbooks/runbooks"

    struct Row: Sendable {
        let name: String
        let path: String
        let title: String
        let service: String?
        /// `9 steps, 12 items`.
        let contents: String
        let findings: String?
        let updated: Moment
        let lastRun: LastRun?

        init(
            name: String, title: String, service: String?, steps: Int, items: Int, findings: Int, updated: Timestamp,
            lastRun: LastRun?
        ) {
            self.name = name
            path = Paths.runbook(name)
            self.title = title
            self.service = service
            contents = items == 0 ? counted(steps, "step") : "\(counted(steps, "step")), \(counted(items, "item"))"
            self.findings = findings == 0 ? nil : counted(findings, "finding")
            self.updated = Moment(updated)
            self.lastRun = lastRun
        }
    }

    struct LastRun: Sendable {
        let runPath: String
        let state: String
        let started: Moment

        init(id: String, state: String, started: Timestamp) {
            runPath = Paths.run(id)
            self.state = state
            self.started = Moment(started)
        }
    }

    let layout: Layout
    let sentence: String
    let rows: [Row]
    let nextPath: String?
    /// Where live news comes from; only on the first page.
    let newsPath: String?

    /// - Parameters:
    ///   - total: how many runbooks there are in all.
    ///   - next: the cursor of the next page.
    ///   - head: the number of the journal's last event that the page has taken in; nil but on the first page.
    init(rows: [Row], total: Int, next: String?, head: Int64? = nil, reader: Reader) {
        layout = Layout("Runbooks", place: .runbooks, reader: reader, scripts: head == nil ? [] : ["live.js"])
        sentence =
            switch total {
            case 0: "No guide has been imported yet."
            case 1: "One guide to read, run and tick."
            default: "\(total) guides to read, run and tick."
            }
        self.rows = rows
        nextPath = next.map { Paths.query("/runbooks", [("after", $0)]) }
        newsPath = head.map(Paths.news)
    }
}
