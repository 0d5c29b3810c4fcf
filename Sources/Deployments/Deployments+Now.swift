package import Essentials
import Storage

/// The deployments that somebody on call wants to know of.
package struct DeploymentsNow: Sendable {
    package struct Failure: Sendable {
        package let record: DeploymentRecord
        /// A later one to the same place that succeeded.
        package let successor: ID<DeploymentRecord>?
    }

    /// The oldest first.
    package let underWay: [DeploymentRecord]
    /// How many failed in the last day.
    package let failed: Int
    /// The newest first; those that are shown.
    package let failures: [Failure]
    /// There has been no deployment yet.
    package let isFirst: Bool

    static let day = Duration.seconds(86_400)
    static let mostFailures = 8
}

extension Deployments {
    /// What is under way and what failed in the last day: one state of the database.
    package func now(by principal: Principal) async throws -> DeploymentsNow {
        try principal.require(.read, to: "see deployments")
        let since = time.now().advanced(by: .zero - DeploymentsNow.day)
        return try await database.read { reader in
            var (count, failures): (Int64, [DeploymentFacts]) = (0, [])
            for state in [DeploymentState.failed, .rollbackFailed] {
                count +=
                    try reader.integer(
                        """
                        SELECT count(*) FROM deployments WHERE state = \(state) AND finished IS NOT NULL
                            AND finished >= \(since)
                        """) ?? 0
                failures += try reader.all(
                    """
                    \(DeploymentFacts.select) WHERE state = \(state) AND finished IS NOT NULL AND finished >= \(since)
                    ORDER BY finished DESC LIMIT \(DeploymentsNow.mostFailures)
                    """)
            }
            return DeploymentsNow(
                underWay: try Self.underWay(in: reader), failed: Int(count),
                failures: try failures.sorted { $0.id > $1.id }.prefix(DeploymentsNow.mostFailures).map { facts in
                    .init(
                        record: try Self.record(facts, in: reader), successor: try Self.successor(of: facts, in: reader)
                    )
                },
                isFirst: try !reader.exists("SELECT 1 FROM deployments LIMIT 1"))
        }
    }

    private static func successor(
        of facts: DeploymentFacts, in reader: Reader
    ) throws -> ID<DeploymentRecord>? {
        try reader.text(
            """
            SELECT id FROM deployments WHERE service = \(facts.service) AND environment = \(facts.environment)
                AND state = 'succeeded' AND finished IS NOT NULL AND finished > \(facts.finished)
            ORDER BY finished DESC LIMIT 1
            """
        ).map { ID($0) }
    }
}
