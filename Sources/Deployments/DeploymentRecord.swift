package import Essentials
package import Executions
import Foundation
import Journal
package import RunbookFormat
import Storage

/// A deployment as the database has it, with its stages.
package struct DeploymentRecord: Sendable {
    package let facts: DeploymentFacts
    package let stages: [StageRecord]
    /// What it waits for, as a sentence; nil while it waits for nothing.
    package let waitsFor: String?
    /// The run that undoes it, and where that stands.
    package let rollbackState: RunState?

    package init(
        facts: DeploymentFacts, stages: [StageRecord], waitsFor: String? = nil, rollbackState: RunState? = nil
    ) {
        self.facts = facts
        self.stages = stages
        self.waitsFor = waitsFor
        self.rollbackState = rollbackState
    }

    package var id: ID<DeploymentRecord> { facts.id }
    package var state: DeploymentState { facts.state }
}

/// A deployment without its stages: its row.
package struct DeploymentFacts: Sendable, Decodable {
    package let id: ID<DeploymentRecord>
    package let service: String
    package let environment: String
    package let version: String
    package let commit_id: String?
    package let strategy: Strategy
    package let reason: String?
    package let state: DeploymentState
    /// Nil for one that was made elsewhere.
    package let runbook: String?
    package let runbook_version: String?
    let parameters: String
    let sealed: Data?
    package let external_id: String?
    package let previous_version: String?
    package let rollback_run: ID<RunRecord>?
    package let rollback_reason: String?
    /// Somebody has started it though nothing is known to undo it.
    package let no_rollback: Bool
    /// The checklist of what is left to do after its rollback.
    package let follow_up: String?
    package let created: Timestamp
    package let started: Timestamp?
    package let finished: Timestamp?
    package let failed: Timestamp?
    package let actor_kind: String
    package let actor: String
    package let actor_name: String
    package let person: String?

    static let select: SQL = """
        SELECT id, service, environment, version, commit_id, strategy, reason, state, runbook, runbook_version, parameters,
            sealed, external_id, previous_version, rollback_run, rollback_reason, no_rollback, follow_up,
            created, started, finished, failed,
            actor_kind, actor, actor_name, person FROM deployments
        """

    /// `accunode v1.2.4 to production`.
    package var title: String { "\(service) \(version) to \(environment)" }

    package var isRecorded: Bool { runbook == nil }

    /// What its events are about.
    var objects: [ObjectReference] {
        [ObjectReference("deployment", id.rawValue), ObjectReference("service", service)]
            + (runbook.map { [ObjectReference("runbook", $0)] } ?? [])
    }
}

package struct StageRecord: Sendable {
    package let position: Int
    package let plan: StagePlan
    package let state: StageState
    package let checklist: String?
    package let run: ID<RunRecord>?
    package let runState: RunState?
    package let reason: String?
    package let started: Timestamp?
    package let finished: Timestamp?
    package let gate: GateStatus
    /// What it waits for, as a sentence; nil while it waits for nothing.
    package let waitsFor: String?

    package init(
        position: Int, plan: StagePlan, state: StageState, checklist: String? = nil, run: ID<RunRecord>? = nil,
        runState: RunState? = nil, reason: String? = nil, started: Timestamp? = nil, finished: Timestamp? = nil,
        gate: GateStatus = GateStatus(), waitsFor: String? = nil
    ) {
        self.position = position
        self.plan = plan
        self.state = state
        self.checklist = checklist
        self.run = run
        self.runState = runState
        self.reason = reason
        self.started = started
        self.finished = finished
        self.gate = gate
        self.waitsFor = waitsFor
    }
}
