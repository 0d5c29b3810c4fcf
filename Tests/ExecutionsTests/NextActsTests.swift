import Testing

@testable import Executions

private func step(_ state: StepState, _ after: Int...) -> StepStanding { StepStanding(state: state, comesAfter: after) }
private func always(_ state: StepState, _ after: Int...) -> StepStanding {
    StepStanding(state: state, isAlways: true, comesAfter: after)
}
private func optional(_ state: StepState, _ after: Int...) -> StepStanding {
    StepStanding(state: state, mayFail: true, comesAfter: after)
}
private func again(_ state: StepState, _ after: Int...) -> StepStanding {
    StepStanding(state: state, isBetweenTries: true, comesAfter: after)
}

private func undone(_ state: StepState, _ after: Int...) -> StepStanding {
    StepStanding(state: state, rollsBack: true, comesAfter: after)
}
private func beside(_ state: StepState, isReady: Bool = true, _ after: Int...) -> StepStanding {
    StepStanding(state: state, isBackground: true, isReady: isReady, comesAfter: after)
}

@Suite struct NextActsTests {
    @Test(
        arguments: [
            // What follows begins once it is ready.
            ([beside(.running, isReady: false), step(.queued, 0)], .none, [], []),
            ([beside(.running), step(.queued, 0)], .none, [1], []),
            ([beside(.running), step(.running, 0)], .none, [], []),
            // Nothing follows any more.
            ([beside(.running), step(.succeeded, 0)], .none, [], [0]),
            ([beside(.running), step(.failed, 0), step(.queued, 1)], .none, [], [0]),
            ([beside(.running, isReady: false), step(.failed)], .none, [], [0]),
            ([beside(.running, isReady: false), step(.succeeded)], .none, [], []),
            ([beside(.running), step(.unknown, 0)], .none, [], [0]),
            // What cleans up comes before.
            ([beside(.running), step(.failed, 0), always(.queued, 0, 1)], .none, [2], []),
            ([beside(.running), step(.failed, 0), always(.running, 0, 1)], .none, [], []),
            ([beside(.running), step(.failed, 0), always(.succeeded, 0, 1)], .none, [], [0]),
            ([beside(.running), step(.waiting, 0)], .none, [], []),
        ] as [([StepStanding], Cancellation, [Int], [Int])])
    func `what runs beside others is ended when nothing follows it any more`(
        steps: [StepStanding], told: Cancellation, starts: [Int], ends: [Int]
    ) {
        #expect(NextActs.of(steps, told) == NextActs(starts: starts, ends: ends))
    }

    @Test func `a resumed run starts what ran beside what runs again, and nothing else anew`() {
        let before = [beside(.succeeded), step(.succeeded, 0), step(.failed, 1), beside(.succeeded, 2)]
        let after = Resumption.withWhatFollows([.succeeded, .succeeded, .queued, .succeeded], after: before)
        #expect(after == [.queued, .succeeded, .queued, .succeeded])
    }

