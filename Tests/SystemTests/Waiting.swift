import Foundation
import Testing

/// Waits until it is so; the time it may take is only there to end a test that hangs.
func until(
    _ what: String, within limit: Duration = .seconds(120), _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + limit
    while !(try await condition()) {
        try #require(ContinuousClock.now < deadline, "waited in vain until \(what)")
        try await Task.sleep(for: .milliseconds(2))
    }
}

/// For what blocks: a thread of its own, so that the few that tests share go on.
func onThread<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Result { try work() }) }
    }
}

func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

func content(_ path: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
}

func touch(_ path: String) throws { try write("", to: path) }

func write(_ text: String, to path: String) throws { try Data(text.utf8).write(to: URL(filePath: path)) }
