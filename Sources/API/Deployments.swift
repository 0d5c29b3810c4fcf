/// What `POST /api/v1/deployments` takes.
package struct DeploymentRequest: Codable, Sendable {
    package var runbook: String
    /// Without it, the one that the runbook names.
    package var service: String?
    package var version: String
    package var environment: String
    /// `rolling`, `canary` or `blue-green`; without it `rolling`.
    package var strategy: String?
    package var commit: String?
    package var reason: String?
    package var parameters: [String: String]?
    /// Only takes its place; a promotion begins it.
    package var planned: Bool?
    /// The sections that are its stages, by slug; without them those of the guide.
    package var stages: [String]?
    /// Goes ahead though the runbook names no rollback: `reason` then says why.
    package var no_rollback: Bool?

    package init(
        runbook: String, service: String? = nil, version: String, environment: String, strategy: String? = nil,
        commit: String? = nil, reason: String? = nil, parameters: [String: String]? = nil, planned: Bool? = nil,
        stages: [String]? = nil, no_rollback: Bool? = nil
    ) {
        self.runbook = runbook
        self.service = service
        self.version = version
        self.environment = environment
        self.strategy = strategy
        self.commit = commit
        self.reason = reason
        self.parameters = parameters
        self.planned = planned
        self.stages = stages
        self.no_rollback = no_rollback
    }
}

/// What `POST /api/v1/deployments/records` takes: a deployment that was made elsewhere.
package struct DeploymentRecordRequest: Codable, Sendable {
    package var service: String
    package var version: String
    package var environment: String
    package var strategy: String?
    package var commit: String?
    package var reason: String?
    /// `running`, `succeeded`, `failed`, `rolled-back` or `aborted`; without it `succeeded`.
    package var state: String?
    /// RFC 3339.
    package var started: String?
    package var finished: String?
    /// What the pipeline calls it: telling of it again tells of the same one.
    package var external_id: String?

    package init(
        service: String, version: String, environment: String, strategy: String? = nil, commit: String? = nil,
        reason: String? = nil, state: String? = nil, started: String? = nil, finished: String? = nil,
        external_id: String? = nil
    ) {
        self.service = service
        self.version = version
        self.environment = environment
        self.strategy = strategy
        self.commit = commit
        self.reason = reason
        self.state = state
        self.started = started
        self.finished = finished
        self.external_id = external_id
    }
}

/// What `POST /api/v1/deployments/{id}/promotion` takes.
package struct PromotionRequest: Codable, Sendable {
    /// The id of the stage that is meant: another one that waits by now is not promoted.
    package var stage: String?
    package var note: String?

    package init(stage: String? = nil, note: String? = nil) {
        self.stage = stage
        self.note = note
    }
}

/// What `POST /api/v1/deployments/{id}/cancellation` takes.
package struct AbortionRequest: Codable, Sendable {
    package var reason: String?

    package init(reason: String? = nil) { self.reason = reason }
}

/// What `POST /api/v1/deployments/{id}/rollback` takes.
package struct RollbackRequest: Codable, Sendable {
    package var reason: String
    /// The version to go back to, where it is another one than the record knows.
    package var version: String?

    package init(reason: String, version: String? = nil) {
        self.reason = reason
        self.version = version
    }
}

/// A deployment with its stages; one that was made elsewhere has none.
package struct Deployment: Codable, Sendable {
    package var id: String
    package var service: String
    package var version: String
    package var environment: String
    package var strategy: String
    package var state: String
    /// What it waits for, as a sentence; absent while it waits for nothing.
    package var waits_for: String?
    package var commit: String?
    package var reason: String?
    package var runbook: String?
    package var runbook_version: String?
    package var external_id: String?
    /// The good version that ran there before.
    package var previous_version: String?
    package var rollback_run: String?
    package var rollback_reason: String?
    /// True where somebody started it though nothing is known to undo it.
    package var no_rollback: Bool?
    /// The id of the checklist of what is left to do after its rollback.
    package var follow_up: String?
    package var created: String
    package var started: String?
    package var finished: String?
    /// When it was first known to have gone wrong.
    package var failed: String?
    package var by: Actor
    package var stages: [DeploymentStage]
    /// The incidents that count as its failure, by id; told where one deployment is asked for.
    package var laid_to_it: [String]?

    package init(
        id: String, service: String, version: String, environment: String, strategy: String, state: String,
        created: String, by: Actor, stages: [DeploymentStage]
    ) {
        self.id = id
        self.service = service
        self.version = version
        self.environment = environment
        self.strategy = strategy
        self.state = state
        self.created = created
        self.by = by
        self.stages = stages
    }
}

