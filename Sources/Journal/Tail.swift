import Synchronization

/// Hands each event, once it is durable, to everybody who listens: no query, however many they are.
package final class Tail: Sendable {
    /// A listener that falls behind by more loses the oldest; it sees the gap in `seq` and reads from the database.
    static let buffer = 512

    private struct Listeners {
        var next = 0
        var continuations: [Int: AsyncStream<RecordedEvent>.Continuation] = [:]
    }

    private let listeners = Mutex(Listeners())

    package var count: Int { listeners.withLock { $0.continuations.count } }

    /// Events from now on, in order; ends with the task that reads it.
    package func listen() -> AsyncStream<RecordedEvent> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: RecordedEvent.self, bufferingPolicy: .bufferingNewest(Self.buffer))
        let number = listeners.withLock { listeners in
            listeners.next += 1
            listeners.continuations[listeners.next] = continuation
            return listeners.next
        }
        continuation.onTermination = { [weak self] _ in
            self?.listeners.withLock { $0.continuations[number] = nil }
        }
        return stream
    }

    func tell(_ event: RecordedEvent) {
        let continuations = listeners.withLock { Array($0.continuations.values) }
        for continuation in continuations { continuation.yield(event) }
    }
}