    @Test(
        arguments: [
            // Those that nothing holds back start together.
            ([step(.queued), step(.queued), step(.queued, 0, 1)], .none, [0, 1]),
            ([step(.succeeded), step(.queued, 0), step(.queued, 0), step(.queued, 1, 2)], .none, [1, 2]),
            ([step(.succeeded), step(.running, 0), step(.queued, 0), step(.queued, 1, 2)], .none, [2]),
            ([step(.succeeded), step(.running, 0), step(.succeeded, 0), step(.queued, 1, 2)], .none, []),
            ([step(.succeeded), step(.skipped, 0), step(.succeeded, 0), step(.queued, 1, 2)], .none, [3]),
            // What is needed may stand later.
            ([step(.queued, 1), step(.queued)], .none, [1]),
            ([step(.queued, 1), step(.succeeded)], .none, [0]),
            // While one waits, for people or for its next try, what does not come after it goes on.
            ([step(.waiting), step(.queued), step(.queued, 0)], .none, [1]),
            ([again(.waiting), step(.queued), step(.queued, 0)], .none, [1]),
            ([again(.queued), step(.running)], .none, [0]),
            // After a failure nothing new starts, unless it may fail, or runs always.
            ([step(.failed), step(.running), step(.queued)], .none, []),
            ([optional(.failed), step(.running), step(.queued), step(.queued, 0)], .none, [2, 3]),
            ([step(.rejected), step(.running), step(.queued)], .none, []),
            ([step(.failed), step(.running), always(.queued), always(.queued, 0)], .none, [2, 3]),
            // What runs always waits for all that it comes after, through what never starts too.
            ([step(.failed), step(.running), always(.queued, 0, 1)], .none, []),
            ([step(.failed), step(.running), step(.queued, 1), always(.queued, 2)], .none, []),
            ([step(.failed), step(.succeeded), step(.queued, 1), always(.queued, 2)], .none, [3]),
            ([step(.failed), always(.queued), always(.queued, 1)], .none, [1]),
            ([step(.cancelled), step(.running), always(.queued, 0)], .steps, [2]),
            ([step(.running), step(.queued), always(.queued, 0, 1)], .steps, []),
            ([step(.cancelled), step(.queued), always(.queued, 0, 1)], .steps, [2]),
            ([step(.cancelled), step(.running), always(.queued)], .everything, []),
            // Where nobody knows how one ended, what runs ends first, and nothing new begins.
            ([step(.unknown), step(.running), step(.queued), always(.queued, 0)], .none, []),
        ] as [([StepStanding], Cancellation, [Int])])
    func `steps start when all that they come after is done`(
        steps: [StepStanding], told: Cancellation, starts: [Int]
    ) {
        #expect(NextActs.of(steps, told) == NextActs(starts: starts))
    }

    @Test(
        arguments: [
            ([step(.succeeded), step(.succeeded)], .none, .succeeded),
            ([step(.succeeded), step(.failed), step(.queued, 0, 1)], .none, .failed),
            ([optional(.failed), step(.succeeded)], .none, .failed),
            ([step(.succeeded), step(.rejected), step(.queued)], .none, .rejected),
            ([step(.unknown), step(.failed), always(.queued)], .none, .interrupted),
            ([step(.succeeded), step(.queued), step(.queued)], .steps, .cancelled),
            ([step(.cancelled), step(.cancelled)], .steps, .cancelled),
            ([step(.timedOut), step(.cancelled)], .steps, .failed),
            ([step(.failed), always(.succeeded, 0)], .none, .failed),
            ([], .none, .succeeded),
            // Never written down, for such a graph is refused: but no run has succeeded of which a step did not run.
            ([step(.succeeded), step(.queued, 2), step(.queued, 1)], .none, .failed),
        ] as [([StepStanding], Cancellation, RunState)])
    func `a run settles once nothing is under way and nothing can start`(
        steps: [StepStanding], told: Cancellation, state: RunState
    ) {
        #expect(NextActs.of(steps, told) == NextActs(settled: state))
    }

    @Test(
        arguments: [
            ([undone(.failed), step(.queued, 0)], .none, .toCome, NextActs(rollsBack: true)),
            ([undone(.timedOut)], .none, .toCome, NextActs(rollsBack: true)),
            // It waits for the run's own work, not for what cleans up.
            ([undone(.failed), step(.running)], .none, .toCome, NextActs()),
            ([undone(.failed), always(.running)], .none, .toCome, NextActs(rollsBack: true)),
            ([undone(.failed), step(.waiting)], .none, .toCome, NextActs(withdrawn: [1], rollsBack: true)),
            // What cleans up comes after it.
            ([undone(.failed), always(.queued, 0)], .none, .toCome, NextActs(rollsBack: true)),
            ([undone(.failed), always(.queued, 0)], .none, .underWay, NextActs()),
            ([undone(.failed), always(.queued, 0)], .none, .succeeded, NextActs(starts: [1])),
            ([undone(.failed), always(.queued, 0)], .none, .failed, NextActs(starts: [1])),
            ([undone(.failed), always(.succeeded, 0)], .none, .succeeded, NextActs(settled: .rolledBack)),
            ([undone(.failed), always(.failed, 0)], .none, .succeeded, NextActs(settled: .rolledBack)),
            ([undone(.failed)], .none, .failed, NextActs(settled: .failed)),
            ([undone(.failed)], .none, .none, NextActs(settled: .failed)),
            // Nothing is taken back of what did not fail, was refused, or that nobody knows the end of.
            ([undone(.succeeded), step(.failed)], .none, .toCome, NextActs(settled: .failed)),
            ([undone(.rejected)], .none, .toCome, NextActs(settled: .rejected)),
            ([undone(.failed), step(.unknown)], .none, .toCome, NextActs(settled: .interrupted)),
            // Whoever cancels wants nothing more to happen; what has begun is seen to its end.
            ([undone(.failed)], .steps, .toCome, NextActs(settled: .failed)),
            ([undone(.failed)], .everything, .underWay, NextActs()),
            ([undone(.failed), always(.queued, 0)], .everything, .succeeded, NextActs(settled: .rolledBack)),
        ] as [([StepStanding], Cancellation, RollbackStanding, NextActs)])
    func `what a failed step wants taken back is taken back once the run's work is over, before it is cleaned up`(
        steps: [StepStanding], told: Cancellation, rollback: RollbackStanding, acts: NextActs
    ) {
        #expect(NextActs.of(steps, told, rollback: rollback) == acts)
    }

