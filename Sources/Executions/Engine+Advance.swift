import Accounts
import Essentials
import Foundation
import Journal
import Processes
import RunbookFormat
import Storage

extension Engine {
    /// Records the end of one step and the start of the next in one commit.
    /// - Returns: the run as it stands then, and the start that is to be made; nil when the run has settled.
    func advance(_ work: RunWork, _ finished: FinishedAttempt?) async throws -> (RunRecord, StepStart?) {
        let handedOn = finished.map { HandedOnValues(of: $0, hiding: work.secrets) }
        let executions = executions
        let now = executions.time.now()
        let actor = Principal.system("engine")
        return try await database.write { transaction in
            var run = try Executions.record(work.id, in: transaction)
            // Cancelled in the moment in which it was taken out of the queue.
            guard !run.state.isSettled else { return (run, nil) }
            if let finished {
                try executions.record(finished, handedOn, of: run, at: now, by: actor, in: transaction)
                run = try Executions.record(work.id, in: transaction)
            }
            var start: StepStart?
            switch NextAct.of(steps: run.steps.map(\.state), isCancelling: run.isCancelling) {
            case .wait: break
            case .start(let index):
                start = try executions.begin(run.steps[index], of: run, work, at: now, by: actor, in: transaction)
            case .settle(let state):
                try executions.settle(run, as: state, at: now, by: actor, in: transaction)
            }
            return (try Executions.record(work.id, in: transaction), start)
        }
    }
}

/// What a step's files said, read before the transaction.
struct HandedOnValues: Sendable {
    var outputs: [String: String] = [:]
    var environment: [String: String] = [:]
    var fault: String?

    /// - Parameter secrets: values that the step may hand on to other steps, but never onto the record.
    init(of finished: FinishedAttempt, hiding secrets: [String]) {
        guard case .exited(0)? = finished.ending?.outcome else { return }
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
    /// What earlier steps handed on, later ones over earlier ones.
    func handedOn(_ id: ID<RunRecord>, in reader: Reader) throws -> [String: String] {
        struct Row: Decodable {
            let step: String
            let environment: Data?
        }
        let rows: [Row] = try reader.all(
            "SELECT step, environment FROM run_steps WHERE run = \(id) AND environment IS NOT NULL ORDER BY position")
        var values: [String: String] = [:]
        for row in rows {
            guard let sealed = row.environment else { continue }
            let json = try sealing.open(sealed, context: "run/\(id)/\(row.step)")
            values.merge(try Self.strings(String(decoding: json, as: UTF8.self))) { $1 }
        }
        return values
    }

    func record(
        _ finished: FinishedAttempt, _ handedOn: HandedOnValues?, of run: RunRecord, at now: Timestamp,
        by actor: Principal,
        in transaction: Transaction
    ) throws {
        let end = AttemptEnd(finished, fault: handedOn?.fault)
        let step = finished.start.step
        try transaction.execute(
            """
            UPDATE attempts SET state = \(end.state), exit_status = \(end.exitStatus), signal = \(end.signal),
                reason = \(end.reason), started = \(finished.ending?.started), finished = \(finished.ending?.finished ?? now),
                output_cut = \(finished.ending?.outputCut ?? false),
                output_may_end_early = \(finished.ending?.outputMayEndEarly ?? false)
            WHERE id = \(finished.start.attempt)
            """)
        let outputs: String? = handedOn.flatMap { $0.outputs.isEmpty ? nil : JSONValue.strings($0.outputs).text }
        var environment: Data?
        if let values = handedOn?.environment, !values.isEmpty {
            environment = try sealing.seal(
                Data(JSONValue.strings(values).text.utf8), context: "run/\(run.id)/\(step.id)")
        }
        // What was unknown may be done again where doing it twice is doing it once.
        let state: StepState = end.state == .unknown && step.settings.isIdempotent ? .queued : end.state.step
        try transaction.execute(
            """
            UPDATE run_steps SET state = \(state), outputs = \(outputs), environment = \(environment)
            WHERE run = \(run.id) AND step = \(step.id)
            """)
        try journal.append(
            Self.stepFinished(
                run, step: step.id, attempt: finished.start.attempt, number: finished.start.number, end: end,
                reason: end.reason, digest: finished.digest), by: actor, in: transaction)
    }

    func begin(
        _ step: StepRecord, of run: RunRecord, _ work: RunWork, at now: Timestamp, by actor: Principal,
        in transaction: Transaction
    ) throws -> StepStart {
        let attempt = ID<AttemptRecord>(at: now)
        let number = (step.attempts.last?.number ?? 0) + 1
        try transaction.execute(
            """
            INSERT INTO attempts (id, run, step, number, state, created)
            VALUES (\(attempt), \(run.id), \(step.id), \(number), \(AttemptState.running), \(now))
            """)
        try transaction.execute(
            "UPDATE run_steps SET state = \(StepState.running) WHERE run = \(run.id) AND step = \(step.id)")
        if run.state != .running {
            try transaction.execute(
                "UPDATE runs SET state = \(RunState.running), started = coalesce(started, \(now)) WHERE id = \(run.id)")
        }
        try journal.append(
            Event(
                "step.started", on: ObjectReference("run", run.id.rawValue), ObjectReference("runbook", run.runbook),
                details: [
                    "step": .string(step.id), "number": .integer(Int64(number)), "attempt": .string(attempt.rawValue),
                    "line": .integer(Int64(step.line)),
                ]),
            by: actor, in: transaction)
        return StepStart(
            attempt: attempt, number: number, step: try work.step(step.id), files: work.files(attempt, launch: 1),
            handedOn: try handedOn(run.id, in: transaction))
    }

    func settle(
        _ run: RunRecord, as state: RunState, at now: Timestamp, by actor: Principal, in transaction: Transaction
    ) throws {
        try transaction.execute(
            "UPDATE runs SET state = \(state), cancelling = 0, finished = \(now) WHERE id = \(run.id)")
        try journal.append(
            Event(
                "run.\(state.rawValue)", on: ObjectReference("run", run.id.rawValue),
                ObjectReference("runbook", run.runbook)),
            by: actor, in: transaction)
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
                try transaction.execute(
                    """
                    UPDATE attempts SET state = \(AttemptState.unknown), reason = \(reason), finished = \(now),
                        output_may_end_early = 1
                    WHERE id = \(attempt.id)
                    """)
                let digest = try OutputDigest.read(attempt.id.rawValue, in: transaction).digest
                let end = AttemptEnd(.unknown, reason: nil, fault: nil)
                try journal.append(
                    Self.stepFinished(
                        run, step: step.id, attempt: attempt.id, number: attempt.number, end: end, reason: reason,
                        digest: digest), by: actor, in: transaction)
            }
            try transaction.execute(
                "UPDATE runs SET state = \(RunState.interrupted), cancelling = 0, finished = \(now) WHERE id = \(id)")
            try journal.append(
                Event(
                    "run.interrupted", on: ObjectReference("run", id.rawValue), ObjectReference("runbook", run.runbook),
                    details: ["reason": .string(reason)]),
                by: actor, in: transaction)
            return try Self.record(id, in: transaction)
        }
    }

    private static func stepFinished(
        _ run: RunRecord, step: String, attempt: ID<AttemptRecord>, number: Int, end: AttemptEnd, reason: String?,
        digest: OutputDigest
    ) -> Event {
        Event(
            "step.finished", on: ObjectReference("run", run.id.rawValue), ObjectReference("runbook", run.runbook),
            details: [
                "step": .string(step), "number": .integer(Int64(number)), "attempt": .string(attempt.rawValue),
                "state": .string(end.state.rawValue),
                "exit_status": end.exitStatus.map { .integer(Int64($0)) } ?? .null,
                "signal": end.signal.map { .integer(Int64($0)) } ?? .null,
                "reason": reason.map { .string($0) } ?? .null,
                "output": [
                    "chunks": .integer(Int64(digest.chunks)), "bytes": .integer(digest.bytes),
                    "sha256": .string(digest.hex),
                ],
            ])
    }
}

