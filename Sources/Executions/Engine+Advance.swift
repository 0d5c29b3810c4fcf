import Accounts
import Essentials
import Foundation
import Journal
import Logging
import Processes
import RunbookFormat
import Storage

/// What became of a run: who watches it is told, and what is to be done follows.
struct Advance: Sendable {
    /// The steps that changed.
    var changed: [Int] = []
    /// Whether the run itself changed, not only its steps.
    var isNewState = false
    /// The starts that are to be made; none when the run has settled or waits.
    var starts: [StepStart] = []
    /// When the first of the steps that wait for a further try is due.
    var due: Timestamp?
    /// The attempts that ran beside others, and that nothing comes after any more.
    var ends: Set<ID<AttemptRecord>> = []
    var settled: RunState?
}

extension Engine {
    /// Records the end of one step and the start of the next in one commit. It reads these two, not the whole run, so that
    /// the last of a thousand steps costs what the first did.
    /// - Parameter mayStart: false where the run can't be carried on and only what runs is seen to its end.
    func advance(_ work: RunWork, _ finished: FinishedAttempt?, mayStart: Bool = true) async throws -> Advance {
        let values = finished.map { HandedOnValues(of: $0, hiding: work.secrets) }
        let executions = executions
        await lookAtClock()
        let now = executions.time.now()
        let actor = Principal.system("engine")
        return try await database.write { transaction in
            var advance = Advance()
            let run: RunHead? = try transaction.first(
                """
                SELECT state, cancelling, cleanup_cancelled, started + clock_shift AS began, rests_until
                FROM runs WHERE id = \(work.id)
                """)
            guard let run else { throw Executions.unknown(work.id) }
            // Cancelled in the moment in which it was taken out of the queue.
            guard !run.state.isSettled else {
                advance.settled = run.state
                return advance
            }
            if let finished {
                try executions.record(finished, values, of: work, run, at: now, by: actor, in: transaction)
                advance.changed.append(finished.start.position)
            }
            guard work.isPlain else {
                try executions.goOn(work, run, mayStart: mayStart, &advance, at: now, by: actor, in: transaction)
                return advance
            }
            // The steps before this one are done, or it had not been started.
            let first = finished?.start.position ?? 1
            let step: StepHead? = try transaction.first(
                """
                SELECT position, step, line, state FROM run_steps
                WHERE run = \(work.id) AND position >= \(first) AND state NOT IN ('succeeded', 'skipped')
                ORDER BY position LIMIT 1
                """)
            switch NextAct.of(steps: step.map { [$0.state] } ?? [], isCancelling: run.cancelling) {
            case .wait: break
            case .start:
                guard let step else { break }
                let handedOn = try executions.handedOn(to: step, after: finished, values, in: work, transaction)
                advance.starts = [
                    try executions.begin(
                        step, handedOn, of: work, run, isRunning: run.state == .running, at: now, by: actor,
                        in: transaction)
                ]
                advance.changed.append(step.position)
                advance.isNewState = run.state != .running
            case .settle(let state):
                try executions.settle(work, as: state, at: now, by: actor, in: transaction)
                advance.settled = state
                advance.isNewState = true
            }
            return advance
        }
    }

    /// Tells those who watch the run, when there are any.
    func tell(_ advance: Advance, of run: ID<RunRecord>) async {
        guard executions.feed.isWatched(run) else { return }
        do {
            if advance.isNewState || advance.settled != nil {
                tell(try await database.read { try Executions.record(run, in: $0) })
            } else {
                let steps = try await database.read { reader in
                    try advance.changed.compactMap { try Executions.step($0, of: run, in: reader) }
                }
                for step in steps { executions.feed.tell(run, .step(step)) }
            }
        } catch {
            // The run goes on; who watches sees it with the next news.
            logger.warning("News of a run can't be read", metadata: ["run": "\(run)", "error": "\(error)"])
        }
    }
}

struct RunHead: Decodable {
    let state: RunState
    let cancelling: Bool
    let cleanup_cancelled: Bool
    /// By the clock as it is now.
    let began: Timestamp?
    let rests_until: Timestamp?

    var cancellation: Cancellation { Cancellation(cancelling: cancelling, cleanupCancelled: cleanup_cancelled) }
}

struct StepHead: Decodable {
    let position: Int
    let step: String
    let line: Int
    var state: StepState
}

/// What a step's files said, read before the transaction.
struct HandedOnValues: Sendable {
    var outputs: [String: String] = [:]
    var environment: [String: String] = [:]
    var fault: String?

