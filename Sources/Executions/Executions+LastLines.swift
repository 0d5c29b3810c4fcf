package import Essentials
import Foundation
import Storage

extension Executions {
    /// The end of what runs have printed, for where they are told of: the last lines of each run that printed anything.
    /// - Parameter lines, bytes: the most of one run; a longer line is cut at its front.
    package func lastLines(
        of runs: [ID<RunRecord>], lines: Int = 8, bytes: Int = 2000, by principal: Principal
    ) async throws -> [ID<RunRecord>: [String]] {
        try principal.require(.read, to: "see runs")
        struct Piece: Decodable { let bytes: Data }
        return try await database.read { reader in
            var found: [ID<RunRecord>: [String]] = [:]
            for run in Set(runs) {
                // Pieces are seldom shorter than a line; what is before them is not worth more reads.
                let pieces: [Piece] = try reader.all(
                    """
                    SELECT substr(bytes, -\(bytes)) AS bytes FROM output WHERE run = \(run)
                    ORDER BY n DESC LIMIT \(lines * 2)
                    """)
                let end = pieces.reversed().reduce(into: Data()) { $0 += $1.bytes }.suffix(bytes)
                let text = String(decoding: end, as: UTF8.self)
                let all = text.split(separator: "\n", omittingEmptySubsequences: true)
                if !all.isEmpty { found[run] = all.suffix(lines).map(String.init) }
            }
            return found
        }
    }
}
