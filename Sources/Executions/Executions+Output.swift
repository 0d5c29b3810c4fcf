package import Essentials
import Foundation
import Storage

/// Stored output, read from where somebody looks, and no further.
extension Executions {
    /// Pieces of output after a number, in the order of their arrival.
    /// - Parameter step: only what this step printed.
    package func output(
        _ id: ID<RunRecord>, after: Int, limit: Int, step: String? = nil, by principal: Principal
    ) async throws -> [OutputRow] {
        try principal.require(.read, to: "see runs")
        return try await database.read { reader in
            guard try reader.exists("SELECT 1 FROM runs WHERE id = \(id)") else { throw Self.unknown(id) }
            guard let step else {
                return try reader.all(
                    "\(OutputRow.select) WHERE o.run = \(id) AND o.n > \(after) ORDER BY o.n LIMIT \(limit)")
            }
            // All that an attempt prints is stored before the next begins.
            var rows: [OutputRow] = []
            for attempt in try Self.attempts(of: step, id, in: reader) where rows.count < limit {
                rows += try reader.all(
                    """
                    \(OutputRow.select) WHERE o.attempt = \(attempt.id) AND o.n > \(after)
                    ORDER BY o.n LIMIT \(limit - rows.count)
                    """)
            }
            return rows
        }
    }

    /// The nearest pieces of output before a number, in the order of their arrival.
    /// - Parameters:
    ///   - before: nil for the end.
    ///   - step: only what this step printed.
    package func output(
        _ id: ID<RunRecord>, before: Int?, limit: Int, step: String? = nil, by principal: Principal
    ) async throws -> [OutputRow] {
        try principal.require(.read, to: "see runs")
        let before = before ?? .max
        return try await database.read { reader in
            guard try reader.exists("SELECT 1 FROM runs WHERE id = \(id)") else { throw Self.unknown(id) }
            guard let step else {
                return try reader.all(
                    "\(OutputRow.select) WHERE o.run = \(id) AND o.n < \(before) ORDER BY o.n DESC LIMIT \(limit)"
                ).reversed()
            }
            var rows: [OutputRow] = []
            for attempt in try Self.attempts(of: step, id, in: reader).reversed() where rows.count < limit {
                rows += try reader.all(
                    """
                    \(OutputRow.select) WHERE o.attempt = \(attempt.id) AND o.n < \(before)
                    ORDER BY o.n DESC LIMIT \(limit - rows.count)
                    """)
            }
            return rows.reversed()
        }
    }

    /// The last pieces of a run's output, and how many lines of each attempt (`step/number`) come before them.
    /// - Parameters:
    ///   - limit: so many pieces at most.
    ///   - bytes: no further piece is read once there are so many.
    package func latestOutput(
        _ id: ID<RunRecord>, limit: Int, bytes most: Int = 256 << 10, by principal: Principal
    ) async throws -> (rows: [OutputRow], earlierLines: [String: Int]) {
        try principal.require(.read, to: "see runs")
        return try await database.survey { reader in
            guard try reader.exists("SELECT 1 FROM runs WHERE id = \(id)") else { throw Self.unknown(id) }
            var rows: [OutputRow] = []
            var bytes = 0
            while rows.count < limit, bytes < most {
                let before = rows.last?.n ?? .max
                let some: [OutputRow] = try reader.all(
                    """
                    \(OutputRow.select) WHERE o.run = \(id) AND o.n < \(before)
                    ORDER BY o.n DESC LIMIT \(min(Self.fewPieces, limit - rows.count))
                    """)
                guard !some.isEmpty else { break }
                for row in some where bytes < most {
                    rows.append(row)
                    bytes += row.bytes.count
                }
            }
            var earlier: [String: Int] = [:]
            if let first = rows.last?.n {
                let attempts: [AttemptRecord] = try reader.all(
                    Self.attempts + " WHERE run = \(id) ORDER BY number")
                for attempt in attempts {
                    let lines = try Self.lines(of: attempt.id, before: first, in: reader)
                    if lines > 0 { earlier["\(attempt.step)/\(attempt.number)"] = lines }
                }
            }
            return (rows.reversed(), earlier)
        }
    }

    /// So many pieces are read at once where few are wanted. A piece has 64 KiB at most.
    private static let fewPieces = 8

    /// Output of an attempt from a line on.
    package struct Lines: Sendable {
        /// Of the step, from 1.
        package let attempt: Int
        /// From the piece in which the line begins, so that earlier lines may stand before it.
        package let rows: [OutputRow]
        /// How many lines end before these pieces.
        package let before: Int
        /// How many lines there are so far, the last one also where it is not ended.
        package let total: Int
    }