    /// - Parameter secrets: values that the step may hand on to other steps, but never onto the record.
    init(of finished: FinishedAttempt, hiding secrets: [String]) {
        if let request = finished.request {
            outputs = request.outputs.mapValues { Masker.masked($0, secrets: secrets) }
            return
        }
        guard finished.handsOn else { return }
        do {
            outputs = try Self.read(finished.files.output, called: "RUNBOOK_OUTPUT", hiding: secrets)
                .mapValues { Masker.masked($0, secrets: secrets) }
            environment = try Self.read(finished.files.environment, called: "RUNBOOK_ENV", hiding: secrets)
            for name in environment.keys.sorted() {
                if ReservedNames.contains(name) {
                    throw Problem.invalid(
                        "RUNBOOK_ENV: \(name) steers a shell, a loader or an interpreter, and is refused.")
                }
            }
        } catch let problem as Problem {
            fault = problem.message
        } catch {
            fault = "What the step handed on can't be read: \(error)."
        }
    }

    /// - Throws: `Problem.invalid`, which may quote a part of the text: so that of a text without the secrets.
    private static func read(
        _ path: String, called variable: String, hiding secrets: [String]
    ) throws(Problem) -> [String: String] {
        let text = try HandedOn.text(of: path, called: variable)
        do {
            return try HandedOn.parse(text, called: variable)
        } catch {
            _ = try HandedOn.parse(Masker.masked(text, secrets: secrets), called: variable)
            throw .invalid("What the step wrote to $\(variable) is not NAME=VALUE.")
        }
    }
}

extension Executions {
    /// What the steps that this one comes after handed on, later ones over earlier ones.
    func handedOn(to index: Int, of run: RunRecord, in reader: Reader) throws -> [String: String] {
        let before = run.standings.before([index])
        return try handedOn(run.id, by: Set(before.map { run.steps[$0].id }), in: reader)
    }

    /// What these steps of a run handed on; nil for all of them.
    func handedOn(
        _ id: ID<RunRecord>, by steps: Set<String>? = nil, in reader: Reader
    ) throws -> [String: String] {
        struct Row: Decodable {
            let step: String
            let environment: Data?
        }
        let rows: [Row] = try reader.all(
            "SELECT step, environment FROM run_steps WHERE run = \(id) AND environment IS NOT NULL ORDER BY position")
        var values: [String: String] = [:]
        for row in rows where steps?.contains(row.step) != false {
            guard let sealed = row.environment else { continue }
            let json = try sealing.open(sealed, context: "run/\(id)/\(row.step)")
            values.merge(try Self.strings(String(decoding: json, as: UTF8.self))) { $1 }
        }
        return values
    }

    /// The same for a step that is about to start: an engine that has just seen the one before it end knows them.
    func handedOn(
        to step: StepHead, after finished: FinishedAttempt?, _ values: HandedOnValues?, in work: RunWork,
        _ reader: Reader
    ) throws -> [String: String] {
        guard let finished, let values, finished.start.position < step.position else {
            return try handedOn(work.id, in: reader)
        }
        return finished.start.handedOn.merging(values.environment) { $1 }
    }

    func record(
        _ finished: FinishedAttempt, _ handedOn: HandedOnValues?, of run: RunWork, _ head: RunHead,
        at now: Timestamp, by actor: Principal, in transaction: Transaction
    ) throws {
        let end = finished.judged(AttemptEnd(finished, fault: handedOn?.fault), cancellation: head.cancellation)
        let step = finished.start.step
        try transaction.execute(
            """
            UPDATE attempts SET state = \(end.state), exit_status = \(end.exitStatus), signal = \(end.signal),
                reason = \(end.reason), started = \(finished.started), finished = \(finished.finished ?? now),
                output_cut = \(finished.ending?.outputCut ?? false),
                output_may_end_early = \(finished.ending?.outputMayEndEarly ?? false), output_bytes = \(finished.digest.bytes)
            WHERE id = \(finished.start.attempt)
            """)
        let outputs: String? = handedOn.flatMap { $0.outputs.isEmpty ? nil : JSONValue.strings($0.outputs).text }
        var environment: Data?
        if let values = handedOn?.environment, !values.isEmpty {
            environment = try sealing.seal(
                Data(JSONValue.strings(values).text.utf8), context: "run/\(run.id)/\(step.id)")
        }
        let next = try standing(of: finished.start, after: end.state, of: run, head, at: now, in: transaction)
        try transaction.execute(
            """
            UPDATE run_steps SET state = \(next.state), outputs = \(outputs), environment = \(environment),
                tries = \(next.tries), due = \(next.due)
            WHERE run = \(run.id) AND position = \(finished.start.position)
            """)
        let ended = end.state
        transaction.afterCommit { [tally] in tally.ended(ended) }
        try journal.append(
            Self.stepFinished(
                run.stepObjects, step: step.id, attempt: finished.start.attempt, number: finished.start.number,
                end: end,
                reason: end.reason, digest: finished.digest, next: next), by: actor, in: transaction)
    }

