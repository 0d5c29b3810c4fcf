import Dispatch
import Storage
import Synchronization

/// Holds up the writer, so that changes that arrive meanwhile wait together and share what comes next.
struct HeldWriter {
    private let gate = DispatchSemaphore(value: 0)
    private let holding: Task<Void, any Error>

    init(_ database: Database) async {
        let (held, isHeld) = AsyncStream.makeStream(of: Void.self)
        holding = Task { [gate] in
            try await database.write { _ in
                isHeld.yield()
                gate.wait()
            }
        }
        for await _ in held { break }
    }

    /// Starts `count` tasks, waits until each is about to write, and only then lets the writer go on.
    func crowd<Value: Sendable>(
        of count: Int, _ write: @escaping @Sendable (Int) async throws -> Value
    ) async throws -> [Result<Value, any Error>] {
        let (arrivals, arrival) = AsyncStream.makeStream(of: Void.self)
        let tasks = (0..<count).map { number in
            Task {
                arrival.yield()
                return try await write(number)
            }
        }
        var arrived = 0
        for await _ in arrivals {
            arrived += 1
            if arrived == count { break }
        }
        try await letGo()
        var results: [Result<Value, any Error>] = []
        for task in tasks { results.append(await task.result) }
        return results
    }

    func letGo() async throws {
        gate.signal()
        try await holding.value
    }
}
