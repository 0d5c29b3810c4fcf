package import Essentials
import Journal
import Storage

extension Executions {
    /// Leaves a step out, for a reason that stands on the record: one to come is passed by, one that waits is over, and after
    /// one that ended the run it goes on. An approval is never left out.
    /// - Throws: `Problem.invalid` without a reason, `.conflict` for a step that can't be left out.
    package func skip(
        _ id: ID<RunRecord>, step named: String, note: String?, by principal: Principal
    ) async throws -> RunRecord {
        try principal.require(.operate, to: "skip steps of runs")
        guard let note = try Self.remark(note) else {
            throw Problem.invalid(
                "Say why \(named.prefix(80)) is skipped.",
                fields: [.init(name: "note", message: "required: the reason, for the record")])
        }
        let told = try await database.write { transaction in
            var further: [RunRecord] = []
            let run = try Self.record(id, in: transaction)
            guard let step = run.steps.first(where: { $0.id == named }) else { throw run.unknownStep(named) }
            let effect = try SkippingRule.effect(of: step, in: run)
            if effect == .resumes {
                let states = run.steps.map { $0.id == step.id ? .skipped : $0.state }
                further = try goOn(
                    run, try Resumption.steps(states, of: run.state, verdict: nil), note: note, by: principal,
                    in: transaction)
            } else if effect == .goesOn {
                try transaction.execute(
                    "UPDATE runs SET state = \(RunState.running), rests_until = NULL WHERE id = \(id)")
            }
            let reason = "Skipped by \(principal.name): \(note)"
            try transaction.execute(
                """
                UPDATE run_steps SET state = \(StepState.skipped), reason = \(reason), skipped_by = \(principal.name), is_held_back = 0,
                    tries = 0, due = NULL, lasts_until = NULL, outputs = NULL, environment = NULL
                WHERE run = \(id) AND step = \(step.id)
                """)
            try journal.append(
                Event(
                    "step.skipped", on: run.objects,
                    details: [
                        "step": .string(step.id), "was": .string(step.state.rawValue), "reason": .string(reason),
                        "note": .string(note),
                    ]),
                by: principal, in: transaction)
            if effect == .resumes {
                try journal.append(
                    Event("run.resumed", on: run.objects, details: ["skipped": .string(step.id)]),
                    by: principal, in: transaction)
                further += try waitAgain(for: run, by: principal, in: transaction)
            }
            return [try Self.record(id, in: transaction)] + further
        }
        signals.tell(id)
        for run in told { feed.tell(run.id, .run(run)) }
        guard let record = told.first else { throw Self.unknown(id) }
        return record
    }
}
