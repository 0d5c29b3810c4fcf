import Crypto
import Essentials
import Foundation
import Journal
import Storage

/// SHA-256 over every column of an attempt's stored output, as `step.finished` has it:
/// for each chunk `"RUN N ATTEMPT STREAM TIME LENGTH\n" ‖ bytes`.
struct OutputDigest {
    private struct Row: Decodable {
        let run: String
        let n: Int
        let attempt: String
        let stream: Int
        let time: Timestamp
        let bytes: Data
    }

    private var hasher = SHA256()
    private(set) var chunks = 0
    private(set) var bytes: Int64 = 0

    init() {}

    /// Of what is stored of an attempt, and how many bytes of each stream that is.
    /// - Throws: `DecodingError` when a row can't be read.
    static func read(_ attempt: String, in reader: Reader) throws -> (digest: OutputDigest, bytesOfStream: [Int: Int]) {
        var digest = OutputDigest()
        var bytes: [Int: Int] = [:]
        try reader.each(
            "SELECT run, n, attempt, stream, time, bytes FROM output WHERE attempt = \(attempt) ORDER BY n",
            as: Row.self
        ) { row in
            digest.add(
                run: row.run, n: row.n, attempt: row.attempt, stream: row.stream, time: row.time, bytes: row.bytes)
            bytes[row.stream, default: 0] += row.bytes.count
        }
        return (digest, bytes)
    }

    mutating func add(run: String, n: Int, attempt: String, stream: Int, time: Timestamp, bytes data: Data) {
        hasher.update(data: Data("\(run) \(n) \(attempt) \(stream) \(time.microseconds) \(data.count)\n".utf8))
        hasher.update(data: data)
        chunks += 1
        bytes += Int64(data.count)
    }

    var hex: String { Data(hasher.finalize()).hex }
}
