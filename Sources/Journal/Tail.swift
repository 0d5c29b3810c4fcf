import Dispatch
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
        let pause: Duration?
        let continuation: AsyncStream<News>.Continuation
        var number = 0
        /// What comes is held back until the pause is over.
        var isPausing = false
        var held: [News] = []

        /// What is to be told now.
        mutating func take(_ event: RecordedEvent, isNext: Bool) -> News? {
            number += isNext ? 1 : 2
            let news = News(event: event, number: number)
            guard isPausing else { return news }
            // The gap in the numbers tells that some are missing.
            if held.count == Tail.buffer { held.removeAll() }
            held.append(news)
            return nil
        }
    }

    private struct Listeners {
        var next = 0
        var all: [Int: AsyncStream<RecordedEvent>.Continuation] = [:]
        var selective: [Int: Selective] = [:]
        /// Who of them listens for a kind.
        var byKind: [String: [Int]] = [:]
        var last: Int64?

        mutating func add(_ listener: Selective) -> Int {
            next += 1
            selective[next] = listener
            for kind in listener.kinds { byKind[kind, default: []].append(next) }
            return next
        }

        mutating func remove(_ number: Int) {
            for kind in selective.removeValue(forKey: number)?.kinds ?? [] {
                byKind[kind]?.removeAll { $0 == number }
            }
        }

        /// Who is to hear of an event.
        /// - Parameter isNext: it follows the event that was told before it.
        func concerned(by event: RecordedEvent, isNext: Bool) -> [Int] {
            isNext && !event.seq.isMultiple(of: Tail.stride) ? byKind[event.kind] ?? [] : Array(selective.keys)
        }
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
    /// - Parameter pause: at least so long between two wakes: what comes meanwhile comes together.
    func listen(for kinds: Set<String>, pause: Duration? = nil) -> AsyncStream<News> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: News.self, bufferingPolicy: .bufferingNewest(Self.buffer))
        let number = listeners.withLock {
            $0.add(Selective(kinds: kinds, pause: pause, continuation: continuation))
        }
        continuation.onTermination = { [weak self] _ in
            self?.listeners.withLock { $0.remove(number) }
        }
        return stream
    }

    func tell(_ event: RecordedEvent) {
        // Nobody is told under the lock: that takes a lock of their task, which holds it too while it goes and is forgotten.
        let (all, selective, pausing) = listeners.withLock { listeners in
            // A command on the data folder appends too, and tells nobody.
            let isNext = listeners.last.map { $0 + 1 == event.seq } ?? false
            listeners.last = event.seq
            var selective: [(AsyncStream<News>.Continuation, News)] = []
            var pausing: [(Int, Duration)] = []
            for id in listeners.concerned(by: event, isNext: isNext) {
                guard let news = listeners.selective[id]?.take(event, isNext: isNext),
                    let listener = listeners.selective[id]
                else { continue }
                selective.append((listener.continuation, news))
                if let pause = listener.pause {
                    listeners.selective[id]?.isPausing = true
                    pausing.append((id, pause))
                }
            }
            return (Array(listeners.all.values), selective, pausing)
        }
        for (continuation, news) in selective { continuation.yield(news) }
        for continuation in all { continuation.yield(event) }
        for (listener, pause) in pausing { tellHeld(to: listener, after: pause) }
    }

    /// After each pause what was held back in it, until nothing was.
    private func tellHeld(to listener: Int, after pause: Duration) {
        let later = DispatchTime.now() + .microseconds(Int(pause / .microseconds(1)))
        DispatchQueue.global().asyncAfter(deadline: later) { [weak self] in
            guard let self else { return }
            let told = listeners.withLock { listeners in
                let told = listeners.selective[listener]
                listeners.selective[listener]?.held = []
                listeners.selective[listener]?.isPausing = told?.held.isEmpty == false
                return told
            }
            guard let told, !told.held.isEmpty else { return }
            for news in told.held { told.continuation.yield(news) }
            tellHeld(to: listener, after: pause)
        }
    }
}
