import Essentials
import Journal
import RunbookFormat
import Storage

extension Step {
    /// Whether it runs when it is its turn, once, and its failure is the run's.
    var isPlain: Bool {
        (kind == .shell || kind == .program || kind == .unsupported || kind == .http)
            && settings.retries == 0 && settings.condition == nil && settings.onFailure == .stop && !settings.isAlways
            && settings.confirmation == nil && settings.needs.isEmpty && !settings.isParallel && settings.lasts == nil
            && !settings.isBackground && !isForTerminal && (settings.each?.atOnce ?? 1) == 1
            && settings.each?.isOfHosts != true
    }

    /// Whether the run goes on after its failure. A gate that did not open lets nothing by, whatever it says.
    var mayFail: Bool { settings.onFailure == .continue_ && kind != .approval }
}

/// What becomes of a step when an attempt at it has ended.
struct StepEnd: Equatable {
    var state: StepState
    var tries = 0
    var due: Timestamp?
    var isTriedAgain = false
}

extension Executions {
    /// So often an `idempotent` step runs again by itself on a machine to which the connection broke.
    private static let mostLostConnections = 3

    /// - Parameter end: what became of the attempt.
    func standing(
        of start: StepStart, after end: AttemptState, of run: RunWork, _ head: RunHead, at now: Timestamp,
        in reader: Reader
    ) throws -> StepEnd {
        let settings = start.step.settings
        // What was unknown may be done again where doing it twice is doing it once.
        if end == .unknown, settings.isIdempotent || start.step.isSafeRequest,
            try mayRunAgain(start, of: run, in: reader)
        {
            return StepEnd(state: .queued)
        }
        if end == .succeeded, let again = try nextLook(of: start, of: run, head, at: now, in: reader) { return again }
        guard settings.retries > 0, end == .failed || end == .timedOut else { return StepEnd(state: end.step) }
        let failed = try reader.integer(
            "SELECT tries FROM run_steps WHERE run = \(run.id) AND position = \(start.position)")
        let tries = Int(failed ?? 0) + 1
        let hasTime = run.guide.metadata.timeout.map { run.age(of: start, at: now) < $0 } ?? true
        guard !head.cancellation.ends(always: settings.isAlways), hasTime || settings.isAlways,
            case .after(let wait) = NextTry.of(tries: tries, of: settings)
        else { return StepEnd(state: end.step, tries: tries) }
        guard wait > .zero else { return StepEnd(state: .queued, tries: tries, isTriedAgain: true) }
        return StepEnd(state: .waiting, tries: tries, due: now.advanced(by: wait), isTriedAgain: true)
    }

    /// A connection may break again and again, so that somebody must look: the server's own end does not.
    private func mayRunAgain(_ start: StepStart, of run: RunWork, in reader: Reader) throws -> Bool {
        guard start.step.host != nil else { return true }
        let lost = try reader.integer(
            """
            SELECT count(*) FROM attempts WHERE run = \(run.id) AND step = \(start.step.id) AND state = 'unknown'
            """)
        return (lost ?? 0) <= Self.mostLostConnections
    }

    /// Of a step that must hold for a time, and has held once more: nil where that time is over.
    private func nextLook(
        of start: StepStart, of run: RunWork, _ head: RunHead, at now: Timestamp, in reader: Reader
    ) throws -> StepEnd? {
        let settings = start.step.settings
        guard settings.lasts != nil, let interval = settings.interval else { return nil }
        let until = try reader.integer(
            "SELECT lasts_until FROM run_steps WHERE run = \(run.id) AND position = \(start.position)")
        guard let until = until.map({ Timestamp(microseconds: $0) }), now < until else { return nil }
        guard !head.cancellation.ends(always: settings.isAlways) else { return StepEnd(state: .cancelled) }
        return StepEnd(state: .waiting, due: min(now.advanced(by: interval), until), isTriedAgain: true)
    }

