import API
import Essentials
import Executions
import Journal
import RunbookFormat

extension API.Run {
    /// - Parameter waitsFor: why it waits in the queue; nil where it does not.
    init(_ run: RunRecord, waitsFor: String?) {
        self.init(
            id: run.id.rawValue, runbook: run.runbook, version: run.version, section: run.section,
            state: run.state.rawValue, priority: run.priority, waits_for: waitsFor,
            occasions: run.occasions.isEmpty ? nil : run.occasions.map(\.text),
            parent: run.parent.flatMap { id in
                run.parentStep.map { RunParent(run: id.rawValue, step: $0, rollback: run.isRollback ? true : nil) }
            },
            rollback: run.rollback?.rawValue, reason: run.reason ?? run.rollbackFault, parameters: run.parameters,
            created: run.created.rfc3339,
            started: run.started?.rfc3339, finished: run.finished?.rfc3339,
            by: Actor(kind: run.actorKind, id: run.actor, name: run.actorName), steps: run.steps.map(RunStep.init))
    }
}

extension RunStep {
    init(_ step: StepRecord) {
        self.init(
            id: step.id, item: step.item, repeats: step.repeats, host: step.host, state: step.state.rawValue,
            line: step.line,
            outputs: step.outputs.isEmpty ? nil : step.outputs, needs: step.comesAfter, waits_for: step.waitsFor,
            due: step.due?.rfc3339, until: step.until?.rfc3339, run: step.child?.rawValue,
            reason: step.reason, asks: step.question?.kind.rawValue,
            question: step.question.flatMap { $0.text.isEmpty ? nil : $0.text }, expires: step.expires?.rfc3339,
            attempts: step.attempts.map(RunAttempt.init))
    }
}

extension RunAttempt {
    init(_ attempt: AttemptRecord) {
        self.init(
            number: attempt.number, state: attempt.state.rawValue, exit_status: attempt.exit_status,
            signal: attempt.signal, reason: attempt.reason, started: (attempt.started ?? attempt.created).rfc3339,
            finished: attempt.finished?.rfc3339, output_cut: attempt.output_cut,
            output_may_end_early: attempt.output_may_end_early, output_expired: attempt.output_expired?.rfc3339)
    }
}

extension RunSummary {
    init(_ run: RunSummaryRecord) {
        self.init(
            id: run.id.rawValue, runbook: run.runbook, version: run.version, section: run.section,
            state: run.state.rawValue, created: run.created.rfc3339, started: run.started?.rfc3339,
            finished: run.finished?.rfc3339, by: Actor(kind: run.actor_kind, id: run.actor, name: run.actor_name),
            steps_total: run.steps_total, steps_done: run.steps_done, step: run.step)
    }
}

extension OutputChunk {
    init(_ row: OutputRow) {
        self.init(
            n: row.n, step: row.step, attempt: row.attempt, stream: row.stream == 2 ? "stderr" : "stdout",
            time: row.time.rfc3339, text: row.text)
    }
}

extension DryRun {
    init(_ plan: RunPlan) {
        self.init(
            runbook: plan.runbook, version: plan.version, section: plan.section, priority: plan.priority,
            parameters: plan.shownParameters, environment: plan.environment,
            steps: plan.steps.map { Step($0, of: plan) }, rollback: plan.wayBack.map { PlannedRun($0) },
            missing: plan.missing.map { .init(name: $0.name, message: $0.message, line: $0.line) })
    }
}

extension DryRun.Step {
    init(_ step: RunbookFormat.Step, of plan: RunPlan) {
        let environment = plan.environment(of: step)
        let question = plan.asked[step.id]
        self.init(
            id: step.id, line: step.line, kind: step.kind.rawValue, needs: plan.comesAfter.map { $0[step.id] ?? [] },
            item: step.item, host: step.host == nil ? nil : step.item, interpreter: step.interpreter,
            script: plan.text(of: step),
            environment: environment.isEmpty ? nil : environment, asks: question?.kind.rawValue,
            question: question.flatMap { $0.text.isEmpty ? nil : $0.text }, waits_for: question?.sentence,
            condition: step.settings.condition, runs: plan.call(of: step).map { PlannedRun($0) })
    }
}

extension PlannedRun {
    init(_ further: RunPlan.Further) {
        self.init(runbook: further.runbook, version: further.version, section: further.section)
    }
}

extension RunOrder {
    init(_ request: RunRequest) {
        self.init(
            runbook: request.runbook, section: request.section, steps: request.steps, tags: request.tags,
            parameters: request.parameters ?? [:], placeholders: request.placeholders ?? [:],
            priority: request.priority
        )
    }
}
