import Foundation
import Synchronization
import Testing

/// A program that a test has started. What it prints goes to files, so that nothing waits for the end of a pipe that a
/// grandchild holds.
final class Child: Sendable {
    enum Ending: Sendable, Equatable {
        case exited(Int32)
        case signalled(Int32)
    }

    private struct State {
        var ending: Ending?
        var waiting: [CheckedContinuation<Ending, Never>] = []
    }

    let pid: pid_t
    let outputPath: String
    let errorPath: String
    private let state = Mutex(State())

    /// - Parameter log: the path that the files for standard output and error are named after.
    init(
        _ program: String, _ arguments: [String], environment: [String: String], input: String = "", log: String,
        directory: String? = nil
    ) throws {
        outputPath = log + ".out"
        errorPath = log + ".err"
        try write(input, to: log + ".in")
        try touch(outputPath)
        try touch(errorPath)
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.environment = environment
        if let directory { process.currentDirectoryURL = URL(filePath: directory) }
        process.standardInput = try FileHandle(forReadingFrom: URL(filePath: log + ".in"))
        process.standardOutput = try FileHandle(forWritingTo: URL(filePath: outputPath))
        process.standardError = try FileHandle(forWritingTo: URL(filePath: errorPath))
        let relay = Relay()
        process.terminationHandler = { ended in
            relay.tell(
                ended.terminationReason == .exit
                    ? .exited(ended.terminationStatus) : .signalled(ended.terminationStatus))
        }
        try process.run()
        pid = process.processIdentifier
        relay.listen { [state = self] ending in state.ended(ending) }
    }

    /// How it ended; waits for it.
    var ending: Ending {
        get async {
            await withCheckedContinuation { continuation in
                let ending = state.withLock { state in
                    if state.ending == nil { state.waiting.append(continuation) }
                    return state.ending
                }
                if let ending { continuation.resume(returning: ending) }
            }
        }
    }

    var hasEnded: Bool { state.withLock { $0.ending != nil } }

    var output: String { get throws { try content(outputPath) } }
    var error: String { get throws { try content(errorPath) } }

    func signal(_ number: Int32) {
        if !hasEnded { kill(pid, number) }
    }

    private func ended(_ ending: Ending) {
        let waiting = state.withLock { state in
            state.ending = ending
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume(returning: ending) }
    }
}

/// Carries the ending to a listener that may come before or after it.
private final class Relay: Sendable {
    private struct State {
        var ending: Child.Ending?
        var listener: (@Sendable (Child.Ending) -> Void)?
    }

    private let state = Mutex(State())

    func tell(_ ending: Child.Ending) {
        state.withLock { state in
            state.ending = ending
            return state.listener
        }?(ending)
    }

    func listen(_ listener: @escaping @Sendable (Child.Ending) -> Void) {
        let ending = state.withLock { state in
            state.listener = listener
            return state.ending
        }
        if let ending { listener(ending) }
    }
}

/// The programs that were built with these tests: in the folder of the test program, or above it.
enum Programs {
    static let runbook = "runbook"
    static let shim = "runbook-shim"

    static func path(of name: String) throws -> String {
        var folder = URL(filePath: try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
        while folder.path != "/" {
            folder.deleteLastPathComponent()
            let candidate = folder.appending(path: name).path
            var isFolder: ObjCBool = false
            if FileManager.default.fileExists(atPath: candidate, isDirectory: &isFolder), !isFolder.boolValue,
                FileManager.default.isExecutableFile(atPath: candidate)
            {
                return candidate
            }
        }
        throw NotBuilt(name: name)
    }

    /// A program of the machine, by the PATH of the tests.
    static func find(_ name: String) -> String? {
        for folder in (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":") {
            let path = "\(folder)/\(name)"
            if FileManager.default.isExecutableFile(atPath: path) { return path }
        }
        return nil
    }

    struct NotBuilt: Error, CustomStringConvertible {
        let name: String
        var description: String { "Build the product \(name) before these tests." }
    }
}