    func begin(
        _ step: StepHead, _ handedOn: [String: String], of run: RunWork, _ head: RunHead, isRunning: Bool,
        at now: Timestamp, by actor: Principal, in transaction: Transaction
    ) throws -> StepStart {
        let attempt = ID<AttemptRecord>(at: now)
        let settings = try run.step(step.step).settings
        let last = try transaction.integer(
            "SELECT max(number) FROM attempts WHERE run = \(run.id) AND step = \(step.step)")
        let number = Int(last ?? 0) + 1
        try transaction.execute(
            """
            INSERT INTO attempts (id, run, step, number, state, created)
            VALUES (\(attempt), \(run.id), \(step.step), \(number), \(AttemptState.running), \(now))
            """)
        try transaction.execute(
            """
            UPDATE run_steps SET state = \(StepState.running), due = NULL, is_ready = \(settings.until == nil)
            WHERE run = \(run.id) AND position = \(step.position)
            """)
        if !isRunning {
            try transaction.execute(
                "UPDATE runs SET state = \(RunState.running), started = coalesce(started, \(now)) WHERE id = \(run.id)")
        }
        try journal.append(
            Event(
                "step.started", on: run.stepObjects,
                details: [
                    "step": .string(step.step), "number": .integer(Int64(number)), "attempt": .string(attempt.rawValue),
                    "line": .integer(Int64(step.line)),
                ]),
            by: actor, in: transaction)
        return StepStart(
            attempt: attempt, number: number, position: step.position, step: try run.step(step.step),
            files: run.files(attempt, launch: 1), handedOn: handedOn, isFresh: true, runBegan: head.began ?? now)
    }

    func settle(
        _ run: RunWork, as state: RunState, because reason: String? = nil, at now: Timestamp, by actor: Principal,
        in transaction: Transaction
    ) throws {
        try transaction.execute(
            """
            UPDATE runs SET state = \(state), cancelling = 0, cleanup_cancelled = 0, rests_until = NULL, finished = \(now),
                reason = \(reason)
            WHERE id = \(run.id)
            """)
        let details: [String: JSONValue] = reason.map { ["reason": .string($0)] } ?? [:]
        try journal.append(
            Event("run.\(state.rawValue)", on: run.objects, details: details), by: actor, in: transaction)
        transaction.afterCommit { [tally] in tally.settled(state) }
    }

    /// Leaves a run to a person, for it can't be carried on. What its running step has printed so far stays on the record.
    func interrupt(_ id: ID<RunRecord>, reason: String) async throws -> RunRecord {
        let now = time.now()
        let actor = Principal.system("engine")
        return try await database.write { transaction in
            let run = try Self.record(id, in: transaction)
            guard !run.state.isSettled else { return run }
            for step in run.steps {
                guard let attempt = step.attempts.last, attempt.state == .running else { continue }
                try transaction.execute(
                    "UPDATE run_steps SET state = \(StepState.unknown) WHERE run = \(id) AND step = \(step.id)")
                let digest = try OutputDigest.read(attempt.id.rawValue, in: transaction).digest
                try transaction.execute(
                    """
                    UPDATE attempts SET state = \(AttemptState.unknown), reason = \(reason), finished = \(now),
                        output_may_end_early = 1, output_bytes = \(digest.bytes)
                    WHERE id = \(attempt.id)
                    """)
                let end = AttemptEnd(.unknown, reason: nil, fault: nil)
                try journal.append(
                    Self.stepFinished(
                        Array(run.objects.prefix(2)), step: step.id, attempt: attempt.id, number: attempt.number,
                        end: end,
                        reason: reason,
                        digest: digest), by: actor, in: transaction)
            }
            try transaction.execute(
                """
                UPDATE runs SET state = \(RunState.interrupted), cancelling = 0, cleanup_cancelled = 0,
                    rests_until = NULL, finished = \(now)
                WHERE id = \(id)
                """)
            try journal.append(
                Event(
                    "run.interrupted", on: run.objects, details: ["reason": .string(reason)]),
                by: actor, in: transaction)
            transaction.afterCommit { [tally] in tally.settled(.interrupted) }
            return try Self.record(id, in: transaction)
        }
    }

    private static func stepFinished(
        _ objects: [ObjectReference], step: String, attempt: ID<AttemptRecord>, number: Int,
        end: AttemptEnd, reason: String?,
        digest: OutputDigest, next: StepEnd? = nil
    ) -> Event {
        var details: [String: JSONValue] = [
            "step": .string(step), "number": .integer(Int64(number)), "attempt": .string(attempt.rawValue),
            "state": .string(end.state.rawValue),
            "exit_status": end.exitStatus.map { .integer(Int64($0)) } ?? .null,
            "signal": end.signal.map { .integer(Int64($0)) } ?? .null,
            "reason": reason.map { .string($0) } ?? .null,
            "output": [
                "chunks": .integer(Int64(digest.chunks)), "bytes": .integer(digest.bytes),
                "sha256": .string(digest.hex),
            ],
        ]
        if let next, next.isTriedAgain { details["again"] = next.due.map { .string($0.rfc3339) } ?? .string("at once") }
        return Event("step.finished", on: objects, details: details)
    }
}
