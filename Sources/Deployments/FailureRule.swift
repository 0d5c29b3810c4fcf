package import Essentials
import Storage

/// When an incident counts as a deployment's failure, where nobody has said which deployment it is laid to.
///
/// DORA counts changes that "result in degraded service or require immediate intervention"
/// (https://dora.dev/guides/dora-metrics-four-keys/), whatever the deployment itself came to. So an incident of `sev1` to
/// `sev3` is laid to the deployment of its service that began last before it, in whichever environment, when that was under
/// way, or had succeeded at most a day before. It begins with its first stage: one whose first gate is still closed has changed
/// nothing that could fail. A person's word goes before the rule.
package enum FailureRule {
    /// How long after it has succeeded a version may show that it is bad.
    package static let aftermath = Duration.seconds(86_400)
    /// What nobody notices is no failure.
    static let slight = "sev4"
    /// When a row of `deployments` began: of those made elsewhere, what was told; NULL before the first gate opens.
    static let began: SQL = """
        CASE WHEN runbook IS NULL THEN started
            ELSE (SELECT min(s.started) FROM deployment_stages s WHERE s.deployment = deployments.id) END
        """

    /// A deployment as far as the rule needs it; those of which no stage has begun, and aborted ones, are none.
    package struct Candidate: Sendable, Equatable {
        package let id: ID<DeploymentRecord>
        package let state: DeploymentState
        package let started: Timestamp
        /// Nil while it is under way.
        package let finished: Timestamp?

        package init(id: ID<DeploymentRecord>, state: DeploymentState, started: Timestamp, finished: Timestamp?) {
            self.id = id
            self.state = state
            self.started = started
            self.finished = finished
        }
    }

    /// - Parameter candidates: deployments of one service, in any order.
    /// - Returns: the one that an incident of this time is laid to; nil where it is none of them.
    package static func blamed(at opened: Timestamp, among candidates: [Candidate]) -> ID<DeploymentRecord>? {
        let last = candidates.filter { $0.state != .aborted && $0.started <= opened }
            .max { ($0.started, $0.id) < ($1.started, $1.id) }
        guard let last else { return nil }
        guard let finished = last.finished else { return last.id }
        // What failed or was taken back has left the version before it: that one had its day.
        let end = last.state == .succeeded ? finished.advanced(by: aftermath) : finished
        return opened <= end ? last.id : nil
    }
}
