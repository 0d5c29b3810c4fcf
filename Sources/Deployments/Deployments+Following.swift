import Checklists
package import Essentials
import Executions
import Foundation
package import Journal
import Storage

extension Deployments {
    /// The ends of runs and checklists that a deployment may wait for.
    package static let followed: Set<String> = [
        "run.succeeded", "run.failed", "run.cancelled", "run.rejected", "run.rolled-back", "run.interrupted",
        "run.resumed", "run.waiting", "step.approved", "step.rejected", "step.confirmed", "step.failed",
        "checklist.completed", "checklist.overridden", "checklist.reopened",
    ]
    /// Ends of deployments that leave a run under way.
    package static let stopping: Set<String> = ["deployment.aborted", "deployment.rolling-back"]

    /// Takes the deployments that an event is about as far as they go by now. All that it asks is in the database, so that it
    /// is safe to repeat and to come late.
    package func follow(_ event: RecordedEvent) async throws {
        for object in event.objects where object.kind == "deployment" {
            try await advance(ID(object.id))
        }
    }

    /// Stops what an aborted deployment, or one that is being rolled back, has under way.
    package func stopRuns(_ event: RecordedEvent) async throws {
        for object in event.objects where object.kind == "deployment" {
            let record = try await database.read { try Self.record(ID(object.id), in: $0) }
            // A late repetition must not stop what somebody has taken up again.
            guard record.state == .aborted || record.state == .rollingBack else { continue }
            for stage in record.stages where stage.runState.map(\.isSettled) == false {
                guard let run = stage.run else { continue }
                do {
                    _ = try await executions.cancel(run, by: Self.follower)
                } catch let problem as Problem where problem.code == .conflict {
                    // It came to its end in the meantime, which is as good.
                    continue
                }
            }
            try await advance(record.id)
        }
    }

    private func advance(_ id: ID<DeploymentRecord>) async throws {
        let record = try await database.read { try Self.record(id, in: $0) }
        let runs = try await runPlans(for: record, by: Self.follower)
        try await database.write { transaction in
            try advance(id, runs: runs, by: Self.follower, in: transaction)
        }
    }

    /// Moves a deployment from where it stands to where it rests, all in the caller's transaction.
    func advance(
        _ id: ID<DeploymentRecord>, runs: RunPlans, by principal: Principal, in transaction: Transaction
    ) throws {
        while true {
            let record = try Self.record(id, in: transaction)
            let move = NextMove.of(
                record.state,
                stages: record.stages.map { .init($0.state, isGateOpen: $0.gate.isOpen, run: $0.runState) },
                rollback: record.rollbackState)
            let act = Movement(
                deployments: self, record: record, runs: runs, principal: principal, transaction: transaction)
            guard try act.make(move) else { return }
        }
    }
}

extension Checklists {
    /// What a stage has asked for and nobody will answer is closed with it, so that it waits for nobody.
    func abandon(
        _ stage: StageRecord, because reason: String, by principal: Principal, in transaction: Transaction
    ) throws {
        guard let id = stage.checklist.map({ ID<ChecklistRecord>($0) }) else { return }
        guard try Checklists.summary(id, in: transaction).state == .open else { return }
        try abandon(id, reason: reason, by: principal, in: transaction)
    }
}

/// One move of a deployment: its rows, its runs and its event.
private struct Movement {
    let deployments: Deployments
    let record: DeploymentRecord
    let runs: RunPlans
    let principal: Principal
    let transaction: Transaction

    private var id: ID<DeploymentRecord> { record.id }
    private var now: Timestamp { deployments.time.now() }