    /// Goes on in a run whose steps have settings: what comes next follows from all of them.
    func goOn(
        _ work: RunWork, _ run: RunHead, mayStart: Bool, _ advance: inout Advance, at now: Timestamp,
        by actor: Principal, in transaction: Transaction
    ) throws {
        var steps: [StepRowHead] = try transaction.all(
            """
            SELECT position, step, line, state, tries, due, is_always, may_fail, rolls_back, comes_after, asks, is_answered, lasts,
                lasts_until, is_background, is_ready, child, repeats, host, max_failures,
                (SELECT c.state FROM runs c WHERE c.id = run_steps.child) AS child_state FROM run_steps
            WHERE run = \(work.id) ORDER BY position
            """)
        let comesAfter = try Self.places(steps)
        for index in steps.indices {
            guard steps[index].waitsForRun, let child = steps[index].child, let state = steps[index].child_state,
                state.hasReturned
            else { continue }
            steps[index].state = try returned(steps[index].step, child, state, to: work, by: actor, in: transaction)
            advance.changed.append(steps[index].position)
        }
        var rollback = try Rollback(of: work, in: transaction)
        while true {
            let failures = HostFailures(steps.map(\.member))
            try holdBack(&steps, failures, of: work, &advance, by: actor, in: transaction)
            let standings = zip(steps, comesAfter).map { $0.standing(at: now, comesAfter: $1, failures) }
            let acts = NextActs.of(
                standings, run.cancellation, atOnce: Engine.stepsAtOnce, rollback: rollback.standing)
            if let state = acts.settled, acts.givenUp.isEmpty, acts.withdrawn.isEmpty {
                let reasons = [rollback.fault, failures.sentence].compactMap(\.self)
                try settle(
                    work, as: state, because: reasons.isEmpty ? nil : reasons.joined(separator: " "), at: now,
                    by: actor,
                    in: transaction)
                advance.settled = state
                advance.isNewState = true
                return
            }
            for index in acts.givenUp { try giveUp(&steps[index], of: work, &advance, in: transaction) }
            for index in acts.withdrawn { try withdraw(&steps[index], of: work, &advance, in: transaction) }
            if !acts.givenUp.isEmpty || !acts.withdrawn.isEmpty { continue }
            if !acts.ends.isEmpty {
                advance.ends = try Self.attempts(at: acts.ends.map { steps[$0].step }, of: work.id, in: transaction)
            }
            if mayStart, acts.rollsBack, let failed = steps.first(where: { $0.asksForRollback(failures) }) {
                rollback = try rollBack(work, after: failed.step, by: actor, in: transaction)
                advance.isNewState = true
                continue
            }
            guard mayStart, !acts.starts.isEmpty else { break }
            for index in acts.starts {
                let step = steps[index].head
                advance.changed.append(step.position)
                if let reason = try reasonToSkip(step, of: work, steps, in: transaction) {
                    try skip(step, of: work, because: reason, by: actor, in: transaction)
                    steps[index].state = .skipped
                } else if steps[index].asks != nil, !steps[index].is_answered {
                    try transaction.execute(
                        """
                        UPDATE run_steps SET state = \(StepState.waiting), due = NULL, expires = \(now) + expires_after,
                            reminds = \(now) + reminds_after, reminded = 0
                        WHERE run = \(work.id) AND position = \(step.position)
                        """)
                    (steps[index].state, steps[index].due, steps[index].isNew) = (.waiting, nil, true)
                } else if case let called = try work.step(step.step), called.kind == .runbook {
                    steps[index].child = try call(called, of: work, at: now, by: actor, in: transaction)
                    steps[index].child_state = .queued
                    steps[index].state = steps[index].child == nil ? .failed : .waiting
                } else if try work.step(step.step).kind == .wait {
                    try wait(&steps[index], of: work, at: now, by: actor, in: transaction)
                } else {
                    let before = comesAfter[index] == nil ? nil : standings.before([index])
                    let handedOn = try handedOn(
                        work.id, by: before.map { Set($0.map { steps[$0].step }) }, in: transaction)
                    let isRunning = run.state == .running || !advance.starts.isEmpty
                    advance.starts.append(
                        try begin(
                            step, handedOn, of: work, run, isRunning: isRunning, at: now, by: actor, in: transaction))
                    (steps[index].state, steps[index].due) = (.running, nil)
                    if let lasts = steps[index].lasts, steps[index].lasts_until == nil {
                        try transaction.execute(
                            """
                            UPDATE run_steps SET lasts_until = \(now.advanced(by: .microseconds(lasts)))
                            WHERE run = \(work.id) AND position = \(step.position)
                            """)
                    }
                    steps[index].is_ready = try work.step(step.step).settings.until == nil
                    advance.isNewState = advance.isNewState || !isRunning
                }
            }
        }
        try rest(
            work, run, steps, isRollingBack: rollback.standing == .underWay, &advance, at: now, by: actor,
            in: transaction)
    }

