import Essentials
import Journal
import Processes
import RunbookFormat
import Storage

extension Engine {
    /// A step that runs beside what follows it has printed what says that it is ready.
    func noteReady(_ start: StepStart, of work: RunWork) async throws {
        try await persistently(logger) { try await self.executions.noteReady(start, of: work) }
        executions.signals.tell(work.id)
    }
}

extension Executions {
    /// Doing it again, as a server does that reads the log anew, changes nothing.
    func noteReady(_ start: StepStart, of work: RunWork) async throws {
        let journal = journal
        try await database.write { transaction in
            let isNew = try transaction.exists(
                """
                SELECT 1 FROM run_steps WHERE run = \(work.id) AND position = \(start.position)
                    AND state = \(StepState.running) AND is_ready = 0
                """)
            guard isNew else { return }
            try transaction.execute(
                "UPDATE run_steps SET is_ready = 1 WHERE run = \(work.id) AND position = \(start.position)")
            try journal.append(
                Event(
                    "step.ready", on: work.stepObjects,
                    details: ["step": .string(start.step.id), "attempt": .string(start.attempt.rawValue)]),
                by: .system("engine"), in: transaction)
        }
    }

    /// The attempts of a run that are under way beside what follows them.
    func besides(of run: ID<RunRecord>) async throws -> Set<ID<AttemptRecord>> {
        struct Row: Decodable { let step: String }
        return try await database.read { reader in
            let rows: [Row] = try reader.all(
                "SELECT step FROM run_steps WHERE run = \(run) AND is_background = 1 AND state = 'running'")
            return try Self.attempts(at: rows.map(\.step), of: run, in: reader)
        }
    }

    /// The attempts at these steps that are under way.
    static func attempts(at steps: [String], of run: ID<RunRecord>, in reader: Reader) throws -> Set<ID<AttemptRecord>>
    {
        struct Row: Decodable { let id: ID<AttemptRecord> }
        var found: Set<ID<AttemptRecord>> = []
        for step in steps {
            let rows: [Row] = try reader.all(
                "SELECT id FROM attempts WHERE run = \(run) AND step = \(step) AND state = 'running'")
            found.formUnion(rows.map(\.id))
        }
        return found
    }
}

extension FinishedAttempt {
    /// What it counts as, where that is not what its process' end says: it was watched for a line or a time, or it ran beside
    /// what followed and was ended with the run.
    func judged(_ end: AttemptEnd, cancellation: Cancellation) -> AttemptEnd {
        let settings = start.step.settings
        if settings.isBackground, ending?.outcome == .stopped, !cancellation.ends(always: settings.isAlways) {
            return AttemptEnd(succeededBecause: "It was ended with the run.")
        }
        guard end.state != .unknown, request == nil else { return end }
        switch settings.until {
        case .line(let text, _)?:
            if isMet, !settings.isBackground {
                return end.fault ?? AttemptEnd(succeededBecause: "Its output has \"\(text)\": it was ended.")
            }
            guard !isMet, end.state == .succeeded else { return end }
            return AttemptEnd(failedBecause: "It ended by itself, and its output never had \"\(text)\".")
        case .time(let time)?:
            guard end.state == .timedOut, hasLasted(time) else { return end }
            return end.fault
                ?? AttemptEnd(succeededBecause: "It has run for \(DurationText.format(time)): it was ended.")
        case nil: return end
        }
    }

    /// What it handed on counts.
    var handsOn: Bool {
        switch (ending?.outcome, start.step.settings.until) {
        case (.exited(0)?, _): true
        case (_, .line?): isMet && !start.step.settings.isBackground
        case (.timedOut?, .time(let time)?): hasLasted(time)
        default: false
        }
    }

    private func hasLasted(_ time: Duration) -> Bool {
        guard let started = ending?.started, let finished = ending?.finished else { return false }
        return started.duration(to: finished) >= time
    }
}
