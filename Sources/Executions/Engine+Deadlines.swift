import Essentials
import Journal
import Logging
import RunbookFormat
import Storage

extension Engine {
    /// Ends the approvals that nobody gave in time, and reminds of those that are asked for still.
    func keepDeadlines() async {
        do {
            for run in try await executions.keepDeadlines() {
                executions.signals.tell(run)
                guard executions.feed.isWatched(run) else { continue }
                tell(try await database.read { try Executions.record(run, in: $0) })
            }
        } catch {
            logger.error("The deadlines of approvals can't be kept", metadata: ["error": "\(error)"])
        }
    }
}

extension Executions {
    /// So many reminders there are of one approval at most: who has not come by then comes no sooner for more of them.
    static let mostReminders = 20
    /// So many are looked at in one transaction; what is left is found by the next.
    private static let mostDeadlines = 100

    /// - Returns: the runs of which something changed.
    func keepDeadlines() async throws -> Set<ID<RunRecord>> {
        let now = time.now()
        let isDue = try await database.read { reader in
            try reader.exists(
                """
                SELECT 1 FROM run_steps WHERE state = 'waiting' AND expires IS NOT NULL AND expires <= \(now) LIMIT 1
                """)
                || reader.exists(
                    """
                    SELECT 1 FROM run_steps WHERE state = 'waiting' AND reminds IS NOT NULL AND reminds <= \(now) LIMIT 1
                    """)
        }
        guard isDue else { return [] }
        return try await database.write { transaction in
            let expired: [DeadlineRow] = try transaction.all(
                """
                SELECT run, step FROM run_steps WHERE state = 'waiting' AND expires IS NOT NULL AND expires <= \(now)
                ORDER BY expires LIMIT \(Self.mostDeadlines)
                """)
            for row in expired { try expire(row, in: transaction) }
            let forgotten: [DeadlineRow] = try transaction.all(
                """
                SELECT run, step FROM run_steps WHERE state = 'waiting' AND reminds IS NOT NULL AND reminds <= \(now)
                ORDER BY reminds LIMIT \(Self.mostDeadlines)
                """)
            for row in forgotten { try remind(row, at: now, in: transaction) }
            return Set((expired + forgotten).map(\.run))
        }
    }

    /// When the engine has to look at an approval again; nil for never.
    static func nextDeadline(in reader: Reader) throws -> Timestamp? {
        let expires = try reader.integer(
            "SELECT min(expires) FROM run_steps WHERE state = 'waiting' AND expires IS NOT NULL")
        let reminds = try reader.integer(
            "SELECT min(reminds) FROM run_steps WHERE state = 'waiting' AND reminds IS NOT NULL")
        return [expires, reminds].compactMap(\.self).min().map { Timestamp(microseconds: $0) }
    }

    /// Nobody refused it and nothing failed: its time is up, and the run, which goes no further, may be resumed.
    private func expire(_ row: DeadlineRow, in transaction: Transaction) throws {
        let run = try Self.record(row.run, in: transaction)
        guard let step = run.steps.first(where: { $0.id == row.step }), let question = step.question else { return }
        let reason = "Nobody refused it, and it was not approved in time: it had \(question.counted)."
        try transaction.execute(
            """
            UPDATE run_steps SET state = \(StepState.timedOut), reason = \(reason), reminds = NULL
            WHERE run = \(row.run) AND step = \(row.step)
            """)
        try transaction.execute(
            """
            UPDATE runs SET state = \(RunState.running), rests_until = NULL
            WHERE id = \(row.run) AND state = \(RunState.waiting)
            """)
        try journal.append(
            Event("step.expired", on: run.objects, details: ["step": .string(row.step), "reason": .string(reason)]),
            by: .system("engine"), in: transaction)
    }

    private func remind(_ row: DeadlineRow, at now: Timestamp, in transaction: Transaction) throws {
        let run = try Self.record(row.run, in: transaction)
        guard let step = run.steps.first(where: { $0.id == row.step }), let pause = step.question?.rule.remind else {
            return
        }
        let number = step.reminded + 1
        let next = number < Self.mostReminders ? now.advanced(by: pause) : nil
        try transaction.execute(
            """
            UPDATE run_steps SET reminds = \(next), reminded = \(number) WHERE run = \(row.run) AND step = \(row.step)
            """)
        let sentence = step.waitsFor ?? "an approval"
        try journal.append(
            Event(
                "run.reminded", on: run.objects,
                details: [
                    "step": .string(row.step), "waits_for": .string(sentence), "number": .integer(Int64(number)),
                    "title": .string("\(run.runbook) waits at \(row.step) for \(sentence)"),
                ]),
            by: .system("engine"), in: transaction)
    }
}

private struct DeadlineRow: Decodable {
    let run: ID<RunRecord>
    let step: String
}
