import Checklists
package import Essentials
import Executions
import Foundation
import RunbookFormat
package import Storage

/// What a list of deployments is narrowed to.
package struct DeploymentFilter: Sendable, Equatable {
    package var service: String?
    package var environment: String?
    package var state: DeploymentState?

    package init(service: String? = nil, environment: String? = nil, state: DeploymentState? = nil) {
        self.service = service
        self.environment = environment
        self.state = state
    }
}

extension Deployments {
    /// - Throws: `Problem.notFound`.
    package func deployment(_ id: ID<DeploymentRecord>, by principal: Principal) async throws -> DeploymentRecord {
        try principal.require(.read, to: "see deployments")
        return try await database.read { try Self.record(id, in: $0) }
    }

    /// A page of deployments, the newest first.
    package func deployments(
        _ request: PageRequest, _ filter: DeploymentFilter = .init(), by principal: Principal
    ) async throws -> Page<DeploymentRecord> {
        try principal.require(.read, to: "see deployments")
        let before: SQL = request.after.map { "id < \($0)" } ?? "TRUE"
        let service: SQL = filter.service.map { "AND service = \($0)" } ?? ""
        let environment: SQL = filter.environment.map { "AND environment = \($0)" } ?? ""
        let state: SQL = filter.state.map { "AND state = \($0)" } ?? ""
        return try await database.read { reader in
            let rows: [DeploymentFacts] = try reader.all(
                """
                \(DeploymentFacts.select) WHERE \(before) \(service) \(environment) \(state)
                ORDER BY id DESC LIMIT \(request.limit + 1)
                """)
            return try Page(rows: rows, limit: request.limit, cursor: \.id.rawValue).map {
                try Self.record($0, in: reader)
            }
        }
    }

    /// Lets it be found by its words.
    static func index(_ facts: DeploymentFacts, in transaction: Transaction) throws {
        let words = [facts.runbook, facts.reason, facts.commit_id, facts.external_id]
        try transaction.index(
            "deployment/\(facts.id)", title: facts.title, text: words.compactMap { $0 }.joined(separator: "\n"),
            at: facts.created)
    }

    /// Those that have not come to an end, the oldest first: one at most for each service and environment.
    package func underWay(by principal: Principal) async throws -> [DeploymentRecord] {
        try principal.require(.read, to: "see deployments")
        return try await database.read(Self.underWay)
    }

    static func underWay(in reader: Reader) throws -> [DeploymentRecord] {
        var records: [DeploymentRecord] = []
        for state in DeploymentState.unfinished {
            let rows: [DeploymentFacts] = try reader.all(
                "\(DeploymentFacts.select) WHERE state = \(state) ORDER BY id LIMIT \(mostUnderWay)")
            records += try rows.map { try record($0, in: reader) }
        }
        return records.sorted { $0.id < $1.id }
    }

    /// How many of each state are read; more services than that are hardly deployed at once.
    private static let mostUnderWay = 200

    package static func record(_ id: ID<DeploymentRecord>, in reader: Reader) throws -> DeploymentRecord {
        try record(try facts(id, in: reader), in: reader)
    }

    static func facts(_ id: ID<DeploymentRecord>, in reader: Reader) throws -> DeploymentFacts {
        guard let facts: DeploymentFacts = try reader.first("\(DeploymentFacts.select) WHERE id = \(id)") else {
            throw unknown(id)
        }
        return facts
    }

    static func record(_ facts: DeploymentFacts, in reader: Reader) throws -> DeploymentRecord {
        let stages = facts.isRecorded ? [] : try self.stages(of: facts, in: reader)
        var rollbackState: RunState?
        if let run = facts.rollback_run {
            rollbackState = try reader.text("SELECT state FROM runs WHERE id = \(run)").flatMap(RunState.init)
        }
        return DeploymentRecord(
            facts: facts, stages: stages,
            waitsFor: waitsFor(facts.state, stages, rollback: rollbackState, isStarted: facts.rollback_run != nil),
            rollbackState: rollbackState)
    }

