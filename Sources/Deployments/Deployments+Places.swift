package import Essentials
import Storage

/// What runs in one environment of a service.
package struct PlacedVersion: Sendable {
    package let service: String
    package let environment: String
    /// The last deployment that succeeded there and was not taken back; nil where there was none.
    package let good: DeploymentFacts?
    /// The last one that was begun, whatever became of it.
    package let latest: DeploymentFacts

    package init(service: String, environment: String, good: DeploymentFacts?, latest: DeploymentFacts) {
        self.service = service
        self.environment = environment
        self.good = good
        self.latest = latest
    }
}

extension Deployments {
    /// How many environments of a service are told of.
    private static let mostEnvironments = 100

    /// Which version of a service runs where, by environment.
    package func runningVersions(of service: String, by principal: Principal) async throws -> [PlacedVersion] {
        try principal.require(.read, to: "see deployments")
        return try await database.read { reader in
            var found: [PlacedVersion] = []
            var last = ""
            while found.count < Self.mostEnvironments,
                let environment = try reader.text(
                    """
                    SELECT environment FROM deployments WHERE service = \(service) AND environment > \(last)
                    ORDER BY environment LIMIT 1
                    """)
            {
                last = environment
                let good: DeploymentFacts? = try reader.first(
                    """
                    \(DeploymentFacts.select) WHERE service = \(service) AND environment = \(environment)
                        AND state = 'succeeded' AND finished IS NOT NULL ORDER BY finished DESC LIMIT 1
                    """)
                let latest: DeploymentFacts? = try reader.first(
                    """
                    \(DeploymentFacts.select) WHERE service = \(service) AND environment = \(environment)
                    ORDER BY id DESC LIMIT 1
                    """)
                guard let latest else { continue }
                found.append(PlacedVersion(service: service, environment: environment, good: good, latest: latest))
            }
            return found
        }
    }
}