    /// Where a step has failed on more machines than may, those where it has not begun are left out.
    private func holdBack(
        _ steps: inout [StepRowHead], _ failures: HostFailures, of work: RunWork, _ advance: inout Advance,
        by actor: Principal, in transaction: Transaction
    ) throws {
        for index in steps.indices {
            guard steps[index].isUntried, let member = steps[index].member, failures.isOver(member),
                let sentence = failures.sentence(of: member.step)
            else { continue }
            try skip(steps[index].head, of: work, because: sentence, by: actor, in: transaction)
            try transaction.execute(
                """
                UPDATE run_steps SET is_held_back = 1, due = NULL
                WHERE run = \(work.id) AND position = \(steps[index].position)
                """)
            (steps[index].state, steps[index].due) = (.skipped, nil)
            advance.changed.append(steps[index].position)
        }
    }

    /// The places of what each step comes after; nil for the one before it.
    private static func places(_ steps: [StepRowHead]) throws -> [[Int]?] {
        guard steps.contains(where: { $0.comes_after != nil }) else { return steps.map { _ in nil } }
        let places = Dictionary(
            steps.enumerated().map { ($0.element.step, $0.offset) }, uniquingKeysWith: { first, _ in first })
        return try steps.map { step in try step.comes_after.map { try names($0).compactMap { places[$0] } } }
    }

    /// What the run waits for while nothing more can start: the end of a step, a further try, or people.
    private func rest(
        _ work: RunWork, _ run: RunHead, _ steps: [StepRowHead], isRollingBack: Bool, _ advance: inout Advance,
        at now: Timestamp, by actor: Principal, in transaction: Transaction
    ) throws {
        let isUnderWay = steps.contains { $0.state == .running }
        advance.due = steps.compactMap { $0.state == .waiting ? $0.due : nil }.min()
        let asking = steps.filter(\.waitsForPeople)
        let hasChild = isRollingBack || steps.contains(where: \.waitsForRun)
        let isWaiting = !isUnderWay && !hasChild && advance.due == nil && !asking.isEmpty
        // One that waits for people waits on, though something else made the engine look.
        let stopping = isWaiting && run.state != .waiting ? asking.first(where: \.isNew) ?? asking.first : nil
        for step in asking where step.isNew && step.position != stopping?.position {
            try tell("step.waiting", step, of: work, by: actor, in: transaction)
        }
        if let step = stopping {
            try transaction.execute(
                """
                UPDATE runs SET state = \(RunState.waiting), started = coalesce(started, \(now)), rests_until = NULL
                WHERE id = \(work.id)
                """)
            try tell("run.waiting", step, of: work, by: actor, in: transaction)
            advance.isNewState = true
            return
        }
        // What it waits for tells it.
        let restsUntil = isUnderWay ? nil : advance.due ?? (hasChild ? .untilTold : nil)
        let isResting = restsUntil != nil && run.state != .running && advance.starts.isEmpty
        guard restsUntil != run.rests_until || isResting else { return }
        let state = isResting ? RunState.running : advance.starts.isEmpty ? run.state : .running
        try transaction.execute(
            """
            UPDATE runs SET state = \(state), started = coalesce(started, \(now)), rests_until = \(restsUntil)
            WHERE id = \(work.id)
            """)
        advance.isNewState = advance.isNewState || isResting
    }

    private func tell(
        _ kind: String, _ step: StepRowHead, of work: RunWork, by actor: Principal, in transaction: Transaction
    ) throws {
        let waitsFor = try Self.step(step.position, of: work.id, in: transaction)?.waitsFor
        try journal.append(
            Event(
                kind, on: work.objects,
                details: ["step": .string(step.step), "waits_for": waitsFor.map { .string($0) } ?? .null]),
            by: actor, in: transaction)
    }

