package import Essentials
import Journal
package import Logging
import Storage

/// How long output is kept, and how much of it.
package struct OutputRetention: Sendable, Equatable {
    /// After the attempt's end; nil is for ever.
    package var age: Duration?
    /// Bytes of all runs together; nil is without a limit.
    package var bytes: Int64?

    package init(age: Duration? = nil, bytes: Int64? = nil) {
        self.age = age
        self.bytes = bytes
    }

    /// Nothing is ever removed.
    package var isEndless: Bool { age == nil && bytes == nil }
}

/// Removes output that is too old or too much, the oldest first, and says so on the journal. Runs, their attempts and what
/// they handed on stay.
package struct OutputSweeper: Sendable {
    /// How often it looks.
    private static let pause = Duration.seconds(600)

    private let executions: Executions
    private let retention: OutputRetention
    private let logger: Logger

    package init(executions: Executions, retention: OutputRetention, logger: Logger) {
        self.executions = executions
        self.retention = retention
        self.logger = logger
    }

    /// Works until its task is cancelled.
    package func run() async {
        while !Task.isCancelled {
            do {
                try await executions.expireOutput(retention)
            } catch is CancellationError {
                return
            } catch {
                // What is too old now is so the next time.
                logger.error("Output can't be removed", metadata: ["error": "\(error)"])
            }
            do { try await Task.sleep(for: Self.pause) } catch { return }
        }
    }
}

extension Executions {
    /// So many attempts of a run are emptied in one transaction, so that nobody waits long for the writer.
    private static let mostAttempts = 50

    /// Removes output until what is left is kept. Only what came to an end is removed, of a run that has: nobody needs what a
    /// step printed more than whoever must say how it ended.
    package func expireOutput(_ retention: OutputRetention) async throws {
        guard !retention.isEndless else { return }
        while try await expireOldest(retention) { try Task.checkCancellation() }
    }

    /// - Returns: whether something was removed.
    private func expireOldest(_ retention: OutputRetention) async throws -> Bool {
        let (journal, now) = (journal, time.now())
        let oldest = try await database.survey { reader in try Self.oldestOutput(in: reader) }
        guard let oldest else { return false }
        let cutoff = retention.age.map { now.advanced(by: .zero - $0) }
        var surplus: Int64 = 0
        if let most = retention.bytes {
            let stored = try await database.survey { reader in
                try reader.integer(
                    """
                    /* scan: of an index that holds what is stored, every few minutes */
                    SELECT sum(output_bytes) FROM attempts INDEXED BY attempts_with_output WHERE output_bytes > 0
                    """)
            }
            surplus = max(0, (stored ?? 0) - most)
        }
        let isTooOld = cutoff.map { oldest.finished < $0 } ?? false
        guard isTooOld || surplus > 0 else { return false }
        return try await database.write { [surplus] transaction in
            // Of the run with the oldest output, in the order in which its attempts ended.
            let candidates: [StoredOutput] = try transaction.all(
                """
                SELECT id, run, finished, output_bytes AS bytes FROM attempts
                WHERE run = \(oldest.run) AND output_bytes > 0 AND finished IS NOT NULL
                ORDER BY finished LIMIT \(Self.mostAttempts)
                """)
            guard let run = candidates.first?.run, try Self.mayExpire(run, in: transaction) else { return false }
            var (removed, bytes): ([StoredOutput], Int64) = ([], 0)
            for attempt in candidates {
                let isTooOld = cutoff.map { attempt.finished < $0 } ?? false
                guard isTooOld || bytes < surplus else { break }
                removed.append(attempt)
                bytes += attempt.bytes
            }
            guard !removed.isEmpty else { return false }
            for attempt in removed {
                try transaction.execute("DELETE FROM output WHERE attempt = \(attempt.id)")
                try transaction.execute(
                    "UPDATE attempts SET output_bytes = 0, output_expired = \(now) WHERE id = \(attempt.id)")
            }
            let record = try Self.record(run, in: transaction)
            try journal.append(
                Event(
                    "output.expired", on: record.objects,
                    details: [
                        "attempts": .array(removed.map { .string($0.id.rawValue) }), "bytes": .integer(bytes),
                        "because": .string(isTooOld ? "age" : "size"),
                    ]),
                by: .system("retention"), in: transaction)
            return true
        }
    }

    /// The oldest that may be removed.
    private static func oldestOutput(in reader: Reader) throws -> StoredOutput? {
        try reader.first(
            """
            /* scan: of an index that holds what is stored, to the first whose run has ended */
            SELECT a.id AS id, a.run AS run, a.finished AS finished, a.output_bytes AS bytes
            FROM attempts a INDEXED BY attempts_with_output CROSS JOIN runs r ON r.id = a.run
            WHERE a.output_bytes > 0 AND a.finished IS NOT NULL
                AND r.state IN ('succeeded', 'failed', 'cancelled', 'rejected', 'rolled-back')
            ORDER BY a.finished LIMIT 1
            """)
    }

    private static func mayExpire(_ run: ID<RunRecord>, in reader: Reader) throws -> Bool {
        try reader.exists(
            """
            SELECT 1 FROM runs WHERE id = \(run)
                AND state IN ('succeeded', 'failed', 'cancelled', 'rejected', 'rolled-back')
            """)
    }
}

private struct StoredOutput: Decodable {
    let id: ID<AttemptRecord>
    let run: ID<RunRecord>
    let finished: Timestamp
    let bytes: Int64
}
