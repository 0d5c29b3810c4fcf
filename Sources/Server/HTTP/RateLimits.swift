package import Essentials
import Synchronization

/// How often somebody may ask: a bucket per address or account that fills by itself.
package final class RateLimits: Sendable {
    package struct Rate: Sendable {
        let burst: Double
        let perSecond: Double

        /// Without credentials and for sign-in: 100 a minute per address.
        package static let stranger = Rate(burst: 100, perSecond: 100.0 / 60)
        /// Per token or session: 100 a second.
        package static let signedIn = Rate(burst: 100, perSecond: 100)
    }

    private struct Bucket {
        var level: Double
        var filled: Timestamp
    }

    /// More than this many at once are an attack; the oldest are forgotten.
    private static let capacity = 100_000

    private let isOff: Bool
    private let time: TimeSource
    private let buckets = Mutex<[String: Bucket]>([:])

    package init(isOff: Bool = false, time: TimeSource = .system) {
        self.isOff = isOff
        self.time = time
    }

    /// - Throws: `Problem.limited`.
    package func take(of someone: @autoclosure () -> String, _ rate: Rate) throws(Problem) {
        if isOff { return }
        let who = someone()
        let now = time.now()
        let isAllowed = buckets.withLock { buckets in
            if buckets.count > Self.capacity { buckets.removeAll() }
            var bucket = buckets[who] ?? Bucket(level: rate.burst, filled: now)
            let seconds = Double(max(0, now.microseconds - bucket.filled.microseconds)) / 1_000_000
            bucket.level = min(rate.burst, bucket.level + seconds * rate.perSecond)
            bucket.filled = now
            defer { buckets[who] = bucket }
            guard bucket.level >= 1 else { return false }
            bucket.level -= 1
            return true
        }
        guard isAllowed else { throw .limited("Too many requests from here: wait a minute and try again.") }
    }
}