    /// - Returns: whether another move may follow.
    func make(_ move: NextMove) throws -> Bool {
        switch move {
        case .rest: return false
        case .offer(let index): return try offer(record.stages[index])
        case .start(let index): return try start(record.stages[index])
        case .endStage(let index, let state): try end(record.stages[index], state)
        case .succeed: try become(.succeed)
        case .fail: return try fail()
        case .become(let state): try pause(state)
        case .takeUp(let index): return try takeUp(record.stages[index])
        case .takeUpRollback: return try isFree() && become(.resume, "deployment.resumed")
        case .startRollback: return try startRollback()
        case .endRollback(let state):
            try become(state == .rolledBack ? .rollbackSucceeded : .rollbackFailed)
        }
        return true
    }

    private func offer(_ stage: StageRecord) throws -> Bool {
        var checklist: String?
        if !stage.plan.items.isEmpty {
            switch runs.checklists[stage.position] {
            case .success(let plan)?:
                checklist = try deployments.checklists.start(plan, by: principal, in: transaction).rawValue
            case .failure(let problem)?:
                try end(stage, .failed, because: problem.description)
                return true
            // Its turn came in between; whoever brought it on told of it, and comes next.
            case nil: return false
            }
        }
        try transaction.execute(
            """
            UPDATE deployment_stages SET state = \(StageState.waiting), checklist = \(checklist)
            WHERE deployment = \(id) AND position = \(stage.position)
            """)
        return true
    }

    private func start(_ stage: StageRecord) throws -> Bool {
        var run: ID<RunRecord>?
        if !stage.plan.steps.isEmpty {
            switch runs.stages[stage.position] {
            case .success(let plan)?: run = try deployments.executions.accept(plan, by: principal, in: transaction)
            case .failure(let problem)?:
                try end(stage, .failed, because: problem.description)
                return true
            // The gate opened in between; whoever opened it told of it, and comes next.
            case nil: return false
            }
        }
        if record.state == .waiting { try set(.goOn) }
        try transaction.execute(
            """
            UPDATE deployment_stages SET state = \(StageState.running), run = \(run), started = \(now)
            WHERE deployment = \(id) AND position = \(stage.position)
            """)
        try tell("deployment.stage-started", of: stage, run: run)
        return true
    }

    private func end(_ stage: StageRecord, _ state: StageState, because reason: String? = nil) throws {
        let reason = reason ?? (state == .failed ? stage.runState.map { "its run is \($0.rawValue)" } : nil)
        try transaction.execute(
            """
            UPDATE deployment_stages SET state = \(state), reason = \(reason), finished = \(now)
            WHERE deployment = \(id) AND position = \(stage.position)
            """)
        try tell("deployment.stage-\(state.rawValue)", of: stage, run: stage.run, reason: reason)
    }

    /// A stage that failed at a step whose guide wants that (`on-failure=rollback`) takes the deployment back: its run has
    /// left it to us.
    private func fail() throws -> Bool {
        let stage = record.stages.first { $0.state == .failed }
        var details: [String: JSONValue] = [:]
        if let stage { details["stage"] = .string(stage.plan.title) }
        if let reason = stage?.reason { details["reason"] = .string(reason) }
        if let stage, let reason = try Deployments.reasonToRollBack(stage, in: transaction) {
            switch runs.rollback {
            case .success?: return try rollBack(because: reason)
            case .failure(let problem)?:
                details["reason"] = .string("\(reason) That can't start: \(problem.description)")
            // It failed in between; whoever saw it told of it, and comes next.
            case nil: return false
            }
        }
        return try become(.fail, details: details)
    }

    private func rollBack(because reason: String) throws -> Bool {
        try transaction.execute(
            "UPDATE deployments SET rollback_run = NULL, failed = \(record.facts.failed ?? now), rollback_reason = \(reason) WHERE id = \(id)"
        )
        var details: [String: JSONValue] = ["reason": .string(reason)]
        if let previous = record.facts.previous_version { details["previous_version"] = .string(previous) }
        return try become(.rollBack, details: details)
    }

    private func pause(_ state: DeploymentState) throws {
        try set(state == .waiting ? .wait : .goOn)
        var details: [String: JSONValue] = [:]
        if let stage = record.stages.first(where: { $0.waitsFor != nil }) {
            details["stage"] = .string(stage.plan.title)
            details["waits_for"] = stage.waitsFor.map { .string($0) }
        }
        try tell("deployment.\(state.rawValue)", details: state == .waiting ? details : [:])
    }

