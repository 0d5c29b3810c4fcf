import Accounts
package import Essentials
import Executions
import Foundation
import Journal
import RunbookFormat
import Runbooks
import Storage

/// What somebody asks to be deployed.
package struct DeploymentOrder: Sendable, Equatable {
    package var runbook: String
    /// Without it, the one that the runbook names.
    package var service: String?
    package var version: String
    package var environment: String
    package var strategy: Strategy?
    package var commit: String?
    package var reason: String?
    package var parameters: [String: String]
    /// Whether it only takes its place, and waits to be begun.
    package var isPlanned = false
    /// The slugs of the sections that are its stages; nil for those of the guide.
    package var stages: [String]?
    /// Whether it goes ahead though nothing is known to undo it; the reason is on the record then.
    package var goesWithoutRollback = false

    package init(runbook: String, version: String, environment: String, parameters: [String: String] = [:]) {
        self.runbook = runbook
        self.version = version
        self.environment = environment
        self.parameters = parameters
    }
}

/// A deployment with every check made, and nothing done.
struct DeploymentPlan {
    let particulars: Deployments.Particulars
    let entry: Entry
    let stages: [StagePlan]
    let values: DeploymentValues
    let sensitive: Set<String>
}

extension Deployments {
    /// Accepts a deployment by the stages of a runbook, and begins it, unless it is only planned.
    /// - Throws: `Problem` with everything that stands in the way of any of its stages or of its rollback, before anything
    ///   runs; `Problem.conflict` that names the deployment that is under way there.
    package func start(_ order: DeploymentOrder, by principal: Principal) async throws -> DeploymentRecord {
        try principal.require(.operate, to: "deploy")
        let plan = try await plan(order, by: principal)
        let id = ID<DeploymentRecord>(at: time.now())
        let runs = try await runPlans(plan.stages, of: plan, for: id, by: principal)
        return try await database.write { transaction in
            try insert(plan, order, id, by: principal, in: transaction)
            if !order.isPlanned { try begin(id, by: principal, in: transaction) }
            try advance(id, runs: runs, by: principal, in: transaction)
            return try Self.record(id, in: transaction)
        }
    }

    private func plan(_ order: DeploymentOrder, by principal: Principal) async throws -> DeploymentPlan {
        let entry = try await executions.catalogue.entry(order.runbook, by: principal)
        let guide = try await executions.catalogue.guide(version: entry.version, of: entry.name)
        var fields: [Problem.Field] = []
        if let service = order.service?.trimmed, !service.isEmpty, let own = guide.metadata.service, own != service {
            fields.append(.init(name: "service", message: "\(own), which is what \(entry.name) deploys"))
        }
        let particulars = try Particulars(
            service: order.service.flatMap { $0.trimmed.isEmpty ? nil : $0 } ?? guide.metadata.service,
            environment: order.environment, version: order.version, commit: order.commit, reason: order.reason,
            besides: fields)
        let binding = RollbackBinding(guide.metadata)
        let stages = try guide.stages(
            named: order.stages, rollback: binding?.ownSection(of: entry.name))
        let plan = DeploymentPlan(
            particulars: particulars, entry: entry, stages: stages,
            values: DeploymentValues(
                service: particulars.service, environment: particulars.environment, version: particulars.version,
                commit: particulars.commit, parameters: order.parameters),
            sensitive: guide.metadata.parameters.sensitiveNames)
        try await refuseObstacles(to: plan, guide, binding, isWithoutRollback: order.goesWithoutRollback, by: principal)
        return plan
    }

    /// - Throws: `Problem.invalid` with what stands in the way of each stage, its gates and the rollback.
    private func refuseObstacles(
        to plan: DeploymentPlan, _ guide: Guide, _ binding: RollbackBinding?, isWithoutRollback: Bool,
        by principal: Principal
    ) async throws {
        var obstacles: [Problem.Field] = []
        if plan.stages.isEmpty {
            obstacles.append(
                .init(name: "runbook", message: "one with a section that holds steps, task items or approvals"))
        }
        if let refusal = guide.refusal { throw refusal }
        for fault in plan.stages.flatMap(\.faults) {
            obstacles.append(.init(name: fault.step, message: fault.message, line: fault.line))
        }
        // What was given is looked at even where no stage runs anything.
        obstacles += Self.fields { () throws(Problem) in
            _ = try guide.metadata.parameters.resolve(plan.values.values(for: guide.metadata.parameters))
        }
        for stage in plan.stages where !stage.steps.isEmpty {
            obstacles += await Self.fields {
                _ = try await executions.plan(self.order(stage, of: plan, for: nil), by: principal)
            }
        }
        obstacles += plan.bindingFaults(of: guide, isWithoutRollback: isWithoutRollback)
        if let binding { obstacles += await rollbackObstacles(to: plan, guide, binding, by: principal) }
        var known: Set<String> = []
        let different = obstacles.filter { known.insert("\($0.name)\n\($0.message)").inserted }
        guard different.isEmpty else {
            throw Problem.invalid("\(plan.entry.name) can't be deployed yet: nothing was started.", fields: different)
        }
    }

