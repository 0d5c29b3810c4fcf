import Foundation
import Synchronization
import Testing

/// A program of the folder `Pages`, which drives the browser.
enum Program {
    /// What it said and how it ended.
    struct Ended: Sendable {
        let status: Int32
        let claims: [Claim]
        let error: String
    }

    struct Claim: Sendable {
        let holds: Bool
        /// The claim, and what was seen where it does not hold.
        let words: String
    }

    static func path(of name: String) -> String {
        URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Pages/\(name)").path
    }

    /// Runs it with `RUNBOOK_PYTHON`, or the first `python3` of the path.
    /// - Parameter folder: takes what it prints.
    static func run(
        _ name: String, _ arguments: [String], environment: [String: String], folder: String
    ) async throws -> Ended {
        let own = ProcessInfo.processInfo.environment
        let child = try Child(
            "/usr/bin/env", [own["RUNBOOK_PYTHON"] ?? "python3", path(of: name)] + arguments,
            // Nothing is written beside the programs.
            environment: own.merging(environment) { $1 }.merging(["PYTHONDONTWRITEBYTECODE": "1"]) { $1 },
            folder: folder, log: "\(folder)/\(name)-\(UUID().uuidString)")
        let status = await child.status
        let claims = try child.output.split(separator: "\n").map { line in
            let parts = line.split(separator: "\t", maxSplits: 1)
            let words = String(parts.last ?? "").replacing("\t", with: ": ")
            return Claim(holds: parts.first == "ok", words: words)
        }
        return Ended(status: status, claims: claims, error: try child.error)
    }
}

/// A program that was started; what it prints goes to files, so that nothing waits for the end of a pipe that a
/// grandchild holds.
final class Child: Sendable {
    let pid: pid_t
    private let log: String
    private let ending = Ending()

    init(
        _ program: String, _ arguments: [String], environment: [String: String], folder: String, log: String
    ) throws {
        self.log = log
        for name in [log + ".out", log + ".err"] { try Data().write(to: URL(filePath: name)) }
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.environment = environment
        process.currentDirectoryURL = URL(filePath: folder)
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: URL(filePath: log + ".out"))
        process.standardError = try FileHandle(forWritingTo: URL(filePath: log + ".err"))
        process.terminationHandler = { [ending] in ending.say($0.terminationStatus) }
        try process.run()
        pid = process.processIdentifier
    }

    var output: String { get throws { try Self.content(log + ".out") } }
    var error: String { get throws { try Self.content(log + ".err") } }
    var hasEnded: Bool { ending.status != nil }

    /// Its exit status; waits for it.
    var status: Int32 { get async { await ending.wait() } }

    private static func content(_ path: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
    }
}

/// An exit status that some wait for.
private final class Ending: Sendable {
    private struct State {
        var status: Int32?
        var waiting: [CheckedContinuation<Int32, Never>] = []
    }

    private let state = Mutex(State())

    var status: Int32? { state.withLock { $0.status } }

    func say(_ status: Int32) {
        let waiting = state.withLock { state in
            state.status = status
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume(returning: status) }
    }

    func wait() async -> Int32 {
        await withCheckedContinuation { continuation in
            let status = state.withLock { state in
                if state.status == nil { state.waiting.append(continuation) }
                return state.status
            }
            if let status { continuation.resume(returning: status) }
        }
    }
}
