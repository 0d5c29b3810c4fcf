import Deployments
import Essentials
import Executions
import Incidents
import RunbookFormat

/// One deployment: where it stands, what each stage waits for, and what one can do about it.
struct DeploymentPage: WebPage {
    static let template = "deployments/deployment"

    struct Stage: Encodable, Sendable {
        let key: String
        let number: String
        let title: String
        let stageState: String
        /// What it waits for, or why it failed.
        let stageSentence: String?
        /// `2 steps, 3 items, 1 approval`.
        let contents: String
        let runPath: String?
        let runLabel: String
        let checklistPath: String?
        let approvals: [Approval]
        let began: Moment?
        let stageTook: String?

        init(_ stage: StageRecord) {
            key = String(stage.position)
            number = String(stage.position)
            title = stage.plan.title
            stageState = stage.state.rawValue
            stageSentence = stage.waitsFor ?? stage.reason
            let plan = stage.plan
            let parts = [
                plan.steps.isEmpty ? nil : counted(plan.steps.count, "step"),
                plan.items.isEmpty ? nil : counted(plan.items.count, "item"),
                plan.gates.isEmpty ? nil : counted(plan.gates.count, "approval"),
            ]
            contents = parts.compactMap(\.self).joined(separator: ", ")
            runPath = stage.run.map { Paths.run($0.rawValue) }
            runLabel = "its run\(stage.runState.map { " \($0.rawValue)" } ?? "")"
            checklistPath = stage.checklist.map { Paths.checklist($0) }
            approvals = stage.gate.approvals.map(Approval.init)
            began = stage.started.map { Moment($0) }
            stageTook = stage.started.flatMap { started in stage.finished.map { started.duration(to: $0).inWords } }
        }
    }

    struct Approval: Encodable, Sendable {
        let question: String
        /// `1 of 2 approvals by an operator other than mira · approved by ada`.
        let approvalFacts: String
        let approvalState: String

        init(_ approvals: GateStatus.Approvals) {
            question = approvals.question.isEmpty ? "Go on?" : approvals.question
            let who = approvals.rule.role == .admin ? "an admin" : "an operator"
            let other = approvals.rule.isClosedToStarter ? " other than the one who started it" : ""
            let given = approvals.given.isEmpty ? "" : " · approved by \(approvals.given.joined(separator: ", "))"
            approvalFacts = "\(approvals.given.count) of \(approvals.rule.minimum) by \(who)\(other)\(given)"
            approvalState = approvals.isGiven ? "succeeded" : "waiting"
        }
    }

    /// What the reader may do now.
    struct Act: Encodable, Sendable {
        let label: String
        let stageID: String?
        let promotionPath: String
    }

    struct Rollback: Encodable, Sendable {
        let rollbackPath: String
        /// The good version that it goes back to; empty where none is known.
        let goodVersion: String
        let rollbackWords: String
    }

    /// One that affects the service, since the deployment began.
    struct Incident: Encodable, Sendable {
        let key: String
        let incidentPath: String
        let incident: String
        let severity: String
        let incidentState: String
        let opened: Moment
        let isLaidToIt: Bool

        init(_ record: IncidentRecord, isLaidToIt: Bool) {
            self.isLaidToIt = isLaidToIt
            key = record.id.rawValue
            incidentPath = Paths.incident(record.id.rawValue)
            incident = record.title
            severity = record.severity.rawValue
            incidentState = record.state.rawValue
            opened = Moment(record.milestones.opened)
        }
    }

    let layout: Layout
    let deploymentID: String
    let service: String
    let version: String
    let environment: String
    let state: String
    let sentence: String
    let act: Act?
    /// Why the reader may not approve what waits for approval.
    let refusal: String?
    let abortPath: String?
    let rollback: Rollback?
    let stagesCount: String
    let stages: [Stage]
    let isRecorded: Bool
    let runbook: String?
    let runbookPath: String
    let runbookVersion: String?
    let commit: String?
    let strategy: String
    let reason: String?
    let externalID: String?
    let previousVersion: String?
    let rollbackRunPath: String?
    let rollbackReason: String?
    let isWithoutRollback: Bool
    let followUpPath: String?
    let by: String
    let created: Moment
    let started: Moment?
    let finished: Moment?
    let took: String?
    let incidents: [Incident]
    let openingPath: String?
    let placePath: String
    let journalPath: String
    /// Where live news comes from; nil once there is none to come.
    let newsPath: String?