    private func takeUp(_ stage: StageRecord) throws -> Bool {
        guard try isFree() else { return false }
        try transaction.execute(
            """
            UPDATE deployment_stages SET state = \(StageState.running), reason = NULL, finished = NULL
            WHERE deployment = \(id) AND position = \(stage.position)
            """)
        return try become(.resume, "deployment.resumed", details: ["stage": .string(stage.plan.title)])
    }

    /// Whether nothing else is under way in its place: if there is, a run that somebody resumes belongs to history.
    private func isFree() throws -> Bool {
        try !transaction.exists(
            """
            SELECT 1 FROM deployments WHERE service = \(record.facts.service)
                AND environment = \(record.facts.environment)
                AND state IN ('planned', 'running', 'waiting', 'rolling-back')
            """)
    }

    private func startRollback() throws -> Bool {
        switch runs.rollback {
        case .success(let plan)?:
            let run = try deployments.executions.accept(plan, by: principal, in: transaction)
            for stage in record.stages { try leave(stage) }
            try transaction.execute("UPDATE deployments SET rollback_run = \(run) WHERE id = \(id)")
            try tell("deployment.rollback-started", run: run)
        case .failure(let problem)?:
            try become(.rollbackFailed, details: ["reason": .string(problem.description)])
        case nil: return false
        }
        return true
    }

    /// What a stage comes to when its deployment ends before it.
    private func leave(_ stage: StageRecord) throws {
        let state: StageState
        switch stage.state {
        case .pending, .waiting:
            state = .skipped
            try deployments.checklists.abandon(
                stage, because: "the deployment was rolled back", by: principal, in: transaction)
        case .running: state = stage.runState == .succeeded ? .succeeded : .failed
        case .succeeded, .failed, .skipped: return
        }
        try transaction.execute(
            """
            UPDATE deployment_stages SET state = \(state), finished = \(now) WHERE deployment = \(id)
                AND position = \(stage.position)
            """)
    }

    private func set(_ act: DeploymentState.Act) throws {
        guard let state = record.state.after(act) else {
            throw Problem.conflict("\(record.facts.title) is \(record.state.rawValue), and can't \(act.rawValue).")
        }
        let finished = state.isUnfinished ? nil : now
        let failed = record.facts.failed ?? (state.isFailure ? now : nil)
        try transaction.execute(
            "UPDATE deployments SET state = \(state), finished = \(finished), failed = \(failed) WHERE id = \(id)")
    }

    /// - Parameter kind: of its event; without it, that of the new state.
    @discardableResult
    private func become(
        _ act: DeploymentState.Act, _ kind: String? = nil, details: [String: JSONValue] = [:]
    ) throws -> Bool {
        try set(act)
        let state = record.state.after(act)?.rawValue ?? act.rawValue
        try tell(kind ?? "deployment.\(state)", details: details)
        return true
    }

    private func tell(_ kind: String, of stage: StageRecord, run: ID<RunRecord>?, reason: String? = nil) throws {
        var details: [String: JSONValue] = [
            "stage": .string(stage.plan.title), "number": .integer(Int64(stage.position)),
            "of": .integer(Int64(record.stages.count)),
        ]
        if let reason { details["reason"] = .string(reason) }
        try tell(kind, run: run, details: details)
    }

    private func tell(_ kind: String, run: ID<RunRecord>? = nil, details: [String: JSONValue] = [:]) throws {
        let facts = record.facts
        var details = details
        details["version"] = .string(facts.version)
        details["environment"] = .string(facts.environment)
        try deployments.journal.append(
            Event(
                kind, on: facts.objects + (run.map { [ObjectReference("run", $0.rawValue)] } ?? []), details: details),
            by: principal, in: transaction)
    }
}
