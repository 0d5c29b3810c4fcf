package import Essentials
import Storage
import Synchronization

/// How much there is to do, and what was done since the server started.
package struct RunLoad: Sendable {
    /// Those that are not over or wait for a person, in the order of `RunState`.
    package let unfinished: [(state: RunState, count: Int)]
    package let settled: [(state: RunState, count: Int)]
    package let attempts: [(state: AttemptState, count: Int)]
    package let oldestQueued: Duration?
    package let decisions: QueueDecisions
}

/// How long it took to find who gets a worker, each time that somebody got one.
package struct QueueDecisions: Sendable {
    /// Seconds.
    package static let bounds = [0.0005, 0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.025, 0.05, 0.1, 0.5]

    /// How many fell between one bound and the next; the last are beyond all bounds.
    package private(set) var counts = Array(repeating: 0, count: bounds.count + 1)
    package private(set) var seconds = 0.0

    mutating func add(_ time: Duration) {
        let seconds = Double(time.components.seconds) + Double(time.components.attoseconds) / 1e18
        counts[Self.bounds.firstIndex { seconds <= $0 } ?? Self.bounds.count] += 1
        self.seconds += seconds
    }
}

/// Counts what comes to an end, once it is durable.
final class RunTally: Sendable {
    private struct State {
        var settled: [RunState: Int] = [:]
        var attempts: [AttemptState: Int] = [:]
        var decisions = QueueDecisions()
    }

    private let state = Mutex(State())

    func settled(_ run: RunState) { state.withLock { $0.settled[run, default: 0] += 1 } }
    func ended(_ attempt: AttemptState) { state.withLock { $0.attempts[attempt, default: 0] += 1 } }
    func decided(within time: Duration) { state.withLock { $0.decisions.add(time) } }

    var decisions: QueueDecisions { state.withLock { $0.decisions } }

    var settled: [(state: RunState, count: Int)] {
        state.withLock { state in
            RunState.allCases.filter(\.isSettled).map { ($0, state.settled[$0] ?? 0) }
        }
    }
    var attempts: [(state: AttemptState, count: Int)] {
        state.withLock { state in
            AttemptState.allCases.filter { $0 != .running }.map { ($0, state.attempts[$0] ?? 0) }
        }
    }
}

extension Executions {
    /// How many runs came to their end by themselves since the server started, well and otherwise.
    package var outcomes: (succeeded: Int, failed: Int) {
        let counts = tally.settled.reduce(into: [RunState: Int]()) { $0[$1.state] = $1.count }
        return (
            counts[.succeeded] ?? 0,
            [RunState.failed, .rolledBack, .interrupted].reduce(0) { $0 + (counts[$1] ?? 0) }
        )
    }

    package func load() async throws -> RunLoad {
        let now = time.now()
        let (unfinished, oldest) = try await database.read { reader in
            let unfinished = try [RunState.queued, .running, .waiting, .interrupted].map { state in
                let count = try reader.integer("SELECT count(*) FROM runs WHERE state = \(state)")
                return (state: state, count: Int(count ?? 0))
            }
            let oldest = try reader.integer(
                "SELECT created FROM runs WHERE state = \(RunState.queued) ORDER BY id LIMIT 1")
            return (unfinished, oldest)
        }
        return RunLoad(
            unfinished: unfinished, settled: tally.settled, attempts: tally.attempts,
            oldestQueued: oldest.map { max(.zero, Timestamp(microseconds: $0).duration(to: now)) },
            decisions: tally.decisions)
    }
}
