package import Essentials
import Journal
import RunbookFormat
import Storage

extension Executions {
    /// Gives somebody's approval to the step that waits for it; the run goes on once enough people have.
    /// - Parameter step: the step that is meant, so that nobody approves another one than the one on the screen; nil for
    ///   the one that waits.
    /// - Throws: `Problem.forbidden` for whoever may not, the one who started the run above all where the gate says so.
    package func approve(
        _ id: ID<RunRecord>, step named: String? = nil, note: String? = nil, by principal: Principal
    ) async throws -> RunRecord {
        try await answer(id, named, [.approval], note, to: "approve runs", by: principal) {
            run, step, question, answer in
            if let problem = run.reasonNotToAnswer(step, by: principal) { throw problem }
            // No server may have noticed yet.
            if let expires = step.expires, expires <= answer.time {
                throw Problem.conflict(
                    "\(step.id) was to be approved by \(expires.rfc3339): it is too late. Resume the run once it has ended, and it is asked for anew."
                )
            }
            try answer.transaction.execute(
                """
                INSERT INTO run_approvals (run, step, round, person, name, note, time)
                VALUES (\(id), \(step.id), \(step.round), \(principal.person), \(principal.name), \(answer.note), \(answer.time))
                """)
            let given = question.given.count + 1
            try answer.tell("step.approved", ["approvals": .string("\(given) of \(question.rule.minimum)")])
            if given >= question.rule.minimum {
                let names = question.given.map(\.name) + [principal.name]
                try answer.goOn(.succeeded, because: "Approved by \(names.joined(separator: ", "))")
            }
        }
    }

    /// Refuses what a step wants approved: the run ends `rejected`, which is not a failure, and what runs always still runs.
    package func reject(
        _ id: ID<RunRecord>, step named: String? = nil, note: String? = nil, by principal: Principal
    ) async throws -> RunRecord {
        try await answer(id, named, [.approval], note, to: "reject runs", by: principal) {
            run, step, question, answer in
            if let problem = run.reasonNotToJudge(step, question, by: principal) { throw problem }
            try answer.tell("step.rejected")
            try answer.goOn(.rejected, because: "Rejected by \(principal.name)")
        }
    }

    /// Says that a step may begin, or how it went what somebody has done by hand.
    /// - Throws: `Problem.invalid` where nothing was done that could have failed.
    package func confirm(
        _ id: ID<RunRecord>, step named: String? = nil, hasFailed: Bool = false, note: String? = nil,
        by principal: Principal
    ) async throws -> RunRecord {
        if !hasFailed, let step = try await database.read({ try Self.record(id, in: $0).watchingStep(named) }) {
            return try await endWait(id, of: step.id, note: note, by: principal)
        }
        return try await answer(
            id, named, [.manual, .confirmation], note, to: "confirm steps of runs", by: principal
        ) { _, step, question, answer in
            if hasFailed {
                guard question.kind == .manual else {
                    throw Problem.invalid(
                        "\(step.id) has not begun, so that it can't have failed: let it begin, or cancel the run.",
                        fields: [.init(name: "outcome", message: "succeeded")])
                }
                try answer.tell("step.failed")
                return try answer.goOn(.failed, because: "Failed, says \(principal.name)")
            }
            try answer.tell("step.confirmed")
            if question.isBeforeStep {
                try answer.goOn(.queued, because: "Confirmed by \(principal.name)")
            } else {
                try answer.goOn(.succeeded, because: "Done by \(principal.name)")
            }
        }
    }

    /// A person lets a run go on before the time that a step of it waits for.
    private func endWait(
        _ id: ID<RunRecord>, of named: String, note: String?, by principal: Principal
    ) async throws -> RunRecord {
        try principal.require(.operate, to: "end the waits of runs")
        guard let note = try Self.remark(note) else {
            throw Problem.invalid(
                "Say why \(named) ends before its time.", fields: [.init(name: "note", message: "a reason")])
        }
        let (journal, now) = (journal, time.now())
        let record = try await database.write { transaction in
            let run = try Self.record(id, in: transaction)
            guard let step = run.watchingStep(named), let until = step.until else {
                throw Problem.conflict("\(named) waits for no time any more.")
            }
            let answer = Answer(
                run: run, step: step, note: note, time: now, principal: principal, journal: journal,
                transaction: transaction)
            try answer.tell("step.waited", ["until": .string(until.rfc3339)])
            try answer.goOn(.succeeded, because: "Ended early by \(principal.name)")
            return try Self.record(id, in: transaction)
        }
        signals.tell(id)
        feed.tell(id, .run(record))
        return record
    }

