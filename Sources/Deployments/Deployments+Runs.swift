import Accounts
import Checklists
import Essentials
import Executions
import Foundation
import Journal
import RunbookFormat
import Runbooks
import Storage

/// The runs and checklists that a deployment will need, each checked beforehand, outside of any transaction: guides are parsed for it.
struct RunPlans {
    /// By the stage's position.
    var stages: [Int: Result<RunPlan, Problem>] = [:]
    var checklists: [Int: Result<Checklists.Plan, Problem>] = [:]
    var rollback: Result<RunPlan, Problem>?
}

extension Deployments {
    func order(_ stage: StagePlan, of plan: DeploymentPlan, for id: ID<DeploymentRecord>?) async throws -> RunOrder {
        try await order(stage, runbook: plan.entry.name, version: plan.entry.version, plan.values, for: id)
    }

    private func order(
        _ stage: StagePlan, runbook: String, version: String, _ values: DeploymentValues,
        for id: ID<DeploymentRecord>?
    ) async throws -> RunOrder {
        let guide = try await executions.catalogue.guide(version: version, of: runbook)
        var order = RunOrder(
            runbook: runbook, section: stage.section.isEmpty ? nil : stage.section, steps: stage.steps,
            parameters: values.values(for: guide.metadata.parameters))
        order.version = version
        // Its approvals are given at the stage.
        order.leavesGates = true
        // What a stage did is taken back with all of the deployment.
        order.leavesRollback = true
        order.occasions = id.map { [ObjectReference("deployment", $0.rawValue)] } ?? []
        return order
    }

    /// The runs of stages that have not begun.
    func runPlans(
        _ stages: [StagePlan], of plan: DeploymentPlan, for id: ID<DeploymentRecord>, by principal: Principal
    ) async throws -> RunPlans {
        var plans = RunPlans()
        for (index, stage) in stages.enumerated() {
            if !stage.steps.isEmpty {
                plans.stages[index + 1] = await planned(try await order(stage, of: plan, for: id), by: principal)
            }
            if !stage.items.isEmpty {
                plans.checklists[index + 1] = await planned(
                    try await checklist(
                        stage, runbook: plan.entry.name, version: plan.entry.version, plan.values, for: id),
                    by: principal)
            }
        }
        return plans
    }

    private func checklist(
        _ stage: StagePlan, runbook: String, version: String, _ values: DeploymentValues, for id: ID<DeploymentRecord>
    ) async throws -> ChecklistOrder {
        let guide = try await executions.catalogue.guide(version: version, of: runbook)
        let declared = Set(guide.metadata.parameters.parameters.map(\.name))
        var order = ChecklistOrder(
            runbook: runbook, section: stage.section.isEmpty ? nil : stage.section,
            occasion: "\(values.service) \(values.version) to \(values.environment)".prefixed(ofBytes: 400),
            object: ObjectReference("deployment", id.rawValue), version: version)
        order.items = stage.items
        order.parameters = values.values(for: guide.metadata.parameters).filter { declared.contains($0.key) }
        return order
    }

    private func planned(_ order: ChecklistOrder, by principal: Principal) async -> Result<Checklists.Plan, Problem> {
        do {
            return .success(try await checklists.plan(order, by: principal))
        } catch let problem as Problem {
            return .failure(problem)
        } catch {
            return .failure(.unavailable("The runbook could not be read: \(error)."))
        }
    }

    /// The runs that may follow from where a deployment stands.
    func runPlans(for record: DeploymentRecord, by principal: Principal) async throws -> RunPlans {
        var plans = RunPlans()
        let facts = record.facts
        guard let runbook = facts.runbook, let version = facts.runbook_version else { return plans }
        let values = try self.values(of: facts)
        switch facts.state {
        case .planned, .running, .waiting, .failed:
            let reason = try await database.read { reader in
                try record.stages.lazy.compactMap { try Self.reasonToRollBack($0, in: reader) }.first
            }
            if let reason { plans.rollback = try await rollback(of: facts, reason: reason, by: principal) }
            for stage in record.stages where stage.state == .pending || stage.state == .waiting {
                if stage.state == .pending, !stage.plan.items.isEmpty {
                    plans.checklists[stage.position] = await planned(
                        try await checklist(stage.plan, runbook: runbook, version: version, values, for: facts.id),
                        by: principal)
                }
                guard !stage.plan.steps.isEmpty else { continue }
                plans.stages[stage.position] = await planned(
                    try await order(stage.plan, runbook: runbook, version: version, values, for: facts.id),
                    by: principal)
            }
        case .rollingBack where facts.rollback_run == nil:
            plans.rollback = try await rollback(of: facts, reason: facts.rollback_reason, by: principal)
        default: break
        }
        return plans
    }