    /// The next try does not come: the last one that was made is how the step ended.
    private func giveUp(
        _ step: inout StepRowHead, of work: RunWork, _ advance: inout Advance, in transaction: Transaction
    ) throws {
        let last = try transaction.text(
            "SELECT state FROM attempts WHERE run = \(work.id) AND step = \(step.step) ORDER BY number DESC LIMIT 1")
        (step.state, step.due) = (last == AttemptState.timedOut.rawValue ? .timedOut : .failed, nil)
        advance.changed.append(step.position)
        try transaction.execute(
            """
            UPDATE run_steps SET state = \(step.state), due = NULL
            WHERE run = \(work.id) AND position = \(step.position)
            """)
    }

    /// A wait begins, or its time has come.
    private func wait(
        _ step: inout StepRowHead, of work: RunWork, at now: Timestamp, by actor: Principal,
        in transaction: Transaction
    ) throws {
        if step.lasts_until.map({ $0 <= now }) == true {
            (step.state, step.due) = (.succeeded, nil)
            try journal.append(
                Event("step.waited", on: work.stepObjects, details: ["step": .string(step.step)]), by: actor,
                in: transaction)
        } else {
            let until = now.advanced(by: .microseconds(step.lasts ?? 0))
            (step.state, step.due, step.lasts_until) = (.waiting, until, until)
        }
        try transaction.execute(
            """
            UPDATE run_steps SET state = \(step.state), due = \(step.due), lasts_until = \(step.lasts_until)
            WHERE run = \(work.id) AND position = \(step.position)
            """)
        if step.state == .waiting { try tell("step.waiting", step, of: work, by: actor, in: transaction) }
    }

    /// Nobody needs to answer any more, nor to wait; a run that is resumed asks and waits again.
    private func withdraw(
        _ step: inout StepRowHead, of work: RunWork, _ advance: inout Advance, in transaction: Transaction
    ) throws {
        (step.state, step.due, step.lasts_until) = (.queued, nil, nil)
        advance.changed.append(step.position)
        try transaction.execute(
            """
            UPDATE run_steps SET state = \(StepState.queued), due = NULL, lasts_until = NULL
            WHERE run = \(work.id) AND position = \(step.position)
            """)
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
    let tries: Int
    var due: Timestamp?
    let is_always: Bool
    let may_fail: Bool
    let rolls_back: Bool
    let comes_after: String?
    let asks: String?
    let is_answered: Bool
    /// In microseconds.
    let lasts: Int64?
    var lasts_until: Timestamp?
    var child: ID<RunRecord>?
    var child_state: RunState?
    let is_background: Bool
    var is_ready: Bool
    let repeats: String?
    let host: String?
    let max_failures: Int?
    /// It asks from now on.
    var isNew = false

    private enum CodingKeys: CodingKey {
        case position, step, line, state, tries, due, is_always, may_fail, rolls_back, comes_after, asks, is_answered,
            lasts
        case lasts_until, is_background, is_ready, child, child_state, repeats, host, max_failures
    }

    func asksForRollback(_ failures: HostFailures) -> Bool {
        rolls_back && (state == .failed || state == .timedOut) && !isTolerated(failures)
    }

    func isTolerated(_ failures: HostFailures) -> Bool { member.map(failures.tolerates) ?? false }

    /// As one of the machines that its step runs on.
    var member: HostFailures.Member? {
        guard let host, let repeats, let max_failures else { return nil }
        return HostFailures.Member(step: repeats, host: host, most: max_failures, state: state)
    }

    /// Nothing of it has run, or it asks people whether it may.
    var isUntried: Bool { tries == 0 && due == nil && (state == .queued || (state == .waiting && child == nil)) }
    var waitsForPeople: Bool { state == .waiting && due == nil && child == nil }
    var waitsForRun: Bool { state == .waiting && due == nil && child != nil }

    var head: StepHead { StepHead(position: position, step: step, line: line, state: state) }

    func standing(at now: Timestamp, comesAfter: [Int]?, _ failures: HostFailures) -> StepStanding {
        let isDue = state == .waiting && due.map { $0 <= now } == true
        let isWatching = state == .waiting && due != nil && tries == 0 && lasts_until != nil
        return StepStanding(
            state: isDue ? .queued : waitsForRun ? .running : state, mayFail: may_fail,
            isTolerated: isTolerated(failures), rollsBack: rolls_back, isAlways: is_always,
            isBetweenTries: (state == .waiting && due != nil && !isWatching) || (state == .queued && tries > 0),
            isWatching: isWatching, isBackground: is_background, isReady: is_ready, comesAfter: comesAfter)
    }
}
