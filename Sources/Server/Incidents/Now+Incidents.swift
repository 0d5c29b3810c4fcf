import API
import Essentials
import Incidents

extension Now {
    /// The open incidents, the worst first.
    mutating func add(_ open: (count: Int, incidents: [IncidentRecord])) {
        burning.add(
            "incident", open.count, open.incidents.map(Line.init), path: Paths.incidents(IncidentFilter(isOpen: true)))
    }
}

extension Now.Line {
    fileprivate init(_ incident: IncidentRecord) {
        self.init(
            kind: "incident", id: incident.id.rawValue, path: Paths.incident(incident.id.rawValue),
            title: incident.title, state: incident.state.rawValue, details: incident.standing,
            time: incident.milestones.opened, by: incident.by)
    }
}

extension IncidentRecord {
    /// `sev2 · accunode · nobody has taken it up`.
    fileprivate var standing: String {
        let taken = acknowledgedBy.map { "\($0) is on it" } ?? "nobody has taken it up"
        return ([severity.rawValue] + services + [taken]).joined(separator: " · ")
    }
}