/// How an attempt ended, as it is recorded.
struct AttemptEnd: Equatable {
    let state: AttemptState
    let exitStatus: Int?
    let signal: Int?
    let reason: String?

    init(_ finished: FinishedAttempt, fault: String?) {
        self.init(finished.ending?.outcome, reason: finished.reason, fault: fault)
    }

    init(_ outcome: Ending.Outcome?, reason: String?, fault: String?) {
        switch outcome {
        case .exited(0)?:
            (state, exitStatus, signal, self.reason) = (fault == nil ? .succeeded : .failed, 0, nil, fault)
        case .exited(let status)?:
            (state, exitStatus, signal, self.reason) = (.failed, Int(status), nil, nil)
        case .signalled(let number)?:
            (state, exitStatus, signal) = (.failed, nil, Int(number))
            self.reason = "Signal \(number) ended it, and Runbook did not send it."
        case .timedOut?:
            (state, exitStatus, signal, self.reason) = (.timedOut, nil, nil, "It ran longer than its timeout.")
        case .stopped?:
            (state, exitStatus, signal, self.reason) = (.cancelled, nil, nil, "It was stopped by a cancellation.")
        case .couldNotStart(_, let sentence)?:
            (state, exitStatus, signal, self.reason) = (.failed, nil, nil, sentence)
        case .neverStarted?:
            (state, exitStatus, signal) = (.unknown, nil, nil)
            self.reason = "Its supervisor died before the step began: none of it ran."
        case .unknown?:
            (state, exitStatus, signal) = (.unknown, nil, nil)
            self.reason = "Its supervisor or the machine died during the step: nobody knows how far it came."
        case nil:
            (state, exitStatus, signal, self.reason) = (.failed, nil, nil, reason)
        }
    }
}
