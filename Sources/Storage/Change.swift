import Synchronization

/// One caller's change with its answer, its type erased so that changes of all types queue together.
struct Change: Sendable {
    struct Outcome {
        let error: (any Error)?
    }

    let perform: @Sendable (_ transaction: Transaction, _ isAlone: Bool) -> Outcome
    /// Before the commit: shows the value to a caller who has something to do while the disk is at work.
    let show: @Sendable () -> Void
    /// Resumes the caller: with the value that `perform` kept, or with the error.
    let answer: @Sendable ((any Error)?) -> Void

    init<Value: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> Value, _ pending: PendingValue<Value>) {
        self.init(body, keep: pending.keep, show: pending.show, answer: pending.end)
    }

    /// One that nobody waits for.
    init(riding body: @escaping @Sendable (Transaction) throws -> Void) {
        self.init(body, keep: { _ in }, show: {}, answer: { _ in })
    }

    private init<Value>(
        _ body: @escaping @Sendable (Transaction) throws -> Value, keep: @escaping @Sendable (Value) -> Void,
        show: @escaping @Sendable () -> Void, answer: @escaping @Sendable ((any Error)?) -> Void
    ) {
        perform = { transaction, isAlone in
            do {
                keep(try isAlone ? body(transaction) : transaction.savepoint { try body(transaction) })
                return Outcome(error: nil)
            } catch {
                return Outcome(error: error)
            }
        }
        self.show = show
        self.answer = answer
    }
}

/// What a change will have come to: its value once it is durable, and to who asks for that, its value before.
final class PendingValue<Value: Sendable>: Sendable {
    private enum Waiter {
        case forValue(CheckedContinuation<Value, any Error>, mayForesee: Bool)
        case forEnd(CheckedContinuation<Void, any Error>)
        case released(Withholding.Release)
    }

    private struct State {
        var value: Value?
        var waiter: Waiter?
        var end: Result<Void, any Error>?
    }

    private let state = Mutex(State())

    /// Starts the change and waits for its value.
    /// - Parameter foreseen: before it is durable, if need be; then `durable` says whether it has become so.
    func value(foreseen: Bool, start: () -> Void) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            state.withLock { $0.waiter = .forValue(continuation, mayForesee: foreseen) }
            start()
        }
    }

    /// Returns when the change is durable.
    func durable() async throws {
        try await withCheckedThrowingContinuation { continuation in
            let end = state.withLock { state in
                if state.end == nil { state.waiter = .forEnd(continuation) }
                return state.end
            }
            if let end { continuation.resume(with: end) }
        }
    }

    /// The same for who does not wait for it.
    /// - Returns: false where it is known already, or the answer can't be held: then nothing is called.
    func release(_ withholding: Withholding) -> Bool {
        guard state.withLock({ $0.end == nil }), let release = withholding.hold() else { return false }
        let end = state.withLock { state in
            if state.end == nil { state.waiter = .released(release) }
            return state.end
        }
        if let end { release(end) }
        return true
    }

    func keep(_ value: Value) { state.withLock { $0.value = value } }

    func show() {
        let seen: (CheckedContinuation<Value, any Error>, Value)? = state.withLock { state in
            guard case .forValue(let continuation, mayForesee: true) = state.waiter, let value = state.value else {
                return nil
            }
            state.waiter = nil
            return (continuation, value)
        }
        if let (continuation, value) = seen { continuation.resume(returning: value) }
    }

    func end(_ error: (any Error)?) {
        let (value, waiter, end) = state.withLock { state in
            let end: Result<Void, any Error> =
                if let error { .failure(translated(error)) }
                // What was neither made nor refused: the commit of others broke off before it.
                else if state.value == nil { .failure(CancellationError()) } else { .success(()) }
            defer { state.waiter = nil }
            state.end = end
            return (state.value, state.waiter, end)
        }
        switch waiter {
        case .forValue(let continuation, _):
            continuation.resume(with: end.flatMap { value.map(Result.success) ?? .failure(CancellationError()) })
        case .forEnd(let continuation): continuation.resume(with: end)
        case .released(let release): release(end)
        case nil: break
        }
    }
}
