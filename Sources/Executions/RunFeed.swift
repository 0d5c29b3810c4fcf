package import Essentials
import Synchronization

/// News of a run, once it is durable.
package enum RunNews: Sendable {
    case run(RunRecord)
    /// A step of a run that goes on as it did.
    case step(StepRecord)
    case output(OutputRow)
}

/// A piece of news and its number: one viewer's count up by one, so that it sees what it was too slow for.
package struct NumberedNews: Sendable {
    package let number: Int
    package let news: RunNews
}

/// Hands the news of each run to everybody who watches it: one query per event, not one per viewer.
package final class RunFeed: Sendable {
    /// A viewer that falls behind by more loses the oldest; it sees the gap and reads from the database.
    private static let buffer = 256

    private struct Viewers {
        var next = 0
        var told: [ID<RunRecord>: Int] = [:]
        var continuations: [ID<RunRecord>: [Int: AsyncStream<NumberedNews>.Continuation]] = [:]
    }

    private let viewers = Mutex(Viewers())
    /// Held while viewers are told, so that each gets the news in the order of their numbers. It is another one than that of
    /// the viewers: to tell somebody takes a lock of their task, which holds it too while it goes and is forgotten here.
    private let telling = Mutex(())

    package init() {}

    package var count: Int { viewers.withLock { $0.continuations.values.reduce(0) { $0 + $1.count } } }

    func isWatched(_ run: ID<RunRecord>) -> Bool { viewers.withLock { $0.continuations[run] != nil } }

    /// The runs that somebody watches.
    var watched: [ID<RunRecord>] { viewers.withLock { Array($0.continuations.keys) } }

    /// News from now on; ends with the task that reads it.
    package func watch(_ run: ID<RunRecord>) -> AsyncStream<NumberedNews> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: NumberedNews.self, bufferingPolicy: .bufferingNewest(Self.buffer))
        let number = viewers.withLock { viewers in
            viewers.next += 1
            viewers.continuations[run, default: [:]][viewers.next] = continuation
            return viewers.next
        }
        continuation.onTermination = { [weak self] _ in
            self?.viewers.withLock { viewers in
                viewers.continuations[run]?[number] = nil
                guard viewers.continuations[run]?.isEmpty == true else { return }
                viewers.continuations[run] = nil
                viewers.told[run] = nil
            }
        }
        return stream
    }

    func tell(_ run: ID<RunRecord>, _ news: RunNews) {
        telling.withLock { _ in
            let (number, continuations) = viewers.withLock { viewers in
                guard let continuations = viewers.continuations[run] else {
                    return (0, [AsyncStream<NumberedNews>.Continuation]())
                }
                let number = viewers.told[run, default: 0] + 1
                viewers.told[run] = number
                return (number, Array(continuations.values))
            }
            for continuation in continuations { continuation.yield(NumberedNews(number: number, news: news)) }
        }
    }
}
