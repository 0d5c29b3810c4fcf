package import Essentials
package import Incidents
import Storage

extension Deployments {
    /// At most so many incidents are told of as a deployment's failure.
    private static let mostTold = 50

    /// The incidents that count as this deployment's failure, the oldest first.
    package func incidents(
        laidTo facts: DeploymentFacts, by principal: Principal
    ) async throws -> [ID<IncidentRecord>] {
        try principal.require(.read, to: "see incidents")
        guard let started = facts.started, facts.state != .aborted else { return [] }
        let end = (facts.finished ?? time.now()).advanced(by: FailureRule.aftermath)
        return try await database.read { reader in
            struct Row: Decodable {
                let id: ID<IncidentRecord>
                let opened: Timestamp
            }
            let said: [Row] = try reader.all(
                """
                SELECT id, opened FROM incidents WHERE deployment = \(facts.id) AND deployment IS NOT NULL
                ORDER BY id LIMIT \(Self.mostTold)
                """)
            let near: [Row] = try reader.all(
                """
                SELECT i.id AS id, i.opened AS opened FROM incident_services s CROSS JOIN incidents i ON i.id = s.incident
                WHERE s.service = \(facts.service) AND s.incident >= \(ID<IncidentRecord>.lowerBound(at: started))
                    AND s.incident < \(ID<IncidentRecord>.lowerBound(at: end.advanced(by: .milliseconds(1))))
                    AND s.severity <> \(FailureRule.slight) AND i.deployment_said = 0
                ORDER BY s.incident LIMIT \(Self.mostTold)
                """)
            let candidates = try Self.candidates(of: facts.service, since: facts.created, in: reader)
            let laid = near.filter { FailureRule.blamed(at: $0.opened, among: candidates) == facts.id }
            return (said + laid).map(\.id).sorted()
        }
    }

    /// The deployment that an incident is laid to, by somebody's word or by the rule.
    /// - Returns: nil where it is none; of several services that of the first.
    package func deployment(
        behind incident: IncidentRecord, by principal: Principal
    ) async throws -> DeploymentFacts? {
        try principal.require(.read, to: "see deployments")
        return try await database.read { reader in
            if incident.isDeploymentSaid {
                return try incident.deployment.map { try Self.facts(ID($0), in: reader) }
            }
            guard incident.severity.rawValue != FailureRule.slight else { return nil }
            let opened = incident.milestones.opened
            for service in incident.services {
                let candidates = try Self.candidates(of: service, upTo: opened, in: reader)
                if let id = FailureRule.blamed(at: opened, among: candidates) { return try Self.facts(id, in: reader) }
            }
            return nil
        }
    }

    /// Deployments that an incident may be laid to: the latest of its services, the newest first.
    package func suspects(
        for services: [String], by principal: Principal
    ) async throws -> [DeploymentFacts] {
        try principal.require(.read, to: "see deployments")
        return try await database.read { reader in
            try services.flatMap { service in
                try reader.all(
                    """
                    \(DeploymentFacts.select) WHERE service = \(service)
                    ORDER BY id DESC LIMIT \(Self.suspectsOfEach)
                    """, as: DeploymentFacts.self)
            }.sorted { $0.id > $1.id }
        }
    }

    private static let suspectsOfEach = 5
    /// Deployments of a service that are looked at around a moment.
    private static let looked = 200

    /// Those that began about then, or later: ids tell when a deployment was asked for.
    private static func candidates(
        of service: String, since asked: Timestamp, in reader: Reader
    ) throws -> [FailureRule.Candidate] {
        let rows: [CandidateRow] = try reader.all(
            """
            \(CandidateRow.select) WHERE service = \(service)
                AND id >= \(ID<DeploymentRecord>.lowerBound(at: asked.advanced(by: .zero - FailureRule.aftermath)))
            ORDER BY id LIMIT \(looked)
            """)
        return rows.compactMap(\.candidate)
    }

    /// The latest ones that were known a day after an incident.
    private static func candidates(
        of service: String, upTo opened: Timestamp, in reader: Reader
    ) throws -> [FailureRule.Candidate] {
        let rows: [CandidateRow] = try reader.all(
            """
            \(CandidateRow.select) WHERE service = \(service)
                AND id < \(ID<DeploymentRecord>.lowerBound(at: opened.advanced(by: FailureRule.aftermath)))
            ORDER BY id DESC LIMIT \(looked)
            """)
        return rows.compactMap(\.candidate)
    }

    private struct CandidateRow: Decodable {
        let id: ID<DeploymentRecord>
        let state: DeploymentState
        let started: Timestamp?
        let finished: Timestamp?

        static let select: SQL =
            "SELECT id, state, \(FailureRule.began) AS started, finished FROM deployments"

        var candidate: FailureRule.Candidate? {
            started.map { .init(id: id, state: state, started: $0, finished: finished) }
        }
    }
}
