import Essentials

/// The catalogue.
struct RunbooksPage: WebPage {
    static let template = "runbooks/runbooks"

    struct Row: Encodable, Sendable {
        let name: String
        let path: String
        let title: String
        let service: String?
        /// `9 steps, 12 items`.
        let contents: String
        let findings: String?
        let updated: Moment
        let lastRun: LastRun?
        let isGone: Bool

        init(
            name: String, title: String, service: String?, steps: Int, items: Int, findings: Int, updated: Timestamp,
            lastRun: LastRun?, isGone: Bool = false
        ) {
            self.name = name
            path = Paths.runbook(name)
            self.title = title
            self.service = service
            contents = items == 0 ? counted(steps, "step") : "\(counted(steps, "step")), \(counted(items, "item"))"
            self.findings = findings == 0 ? nil : counted(findings, "finding")
            self.updated = Moment(updated)
            self.lastRun = lastRun
            self.isGone = isGone
        }
    }

    struct LastRun: Encodable, Sendable {
        let runPath: String
        let state: String
        let started: Moment

        init(id: String, state: String, started: Timestamp) {
            runPath = Paths.run(id)
            self.state = state
            self.started = Moment(started)
        }
    }

    /// A file of the watched folder that is not in the catalogue as it stands there.
    struct Fault: Encodable, Sendable {
        let faultPath: String
        let faultMessage: String

        init(path: String, message: String) {
            faultPath = path
            faultMessage = message
        }
    }

    /// More are in the log.
    private static let shownFaults = 10

    let layout: Layout
    let faults: [Fault]
    /// What the faults begin with; nil without any.
    let faultsSentence: String?
    let sentence: String
    let rows: [Row]
    let nextPath: String?
    /// Where live news comes from; only on the first page.
    let newsPath: String?

    /// - Parameters:
    ///   - total: how many runbooks there are in all.
    ///   - next: the cursor of the next page.
    ///   - head: the number of the journal's last event that the page has taken in; nil but on the first page.
    init(rows: [Row], faults: [Fault] = [], total: Int, next: String?, head: Int64? = nil, reader: Reader) {
        layout = Layout("Runbooks", place: .runbooks, reader: reader, scripts: head == nil ? [] : ["live.js"])
        sentence =
            switch total {
            case 0: "No guide has been imported yet."
            case 1: "One guide to read, run and tick."
            default: "\(total) guides to read, run and tick."
            }
        self.rows = rows
        self.faults = Array(faults.prefix(Self.shownFaults))
        faultsSentence =
            switch faults.count {
            case 0: nil
            case 1: "One file of the folder is not here as it stands there."
            default: "\(faults.count) files of the folder are not here as they stand there."
            }
        nextPath = next.map { Paths.query("/runbooks", [("after", $0)]) }
        newsPath = head.map(Paths.news)
    }
}