    /// Why a stage takes its deployment back, as a sentence; nil where none of its steps has asked for that.
    static func reasonToRollBack(_ stage: StageRecord, in reader: Reader) throws -> String? {
        guard stage.state == .running || stage.state == .failed, stage.runState == .failed, let run = stage.run,
            let step = try Executions.stepToRollBack(run, in: reader)
        else { return nil }
        return "The step \(step) of \(stage.plan.title) failed, and its guide rolls back then."
    }

    /// What a deployment fills in, its sensitive parameters included.
    func values(of facts: DeploymentFacts) throws -> DeploymentValues {
        let json = try facts.sealed.map { try sealing.open($0, context: "deployment/\(facts.id)") }
        let parameters = try JSONDecoder().decode([String: String].self, from: json ?? Data(facts.parameters.utf8))
        return DeploymentValues(
            service: facts.service, environment: facts.environment, version: facts.version, commit: facts.commit_id,
            parameters: parameters)
    }

    private func planned(_ order: RunOrder, by principal: Principal) async -> Result<RunPlan, Problem> {
        do {
            return .success(try await executions.plan(order, by: principal))
        } catch let problem as Problem {
            return .failure(problem)
        } catch {
            return .failure(.unavailable("The runbook could not be read: \(error)."))
        }
    }

    /// The run that would undo a deployment.
    func rollback(
        of facts: DeploymentFacts, previous: String? = nil, reason: String?, by principal: Principal
    ) async throws -> Result<RunPlan, Problem> {
        guard let runbook = facts.runbook, let version = facts.runbook_version else {
            return .failure(
                .conflict("\(facts.title) was made elsewhere: roll it back where it was made, and record that."))
        }
        let guide = try await executions.catalogue.guide(version: version, of: runbook)
        guard let binding = RollbackBinding(guide.metadata) else {
            return .failure(
                .conflict(
                    """
                    \(runbook) names no rollback runbook, so that nothing is known to undo it: write \
                    "rollback: NAME" into its front matter for the next time.
                    """))
        }
        do {
            return .success(
                try await rollbackPlan(
                    binding, deployed: runbook, version: version, try values(of: facts),
                    previous: previous ?? facts.previous_version, reason: reason, for: facts.id, by: principal))
        } catch let problem as Problem {
            return .failure(problem)
        }
    }

    /// - Throws: `Problem.notFound` when the runbook bound is not there.
    func rollbackPlan(
        _ binding: RollbackBinding, deployed: String, version: String, _ values: DeploymentValues, previous: String?,
        reason: String?, for id: ID<DeploymentRecord>?, by principal: Principal
    ) async throws -> RunPlan {
        // Its own section is that of the version that was deployed; another runbook is taken as it is now.
        let isOwn = binding.runbook == nil || binding.runbook == deployed
        let entry = try await executions.catalogue.entry(binding.runbook ?? deployed, by: principal)
        let guide = try await executions.catalogue.guide(
            version: isOwn ? version : entry.version, of: entry.name)
        var order = RunOrder(
            runbook: entry.name, section: binding.section,
            parameters: values.rollbackValues(
                for: guide.metadata.parameters, previous: previous, reason: reason))
        if isOwn { order.version = version }
        order.priority = "critical"
        order.leavesRollback = true
        order.occasions = id.map { [ObjectReference("deployment", $0.rawValue)] } ?? []
        return try await executions.plan(order, by: principal)
    }
}

extension String {
    /// As much of it as fits, at the most so many bytes.
    func prefixed(ofBytes most: Int) -> String {
        var text = self
        while text.utf8.count > most { text.removeLast() }
        return text
    }
}
