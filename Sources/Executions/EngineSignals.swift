import Essentials
import Processes
import Synchronization

/// How the verbs reach the engine: that there is something to do, and that a run is to be stopped.
///
/// Nothing is lost when it is: the database says the same, and the engine reads it when it starts.
final class EngineSignals: Sendable {
    private struct State {
        var running: [ID<RunRecord>: Attempt] = [:]
        var stopping: Set<ID<RunRecord>> = []
    }

    let wakes: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation
    private let state = Mutex(State())

    init() {
        (wakes, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    func wake() { continuation.yield() }

    func stop(_ run: ID<RunRecord>) {
        let attempt = state.withLock { state in
            state.stopping.insert(run)
            return state.running[run]
        }
        attempt?.stop()
        wake()
    }

    func forget(_ run: ID<RunRecord>) {
        state.withLock { _ = $0.stopping.remove(run) }
    }

    /// From now on `stop` reaches this attempt; at once, when it was called before.
    func began(_ attempt: Attempt, of run: ID<RunRecord>) {
        let mustStop = state.withLock { state in
            state.running[run] = attempt
            return state.stopping.contains(run)
        }
        if mustStop { attempt.stop() }
    }

    func ended(_ run: ID<RunRecord>) {
        state.withLock { $0.running[run] = nil }
    }
}
