package import Essentials
import Storage

extension Executions {
    /// What runs, what waits for a person, what failed in the last day and what succeeded last: one state of the database.
    package func now(by principal: Principal) async throws -> RunsNow {
        try principal.require(.read, to: "see runs")
        let since = time.now().advanced(by: .zero - RunsNow.day)
        return try await database.read { reader in
            let failures = try Self.failures(since: since, in: reader)
            let waiting = try Self.part(RunState.waitingForPeople, "ORDER BY r.id DESC", in: reader)
            return RunsNow(
                // The one that has been at it longest comes first, so that a new one moves no other.
                running: try Self.part([.running], "ORDER BY r.id", in: reader),
                queued: try Self.part([.queued], "ORDER BY r.id", in: reader),
                waiting: waiting,
                asking: try waiting.runs.filter { $0.state == .waiting }.map { try Self.record($0.id, in: reader) },
                failed: failures.count, failures: failures.shown, isRecovered: failures.areRecovered,
                succeeded: try reader.all(
                    """
                    \(RunSummaryRecord.select) WHERE r.state = \(RunState.succeeded) AND r.finished IS NOT NULL AND r.is_check = 0
                    ORDER BY r.finished DESC, r.id DESC LIMIT \(RunsNow.fewest)
                    """),
                isFirst: try !reader.exists("SELECT 1 FROM runs LIMIT 1"))
        }
    }

    private static func part(_ states: [RunState], _ order: SQL, in reader: Reader) throws -> RunsNow.Part {
        var (count, runs): (Int, [RunSummaryRecord]) = (0, [])
        for state in states {
            count += Int(try reader.integer("SELECT count(*) FROM runs WHERE state = \(state)") ?? 0)
            runs += try reader.all("\(RunSummaryRecord.select) WHERE r.state = \(state) \(order) LIMIT \(RunsNow.most)")
        }
        return RunsNow.Part(count: count, runs: runs)
    }

    /// The newest failure of each runbook and section; those that nothing has made good yet come first.
    private static func failures(
        since: Timestamp, in reader: Reader
    ) throws -> (count: Int, shown: [RunsNow.Failure], areRecovered: Bool) {
        var (count, rows): (Int, [FailureRow]) = (0, [])
        // What was rolled back has failed too: somebody has to see to it.
        for state in [RunState.failed, .rolledBack] {
            count += Int(
                try reader.integer(
                    "SELECT count(*) FROM runs WHERE state = \(state) AND finished >= \(since) AND is_check = 0") ?? 0)
            rows += try reader.all(
                """
                SELECT id, runbook, section, finished FROM runs WHERE state = \(state) AND finished >= \(since)
                    AND is_check = 0
                ORDER BY finished DESC, id DESC LIMIT \(RunsNow.examined)
                """)
        }
        rows.sort { ($0.finished, $0.id) > ($1.finished, $1.id) }
        var newest: [FailureRow] = []
        var times: [[String?]: Int] = [:]
        for row in rows {
            if times[row.subject] == nil { newest.append(row) }
            times[row.subject, default: 0] += 1
        }
        var (open, recovered): ([RunsNow.Failure], [RunsNow.Failure]) = ([], [])
        for row in newest {
            let successor = try successor(of: row, in: reader)
            guard (successor == nil ? open : recovered).count < RunsNow.fewest,
                let run: RunSummaryRecord = try reader.first("\(RunSummaryRecord.select) WHERE r.id = \(row.id)")
            else { continue }
            let failure = RunsNow.Failure(
                run: run, times: times[row.subject] ?? 1, cause: try cause(of: run, in: reader), successor: successor)
            if successor == nil { open.append(failure) } else { recovered.append(failure) }
        }
        return (
            count, Array((open + recovered).prefix(RunsNow.fewest)),
            // Of more than were looked at, nobody has asked.
            open.isEmpty && rows.count < RunsNow.examined
        )
    }

    /// A later run that succeeded: of the same section, or of the whole runbook, which its sections are part of.
    private static func successor(of failure: FailureRow, in reader: Reader) throws -> ID<RunRecord>? {
        let section: SQL = failure.section.map { "(section = \($0) OR section IS NULL)" } ?? "section IS NULL"
        return try reader.text(
            """
            SELECT id FROM runs WHERE runbook = \(failure.runbook) AND id > \(failure.id)
                AND state = \(RunState.succeeded) AND finished > \(failure.finished) AND is_check = 0 AND \(section)
            ORDER BY id DESC LIMIT 1
            """
        ).map { ID($0) }
    }

    private static func cause(of run: RunSummaryRecord, in reader: Reader) throws -> AttemptRecord? {
        guard let step = run.step else { return nil }
        return try reader.first(
            "\(attempts) WHERE run = \(run.id) AND step = \(step) ORDER BY number DESC LIMIT 1")
    }
}

/// The runs that somebody on call wants to know of.
package struct RunsNow: Sendable {
    /// What "lately" means for a failure.
    package static let day = Duration.seconds(24 * 3600)
    /// How many runs that go on or wait are read, and how many that are over.
    static let most = 50
    static let fewest = 8
    /// How many failures are looked through, the newest first.
    static let examined = 500

    package struct Part: Sendable {
        /// Of all, also those that were not read.
        package let count: Int
        package let runs: [RunSummaryRecord]
    }

    package struct Failure: Sendable {
        package let run: RunSummaryRecord
        /// How often the same failed.
        package let times: Int
        /// The attempt that it ended with.
        package let cause: AttemptRecord?
        /// A later run that succeeded.
        package let successor: ID<RunRecord>?
    }

    package let running: Part
    package let queued: Part
    package let waiting: Part
    /// Those of the waiting ones at which a step asks people, whole.
    package let asking: [RunRecord]
    /// How many runs failed in the last day.
    package let failed: Int
    package let failures: [Failure]
    /// Everything that failed in the last day has succeeded since.
    package let isRecovered: Bool
    /// The newest first.
    package let succeeded: [RunSummaryRecord]
    /// There has been no run yet.
    package let isFirst: Bool
}

private struct FailureRow: Decodable {
    let id: ID<RunRecord>
    let runbook: String
    let section: String?
    let finished: Timestamp

    /// What failures have in common that are told as one.
    var subject: [String?] { [runbook, section] }
}
