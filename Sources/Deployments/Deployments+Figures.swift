package import Essentials
import Incidents
import Storage

extension Deployments {
    /// How many services and environments are told of at once.
    private static let mostPlaces = 100

    /// The figures of each service and environment that the filter leaves, by name.
    /// - Throws: `Problem.invalid` for a window that is none.
    package func figures(
        service: String? = nil, environment: String? = nil, days: Int = Figures.usualDays, by principal: Principal
    ) async throws -> [Figures] {
        try principal.require(.read, to: "see deployments")
        guard (1...Figures.mostDays).contains(days) else {
            throw Problem.invalid(
                "Figures go over 1 to \(Figures.mostDays) days.",
                fields: [.init(name: "days", message: "a whole number from 1 to \(Figures.mostDays)")])
        }
        let now = time.now()
        let since = now.advanced(by: .seconds(-86_400 * Int64(days)))
        return try await database.survey { reader in
            let places = try Self.places(in: reader)
            let told = places.filter {
                (service ?? $0.service, environment ?? $0.environment) == ($0.service, $0.environment)
            }.prefix(Self.mostPlaces)
            var deployed: [String: [Deployed]] = [:]
            // An incident is laid to a deployment of its service, wherever that went.
            for service in Set(told.map(\.service)) {
                deployed[service] = try places.filter { $0.service == service }.flatMap {
                    try Self.deployed(at: $0, since: since, in: reader)
                }
            }
            var troubles = try Self.troublesSaid(of: deployed.values.flatMap { $0.map(\.id) }.min(), in: reader)
            for (service, deployed) in deployed {
                let candidates = deployed.compactMap(\.candidate)
                for (opened, trouble) in try Self.troublesUnsaid(of: service, since: since, in: reader) {
                    guard let id = FailureRule.blamed(at: opened, among: candidates) else { continue }
                    troubles[id, default: []].append(trouble)
                }
            }
            return told.map { place in
                Figures(
                    service: place.service, environment: place.environment,
                    outcomes: (deployed[place.service] ?? []).filter { $0.environment == place.environment }
                        .compactMap { $0.outcome(troubles[$0.id] ?? []) },
                    days: days, to: now)
            }
        }
    }

    struct Place: Decodable {
        let service: String
        let environment: String
    }

    /// Every service and environment that something was deployed to: a step of the index for each, however many deployments.
    static func places(in reader: Reader) throws -> [Place] {
        var places: [Place] = []
        while let next: Place = try reader.first(
            """
            SELECT service, environment FROM deployments
            WHERE (service, environment) > (\(places.last?.service ?? ""), \(places.last?.environment ?? ""))
            ORDER BY service, environment LIMIT 1
            """)
        {
            places.append(next)
        }
        return places
    }

    private struct Deployed: Decodable {
        let id: ID<DeploymentRecord>
        let environment: String
        let state: DeploymentState
        let started: Timestamp?
        let finished: Timestamp?
        let failed: Timestamp?

        static let columns: SQL =
            "id, environment, state, \(FailureRule.began) AS started, finished, failed"

        var candidate: FailureRule.Candidate? {
            started.map { .init(id: id, state: state, started: $0, finished: finished) }
        }

        /// Nil for one that is under way: it has come to nothing yet.
        func outcome(_ troubles: [Figures.Trouble]) -> Figures.Outcome? {
            finished.map { finished in
                Figures.Outcome(
                    finished: finished, isFailure: state.isFailure, failed: failed,
                    restored: state == .rolledBack ? finished : nil, troubles: troubles)
            }
        }
    }

    /// Those that ended since then, and the one that is under way.
    private static func deployed(at place: Place, since: Timestamp, in reader: Reader) throws -> [Deployed] {
        var deployed: [Deployed] = try reader.all(
            """
            SELECT \(Deployed.columns) FROM deployments WHERE service = \(place.service)
                AND environment = \(place.environment) AND state IN ('planned', 'running', 'waiting', 'rolling-back')
            """)
        for state in [DeploymentState.succeeded, .failed, .rolledBack, .rollbackFailed] {
            deployed += try reader.all(
                """
                SELECT \(Deployed.columns) FROM deployments WHERE service = \(place.service)
                    AND environment = \(place.environment) AND state = \(state) AND finished > \(since)
                """)
        }
        return deployed
    }

    private struct TroubleRow: Decodable {
        let deployment: String?
        let opened: Timestamp
        let mitigated: Timestamp?
        let resolved: Timestamp?

        static let columns: SQL =
            "i.deployment AS deployment, i.opened AS opened, i.mitigated AS mitigated, i.resolved AS resolved"

        var trouble: Figures.Trouble { .init(opened: opened, ended: mitigated ?? resolved) }
    }

    /// Incidents that somebody has laid to a deployment.
    /// - Parameter oldest: the first deployment that is of interest.
    private static func troublesSaid(
        of oldest: ID<DeploymentRecord>?, in reader: Reader
    ) throws -> [ID<DeploymentRecord>: [Figures.Trouble]] {
        guard let oldest else { return [:] }
        let rows: [TroubleRow] = try reader.all(
            """
            SELECT \(TroubleRow.columns) FROM incidents i WHERE i.deployment IS NOT NULL AND i.deployment >= \(oldest)
            """)
        return Dictionary(grouping: rows) { ID($0.deployment ?? "") }.mapValues { $0.map(\.trouble) }
    }

    /// Incidents of a service of which nobody has said whose they are.
    private static func troublesUnsaid(
        of service: String, since: Timestamp, in reader: Reader
    ) throws -> [(Timestamp, Figures.Trouble)] {
        let rows: [TroubleRow] = try reader.all(
            """
            SELECT \(TroubleRow.columns) FROM incident_services s CROSS JOIN incidents i ON i.id = s.incident
            WHERE s.service = \(service) AND s.incident >= \(ID<IncidentRecord>.lowerBound(at: since))
                AND s.severity <> \(FailureRule.slight) AND i.deployment_said = 0
            """)
        return rows.map { ($0.opened, $0.trouble) }
    }
}
