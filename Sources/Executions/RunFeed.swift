package import Essentials
import Synchronization

/// News of a run, once it is durable.
package enum RunNews: Sendable {
    case run(RunRecord)
    case output(OutputRow)
}

/// Hands the news of each run to everybody who watches it: one query per event, not one per viewer.
package final class RunFeed: Sendable {
    /// A viewer that falls behind by more loses the oldest; it sees the gap in `n` and reads from the database.
    private static let buffer = 256

    private struct Viewers {
        var next = 0
        var continuations: [ID<RunRecord>: [Int: AsyncStream<RunNews>.Continuation]] = [:]
    }

    private let viewers = Mutex(Viewers())

    package init() {}

    package var count: Int { viewers.withLock { $0.continuations.values.reduce(0) { $0 + $1.count } } }

    func isWatched(_ run: ID<RunRecord>) -> Bool { viewers.withLock { $0.continuations[run] != nil } }

    /// News from now on; ends with the task that reads it.
    package func watch(_ run: ID<RunRecord>) -> AsyncStream<RunNews> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: RunNews.self, bufferingPolicy: .bufferingNewest(Self.buffer))
        let number = viewers.withLock { viewers in
            viewers.next += 1
            viewers.continuations[run, default: [:]][viewers.next] = continuation
            return viewers.next
        }
        continuation.onTermination = { [weak self] _ in
            self?.viewers.withLock { viewers in
                viewers.continuations[run]?[number] = nil
                if viewers.continuations[run]?.isEmpty == true { viewers.continuations[run] = nil }
            }
        }
        return stream
    }

    func tell(_ run: ID<RunRecord>, _ news: RunNews) {
        let continuations = viewers.withLock { Array(($0.continuations[run] ?? [:]).values) }
        for continuation in continuations { continuation.yield(news) }
    }
}
