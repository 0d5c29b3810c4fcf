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
    private(set) var digest = OutputDigest()
    /// How many were ended in what is stored.
    private var lines = 0

    /// Reads what a server before this one has stored already.
    init(_ start: StepStart, of work: RunWork, executions: Executions) async throws {
        self.start = start
        run = work.id
        self.executions = executions
        if start.isFresh {
            chunker = Chunker(secrets: work.secrets, stored: [.stdout: 0, .stderr: 0])
            return
        }
        let attempt = start.attempt
        (digest, lines, chunker) = try await executions.database.read { reader in
            let (digest, bytes) = try OutputDigest.read(attempt.rawValue, in: reader)
            let stored: [Frame.Stream: Int] = [.stdout: bytes[1] ?? 0, .stderr: bytes[2] ?? 0]
            let lines = try Executions.lines(of: attempt, before: .max, in: reader)
            return (digest, lines, Chunker(secrets: work.secrets, stored: stored))
        }
    }

    /// What is to be stored.
    mutating func take(_ frames: [Frame]) -> [Chunk] { chunker.feed(frames) }

    mutating func take(_ bytes: [UInt8], _ stream: Frame.Stream, at time: Timestamp) -> [Chunk] {
        chunker.feed(bytes, stream, at: time)
    }

    mutating func finish(at time: Timestamp) -> [Chunk] { chunker.finish(at: time) }

    /// Stores it under the run's next numbers. They are taken in the transaction: whoever has seen one has seen all before
    /// it, also where several steps print at once.
    func store(_ chunks: [Chunk]) async throws -> [OutputRow] {
        let rows = try await executions.database.write { [run, start, lines] transaction in
            let last = try transaction.integer(
                "UPDATE runs SET chunks = chunks + \(chunks.count) WHERE id = \(run) RETURNING chunks")
            guard let last else { throw Executions.unknown(run) }
            let rows = chunks.enumerated().map { index, chunk in
                OutputRow(
                    n: Int(last) - chunks.count + index + 1, step: start.step.id, attempt: start.number,
                    stream: Int(chunk.stream.rawValue), time: chunk.time, bytes: Data(chunk.bytes))
            }
            var lines = lines
            for row in rows {
                lines += row.bytes.lineEnds
                try transaction.execute(
                    """
                    INSERT INTO output (run, n, attempt, stream, time, bytes, lines)
                    VALUES (\(run), \(row.n), \(start.attempt), \(row.stream), \(row.time), \(row.bytes), \(lines))
                    """)
            }
            return rows
        }
        for row in rows { executions.feed.tell(run, .output(row)) }
        return rows
    }

    /// Counts what was stored.
    mutating func stored(_ rows: [OutputRow]) {
        for row in rows {
            lines += row.bytes.lineEnds
            digest.add(
                run: run.rawValue, n: row.n, attempt: start.attempt.rawValue, stream: row.stream, time: row.time,
                bytes: row.bytes)
        }
    }
}
