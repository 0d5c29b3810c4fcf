package import Essentials
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
        return try await database.survey { reader in
            try Self.places(in: reader)
                .filter { (service ?? $0.service, environment ?? $0.environment) == ($0.service, $0.environment) }
                .prefix(Self.mostPlaces)
                .map { place in
                    Figures(
                        service: place.service, environment: place.environment,
                        outcomes: try Self.outcomes(
                            at: place, since: now.advanced(by: .seconds(-86_400 * Int64(days))), in: reader),
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

    private static func outcomes(at place: Place, since: Timestamp, in reader: Reader) throws -> [Figures.Outcome] {
        struct Row: Decodable {
            let state: DeploymentState
            let finished: Timestamp
            let failed: Timestamp?
        }
        var outcomes: [Figures.Outcome] = []
        for state in [DeploymentState.succeeded, .failed, .rolledBack, .rollbackFailed] {
            let rows: [Row] = try reader.all(
                """
                SELECT state, finished, failed FROM deployments WHERE service = \(place.service)
                    AND environment = \(place.environment) AND state = \(state) AND finished > \(since)
                """)
            outcomes += rows.map { row in
                Figures.Outcome(
                    finished: row.finished, isFailure: row.state.isFailure, failed: row.failed,
                    restored: row.state == .rolledBack ? row.finished : nil)
            }
        }
        return outcomes
    }
}
