package import Essentials
import Journal
import RunbookFormat
package import Storage

/// Where the way back of a run stands on the record.
struct Rollback {
    let standing: RollbackStanding
    /// Why the way back did not lead back, as a sentence; nil where it did, or was not gone.
    let fault: String?

    static let underWay = Rollback(standing: .underWay, fault: nil)

    private init(standing: RollbackStanding, fault: String?) {
        self.standing = standing
        self.fault = fault
    }

    fileprivate static func notBegun(_ fault: String) -> Rollback { Rollback(standing: .failed, fault: fault) }

    /// - Parameters:
    ///   - run: the one that takes it back; nil before there is one.
    ///   - reason: why there is none, where one was to be.
    init(run: ID<RunRecord>?, state: RunState?, reason: String?) {
        guard let run, let state else {
            self.init(standing: reason == nil ? .toCome : .failed, fault: reason)
            return
        }
        switch state {
        case .succeeded: self.init(standing: .succeeded, fault: nil)
        case .failed, .cancelled, .rejected, .rolledBack:
            self.init(standing: .failed, fault: "The rollback failed: its run \(run) ended \(state.rawValue).")
        case .queued, .running, .waiting, .interrupted: self = .underWay
        }
    }

    init(of work: RunWork, in reader: Reader) throws {
        struct Row: Decodable {
            let reason: String?
            let rollback_run: ID<RunRecord>?
            let state: RunState?
        }
        guard work.rollback != nil,
            let row: Row = try reader.first(
                """
                SELECT r.reason AS reason, r.rollback_run AS rollback_run, b.state AS state
                FROM runs r LEFT JOIN runs b ON b.id = r.rollback_run WHERE r.id = \(work.id)
                """)
        else {
            self.init(standing: .none, fault: nil)
            return
        }
        self.init(run: row.rollback_run, state: row.state, reason: row.reason)
    }
}

extension RunRecord {
    /// Where its way back stands.
    var wayBack: Rollback { Rollback(run: rollback, state: rollbackState, reason: reason) }

    /// Why what it did is not taken back, once that is certain.
    package var rollbackFault: String? { wayBack.fault }

    /// What it did is being taken back.
    package var isRollingBack: Bool { !state.isSettled && wayBack.standing == .underWay }

    /// What it did is taken back, though something of it may still be open.
    var isTakenBack: Bool { wayBack.standing == .succeeded }

    /// What was taken back is not done once more: the run goes on with what was not finished beside that.
    /// - Throws: `Problem.conflict` when somebody wants it all the same.
    func afterRollback(_ chosen: [StepState], from: String?) throws(Problem) -> [StepState] {
        guard from == nil else {
            throw .conflict("What the run did is rolled back: resume it without choosing a step, or start a new one.")
        }
        return zip(steps, chosen).map { $0.state == .failed || $0.state == .timedOut ? $0.state : $1 }
    }
}

extension Executions {
    /// Starts the run that takes back what a run did, in the transaction from which on it waits for that: there is never a
    /// second one.
    func rollBack(
        _ work: RunWork, after step: String, by actor: Principal, in transaction: Transaction
    ) throws -> Rollback {
        guard let target = work.rollback else {
            throw Problem.notFound("What takes back what the run did is not on its record.")
        }
        do {
            let run = try startRollback(target, of: work, after: step, by: actor, in: transaction)
            try transaction.execute("UPDATE runs SET rollback_run = \(run) WHERE id = \(work.id)")
            try journal.append(
                Event(
                    "run.rolling-back", on: work.objects + [ObjectReference("run", run.rawValue)],
                    details: ["step": .string(step), "run": .string(run.rawValue)]), by: actor, in: transaction)
            return .underWay
        } catch let problem as Problem {
            let fault = "The rollback did not start: \(problem.withFields)"
            try transaction.execute("UPDATE runs SET reason = \(fault) WHERE id = \(work.id)")
            return .notBegun(fault)
        }
    }

    /// The step of a run that failed and wants what was done taken back; nil where none does.
    package static func stepToRollBack(_ run: ID<RunRecord>, in reader: Reader) throws -> String? {
        try reader.text(
            """
            SELECT step FROM run_steps a WHERE run = \(run) AND rolls_back = 1 AND state IN ('failed', 'timed-out')
                AND (max_failures IS NULL OR max_failures < (SELECT count(*) FROM run_steps b
                    WHERE b.run = \(run) AND b.repeats = a.repeats AND b.state IN ('failed', 'timed-out')))
            ORDER BY position LIMIT 1
            """)
    }

    private func startRollback(
        _ target: (pin: PinnedCall, guide: Guide), of work: RunWork, after step: String, by actor: Principal,
        in transaction: Transaction
    ) throws -> ID<RunRecord> {
        let (pin, guide) = target
        var order = RunOrder(runbook: pin.runbook, section: pin.section, priority: RollbackBinding.priority)
        order.version = pin.version
        order.parameters = RollbackBinding.values(work.parameters, for: guide.metadata.parameters)
        order.occasions = work.occasions
        var plan = try RunPlan(
            order, runbook: pin.runbook, version: pin.version, guide: guide, searchPath: searchPath)
        plan.calls = pin.calls
        plan.rollback = pin.rollback?.first
        return try accept(
            plan, by: work.starter, as: Parent(run: work.id, step: step, isRolledBack: true), told: actor,
            in: transaction)
    }
}
