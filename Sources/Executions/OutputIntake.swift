import Essentials
import Foundation
import Journal
import Processes
import RunbookFormat
import Storage

/// Takes an attempt's log into the database, chunk by chunk, and keeps the digest of what is stored.
struct OutputIntake: Sendable {
    private let start: StepStart
    private let run: ID<RunRecord>
    private let executions: Executions
    private var chunker: Chunker
    /// The number of the run's last chunk.
    private var last: Int
    private(set) var digest = OutputDigest()

    /// Reads what a server before this one has stored already.
    init(_ start: StepStart, of work: RunWork, executions: Executions) async throws {
        self.start = start
        run = work.id
        self.executions = executions
        if let chunks = start.chunksBefore {
            (last, chunker) = (chunks, Chunker(secrets: work.secrets, stored: [.stdout: 0, .stderr: 0]))
            return
        }
        let attempt = start.attempt
        let id = work.id
        (last, digest, chunker) = try await executions.database.read { reader in
            let (digest, bytes) = try OutputDigest.read(attempt.rawValue, in: reader)
            let stored: [Frame.Stream: Int] = [.stdout: bytes[1] ?? 0, .stderr: bytes[2] ?? 0]
            let last = try reader.integer("SELECT chunks FROM runs WHERE id = \(id)") ?? 0
            return (Int(last), digest, Chunker(secrets: work.secrets, stored: stored))
        }
    }

    /// What is to be stored, under the run's next numbers.
    mutating func take(_ frames: [Frame]) -> [OutputRow] { rows(chunker.feed(frames)) }

    mutating func finish(at time: Timestamp) -> [OutputRow] { rows(chunker.finish(at: time)) }

    func store(_ rows: [OutputRow]) async throws {
        try await executions.database.write { [run, start] transaction in
            for row in rows {
                try transaction.execute(
                    """
                    INSERT INTO output (run, n, attempt, stream, time, bytes)
                    VALUES (\(run), \(row.n), \(start.attempt), \(row.stream), \(row.time), \(row.bytes))
                    """)
            }
            try transaction.execute("UPDATE runs SET chunks = \(rows.last?.n ?? 0) WHERE id = \(run)")
        }
        for row in rows { executions.feed.tell(run, .output(row)) }
    }

    /// Counts what was stored.
    mutating func stored(_ rows: [OutputRow]) {
        for row in rows {
            digest.add(
                run: run.rawValue, n: row.n, attempt: start.attempt.rawValue, stream: row.stream, time: row.time,
                bytes: row.bytes)
        }
        last += rows.count
    }

    private func rows(_ chunks: [Chunk]) -> [OutputRow] {
        chunks.enumerated().map { index, chunk in
            OutputRow(
                n: last + index + 1, step: start.step.id, attempt: start.number, stream: Int(chunk.stream.rawValue),
                time: chunk.time, bytes: Data(chunk.bytes))
        }
    }
}