    init(
        _ record: DeploymentRecord, approval: ApprovalChance, incidents: [IncidentRecord],
        laid: Set<ID<IncidentRecord>>, mayOperate: Bool, head: Int64?, reader: Reader
    ) {
        let facts = record.facts
        let path = Paths.deployment(facts.id.rawValue)
        layout = Layout(
            "\(facts.title): \(facts.state.rawValue)", place: .deployments, reader: reader, scripts: ["live.js"])
        deploymentID = facts.id.rawValue
        service = facts.service
        version = facts.version
        environment = facts.environment
        state = facts.state.rawValue
        sentence = Self.sentence(record)
        (act, refusal) = Self.act(record, approval, mayOperate: mayOperate, path: path)
        abortPath = mayOperate && facts.state.after(.abort) != nil ? "\(path)/cancellation" : nil
        rollback = mayOperate ? Self.rollback(facts, path: path) : nil
        let done = record.stages.count { $0.state == .succeeded }
        stagesCount = "\(done) of \(record.stages.count) done"
        stages = record.stages.map(Stage.init)
        isRecorded = facts.isRecorded
        runbook = facts.runbook
        runbookPath = Paths.runbook(facts.runbook ?? "")
        runbookVersion = facts.runbook_version.map { String($0.prefix(12)) }
        commit = facts.commit_id
        strategy = facts.strategy.rawValue
        reason = facts.reason
        externalID = facts.external_id
        previousVersion = facts.previous_version
        rollbackRunPath = facts.rollback_run.map { Paths.run($0.rawValue) }
        rollbackReason = facts.rollback_reason
        isWithoutRollback = facts.no_rollback
        followUpPath = facts.follow_up.map { Paths.checklist($0) }
        by = facts.actor_name
        created = Moment(facts.created)
        started = facts.started.map { Moment($0) }
        finished = facts.finished.map { Moment($0) }
        took = facts.started.flatMap { started in facts.finished.map { started.duration(to: $0).inWords } }
        self.incidents = incidents.map { Incident($0, isLaidToIt: laid.contains($0.id)) }
        openingPath =
            mayOperate
            ? Paths.query(
                "/incidents/new",
                [("service", facts.service), ("title", "\(facts.title): "), ("deployment", facts.id.rawValue)]) : nil
        placePath = Paths.query("/deployments", [("service", facts.service), ("environment", facts.environment)])
        journalPath = Paths.journal(object: "deployment/\(facts.id.rawValue)")
        newsPath = head.map(Paths.news)
    }

    private static func sentence(_ record: DeploymentRecord) -> String {
        let facts = record.facts
        if let waitsFor = record.waitsFor { return waitsFor.capitalisedSentence + "." }
        let stage = record.stages.first { $0.state != .succeeded }
        switch facts.state {
        case .running:
            if facts.isRecorded { return "It is being made elsewhere, and will be told to have ended." }
            return stage.map { "At stage \($0.position) of \(record.stages.count), \($0.plan.title)." } ?? "Under way."
        case .succeeded: return facts.isRecorded ? "It was made elsewhere." : "All stages went well."
        case .failed:
            let failed = record.stages.first { $0.state == .failed }
            return failed.map {
                "Failed at stage \($0.position), \($0.plan.title)\($0.reason.map { ": \($0)" } ?? "")."
            }
                ?? "It failed where it was made."
        case .rollingBack: return "Going back\(facts.previous_version.map { " to \($0)" } ?? "")."
        case .rolledBack: return "Taken back\(facts.previous_version.map { ": \($0) runs again" } ?? "")."
        case .rollbackFailed: return "It could not be taken back: look at the rollback's run, then try again."
        case .aborted: return "Ended by a person; what it had done stays done."
        case .planned, .waiting: return ""
        }
    }

    private static func act(
        _ record: DeploymentRecord, _ approval: ApprovalChance, mayOperate: Bool, path: String
    ) -> (Act?, String?) {
        guard mayOperate else { return (nil, nil) }
        if record.state == .planned {
            return (Act(label: "Begin", stageID: nil, promotionPath: "\(path)/promotion"), nil)
        }
        switch approval {
        case .none: return (nil, nil)
        case .may(let stage, _):
            let act = Act(
                label: "Approve “\(stage.plan.title)”", stageID: stage.plan.id, promotionPath: "\(path)/promotion")
            return (act, nil)
        case .refused(_, let problem): return (nil, problem.message)
        }
    }

    private static func rollback(_ facts: DeploymentFacts, path: String) -> Rollback? {
        guard !facts.isRecorded, !facts.no_rollback, facts.started != nil, facts.state.after(.rollBack) != nil else {
            return nil
        }
        let target = facts.previous_version.map { "to \($0), the good version that ran before" }
        return Rollback(
            rollbackPath: "\(path)/rollback", goodVersion: facts.previous_version ?? "",
            rollbackWords:
                "This stops what is under way and runs the rollback runbook\(target.map { ", back \($0)" } ?? "").")
    }
}
