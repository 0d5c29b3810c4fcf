import Testing

@testable import Executions

private func step(_ state: StepState) -> StepStanding { StepStanding(state: state) }
private func always(_ state: StepState) -> StepStanding { StepStanding(state: state, isAlways: true) }
private func optional(_ state: StepState) -> StepStanding { StepStanding(state: state, mayFail: true) }

@Suite struct NextActTests {
    @Test(
        arguments: [
            // A failure after which the run goes on is one all the same.
            ([optional(.failed), step(.queued)], .none, .start(1)),
            ([optional(.timedOut), step(.succeeded)], .none, .settle(.failed)),
            ([optional(.succeeded), step(.succeeded)], .none, .settle(.succeeded)),
            ([optional(.unknown), step(.queued)], .none, .settle(.interrupted)),
            ([optional(.cancelled), step(.queued)], .none, .settle(.cancelled)),
            ([optional(.failed), step(.queued)], .steps, .settle(.cancelled)),
            // What runs always runs in its turn, and after whatever ended the run.
            ([always(.queued), step(.queued)], .none, .start(0)),
            ([step(.failed), step(.queued), always(.queued)], .none, .start(2)),
            ([step(.rejected), step(.queued), always(.queued)], .none, .start(2)),
            ([step(.failed), always(.running)], .none, .wait),
            ([step(.failed), always(.succeeded), always(.queued)], .none, .start(2)),
            ([step(.failed), step(.queued), always(.succeeded)], .none, .settle(.failed)),
            ([step(.failed), always(.failed), always(.queued)], .none, .start(2)),
            ([step(.succeeded), always(.failed)], .none, .settle(.failed)),
            ([step(.cancelled), step(.queued), always(.queued)], .steps, .start(2)),
            ([step(.succeeded), step(.queued), always(.queued)], .steps, .start(2)),
            ([step(.succeeded), step(.queued), always(.succeeded)], .steps, .settle(.cancelled)),
            ([step(.cancelled), always(.failed)], .steps, .settle(.cancelled)),
            ([step(.failed), always(.queued)], .steps, .start(1)),
            ([step(.unknown), always(.queued)], .none, .settle(.interrupted)),
            // Unless everything is to end.
            ([step(.cancelled), always(.queued)], .everything, .settle(.cancelled)),
            ([step(.failed), always(.cancelled), always(.queued)], .everything, .settle(.failed)),
            ([step(.succeeded), always(.succeeded)], .everything, .settle(.succeeded)),
        ] as [([StepStanding], Cancellation, NextAct)])
    func `failures, cleanup and cancellations decide together`(
        steps: [StepStanding], told: Cancellation, next: NextAct
    ) {
        #expect(NextAct.of(steps, told) == next)
    }

    @Test(
        arguments: [
            (1, 0, nil, .none), (1, 2, nil, .after(.zero)), (2, 2, nil, .after(.zero)), (3, 2, nil, .none),
            (1, 9, .seconds(10), .after(.seconds(10))), (2, 9, .seconds(10), .after(.seconds(20))),
            (4, 9, .seconds(10), .after(.seconds(80))), (10, 99, .seconds(10), .after(.seconds(3600))),
            (100, 100, .seconds(1), .after(.seconds(3600))), (3, 9, .seconds(7200), .after(.seconds(7200))),
        ] as [(Int, Int, Duration?, NextTry)])
    func `the wait before a further try doubles, up to an hour`(
        tries: Int, retries: Int, backoff: Duration?, next: NextTry
    ) {
        #expect(NextTry.of(tries: tries, retries: retries, backoff: backoff) == next)
    }

    @Test(
        arguments: [
            ([step(.running), always(.queued)], .none, .steps),
            ([step(.running), always(.queued)], .steps, nil),
            // Asked for while the first is still being carried out, nothing changes.
            ([step(.cancelled), always(.running)], .steps, .everything),
            ([step(.cancelled), always(.running)], .everything, nil),
            ([step(.failed), always(.running)], .none, .everything),
            ([step(.failed), always(.waiting)], .none, .everything),
            ([step(.succeeded), always(.running)], .none, .steps),
            ([step(.succeeded), always(.running)], .steps, .everything),
            ([optional(.failed), always(.running)], .none, .steps),
            ([step(.queued), step(.queued)], .none, .steps),
        ] as [([StepStanding], Cancellation, Cancellation?)])
    func `a second cancellation ends what cleans up`(
        steps: [StepStanding], told: Cancellation, asked: Cancellation?
    ) {
        #expect(CancellationRule.asked(of: steps, told) == asked)
    }

    @Test(
        arguments: [
            ([step(.queued), always(.queued)], .steps, false, [.queued, .queued], .cancelled),
            ([step(.succeeded), step(.queued), always(.queued)], .steps, true, [.succeeded, .queued, .queued], nil),
            ([step(.running), always(.queued)], .steps, true, [.running, .queued], nil),
            ([step(.waiting), step(.queued)], .steps, true, [.cancelled, .queued], .cancelled),
            ([step(.waiting), always(.queued)], .steps, true, [.cancelled, .queued], nil),
            ([step(.failed), always(.waiting)], .everything, true, [.failed, .cancelled], .failed),
            ([step(.cancelled), always(.waiting)], .everything, true, [.cancelled, .cancelled], .cancelled),
            ([step(.succeeded), always(.waiting)], .steps, true, [.succeeded, .waiting], nil),
            ([step(.unknown), step(.queued)], .steps, true, [.unknown, .queued], .cancelled),
            ([step(.unknown), always(.queued)], .steps, true, [.cancelled, .queued], nil),
        ] as [([StepStanding], Cancellation, Bool, [StepState], RunState?)])
    func `what waits is ended at once, and what cleans up is left to run`(
        steps: [StepStanding], told: Cancellation, hasBegun: Bool, after: [StepState], settled: RunState?
    ) {
        let next = CancellationRule.next(of: steps, told, hasBegun: hasBegun)
        #expect(next.steps == after)
        #expect(next.settled == settled)
    }

    @Test func `what runs always, and what was skipped, comes again after a step that runs again`() {
        let before = [always(.succeeded), step(.skipped), step(.failed), step(.skipped), always(.succeeded)]
        let after = Resumption.withWhatFollows([.succeeded, .skipped, .queued, .skipped, .succeeded], after: before)
        #expect(after == [.succeeded, .skipped, .queued, .queued, .queued])
        #expect(Resumption.withWhatFollows([.succeeded, .skipped], after: before) == [.succeeded, .skipped])
    }
}
