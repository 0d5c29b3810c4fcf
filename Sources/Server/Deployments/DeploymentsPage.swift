import Deployments
import Essentials

/// All deployments, the newest first.
struct DeploymentsPage: WebPage {
    static let template = "deployments/deployments"

    struct Row: Encodable, Sendable {
        /// Tells it from the others.
        let key: String
        let path: String
        let service: String
        let version: String
        let environment: String
        let state: String
        /// What it waits for, or how far it has come.
        let details: String
        let created: Moment
        let took: String?
        let by: String

        init(_ record: DeploymentRecord) {
            let facts = record.facts
            key = facts.id.rawValue
            path = Paths.deployment(facts.id.rawValue)
            service = facts.service
            version = facts.version
            environment = facts.environment
            state = facts.state.rawValue
            details = record.waitsFor ?? record.place
            created = Moment(facts.started ?? facts.created)
            took = facts.started.flatMap { started in facts.finished.map { started.duration(to: $0).inWords } }
            by = facts.actor_name
        }
    }

    struct Filter: Encodable, Sendable {
        let label: String
        let filterPath: String
        let isCurrent: Bool
    }

    let layout: Layout
    let sentence: String
    /// `accunode`, `production`: what the list is narrowed to besides a state.
    let only: String?
    let filters: [Filter]
    let rows: [Row]
    let emptiness: String
    let figuresPath: String
    /// Where one starts a deployment; nil for who may not.
    let newPath: String?
    let nextPath: String?
    /// Where live news comes from; only on the first page.
    let newsPath: String?

    static let states: [DeploymentState] = [
        .planned, .running, .waiting, .rollingBack, .succeeded, .failed, .rolledBack, .aborted,
    ]

    /// - Parameters:
    ///   - underWay: how many have not come to an end, in all.
    ///   - waiting: how many of them wait.
    ///   - head: the number of the journal's last event that the page has taken in; nil but on the first page.
    init(
        rows: [Row], filter: DeploymentFilter, underWay: Int, waiting: Int, mayOperate: Bool, next: String?,
        head: Int64?, reader: Reader
    ) {
        layout = Layout("Deployments", place: .deployments, reader: reader, scripts: head == nil ? [] : ["live.js"])
        let busy =
            underWay == 0
            ? "Nothing is being deployed."
            : "\(counted(underWay, "deployment")) \(underWay == 1 ? "is" : "are") under way."
        sentence =
            switch waiting {
            case 0: busy
            case 1: "\(busy) One waits."
            default: "\(busy) \(waiting) wait."
            }
        func path(_ state: String?, _ after: String? = nil) -> String {
            Paths.query(
                "/deployments",
                [
                    ("service", filter.service), ("environment", filter.environment), ("state", state),
                    ("after", after),
                ])
        }
        let narrowed = [filter.service, filter.environment].compactMap(\.self)
        only = narrowed.isEmpty ? nil : narrowed.joined(separator: " in ")
        let state = filter.state?.rawValue
        filters =
            [Filter(label: "all", filterPath: path(nil), isCurrent: state == nil)]
            + Self.states.map {
                Filter(label: $0.rawValue, filterPath: path($0.rawValue), isCurrent: $0 == filter.state)
            }
        self.rows = rows
        let place = only.map { " of \($0)" } ?? ""
        emptiness = state.map { "No deployment\(place) is \($0)." } ?? "There has been no deployment\(place) yet."
        figuresPath = Paths.query(
            "/deployments/figures", [("service", filter.service), ("environment", filter.environment)])
        newPath = mayOperate ? "/deployments/new" : nil
        nextPath = next.map { path(state, $0) }
        newsPath = head.map(Paths.news)
    }
}

extension DeploymentRecord {
    /// `stage 2 of 4 · Canary`, `4 stages`, `recorded`.
    var place: String {
        if facts.isRecorded { return facts.external_id.map { "made elsewhere · \($0)" } ?? "made elsewhere" }
        guard let stage = stages.first(where: { $0.state != .succeeded }), state != .planned else {
            return counted(stages.count, "stage")
        }
        return "stage \(stage.position) of \(stages.count) · \(stage.plan.title)"
    }
}
