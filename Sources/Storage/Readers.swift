import Dispatch
import GRDB
import Synchronization

/// Connections that only read, each used by one thread at a time: the one that asks.
///
/// GRDB's own pool gives a connection away through a chain of queues and locks that costs more than the lookup itself. Here
/// whoever reads takes an idle connection, and waits for one only when all are taken.
final class Readers: Sendable {
    private let queues: [DatabaseQueue]
    private let idle: Mutex<[Int]>
    private let available: DispatchSemaphore

    init(path: String, count: Int, configuration: Configuration) throws {
        var configuration = configuration
        configuration.readonly = true
        queues = try (0..<count).map { _ in try DatabaseQueue(path: path, configuration: configuration) }
        idle = Mutex(Array(queues.indices))
        available = DispatchSemaphore(value: count)
    }

    /// - Parameter isolated: whether all statements of the body see the same state.
    func read<Value>(isolated: Bool, _ body: (GRDB.Database) throws -> Value) throws -> Value {
        available.wait()
        // The last one that was used has its pages and statements at hand.
        guard let index = idle.withLock({ $0.popLast() }) else { preconditionFailure("more readers than connections") }
        defer {
            idle.withLock { $0.append(index) }
            available.signal()
        }
        return try queues[index].unsafeRead { connection in
            guard isolated else { return try body(connection) }
            var value: Value?
            try connection.inTransaction(.deferred) {
                value = try body(connection)
                return .commit
            }
            guard let value else { throw DatabaseError(resultCode: .SQLITE_ABORT) }
            return value
        }
    }

    func close() throws {
        for queue in queues { try queue.close() }
    }
}