    private func answer(
        _ id: ID<RunRecord>, _ named: String?, _ kinds: Set<StepQuestion.Kind>, _ note: String?, to act: String,
        by principal: Principal,
        _ body: @escaping @Sendable (RunRecord, StepRecord, StepQuestion, Answer) throws -> Void
    ) async throws -> RunRecord {
        try principal.require(.operate, to: act)
        let note = try Self.remark(note)
        let (journal, now) = (journal, time.now())
        let record = try await database.write { transaction in
            let run = try Self.record(id, in: transaction)
            let (step, question) = try Self.asking(run, named, kinds)
            try body(
                run, step, question,
                Answer(
                    run: run, step: step, note: note, time: now, principal: principal, journal: journal,
                    transaction: transaction))
            return try Self.record(id, in: transaction)
        }
        signals.tell(id)
        feed.tell(id, .run(record))
        return record
    }

    /// - Throws: `Problem` when no step waits for such an answer, or another one than the one named.
    private static func asking(
        _ run: RunRecord, _ named: String?, _ kinds: Set<StepQuestion.Kind>
    ) throws(Problem) -> (StepRecord, StepQuestion) {
        if let named, !run.steps.contains(where: { $0.id == named }) {
            throw run.unknownStep(named)
        }
        let asking = run.askingSteps
        guard let first = asking.first else {
            throw .conflict("The run is \(run.state.rawValue): no step of it waits for a person.")
        }
        let names = asking.map(\.id).joined(separator: ", ")
        guard named != nil || asking.count == 1 else {
            throw .conflict("Several steps wait for a person, \(names): say which one is meant.")
        }
        guard let step = named.map({ name in asking.first { $0.id == name } }) ?? first, let question = step.question
        else {
            throw .conflict(
                asking.count == 1
                    ? "The step that waits for a person is \(names)." : "The steps that wait for a person are \(names)."
            )
        }
        guard kinds.contains(question.kind) else {
            throw .conflict(
                question.kind == .approval
                    ? "\(step.id) waits for \(question.counted): approve or reject it."
                    : "\(step.id) waits for \(question.sentence): confirm it, or cancel the run.")
        }
        return (step, question)
    }

    static func remark(_ text: String?) throws(Problem) -> String? {
        guard let text = text?.trimmed, !text.isEmpty else { return nil }
        guard text.utf8.count <= 2000 else {
            throw .invalid(
                "The note is too long.", fields: [.init(name: "note", message: "text of at most 2000 bytes")])
        }
        return text
    }
}

extension RunRecord {
    /// The step that waits for a time: the one named, or the only one where no step asks people.
    package func watchingStep(_ named: String?) -> StepRecord? {
        guard state == .waiting || state == .running else { return nil }
        let watching = steps.filter(\.isWatching)
        if let named { return watching.first { $0.id == named } }
        return watching.count == 1 && askingSteps.isEmpty ? watching.first : nil
    }
}

/// What somebody answers a step, while it is written down.
private struct Answer {
    let run: RunRecord
    let step: StepRecord
    let note: String?
    let time: Timestamp
    let principal: Principal
    let journal: Journal
    let transaction: Transaction

    func tell(_ kind: String, _ details: [String: JSONValue] = [:]) throws {
        var details = details
        details["step"] = .string(step.id)
        if let note { details["note"] = .string(note) }
        try journal.append(Event(kind, on: run.objects, details: details), by: principal, in: transaction)
    }

    /// The step becomes this, and the engine takes the run up again.
    func goOn(_ state: StepState, because reason: String? = nil) throws {
        let reason = reason.map { [$0, note].compactMap { $0 }.joined(separator: ": ") }
        try transaction.execute(
            """
            UPDATE run_steps SET state = \(state), reason = \(reason), due = NULL, is_answered = 1
            WHERE run = \(run.id) AND step = \(step.id)
            """)
        try transaction.execute(
            "UPDATE runs SET state = \(RunState.running), rests_until = NULL WHERE id = \(run.id)")
    }
}
