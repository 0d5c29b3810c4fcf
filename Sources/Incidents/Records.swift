package import Essentials
import Foundation
import Storage

/// An incident as the database has it.
package struct IncidentRecord: Sendable, Equatable {
    package let id: ID<IncidentRecord>
    package let title: String
    package let severity: Severity
    package let state: IncidentState
    package let services: [String]
    package let milestones: Milestones
    /// Who took it up, as people call them; nil while nobody has.
    package let acknowledgedBy: String?
    package let actorKind: String
    package let actor: String
    package let actorName: String
    /// Whether alerts opened it, and resolve it again.
    package let isFromAlerts: Bool
    /// The deployment that somebody has laid it to.
    package var deployment: String?
    /// Whether anybody has said which deployment it is laid to, or that it is none.
    package var isDeploymentSaid = false
}

/// Who plays which part.
package struct RoleRecord: Sendable, Equatable, Decodable {
    package let role: IncidentRole
    package let person: String
    package let name: String
    package let since: Timestamp
}

/// A runbook that fits the incident.
package struct AttachedRunbook: Sendable, Equatable, Decodable {
    package let runbook: String
    /// A section's slug.
    package let section: String?
}

/// An alert of an incident, as it was told last.
package struct AlertRecord: Sendable, Equatable, Decodable {
    package let fingerprint: String
    package let name: String
    package let summary: String?
    package let firing: Bool
    package let starts: Timestamp
    package let ends: Timestamp?
    /// Where it came from, as Prometheus says; only `http` and `https`.
    package let link: String?
}

/// An incident with all that stands beside it.
package struct IncidentDetails: Sendable {
    package let incident: IncidentRecord
    package let roles: [RoleRecord]
    package let runbooks: [AttachedRunbook]
    /// The firing ones first; at most `IncidentDetails.shownAlerts`.
    package let alerts: [AlertRecord]
    /// How many there are in all, and how many of them fire.
    package let alertCount: Int
    package let firingCount: Int

    static let shownAlerts = 50
}

extension IncidentDetails {
    /// Of an incident that a person has just opened.
    init(new incident: IncidentRecord) {
        self.init(incident: incident, roles: [], runbooks: [], alerts: [], alertCount: 0, firingCount: 0)
    }
}

struct IncidentRow: Decodable {
    let id: ID<IncidentRecord>
    let title: String
    let severity: Severity
    let state: IncidentState
    let services: String
    let opened: Timestamp
    let acknowledged: Timestamp?
    let mitigated: Timestamp?
    let resolved: Timestamp?
    let acknowledged_by: String?
    let actor_kind: String
    let actor: String
    let actor_name: String
    let alert_group: String?
    let deployment: String?
    let deployment_said: Bool

    static let columns: SQL = """
        i.id AS id, i.title AS title, i.severity AS severity, i.state AS state, i.services AS services,
        i.opened AS opened, i.acknowledged AS acknowledged, i.mitigated AS mitigated, i.resolved AS resolved,
        i.acknowledged_by AS acknowledged_by, i.actor_kind AS actor_kind, i.actor AS actor,
        i.actor_name AS actor_name, i.alert_group AS alert_group, i.deployment AS deployment,
        i.deployment_said AS deployment_said
        """

    func record() throws -> IncidentRecord {
        IncidentRecord(
            id: id, title: title, severity: severity, state: state,
            services: services == "[]" ? [] : try JSONDecoder().decode([String].self, from: Data(services.utf8)),
            milestones: Milestones(
                opened: opened, acknowledged: acknowledged, mitigated: mitigated, resolved: resolved),
            acknowledgedBy: acknowledged_by, actorKind: actor_kind, actor: actor, actorName: actor_name,
            isFromAlerts: alert_group != nil, deployment: deployment, isDeploymentSaid: deployment_said)
    }
}
