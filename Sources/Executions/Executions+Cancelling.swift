package import Essentials
import Journal
import Storage

extension Executions {
    /// Asks for the run's end. A running step is stopped with its whole tree; what it has done stays done. Steps that run
    /// always still run; once they are at it, asking again ends them too.
    package func cancel(_ id: ID<RunRecord>, by principal: Principal) async throws -> RunRecord {
        try principal.require(.operate, to: "cancel runs")
        let ended = try await database.write { transaction in
            try cancel(id, isAsked: true, by: principal, in: transaction)
        }
        for run in ended where run.told != .none {
            signals.stop(run.record.id, run.told)
            if let parent = run.record.parent { signals.tell(parent) }
            feed.tell(run.record.id, .run(run.record))
        }
        guard let record = ended.first?.record else { throw Self.unknown(id) }
        return record
    }

    /// Ends a run and what its steps have started, in one transaction.
    /// - Parameter isAsked: a person asks for this one: what can't be cancelled is a conflict.
    /// - Returns: each with how far it was told to end, the run itself first.
    private func cancel(
        _ id: ID<RunRecord>, isAsked: Bool, by principal: Principal, in transaction: Transaction
    ) throws -> [(record: RunRecord, told: Cancellation)] {
        let (now, tally) = (time.now(), tally)
        let run = try Self.record(id, in: transaction)
        if run.state == .cancelled { return [(run, .none)] }
        guard run.state.mayBeCancelled else {
            guard isAsked else { return [(run, .none)] }
            throw Problem.conflict("The run is \(run.state.rawValue) already: there is nothing to cancel.")
        }
        let steps = run.standings
        guard let told = CancellationRule.asked(of: steps, run.cancellation) else { return [(run, .none)] }
        let next = CancellationRule.next(of: steps, told, hasBegun: run.started != nil, rollback: run.wayBack.standing)
        // What waits is ended here; what runs ends by itself.
        for (index, state) in next.steps.enumerated() where state != steps[index].state {
            try transaction.execute(
                "UPDATE run_steps SET state = \(state), due = NULL WHERE run = \(id) AND position = \(index + 1)")
        }
        if let state = next.settled {
            try transaction.execute(
                """
                UPDATE runs SET state = \(state), cancelling = 0, cleanup_cancelled = 0, rests_until = NULL,
                    finished = \(now), reason = \(state == .failed ? run.wayBack.fault : nil)
                WHERE id = \(id)
                """)
            transaction.afterCommit { tally.settled(state) }
        } else {
            try transaction.execute(
                """
                UPDATE runs SET state = \(RunState.running), cancelling = 1,
                    cleanup_cancelled = \(told == .everything), rests_until = NULL, finished = NULL
                WHERE id = \(id)
                """)
        }
        try journal.append(
            Event(
                next.settled.map { "run.\($0.rawValue)" } ?? "run.cancelling", on: run.objects,
                details: told == .everything ? ["cleanup": .bool(true)] : [:]),
            by: principal, in: transaction)
        var further: [(record: RunRecord, told: Cancellation)] = []
        for step in run.steps where step.waitsForRun && told.ends(always: step.isAlways) {
            guard let child = step.child else { continue }
            further += try cancel(child, isAsked: false, by: principal, in: transaction)
        }
        if let rollback = run.rollback, run.isRollingBack {
            further += try cancel(rollback, isAsked: false, by: principal, in: transaction)
        }
        return [(try Self.record(id, in: transaction), told)] + further
    }

    /// Lets a failed, cancelled or interrupted run go on from where it ended; finished steps and their outputs stay.
    /// - Parameters:
    ///   - from: the step from which it goes on: this one and all that comes after it run again, what they handed on is
    ///     forgotten, and gates among them ask again. Nil for what ended the run.
    ///   - verdict: what a person says of a step whose outcome is unknown.
    package func resume(
        _ id: ID<RunRecord>, from: String? = nil, verdict: StepVerdict?, note: String?, by principal: Principal
    ) async throws -> RunRecord {
        try principal.require(.operate, to: "resume runs")
        let note = try Self.remark(note)
        let resumed = try await database.write { transaction in
            let run = try Self.record(id, in: transaction)
            let resumed = try resume(run, from: from, verdict: verdict, note: note, by: principal, in: transaction)
            return try resumed + waitAgain(for: run, by: principal, in: transaction)
        }
        signals.wake()
        for run in resumed { feed.tell(run.id, .run(run)) }
        guard let record = resumed.first else { throw Self.unknown(id) }
        return record
    }

    /// - Returns: the run, and what its steps had started and goes on with it.
    private func resume(
        _ run: RunRecord, from: String?, verdict: StepVerdict?, note: String?, by principal: Principal,
        in transaction: Transaction
    ) throws -> [RunRecord] {
        var chosen: [StepState] =
            if let from {
                try Resumption.steps(of: run, from: from, verdict: verdict)
            } else {
                try Resumption.steps(run.steps.map(\.state), of: run.state, verdict: verdict)
            }
        if run.isTakenBack { chosen = try run.afterRollback(chosen, from: from) }
        let further = try goOn(run, chosen, note: note, by: principal, in: transaction)
        var details: [String: JSONValue] = [:]
        if let verdict { details["outcome"] = .string(verdict.rawValue) }
        if let note { details["note"] = .string(note) }
        if let from { details["from"] = .string(from) }
        if let step = run.steps.first(where: { $0.state != .succeeded && $0.state != .skipped }) {
            details["step"] = .string(step.id)
        }
        try journal.append(
            Event(
                "run.resumed", on: run.objects, details: details),
            by: principal, in: transaction)
        return [try Self.record(run.id, in: transaction)] + further
    }

    /// Queues a run that has ended with its steps in these states, and with what these ask to be done once more.
    /// - Returns: what its steps had started and goes on with it.
    func goOn(
        _ run: RunRecord, _ chosen: [StepState], note: String?, by principal: Principal, in transaction: Transaction
    ) throws -> [RunRecord] {
        let states = Resumption.withWhatFollows(chosen, after: run.standings)
        var further: [RunRecord] = []
        for (index, state) in states.enumerated() where state != run.steps[index].state {
            // A run that a step has started goes on from where it ended; else the step starts another one.
            var next: ID<RunRecord>?
            if state == .queued, let last = run.steps[index].child {
                let child = try Self.record(last, in: transaction)
                if child.state.hasReturned, child.state.mayBeResumed {
                    further += try resume(child, from: nil, verdict: nil, note: note, by: principal, in: transaction)
                }
                if !child.state.hasReturned || child.state.mayBeResumed { next = last }
            }
            // What is done again hands on nothing of before, and is approved again.
            try transaction.execute(
                """
                UPDATE run_steps SET state = \(next == nil ? state : .waiting), tries = 0, due = NULL,
                    lasts_until = NULL, reason = NULL, is_answered = \(next != nil), child = \(next), outputs = NULL,
                    environment = NULL, skipped_by = NULL, is_held_back = 0,
                    round = round + (asks IS 'approval' AND state IN ('succeeded', 'timed-out') AND \(state == .queued))
                WHERE run = \(run.id) AND position = \(index + 1)
                """)
        }
        try transaction.execute(
            """
            UPDATE runs SET state = \(RunState.queued), cancelling = 0, cleanup_cancelled = 0, rests_until = NULL,
                finished = NULL, reason = NULL, rollback_run = \(run.isTakenBack ? run.rollback : nil)
            WHERE id = \(run.id)
            """)
        return further
    }
}
