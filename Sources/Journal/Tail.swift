import Synchronization

/// Hands each event, once it is durable, to everybody who listens: no query, however many they are.
package final class Tail: Sendable {
    /// A listener that falls behind by more loses the oldest; it sees the gap in `seq` and reads from the database.
    static let buffer = 512
    /// Every event with such a number is told to all, so that who waits for rare ones knows how far the journal has come.
    static let stride: Int64 = 1000

    /// An event of a kind that was asked for, or one that says how far the journal has come.
    struct News: Sendable {
        let event: RecordedEvent
        /// One more than that of the news before it; where it is not, what stands between is to be read from the database.
        let number: Int
    }

    private struct Selective {
        let kinds: Set<String>
        let continuation: AsyncStream<News>.Continuation
        var number = 0
    }

    private struct Listeners {
        var next = 0
        var all: [Int: AsyncStream<RecordedEvent>.Continuation] = [:]
        var selective: [Int: Selective] = [:]
        var last: Int64?
    }

    private let listeners = Mutex(Listeners())

    package var count: Int { listeners.withLock { $0.all.count } }

    /// Events from now on, in order; ends with the task that reads it.
    package func listen() -> AsyncStream<RecordedEvent> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: RecordedEvent.self, bufferingPolicy: .bufferingNewest(Self.buffer))
        let number = listeners.withLock { listeners in
            listeners.next += 1
            listeners.all[listeners.next] = continuation
            return listeners.next
        }
        continuation.onTermination = { [weak self] _ in
            self?.listeners.withLock { $0.all[number] = nil }
        }
        return stream
    }

    /// Events of some kinds from now on, in order. Nobody is woken for the others.
    func listen(for kinds: Set<String>) -> AsyncStream<News> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: News.self, bufferingPolicy: .bufferingNewest(Self.buffer))
        let number = listeners.withLock { listeners in
            listeners.next += 1
            listeners.selective[listeners.next] = Selective(kinds: kinds, continuation: continuation)
            return listeners.next
        }
        continuation.onTermination = { [weak self] _ in
            self?.listeners.withLock { $0.selective[number] = nil }
        }
        return stream
    }

    func tell(_ event: RecordedEvent) {
        // Nobody is told under the lock: that takes a lock of their task, which holds it too while it goes and is forgotten.
        let (all, selective) = listeners.withLock { listeners in
            // A command on the data folder appends too, and tells nobody.
            let isNext = listeners.last.map { $0 + 1 == event.seq } ?? false
            listeners.last = event.seq
            var selective: [(AsyncStream<News>.Continuation, News)] = []
            for (id, listener) in listeners.selective {
                guard !isNext || listener.kinds.contains(event.kind) || event.seq.isMultiple(of: Self.stride) else {
                    continue
                }
                let number = listener.number + (isNext ? 1 : 2)
                listeners.selective[id]?.number = number
                selective.append((listener.continuation, News(event: event, number: number)))
            }
            return (Array(listeners.all.values), selective)
        }
        for (continuation, news) in selective { continuation.yield(news) }
        for continuation in all { continuation.yield(event) }
    }
}