    private func rollbackObstacles(
        to plan: DeploymentPlan, _ guide: Guide, _ binding: RollbackBinding, by principal: Principal
    ) async -> [Problem.Field] {
        do {
            // Which version was good before is known when it comes to that; any version shows what else is missing.
            _ = try await rollbackPlan(
                binding, deployed: plan.entry.name, version: plan.entry.version, plan.values,
                previous: plan.particulars.version, reason: "rehearsed", for: nil, by: principal)
            return []
        } catch let problem as Problem where problem.code == .notFound {
            let name = guide.metadata.rollback ?? ""
            return [
                .init(
                    name: "rollback",
                    message:
                        "\(name), which \(plan.entry.name) names, is not there: import it, or mend the front matter",
                    line: 1)
            ]
        } catch let problem as Problem {
            return problem.fields.isEmpty
                ? [.init(name: "rollback", message: problem.message)]
                : problem.fields.map { .init(name: "rollback: \($0.name)", message: $0.message, line: $0.line) }
        } catch {
            return [.init(name: "rollback", message: "it could not be read")]
        }
    }

    private static func fields(_ check: () throws(Problem) -> Void) -> [Problem.Field] {
        do {
            try check()
            return []
        } catch {
            return error.fields.isEmpty ? [.init(name: "runbook", message: error.message)] : error.fields
        }
    }

    private static func fields(_ check: () async throws -> Void) async -> [Problem.Field] {
        do {
            try await check()
            return []
        } catch let problem as Problem {
            return problem.fields.isEmpty ? [.init(name: "runbook", message: problem.message)] : problem.fields
        } catch {
            return [.init(name: "runbook", message: "it could not be read")]
        }
    }

    private func insert(
        _ plan: DeploymentPlan, _ order: DeploymentOrder, _ id: ID<DeploymentRecord>, by principal: Principal,
        in transaction: Transaction
    ) throws {
        let particulars = plan.particulars
        try Self.refuseSecond(
            service: particulars.service, environment: particulars.environment, in: transaction)
        let previous = try Self.goodVersion(
            service: particulars.service, environment: particulars.environment, in: transaction)
        let given = order.parameters
        let isSecret = given.keys.contains(where: plan.sensitive.contains)
        let sealed = isSecret ? try sealing.seal(Data(given.json.utf8), context: "deployment/\(id)") : nil
        let shown = given.filter { !plan.sensitive.contains($0.key) }
        try transaction.execute(
            """
            INSERT INTO deployments (id, service, environment, version, commit_id, strategy, reason, state, runbook,
                runbook_version, parameters, sealed, previous_version, no_rollback, created, actor_kind, actor, actor_name,
                person)
            VALUES (\(id), \(particulars.service), \(particulars.environment), \(particulars.version),
                \(particulars.commit), \(order.strategy ?? .rolling), \(particulars.reason), \(DeploymentState.planned),
                \(plan.entry.name), \(plan.entry.version), \(shown.json), \(sealed), \(previous),
                \(order.goesWithoutRollback), \(time.now()), \(principal.kind.rawValue), \(principal.id), \(principal.name), \(principal.person))
            """)
        for (index, stage) in plan.stages.enumerated() {
            let gates = stage.gates.map { StoredGate($0.filled(with: plan.values, hiding: plan.sensitive)) }
            try transaction.execute(
                """
                INSERT INTO deployment_stages (deployment, position, section, title, is_whole, steps, items, gates, state)
                VALUES (\(id), \(index + 1), \(stage.section), \(stage.title), \(stage.isWhole), \(stage.steps.json),
                    \(stage.items.json), \(try gates.json), \(StageState.pending))
                """)
        }
        var details = particulars.details
        details["strategy"] = .string((order.strategy ?? .rolling).rawValue)
        details["stages"] = .array(plan.stages.map { .string($0.title) })
        details["runbook_version"] = .string(plan.entry.version)
        if let previous { details["previous_version"] = .string(previous) }
        if order.goesWithoutRollback { details["no_rollback"] = .bool(true) }
        let facts = try Self.facts(id, in: transaction)
        try Self.index(facts, in: transaction)
        try journal.append(
            Event("deployment.planned", on: facts.objects, details: details), by: principal, in: transaction)
    }

    /// Takes a planned deployment to its first stage.
    func begin(_ id: ID<DeploymentRecord>, by principal: Principal, in transaction: Transaction) throws {
        let facts = try Self.facts(id, in: transaction)
        guard let state = facts.state.after(.begin) else {
            throw Problem.conflict("\(facts.title) is \(facts.state.rawValue): it was begun already.")
        }
        try transaction.execute(
            "UPDATE deployments SET state = \(state), started = \(time.now()) WHERE id = \(id)")
        try journal.append(
            Event(
                "deployment.started", on: facts.objects,
                details: ["version": .string(facts.version), "environment": .string(facts.environment)]),
            by: principal, in: transaction)
    }
}

extension StagePlan.Gate {
    /// With `{{name}}` in its question filled; what is sensitive stays as it stands.
    fileprivate func filled(with values: DeploymentValues, hiding sensitive: Set<String>) -> Self {
        var known = values.parameters.filter { !sensitive.contains($0.key) }
        known["version"] = known["version"] ?? values.version
        known["environment"] = known["environment"] ?? values.environment
        known["service"] = known["service"] ?? values.service
        known["commit"] = known["commit"] ?? values.commit
        return Self(id: id, line: line, rule: rule, question: question.filled(with: known))
    }
}

extension [String: String] {
    var json: String { JSONValue.object(mapValues { .string($0) }).text }
}

extension [String] {
    var json: String { JSONValue.array(map { .string($0) }).text }
}

extension [StoredGate] {
    var json: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }
    }
}
