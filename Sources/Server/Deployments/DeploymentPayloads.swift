import API
import Deployments
import Essentials
import Executions
import RunbookFormat

extension Deployment {
    init(_ record: DeploymentRecord) {
        let facts = record.facts
        self.init(
            id: facts.id.rawValue, service: facts.service, version: facts.version, environment: facts.environment,
            strategy: facts.strategy.rawValue, state: facts.state.rawValue, created: facts.created.rfc3339,
            by: Actor(kind: facts.actor_kind, id: facts.actor, name: facts.actor_name),
            stages: record.stages.map(DeploymentStage.init))
        waits_for = record.waitsFor
        commit = facts.commit_id
        reason = facts.reason
        runbook = facts.runbook
        runbook_version = facts.runbook_version
        external_id = facts.external_id
        previous_version = facts.previous_version
        rollback_run = facts.rollback_run?.rawValue
        rollback_reason = facts.rollback_reason
        no_rollback = facts.no_rollback ? true : nil
        follow_up = facts.follow_up
        started = facts.started?.rfc3339
        finished = facts.finished?.rfc3339
        failed = facts.failed?.rfc3339
    }
}

extension DeploymentStage {
    init(_ stage: StageRecord) {
        self.init(
            id: stage.plan.id, title: stage.plan.title, state: stage.state.rawValue, steps: stage.plan.steps,
            items: stage.plan.items.count,
            approvals: stage.gate.approvals.map { approvals in
                DeploymentApproval(
                    id: approvals.gate, question: approvals.question, role: approvals.rule.role.rawValue,
                    minimum: approvals.rule.minimum, not_starter: approvals.rule.isClosedToStarter,
                    given: approvals.given)
            })
        waits_for = stage.waitsFor
        checklist = stage.checklist
        run = stage.run?.rawValue
        run_state = stage.runState?.rawValue
        reason = stage.reason
        started = stage.started?.rfc3339
        finished = stage.finished?.rfc3339
    }
}

extension DeploymentFigures {
    init(_ figures: Figures) {
        self.init(
            service: figures.service, environment: figures.environment, from: figures.from.rfc3339,
            to: figures.to.rfc3339, days: figures.days, deployments: figures.deployments, failures: figures.failures,
            open_failures: figures.open, per_day: figures.perDay, change_failure_rate: figures.changeFailureRate,
            seconds_to_restore: figures.timeToRestore.map { Double($0.components.seconds) },
            days_per_bar: figures.daysPerBar,
            bars: figures.bars.map {
                Bar(start: $0.start.rfc3339, deployments: $0.deployments, failures: $0.failures)
            })
    }
}

extension API.RunningVersion {
    init(_ running: PlacedVersion) {
        self.init(
            service: running.service, environment: running.environment, version: running.good?.version,
            deployment: running.good?.id.rawValue, since: running.good?.finished?.rfc3339,
            latest_version: running.latest.version, latest_deployment: running.latest.id.rawValue,
            latest_state: running.latest.state.rawValue)
    }
}

extension DeploymentOrder {
    init(_ request: DeploymentRequest) throws(Problem) {
        self.init(
            runbook: request.runbook, version: request.version, environment: request.environment,
            parameters: request.parameters ?? [:])
        service = request.service
        strategy = try request.strategy.map(Strategy.init(asked:))
        commit = request.commit
        reason = request.reason
        isPlanned = request.planned ?? false
        stages = request.stages
        goesWithoutRollback = request.no_rollback ?? false
    }
}

extension RecordOrder {
    init(_ request: DeploymentRecordRequest) throws(Problem) {
        self.init(service: request.service, environment: request.environment, version: request.version)
        commit = request.commit
        strategy = try request.strategy.map(Strategy.init(asked:))
        reason = request.reason
        if let text = request.state {
            guard let state = DeploymentState(rawValue: text), RecordOrder.states.contains(state) else {
                throw .invalid(
                    "\"\(text.prefix(40))\" is no state of a deployment that was made elsewhere.",
                    fields: [
                        .init(name: "state", message: RecordOrder.states.map(\.rawValue).joined(separator: ", "))
                    ])
            }
            self.state = state
        }
        started = try Self.time("started", request.started)
        finished = try Self.time("finished", request.finished)
        externalID = request.external_id
    }

    private static func time(_ field: String, _ text: String?) throws(Problem) -> Timestamp? {
        guard let text else { return nil }
        guard let time = Timestamp(rfc3339: text) else {
            throw .invalid(
                "\"\(text.prefix(60))\" is not a time.",
                fields: [.init(name: field, message: "RFC 3339, such as 2026-01-19T08:30:00Z")])
        }
        return time
    }
}

extension Strategy {
    init(asked text: String) throws(Problem) {
        guard let strategy = Strategy(rawValue: text) else {
            throw .invalid(
                "There is no strategy \"\(text.prefix(40))\".",
                fields: [
                    .init(name: "strategy", message: Strategy.allCases.map(\.rawValue).joined(separator: ", "))
                ])
        }
        self = strategy
    }
}
