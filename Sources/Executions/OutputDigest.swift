import Crypto
import Essentials
import Foundation
import Journal

/// SHA-256 over every column of an attempt's stored output, as `step.finished` has it:
/// for each chunk `"RUN N ATTEMPT STREAM TIME LENGTH\n" ‖ bytes`.
struct OutputDigest {
    private var hasher = SHA256()
    private(set) var chunks = 0
    private(set) var bytes: Int64 = 0

    mutating func add(run: String, n: Int, attempt: String, stream: Int, time: Timestamp, bytes data: Data) {
        hasher.update(data: Data("\(run) \(n) \(attempt) \(stream) \(time.microseconds) \(data.count)\n".utf8))
        hasher.update(data: data)
        chunks += 1
        bytes += Int64(data.count)
    }

    var hex: String { Data(hasher.finalize()).hex }
}
