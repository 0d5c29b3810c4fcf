import Essentials
import Processes
import Synchronization

/// How the verbs reach the engine: that there is something to do, and that a run is to be stopped.
///
/// Nothing is lost when it is: the database says the same, and the engine reads it when it starts.
final class EngineSignals: Sendable {
    private struct State {
        var running: [ID<RunRecord>: [ID<AttemptRecord>: (attempt: Attempt, isAlways: Bool)]] = [:]
        var stopping: [ID<RunRecord>: Cancellation] = [:]

        /// Who drives a run whose steps may run beside each other hears that something was answered.
        var listening: [ID<RunRecord>: AsyncStream<Void>.Continuation] = [:]

        /// The attempts of a run that are to be stopped.
        func stopped(_ run: ID<RunRecord>) -> [Attempt] {
            guard let told = stopping[run] else { return [] }
            return running[run, default: [:]].values.filter { told.ends(always: $0.isAlways) }.map(\.attempt)
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
        let attempts = state.withLock { state in
            state.stopping[run] = max(cancellation, state.stopping[run] ?? .none)
            return state.stopped(run)
        }
        for attempt in attempts { attempt.stop() }
        tell(run)
    }

    /// Something of the run has changed without the engine: whoever drives it looks again, or somebody takes it up.
    func tell(_ run: ID<RunRecord>) {
        _ = state.withLock { $0.listening[run] }?.yield()
        wake()
    }

    func news(of run: ID<RunRecord>) -> AsyncStream<Void> {
        let (news, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        state.withLock { $0.listening[run] = continuation }
        return news
    }

    func endNews(of run: ID<RunRecord>) {
        state.withLock { $0.listening.removeValue(forKey: run) }?.finish()
    }

    /// Stops all attempts of a run, those that clean up too.
    func abandon(_ run: ID<RunRecord>) {
        for (attempt, _) in state.withLock({ $0.running[run, default: [:]] }).values { attempt.stop() }
    }

    func forget(_ run: ID<RunRecord>) {
        state.withLock { $0.stopping[run] = nil }
    }

    /// From now on `stop` reaches this attempt; at once, when it was called before.
    /// - Parameter isAlways: whether only the end of everything ends it.
    func began(_ attempt: Attempt, _ id: ID<AttemptRecord>, of run: ID<RunRecord>, always isAlways: Bool) {
        let isStopped = state.withLock { state in
            state.running[run, default: [:]][id] = (attempt, isAlways)
            return state.stopping[run]?.ends(always: isAlways) ?? false
        }
        if isStopped { attempt.stop() }
    }

    func ended(_ id: ID<AttemptRecord>, of run: ID<RunRecord>) {
        state.withLock { state in
            state.running[run]?[id] = nil
            if state.running[run]?.isEmpty == true { state.running[run] = nil }
        }
    }
}
