import Essentials
import Foundation
import Journal
import RunbookFormat
import Storage

/// Steps that run another runbook: a run of its own, which the step waits for without a worker.
extension Executions {
    /// Starts the run of a step, in the transaction that lets the step wait for it, so that there is never a second one.
    /// - Returns: the run; nil where the step has failed instead, for its values can't be taken.
    func call(
        _ step: Step, of work: RunWork, at now: Timestamp, by actor: Principal, in transaction: Transaction
    ) throws -> ID<RunRecord>? {
        guard let target = work.calls[step.id], let call = step.call else {
            throw Problem.notFound("What the step \(step.id) runs is not on its record.")
        }
        do {
            let known = try Self.handedOver(by: work, in: transaction)
            var order = RunOrder(runbook: target.pin.runbook, section: target.pin.section, priority: work.priority)
            order.version = target.pin.version
            order.parameters = try call.filled { (value) throws(Problem) in try known.value(of: value, for: step) }
            var plan = try RunPlan(
                order, runbook: target.pin.runbook, version: target.pin.version, guide: target.guide,
                searchPath: searchPath)
            plan.calls = target.pin.calls
            plan.rollback = target.pin.rollback?.first
            let child = try accept(
                plan, by: work.starter, as: Parent(run: work.id, step: step.id), told: actor, in: transaction)
            try transaction.execute(
                """
                UPDATE run_steps SET state = \(StepState.waiting), due = NULL, child = \(child)
                WHERE run = \(work.id) AND step = \(step.id)
                """)
            try journal.append(
                Event(
                    "step.called", on: work.stepObjects + [ObjectReference("run", child.rawValue)],
                    details: ["step": .string(step.id), "run": .string(child.rawValue)]), by: actor, in: transaction)
            return child
        } catch let problem as Problem {
            try end(
                step.id, of: work, as: .failed,
                because: "No run was started: \(problem.withFields)", child: nil,
                by: actor, in: transaction)
            return nil
        }
    }

    /// Records how the run of a step ended as the end of the step.
    func returned(
        _ step: String, _ child: ID<RunRecord>, _ state: RunState, to work: RunWork, by actor: Principal,
        in transaction: Transaction
    ) throws -> StepState {
        let end: StepState =
            switch state {
            case .succeeded: .succeeded
            case .cancelled: .cancelled
            case .rejected: .rejected
            case .failed, .rolledBack, .queued, .running, .waiting, .interrupted: .failed
            }
        let reason = end == .succeeded ? nil : "Its run \(child) ended \(state.rawValue)."
        try self.end(step, of: work, as: end, because: reason, child: child, by: actor, in: transaction)
        return end
    }

    private func end(
        _ step: String, of work: RunWork, as state: StepState, because reason: String?, child: ID<RunRecord>?,
        by actor: Principal, in transaction: Transaction
    ) throws {
        try transaction.execute(
            """
            UPDATE run_steps SET state = \(state), reason = \(reason), due = NULL
            WHERE run = \(work.id) AND step = \(step)
            """)
        try journal.append(
            Event(
                "step.returned", on: work.stepObjects,
                details: [
                    "step": .string(step), "state": .string(state.rawValue),
                    "run": child.map { .string($0.rawValue) } ?? .null, "reason": reason.map { .string($0) } ?? .null,
                ]), by: actor, in: transaction)
    }
}

/// The step that starts a run.
struct Parent: Sendable {
    let run: ID<RunRecord>
    let step: String
    /// It has failed, and what its run did is taken back.
    var isRolledBack = false

    var details: JSONValue {
        var details: [String: JSONValue] = ["run": .string(run.rawValue), "step": .string(step)]
        if isRolledBack { details["rollback"] = .bool(true) }
        return .object(details)
    }
}

extension Timestamp {
    /// Of a run that rests until it is told otherwise.
    static let untilTold = Timestamp(microseconds: 253_402_300_800_000_000)
}

extension RunState {
    /// The step that waits for it goes on: an interrupted run still waits for a person.
    var hasReturned: Bool { isSettled && self != .interrupted }
}
