import Essentials
import Synchronization

/// How the verbs reach the engine: that there is something to do, and that a run is to be stopped.
///
/// Nothing is lost when it is: the database says the same, and the engine reads it when it starts.
final class EngineSignals: Sendable {
    private struct State {
        var running: [ID<RunRecord>: [ID<AttemptRecord>: (stop: @Sendable () -> Void, isAlways: Bool)]] = [:]
        var stopping: [ID<RunRecord>: Cancellation] = [:]

        /// They ran beside others, and are to end.
        var ending: Set<ID<AttemptRecord>> = []

        /// Who drives a run whose steps may run beside each other hears that something was answered.
        var listening: [ID<RunRecord>: AsyncStream<Void>.Continuation] = [:]

        /// What stops the attempts of a run that are to be stopped.
        func stopped(_ run: ID<RunRecord>) -> [@Sendable () -> Void] {
            guard let told = stopping[run] else { return [] }
            return running[run, default: [:]].values.filter { told.ends(always: $0.isAlways) }.map(\.stop)
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
        let stops = state.withLock { state in
            state.stopping[run] = max(cancellation, state.stopping[run] ?? .none)
            return state.stopped(run)
        }
        for stop in stops { stop() }
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
        for (stop, _) in state.withLock({ $0.running[run, default: [:]] }).values { stop() }
    }

    /// Ends attempts that ran beside others, also those that are only about to be taken up.
    func end(_ attempts: Set<ID<AttemptRecord>>, of run: ID<RunRecord>) {
        guard !attempts.isEmpty else { return }
        let found = state.withLock { state in
            state.ending.formUnion(attempts)
            return state.running[run, default: [:]].filter { attempts.contains($0.key) }.map(\.value.stop)
        }
        for stop in found { stop() }
    }

    func forget(_ run: ID<RunRecord>) {
        state.withLock { $0.stopping[run] = nil }
    }

    /// From now on `stop` reaches this attempt; at once, when it was called before.
    /// - Parameters:
    ///   - isAlways: whether only the end of everything ends it.
    ///   - end: what stops it.
    func began(
        _ id: ID<AttemptRecord>, of run: ID<RunRecord>, always isAlways: Bool, stop end: @escaping @Sendable () -> Void
    ) {
        let isStopped = state.withLock { state in
            state.running[run, default: [:]][id] = (end, isAlways)
            return state.ending.contains(id) || state.stopping[run]?.ends(always: isAlways) ?? false
        }
        if isStopped { end() }
    }

    func ended(_ id: ID<AttemptRecord>, of run: ID<RunRecord>) {
        state.withLock { state in
            state.running[run]?[id] = nil
            state.ending.remove(id)
            if state.running[run]?.isEmpty == true { state.running[run] = nil }
        }
    }
}
