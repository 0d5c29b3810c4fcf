import Essentials
import Processes
import Synchronization

/// How the verbs reach the engine: that there is something to do, and that a run is to be stopped.
///
/// Nothing is lost when it is: the database says the same, and the engine reads it when it starts.
final class EngineSignals: Sendable {
    private struct State {
        var running: [ID<RunRecord>: (attempt: Attempt, isAlways: Bool)] = [:]
        var stopping: [ID<RunRecord>: Cancellation] = [:]

        /// The attempt of a run, where it is to be stopped.
        func stopped(_ run: ID<RunRecord>) -> Attempt? {
            guard let (attempt, isAlways) = running[run], let told = stopping[run] else { return nil }
            return told.ends(always: isAlways) ? attempt : nil
        }
    }

    let wakes: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation
    private let state = Mutex(State())

    init() {
        (wakes, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    func wake() { continuation.yield() }

    func stop(_ run: ID<RunRecord>, _ cancellation: Cancellation) {
        let attempt = state.withLock { state in
            state.stopping[run] = max(cancellation, state.stopping[run] ?? .none)
            return state.stopped(run)
        }
        attempt?.stop()
        wake()
    }

    func forget(_ run: ID<RunRecord>) {
        state.withLock { $0.stopping[run] = nil }
    }

    /// From now on `stop` reaches this attempt; at once, when it was called before.
    /// - Parameter isAlways: whether only the end of everything ends it.
    func began(_ attempt: Attempt, of run: ID<RunRecord>, always isAlways: Bool) {
        let stopped = state.withLock { state in
            state.running[run] = (attempt, isAlways)
            return state.stopped(run)
        }
        stopped?.stop()
    }

    func ended(_ run: ID<RunRecord>) {
        state.withLock { $0.running[run] = nil }
    }
}
