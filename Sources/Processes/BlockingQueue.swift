import Foundation

/// A thread for work that blocks (files, starting processes), so that the tasks of everybody else go on.
struct BlockingQueue: Sendable {
    private let queue: DispatchQueue

    init(_ name: String) { queue = DispatchQueue(label: name) }

    /// Runs the work behind all that came before it.
    func run<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result { try work() }) }
        }
    }

    /// The same, for callers that do not wait.
    func submit(_ work: @escaping @Sendable () -> Void) { queue.async(execute: work) }
}
