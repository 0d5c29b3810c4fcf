import API
import Essentials

extension PayloadTests {
    static let deployments: [Sample] = {
        let approval = DeploymentApproval(
            id: "go", question: "Ship it?", role: "operator", minimum: 2, not_starter: true, given: ["Ada"])
        let bareStage = DeploymentStage(
            id: "ship", title: "Ship", state: "pending", steps: [], items: 0, approvals: [approval])
        var stage = bareStage
        stage.waits_for = "blocked by: 1 of 2 approvals by an operator"
        (stage.checklist, stage.run, stage.run_state) = ("1", "2", "failed")
        (stage.reason, stage.started, stage.finished) = ("its run is failed", time, time)
        let bare = Deployment(
            id: "1", service: "a", version: "v1", environment: "production", strategy: "rolling", state: "running",
            created: time, by: actor, stages: [bareStage])
        var full = bare
        full.stages = [stage]
        (full.waits_for, full.commit, full.reason) = ("blocked by: 1 item of “Ship” is open", "abc", "because")
        (full.runbook, full.runbook_version, full.external_id) = ("a", hash, "7")
        (full.previous_version, full.rollback_run, full.rollback_reason) = ("v0", "3", "errors")
        (full.started, full.finished, full.failed) = (time, time, time)
        (full.laid_to_it, full.no_rollback, full.follow_up) = (["9"], true, "8")
        let bar = DeploymentFigures.Bar(start: time, deployments: 2, failures: 1)
        let figures = { (rate: Double?, restore: Double?) in
            DeploymentFigures(
                service: "a", environment: "production", from: time, to: time, days: 30, deployments: 2, failures: 1,
                open_failures: 0, per_day: 0.5, change_failure_rate: rate, seconds_to_restore: restore, days_per_bar: 1,
                bars: [bar])
        }
        return [
            Sample(
                schema: "DeploymentRequest",
                full: DeploymentRequest(
                    runbook: "a", service: "b", version: "v1", environment: "production", strategy: "canary",
                    commit: "abc", reason: "because", parameters: ["A": "b"], planned: true,
                    stages: ["ship"], no_rollback: true),
                bare: DeploymentRequest(runbook: "a", version: "v1", environment: "production")),
            Sample(
                schema: "DeploymentRecordRequest",
                full: DeploymentRecordRequest(
                    service: "a", version: "v1", environment: "production", strategy: "canary", commit: "abc",
                    reason: "because", state: "failed", started: time, finished: time, external_id: "7"),
                bare: DeploymentRecordRequest(service: "a", version: "v1", environment: "production")),
            Sample(
                schema: "PromotionRequest", full: PromotionRequest(stage: "ship", note: "a"), bare: PromotionRequest()),
            Sample(schema: "AbortionRequest", full: AbortionRequest(reason: "a"), bare: AbortionRequest()),
            Sample(
                schema: "RollbackRequest", full: RollbackRequest(reason: "a", version: "v0"),
                bare: RollbackRequest(reason: "a")),
            Sample(schema: "Deployment", full: full, bare: bare),
            Sample(schema: "DeploymentStage", full: stage, bare: bareStage), same("DeploymentApproval", approval),
            Sample(
                schema: "RunningVersion",
                full: RunningVersion(
                    service: "a", environment: "production", version: "v1", deployment: "1", since: time,
                    latest_version: "v2", latest_deployment: "2", latest_state: "failed"),
                bare: RunningVersion(
                    service: "a", environment: "production", version: nil, deployment: nil, since: nil,
                    latest_version: "v2", latest_deployment: "2", latest_state: "failed")),
            Sample(schema: "DeploymentFigures", full: figures(0.5, 60.5), bare: figures(nil, nil)),
            same("DeploymentFiguresBar", bar),
        ]
    }()
}
