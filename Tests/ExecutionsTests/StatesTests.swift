import Essentials
import Processes
import Testing

@testable import Executions

@Suite struct StatesTests {
    @Test(
        arguments: [
            ([.queued, .queued], false, .start(0)),
            ([.succeeded, .queued], false, .start(1)),
            ([.skipped, .succeeded, .queued], false, .start(2)),
            ([.succeeded, .running, .queued], false, .wait),
            ([.waiting, .queued], false, .wait),
            ([.succeeded, .succeeded], false, .settle(.succeeded)),
            ([.succeeded, .skipped], false, .settle(.succeeded)),
            ([.failed, .queued], false, .settle(.failed)),
            ([.succeeded, .timedOut, .queued], false, .settle(.failed)),
            ([.cancelled, .queued], false, .settle(.cancelled)),
            ([.rejected, .queued], false, .settle(.rejected)),
            ([.unknown, .queued], false, .settle(.interrupted)),
            ([.succeeded, .queued], true, .settle(.cancelled)),
            ([.succeeded, .running], true, .wait),
            ([.succeeded, .succeeded], true, .settle(.succeeded)),
            ([.succeeded, .unknown], true, .settle(.interrupted)),
            ([], false, .settle(.succeeded)),
        ] as [([StepState], Bool, NextAct)])
    func `what happens next follows from the steps alone`(steps: [StepState], isCancelling: Bool, next: NextAct) {
        #expect(NextAct.of(steps: steps, isCancelling: isCancelling) == next)
    }

    @Test func `only a run that is not settled, or interrupted, can be cancelled`() {
        let cancellable = RunState.allCases.filter(\.mayBeCancelled)
        #expect(cancellable == [.queued, .running, .waiting, .interrupted])
    }

    @Test(arguments: RunState.allCases)
    func `a run that is under way, or went well, or was rejected, is not resumed`(state: RunState) {
        guard ![.failed, .cancelled, .interrupted].contains(state) else { return }
        let problem = #expect(throws: Problem.self) {
            try Resumption.steps([.succeeded, .failed], of: state, verdict: nil)
        }
        #expect(problem?.code == .conflict)
    }

    @Test(
        arguments: [
            ([.succeeded, .failed, .queued], .failed, nil, [.succeeded, .queued, .queued]),
            ([.succeeded, .timedOut, .queued], .failed, .rerun, [.succeeded, .queued, .queued]),
            ([.succeeded, .cancelled, .queued], .cancelled, nil, [.succeeded, .queued, .queued]),
            ([.succeeded, .unknown, .queued], .interrupted, .succeeded, [.succeeded, .succeeded, .queued]),
            ([.succeeded, .unknown, .queued], .interrupted, .failed, [.succeeded, .failed, .queued]),
            ([.skipped, .unknown, .queued], .interrupted, .rerun, [.skipped, .queued, .queued]),
        ] as [([StepState], RunState, StepVerdict?, [StepState])])
    func `a resumed run keeps what is finished`(
        steps: [StepState], run: RunState, verdict: StepVerdict?, after: [StepState]
    ) throws {
        #expect(try Resumption.steps(steps, of: run, verdict: verdict) == after)
    }

    @Test func `a person must say how an unknown step ended before the run goes on`() {
        let problem = #expect(throws: Problem.self) {
            try Resumption.steps([.unknown], of: .interrupted, verdict: nil)
        }
        #expect(problem?.fields.first?.name == "outcome")
    }

    @Test func `nobody says how a step ended whose end is known`() {
        let problem = #expect(throws: Problem.self) {
            try Resumption.steps([.failed], of: .failed, verdict: .succeeded)
        }
        #expect(problem?.code == .conflict)
    }

    @Test(
        arguments: [
            (.exited(0), nil, .succeeded, 0), (.exited(0), "bad line", .failed, 0), (.exited(3), nil, .failed, 3),
            (.signalled(9), nil, .failed, nil), (.timedOut, nil, .timedOut, nil), (.stopped, nil, .cancelled, nil),
            (.couldNotStart(errno: 2, "no such program"), nil, .failed, nil), (.unknown, nil, .unknown, nil),
            (.neverStarted, nil, .unknown, nil),
        ] as [(Ending.Outcome, String?, AttemptState, Int?)])
    func `each way to end has its state`(
        outcome: Ending.Outcome, fault: String?, state: AttemptState, exitStatus: Int?
    ) {
        let end = AttemptEnd(outcome, reason: nil, fault: fault)
        #expect(end.state == state)
        #expect(end.exitStatus == exitStatus)
        #expect((end.reason == nil) == (fault == nil && (outcome == .exited(0) || outcome == .exited(3))))
    }

    @Test func `a step whose supervisor could not be started has failed, and says why`() {
        let end = AttemptEnd(nil, reason: "The shim is missing.", fault: nil)
        #expect(end == AttemptEnd(.couldNotStart(errno: 0, "The shim is missing."), reason: nil, fault: nil))
    }
}