    @Test(arguments: [StepState.waiting, .queued])
    func `what waits for a time has not failed when something else has ended the run`(state: StepState) {
        let watching = StepStanding(state: state, isWatching: true, comesAfter: [])
        #expect(NextActs.of([step(.failed), watching], .none).withdrawn == [1])
        #expect(NextActs.of([step(.succeeded), watching], .none).withdrawn.isEmpty)
    }

    @Test func `what waits is given up once something else has ended the run`() {
        let between = [step(.failed), again(.waiting), again(.queued), step(.running)]
        #expect(NextActs.of(between, .none) == NextActs(givenUp: [1, 2]))
        let asking = [step(.rejected), step(.waiting), always(.waiting), step(.running)]
        #expect(NextActs.of(asking, .none) == NextActs(withdrawn: [1]), "what cleans up still asks")
        let unknown = [step(.unknown), step(.waiting), always(.waiting), step(.running)]
        #expect(NextActs.of(unknown, .none) == NextActs(withdrawn: [1, 2]))
        let optional = [optional(.failed), again(.waiting), step(.waiting)]
        #expect(NextActs.of(optional, .none) == NextActs())
    }

    @Test(
        arguments: [
            ([step(.queued), step(.queued), step(.queued)], 2, [0, 1]),
            ([step(.running), step(.queued), step(.queued)], 2, [1]),
            ([step(.running), step(.running), step(.queued)], 2, []),
            // More than are let run now, after the server was started with another limit.
            ([step(.running), step(.running), step(.running), step(.queued)], 2, []),
            ([step(.waiting), step(.queued), step(.queued)], 1, [1]),
        ] as [([StepStanding], Int, [Int])])
    func `no more than so many run at once`(steps: [StepStanding], limit: Int, starts: [Int]) {
        #expect(NextActs.of(steps, .none, atOnce: limit) == NextActs(starts: starts))
    }

    @Test(
        arguments: [
            ([step(.failed), step(.running), always(.running)], .none, false),
            ([step(.failed), always(.running), always(.waiting)], .none, true),
            ([step(.queued), always(.running)], .none, false),
            ([step(.queued), always(.running, 0)], .none, true),
            ([step(.succeeded), always(.running)], .steps, true),
        ] as [([StepStanding], Cancellation, Bool)])
    func `a run cleans up when nothing else is at it`(steps: [StepStanding], told: Cancellation, isCleaning: Bool) {
        #expect(CancellationRule.isCleaning(steps, told) == isCleaning)
    }

    @Test func `a cancellation ends all that waits, and what runs by itself`() {
        let steps = [step(.running), step(.waiting), again(.waiting), always(.waiting)]
        let next = CancellationRule.next(of: steps, .steps, hasBegun: true)
        #expect(next.steps == [.running, .cancelled, .cancelled, .waiting])
        #expect(next.settled == nil)
    }

    @Test func `only what comes after a step that runs again is judged again`() {
        let before = [step(.failed), step(.skipped), step(.skipped, 0), always(.succeeded, 2), always(.succeeded)]
        let after = Resumption.withWhatFollows(
            [.queued, .skipped, .skipped, .succeeded, .succeeded], after: before)
        #expect(after == [.queued, .skipped, .queued, .queued, .succeeded])
    }
}
