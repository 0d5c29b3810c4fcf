package import Essentials
import Journal
import Storage

/// What started a run, and whether that still stands for its end.
struct Parentage: Sendable, Equatable, Decodable {
    let run: ID<RunRecord>
    let runbook: String
    let state: RunState
    /// The step that started it.
    let step: String
    let step_state: StepState
    /// No other run has taken its place.
    let is_last: Bool

    /// A run whose parent has ended is resumed within it: the parent waits again, holds its limits again, and goes on with
    /// what comes of it.
    /// - Returns: whether the parent, which has ended, is to wait for it again; else it waits already.
    /// - Throws: `Problem.conflict` where nothing would wait for it.
    func isToWaitAgain(for run: RunRecord) throws(Problem) -> Bool {
        let name = "run \(self.run) of \(runbook)"
        guard state.isSettled else {
            if is_last, run.state == .interrupted { return false }
            guard is_last else { throw Self.begunAnew(name) }
            throw .conflict(
                "It belongs to \(name), which is \(state.rawValue): once that has ended, this can be resumed.")
        }
        guard state.mayBeResumed else {
            throw .conflict("It belongs to \(name), which is \(state.rawValue): nothing waits for this any more.")
        }
        guard is_last else { throw Self.begunAnew(name) }
        guard run.isRollback || [.failed, .timedOut, .cancelled].contains(step_state) else {
            throw .conflict("It belongs to \(name), where \(step) is \(step_state.rawValue): nothing waits for this.")
        }
        guard state != .interrupted else {
            throw .conflict("It belongs to \(name), which is interrupted: say there first how its step ended.")
        }
        return true
    }

    private static func begunAnew(_ name: String) -> Problem {
        .conflict("What \(name) started here it has begun anew, or left out: look after that one.")
    }
}

extension RunRecord {
    /// Why it can't be resumed though it ended so that it could; nil where it can.
    package var reasonNotToResume: Problem? {
        guard state.mayBeResumed, let parentage else { return nil }
        do throws(Problem) {
            _ = try parentage.isToWaitAgain(for: self)
            return nil
        } catch {
            return error
        }
    }
}

extension Executions {
    static func parentage(of run: RunRow, in reader: Reader) throws -> Parentage? {
        guard let parent = run.parent, let step = run.parent_step else { return nil }
        return try reader.first(
            """
            SELECT p.id AS run, p.runbook AS runbook, p.state AS state, s.step AS step, s.state AS step_state,
                coalesce(CASE WHEN \(run.is_rollback) THEN p.rollback_run ELSE s.child END = \(run.id), 0) AS is_last
            FROM runs p JOIN run_steps s ON s.run = p.id AND s.step = \(step) WHERE p.id = \(parent)
            """)
    }

    /// Lets what had started a run wait for it again, and so what had started that.
    /// - Parameter run: as it was before it went on.
    /// - Returns: those that wait again, the nearest first.
    /// - Throws: `Problem.conflict` where one of them can't.
    func waitAgain(
        for run: RunRecord, by principal: Principal, in transaction: Transaction
    ) throws -> [RunRecord] {
        guard let parentage = run.parentage, try parentage.isToWaitAgain(for: run) else { return [] }
        let parent = try Self.record(parentage.run, in: transaction)
        var further: [RunRecord] = []
        if run.isRollback {
            // Its steps stay as they are: they ended, and what they did is being taken back.
            try transaction.execute(
                """
                UPDATE runs SET state = \(RunState.queued), rests_until = NULL, finished = NULL, reason = NULL
                WHERE id = \(parent.id)
                """)
        } else {
            let states = parent.steps.map { $0.id == parentage.step ? .queued : $0.state }
            further = try goOn(parent, states, note: nil, by: principal, in: transaction)
        }
        try journal.append(
            Event("run.resumed", on: parent.objects, details: ["run": .string(run.id.rawValue)]), by: principal,
            in: transaction)
        let above = try waitAgain(for: parent, by: principal, in: transaction)
        return [try Self.record(parent.id, in: transaction)] + further + above
    }
}
