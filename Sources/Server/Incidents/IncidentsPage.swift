import Essentials
import Incidents

/// All incidents, the newest first.
struct IncidentsPage: WebPage {
    static let template = "incidents/incidents"

    struct Row: Encodable, Sendable {
        /// Tells it from the others.
        let key: String
        let path: String
        let severity: String
        let state: String
        let title: String
        let services: String?
        let opened: Moment
        /// How long it took; nil while it is open.
        let took: String?
        let takenBy: String?

        init(_ incident: IncidentRecord) {
            key = incident.id.rawValue
            path = Paths.incident(incident.id.rawValue)
            severity = incident.severity.rawValue
            state = incident.state.rawValue
            title = incident.title
            services = incident.services.isEmpty ? nil : incident.services.joined(separator: ", ")
            opened = Moment(incident.milestones.opened)
            took = incident.milestones.resolved.map { incident.milestones.opened.duration(to: $0).inWords }
            takenBy = incident.acknowledgedBy
        }
    }

    struct Choice: Encodable, Sendable {
        let label: String
        let filterPath: String
        let isCurrent: Bool
    }

    let layout: Layout
    let sentence: String
    /// Where one opens one; nil for who may not.
    let newPath: String?
    /// Where one says where news goes; nil for who may not.
    let notificationsPath: String?
    /// The only service whose incidents are shown; nil for all.
    let onlyService: String?
    let states: [Choice]
    let severities: [Choice]
    let rows: [Row]
    let emptiness: String
    let nextPath: String?
    /// Where live news comes from; only on the first page.
    let newsPath: String?

    /// - Parameters:
    ///   - burning: how many are open, in all.
    ///   - head: the number of the journal's last event that the page has taken in; nil but on the first page.
    init(
        _ incidents: [IncidentRecord], filter: IncidentFilter, burning: Int, next: String?, mayOperate: Bool,
        isAdmin: Bool = false, head: Int64? = nil, reader: Reader
    ) {
        layout = Layout("Incidents", place: .incidents, reader: reader, scripts: head == nil ? [] : ["live.js"])
        sentence =
            switch burning {
            case 0: "Nothing burns."
            case 1: "One incident is open."
            default: "\(burning) incidents are open."
            }
        newPath = mayOperate ? "/incidents/new" : nil
        notificationsPath = isAdmin ? "/notifications" : nil
        onlyService = filter.service
        func path(_ change: (inout IncidentFilter) -> Void, after: String? = nil) -> String {
            var wanted = filter
            change(&wanted)
            return Paths.incidents(wanted, after: after)
        }
        states =
            [
                Choice(
                    label: "all",
                    filterPath: path {
                        $0.state = nil
                        $0.isOpen = false
                    }, isCurrent: filter.state == nil && !filter.isOpen),
                Choice(
                    label: "open",
                    filterPath: path {
                        $0.state = nil
                        $0.isOpen = true
                    }, isCurrent: filter.isOpen),
            ]
            + IncidentState.allCases.map { state in
                Choice(
                    label: state.rawValue,
                    filterPath: path {
                        $0.state = state
                        $0.isOpen = false
                    }, isCurrent: state == filter.state)
            }
        severities =
            [Choice(label: "any", filterPath: path { $0.severity = nil }, isCurrent: filter.severity == nil)]
            + Severity.allCases.map { severity in
                Choice(
                    label: severity.rawValue, filterPath: path { $0.severity = severity },
                    isCurrent: severity == filter.severity)
            }
        rows = incidents.map(Row.init)
        emptiness = filter == IncidentFilter() ? "There has been no incident yet." : "No incident fits."
        nextPath = next.map { path({ _ in }, after: $0) }
        newsPath = head.map(Paths.news)
    }
}

extension Paths {
    static func incident(_ id: String) -> String { "/incidents/\(encoded(id))" }

    static func incidents(_ filter: IncidentFilter = IncidentFilter(), after: String? = nil) -> String {
        query(
            "/incidents",
            [
                ("open", filter.isOpen ? "true" : nil), ("state", filter.state?.rawValue),
                ("severity", filter.severity?.rawValue), ("service", filter.service), ("after", after),
            ])
    }
}