package struct DeploymentStage: Codable, Sendable {
    /// The slug of its section.
    package var id: String
    package var title: String
    package var state: String
    package var waits_for: String?
    /// The ids of the steps that a run of it takes.
    package var steps: [String]
    /// How many task items it has.
    package var items: Int
    package var approvals: [DeploymentApproval]
    package var checklist: String?
    package var run: String?
    package var run_state: String?
    /// A sentence, where the state alone does not say why.
    package var reason: String?
    package var started: String?
    package var finished: String?

    package init(
        id: String, title: String, state: String, steps: [String], items: Int, approvals: [DeploymentApproval]
    ) {
        self.id = id
        self.title = title
        self.state = state
        self.steps = steps
        self.items = items
        self.approvals = approvals
    }
}

/// What people must approve before a stage begins.
package struct DeploymentApproval: Codable, Sendable {
    package let id: String
    package let question: String
    /// `operator` or `admin`.
    package let role: String
    package let minimum: Int
    /// Whoever started the deployment doesn't count.
    package let not_starter: Bool
    /// The names of those who have approved, the first one first.
    package let given: [String]

    package init(id: String, question: String, role: String, minimum: Int, not_starter: Bool, given: [String]) {
        self.id = id
        self.question = question
        self.role = role
        self.minimum = minimum
        self.not_starter = not_starter
        self.given = given
    }
}

/// Which version of a service runs in one environment.
package struct RunningVersion: Codable, Sendable {
    package let service: String
    package let environment: String
    /// Of the last deployment that succeeded and was not taken back; absent where there was none.
    package let version: String?
    package let deployment: String?
    package let since: String?
    /// The last deployment that was begun, whatever became of it.
    package let latest_version: String
    package let latest_deployment: String
    package let latest_state: String

    package init(
        service: String, environment: String, version: String?, deployment: String?, since: String?,
        latest_version: String, latest_deployment: String, latest_state: String
    ) {
        self.service = service
        self.environment = environment
        self.version = version
        self.deployment = deployment
        self.since = since
        self.latest_version = latest_version
        self.latest_deployment = latest_deployment
        self.latest_state = latest_state
    }
}

/// How often and how well a service is deployed to an environment.
package struct DeploymentFigures: Codable, Sendable {
    package struct Bar: Codable, Sendable {
        package let start: String
        package let deployments: Int
        package let failures: Int

        package init(start: String, deployments: Int, failures: Int) {
            self.start = start
            self.deployments = deployments
            self.failures = failures
        }
    }

    package let service: String
    package let environment: String
    package let from: String
    package let to: String
    package let days: Int
    package let deployments: Int
    package let failures: Int
    /// Failures that nothing has restored yet.
    package let open_failures: Int
    package let per_day: Double
    /// From 0 to 1; absent without deployments.
    package let change_failure_rate: Double?
    /// The median; absent where nothing had to be restored.
    package let seconds_to_restore: Double?
    package let days_per_bar: Int
    package let bars: [Bar]

    package init(
        service: String, environment: String, from: String, to: String, days: Int, deployments: Int, failures: Int,
        open_failures: Int, per_day: Double, change_failure_rate: Double?, seconds_to_restore: Double?,
        days_per_bar: Int,
        bars: [Bar]
    ) {
        self.service = service
        self.environment = environment
        self.from = from
        self.to = to
        self.days = days
        self.deployments = deployments
        self.failures = failures
        self.open_failures = open_failures
        self.per_day = per_day
        self.change_failure_rate = change_failure_rate
        self.seconds_to_restore = seconds_to_restore
        self.days_per_bar = days_per_bar
        self.bars = bars
    }
}