    private static func waitsFor(
        _ state: DeploymentState, _ stages: [StageRecord], rollback: RunState?, isStarted: Bool
    ) -> String? {
        switch state {
        case .planned: "waits to be begun: promote it"
        case .running, .waiting: stages.first { $0.waitsFor != nil }?.waitsFor
        case .rollingBack where !isStarted: "the run that is under way is being stopped"
        case .rollingBack where rollback == .interrupted:
            "nobody saw how a step of the rollback ended: say what happened"
        default: nil
        }
    }

    private static func stages(of facts: DeploymentFacts, in reader: Reader) throws -> [StageRecord] {
        struct Approval: Decodable {
            let stage: Int
            let gate: String
            let person: String
            let name: String
        }
        let rows: [StageRow] = try reader.all(
            """
            SELECT s.position AS position, s.section AS section, s.title AS title, s.is_whole AS is_whole,
                s.steps AS steps, s.items AS items, s.gates AS gates, s.state AS state, s.checklist AS checklist,
                s.run AS run, r.state AS run_state, s.reason AS reason, s.started AS started, s.finished AS finished
            FROM deployment_stages s LEFT JOIN runs r ON r.id = s.run WHERE s.deployment = \(facts.id)
            ORDER BY s.position
            """)
        let approvals: [Approval] = try reader.all(
            "SELECT stage, gate, person, name FROM deployment_approvals WHERE deployment = \(facts.id) ORDER BY time")
        return try rows.map { row in
            let plan = try row.plan
            var gate = GateStatus()
            gate.title = plan.title
            gate.starter = facts.actor_name
            if let id = row.checklist {
                let list = try Checklists.summary(ID(id), in: reader)
                gate.openItems = list.state == .completed ? 0 : list.missing
                gate.isUnfinished = list.state != .completed
                gate.isAbandoned = list.state == .abandoned
            } else {
                gate.isUnfinished = !plan.items.isEmpty
            }
            gate.approvals = plan.gates.map { rule in
                let given = approvals.filter { $0.stage == row.position && $0.gate == rule.id }
                return GateStatus.Approvals(
                    gate: rule.id, question: rule.question, rule: rule.rule, given: given.map(\.name),
                    people: Set(given.map(\.person)))
            }
            return row.record(plan, gate)
        }
    }
}

private struct StageRow: Decodable {
    let position: Int
    let section: String
    let title: String
    let is_whole: Bool
    let steps: String
    let items: String
    let gates: String
    let state: StageState
    let checklist: String?
    let run: ID<RunRecord>?
    let run_state: RunState?
    let reason: String?
    let started: Timestamp?
    let finished: Timestamp?

    var plan: StagePlan {
        get throws {
            let decoder = JSONDecoder()
            return StagePlan(
                section: section, title: title, isWhole: is_whole,
                steps: try decoder.decode([String].self, from: Data(steps.utf8)),
                items: try decoder.decode([String].self, from: Data(items.utf8)),
                gates: try decoder.decode([StoredGate].self, from: Data(gates.utf8)).map(\.gate), faults: [])
        }
    }

    func record(_ plan: StagePlan, _ gate: GateStatus) -> StageRecord {
        let waitsFor: String? =
            switch (state, run_state) {
            case (.waiting, _): gate.sentence
            case (.running, .interrupted): "nobody saw how a step of “\(title)” ended: say what happened"
            case (.running, .waiting): "a step of “\(title)” waits for a person"
            default: nil
            }
        return StageRecord(
            position: position, plan: plan, state: state, checklist: checklist, run: run, runState: run_state,
            reason: reason, started: started, finished: finished, gate: gate, waitsFor: waitsFor)
    }
}

/// A gate as a stage's row keeps it.
struct StoredGate: Codable {
    let id: String
    let line: Int
    let role: Role
    let minimum: Int
    let not_starter: Bool
    let question: String

    init(_ gate: StagePlan.Gate) {
        id = gate.id
        line = gate.line
        role = gate.rule.role
        minimum = gate.rule.minimum
        not_starter = gate.rule.isClosedToStarter
        question = gate.question
    }

    var gate: StagePlan.Gate {
        var rule = ApprovalRule()
        rule.role = role
        rule.minimum = minimum
        rule.isClosedToStarter = not_starter
        return StagePlan.Gate(id: id, line: line, rule: rule, question: question)
    }
}