    /// What an attempt printed from a line on, found without what stands before it.
    /// - Parameters:
    ///   - attempt: its number; nil for the last one.
    ///   - from: a line's number, from 1.
    ///   - count: so many lines are enough.
    ///   - bytes: no further piece is read once there are so many.
    /// - Throws: `Problem.notFound`.
    package func lines(
        of id: ID<RunRecord>, step: String, attempt number: Int?, from: Int, count: Int, bytes most: Int = 1 << 20,
        by principal: Principal
    ) async throws -> Lines {
        try principal.require(.read, to: "see runs")
        return try await database.survey { reader in
            guard try reader.exists("SELECT 1 FROM runs WHERE id = \(id)") else { throw Self.unknown(id) }
            let attempts = try Self.attempts(of: step, id, in: reader)
            guard let attempt = number == nil ? attempts.last : attempts.first(where: { $0.number == number }) else {
                let isToCome = try reader.exists("SELECT 1 FROM run_steps WHERE run = \(id) AND step = \(step)")
                guard isToCome, number == nil else {
                    throw Problem.notFound("The run has no such attempt at \(step.prefix(80)): look at its page.")
                }
                return Lines(attempt: 1, rows: [], before: 0, total: 0)
            }
            let first = try reader.integer("SELECT min(n) FROM output WHERE attempt = \(attempt.id)")
            let last = try reader.integer("SELECT max(n) FROM output WHERE attempt = \(attempt.id)")
            guard let first, let last else {
                return Lines(attempt: attempt.number, rows: [], before: 0, total: 0)
            }
            let start = try Self.piece(endingLine: from - 1, of: attempt.id, Int(first)...Int(last), in: reader)
            let before = try Self.lines(of: attempt.id, before: start, in: reader)
            var rows: [OutputRow] = []
            var (bytes, ended) = (0, before)
            while bytes < most, ended < from + count {
                let after = rows.last?.n ?? start - 1
                let some: [OutputRow] = try reader.all(
                    """
                    \(OutputRow.select) WHERE o.attempt = \(attempt.id) AND o.n > \(after)
                    ORDER BY o.n LIMIT \(Self.fewPieces)
                    """)
                guard !some.isEmpty else { break }
                for row in some where bytes < most && ended < from + count {
                    rows.append(row)
                    bytes += row.bytes.count
                    ended += row.bytes.lineEnds
                }
            }
            let whole = try Self.lines(of: attempt.id, before: .max, in: reader)
            let end: OutputRow? = try reader.first(
                "\(OutputRow.select) WHERE o.attempt = \(attempt.id) ORDER BY o.n DESC LIMIT 1")
            let isOpen = end?.bytes.last != UInt8(ascii: "\n")
            return Lines(attempt: attempt.number, rows: rows, before: before, total: whole + (isOpen ? 1 : 0))
        }
    }

    private static func attempts(
        of step: String, _ run: ID<RunRecord>, in reader: Reader
    ) throws -> [AttemptRecord] {
        try reader.all(attempts + " WHERE run = \(run) AND step = \(step) ORDER BY number")
    }

    /// The first piece up to and with which so many lines have ended; the last one where there are fewer.
    private static func piece(
        endingLine line: Int, of attempt: ID<AttemptRecord>, _ pieces: ClosedRange<Int>, in reader: Reader
    ) throws -> Int {
        var (low, high) = (pieces.lowerBound, pieces.upperBound)
        while low < high {
            let middle = low + (high - low) / 2
            if try lines(of: attempt, before: middle + 1, in: reader) >= line {
                high = middle
            } else {
                low = middle + 1
            }
        }
        return low
    }

    /// How many lines of an attempt end before a piece.
    static func lines(of attempt: ID<AttemptRecord>, before piece: Int, in reader: Reader) throws -> Int {
        struct Row: Decodable { let lines: Int? }
        struct Piece: Decodable { let bytes: Data }
        let last: Row? = try reader.first(
            "SELECT lines FROM output WHERE attempt = \(attempt) AND n < \(piece) ORDER BY n DESC LIMIT 1")
        guard let last else { return 0 }
        if let lines = last.lines { return lines }
        var count = 0
        try reader.each(
            "SELECT bytes FROM output WHERE attempt = \(attempt) AND n < \(piece) ORDER BY n", as: Piece.self
        ) { count += $0.bytes.lineEnds }
        return count
    }
}

extension OutputRow {
    fileprivate static let select: SQL = """
        SELECT o.n AS n, a.step AS step, a.number AS attempt, o.stream AS stream, o.time AS time, o.bytes AS bytes
        FROM output o CROSS JOIN attempts a ON a.id = o.attempt
        """
}

extension Data {
    /// How many lines end in it.
    var lineEnds: Int {
        withUnsafeBytes { bytes in
            var count = 0
            for byte in bytes where byte == UInt8(ascii: "\n") { count &+= 1 }
            return count
        }
    }
}
