import Essentials

/// All runs, newest first.
struct RunsPage: WebPage {
    static let template = "runs/runs"

    struct Row: Encodable, Sendable {
        /// Tells it from the others.
        let key: String
        let path: String
        let runbook: String
        let section: String?
        let state: String
        /// `step 3 of 9 · wait-stable`.
        let progress: String
        let created: Moment
        let took: String?
        let by: String

        /// - Parameters:
        ///   - current: the step that the run is at, from 1, and its id; nil before the first and after the last.
        init(
            id: String, runbook: String, section: String?, state: String, current: (number: Int, id: String)?,
            steps: Int,
            created: Timestamp, started: Timestamp?, finished: Timestamp?, by: String, isCheck: Bool = false
        ) {
            key = id
            path = Paths.run(id)
            self.runbook = runbook
            self.section = section
            self.state = state
            let place = current.map { "step \($0.number) of \(steps) · \($0.id)" } ?? counted(steps, "step")
            progress = isCheck ? "the check of an item\(current.map { " · \($0.id)" } ?? "")" : place
            self.created = Moment(created)
            took = started.flatMap { started in finished.map { started.duration(to: $0).inWords } }
            self.by = by
        }
    }

    struct Filter: Encodable, Sendable {
        let label: String
        let filterPath: String
        let isCurrent: Bool
    }

    static let states = ["queued", "running", "waiting", "interrupted", "failed", "succeeded", "cancelled"]

    let layout: Layout
    let sentence: String
    /// The only runbook whose runs are shown; nil for all.
    let onlyRunbook: String?
    let onlyPath: String
    /// The only version whose runs are shown, shortened; nil for all.
    let onlyVersion: String?
    let queuePath: String
    let filters: [Filter]
    let rows: [Row]
    /// What an empty list means: no run at all, or none in this state.
    let emptiness: String
    let nextPath: String?
    /// Where live news comes from; only on the first page.
    let newsPath: String?

    /// - Parameters:
    ///   - state: the only state that is shown; nil for all.
    ///   - runbook: the only runbook whose runs are shown; nil for all.
    ///   - version: the only version of it whose runs are shown, by its content hash; nil for all.
    ///   - going: how many runs are queued, running or waiting, in all.
    ///   - interrupted: how many wait for a person to say what happened, in all.
    ///   - head: the number of the journal's last event that the page has taken in; nil but on the first page.
    init(
        rows: [Row], state: String?, runbook: String? = nil, version: String? = nil, going: Int, interrupted: Int,
        next: String?, head: Int64? = nil, reader: Reader
    ) {
        layout = Layout("Runs", place: .runs, reader: reader, scripts: head == nil ? [] : ["live.js"])
        let busy =
            going == 0 ? "Nothing runs at the moment." : "\(counted(going, "run")) \(going == 1 ? "is" : "are") going."
        sentence =
            switch interrupted {
            case 0: busy
            case 1: "\(busy) One waits for somebody to say what happened."
            default: "\(busy) \(interrupted) wait for somebody to say what happened."
            }
        func path(_ state: String?, _ after: String? = nil) -> String {
            Paths.query("/runs", [("state", state), ("runbook", runbook), ("version", version), ("after", after)])
        }
        queuePath = Paths.queue
        onlyRunbook = runbook
        onlyPath = Paths.runbook(runbook ?? "")
        onlyVersion = version.map { String($0.prefix(12)) }
        filters =
            [Filter(label: "all", filterPath: path(nil), isCurrent: state == nil)]
            + Self.states.map { Filter(label: $0, filterPath: path($0), isCurrent: $0 == state) }
        self.rows = rows
        let subject = runbook.map { "run of \($0)" } ?? "run"
        emptiness = state.map { "No \(subject) is \($0)." } ?? "There has been no \(subject) yet."
        nextPath = next.map { path(state, $0) }
        newsPath = head.map(Paths.news)
    }
}
