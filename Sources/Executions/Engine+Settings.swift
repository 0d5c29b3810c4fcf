import Essentials
import Journal
import RunbookFormat
import Storage

extension Step {
    /// Whether it runs when it is its turn, once, and its failure is the run's.
    var isPlain: Bool {
        (kind == .shell || kind == .program || kind == .unsupported)
            && settings.retries == 0 && settings.condition == nil && settings.onFailure == .stop && !settings.isAlways
            && settings.confirmation == nil
    }
}

/// What becomes of a step when an attempt at it has ended.
struct StepEnd: Equatable {
    var state: StepState
    var tries = 0
    var due: Timestamp?
    var isTriedAgain = false
}

extension Executions {
    /// - Parameter end: what became of the attempt.
    func standing(
        of start: StepStart, after end: AttemptState, of run: RunWork, _ head: RunHead, at now: Timestamp,
        in reader: Reader
    ) throws -> StepEnd {
        let settings = start.step.settings
        // What was unknown may be done again where doing it twice is doing it once.
        if end == .unknown, settings.isIdempotent { return StepEnd(state: .queued) }
        guard settings.retries > 0, end == .failed || end == .timedOut else { return StepEnd(state: end.step) }
        let failed = try reader.integer(
            "SELECT tries FROM run_steps WHERE run = \(run.id) AND position = \(start.position)")
        let tries = Int(failed ?? 0) + 1
        let hasTime = run.guide.metadata.timeout.map { run.age(of: start, at: now) < $0 } ?? true
        guard !head.cancellation.ends(always: settings.isAlways), hasTime || settings.isAlways,
            case .after(let wait) = NextTry.of(tries: tries, retries: settings.retries, backoff: settings.backoff)
        else { return StepEnd(state: end.step, tries: tries) }
        guard wait > .zero else { return StepEnd(state: .queued, tries: tries, isTriedAgain: true) }
        return StepEnd(state: .waiting, tries: tries, due: now.advanced(by: wait), isTriedAgain: true)
    }

    /// Goes on in a run whose steps have settings: what comes next follows from all of them.
    func goOn(
        _ work: RunWork, _ run: RunHead, after finished: FinishedAttempt?, _ values: HandedOnValues?,
        _ advance: inout Advance, at now: Timestamp, by actor: Principal, in transaction: Transaction
    ) throws {
        var steps: [StepRowHead] = try transaction.all(
            """
            SELECT position, step, line, state, due, is_always, may_fail, asks, is_answered FROM run_steps WHERE run = \(work.id)
            ORDER BY position
            """)
        while true {
            switch NextAct.of(steps.map { $0.standing(at: now) }, run.cancellation) {
            case .wait:
                // One that waits for people waits on, though something else made the engine look.
                guard run.state != .waiting, let step = steps.first(where: \.waitsForPeople) else { return }
                try ask(step, of: work, run, &advance, at: now, by: actor, in: transaction)
                return
            case .settle(let state):
                try settle(work, as: state, at: now, by: actor, in: transaction)
                advance.settled = state
                advance.isNewState = true
                return
            case .start(let index):
                let step = steps[index].head
                advance.changed.append(step.position)
                if let reason = try reasonToSkip(step, of: work, steps, in: transaction) {
                    try skip(step, of: work, because: reason, by: actor, in: transaction)
                    steps[index].state = .skipped
                    continue
                }
                if steps[index].asks != nil, !steps[index].is_answered {
                    try ask(steps[index], of: work, run, &advance, at: now, by: actor, in: transaction)
                    return
                }
                let handedOn = try handedOn(to: step, after: finished, values, in: work, transaction)
                advance.start = try begin(
                    step, handedOn, of: work, isRunning: run.state == .running, at: now, by: actor, in: transaction)
                advance.start?.chunksBefore = run.chunks
                advance.start?.runStarted = run.started ?? now
                advance.isNewState = run.state != .running
                return
            }
        }
    }

    /// Leaves the run to people until one of them has answered.
    private func ask(
        _ step: StepRowHead, of work: RunWork, _ run: RunHead, _ advance: inout Advance, at now: Timestamp,
        by actor: Principal, in transaction: Transaction
    ) throws {
        try transaction.execute(
            """
            UPDATE run_steps SET state = \(StepState.waiting), due = NULL
            WHERE run = \(work.id) AND position = \(step.position)
            """)
        try transaction.execute(
            """
            UPDATE runs SET state = \(RunState.waiting), started = coalesce(started, \(now)) WHERE id = \(work.id)
            """)
        let waitsFor = try Self.step(step.position, of: work.id, in: transaction)?.waitsFor
        try journal.append(
            Event(
                "run.waiting", on: work.objects,
                details: ["step": .string(step.step), "waits_for": waitsFor.map { .string($0) } ?? .null]),
            by: actor, in: transaction)
        advance.isNewState = true
    }

    /// A sentence when the step's condition does not hold.
    private func reasonToSkip(
        _ step: StepHead, of work: RunWork, _ steps: [StepRowHead], in reader: Reader
    ) throws -> String? {
        guard step.state == .queued else { return nil }
        let settings = try work.step(step.step).settings
        guard let condition = settings.test, let written = settings.condition else { return nil }
        let holds = try condition.isTrue { value in
            switch value {
            case .text(let text): return text
            case .parameter(let name): return work.parameters[name] ?? ""
            case .state(let name):
                // What the run leaves out did not run either.
                return (steps.first { $0.step == name }?.state ?? .skipped).rawValue
            case .output(let name, let output):
                let outputs = try reader.text("SELECT outputs FROM run_steps WHERE run = \(work.id) AND step = \(name)")
                return try outputs.map(Self.strings)?[output] ?? ""
            }
        }
        return holds ? nil : "Its condition does not hold: \(written)"
    }

    private func skip(
        _ step: StepHead, of run: RunWork, because reason: String, by actor: Principal, in transaction: Transaction
    ) throws {
        try transaction.execute(
            """
            UPDATE run_steps SET state = \(StepState.skipped), reason = \(reason)
            WHERE run = \(run.id) AND position = \(step.position)
            """)
        try journal.append(
            Event(
                "step.skipped", on: run.stepObjects,
                details: ["step": .string(step.step), "reason": .string(reason)]),
            by: actor, in: transaction)
    }
}

private struct StepRowHead: Decodable {
    let position: Int
    let step: String
    let line: Int
    var state: StepState
    let due: Timestamp?
    let is_always: Bool
    let may_fail: Bool
    let asks: String?
    let is_answered: Bool

    var waitsForPeople: Bool { state == .waiting && due == nil }

    var head: StepHead { StepHead(position: position, step: step, line: line, state: state) }

    func standing(at now: Timestamp) -> StepStanding {
        let isDue = state == .waiting && due.map { $0 <= now } == true
        return StepStanding(state: isDue ? .queued : state, mayFail: may_fail, isAlways: is_always)
    }
}
