import CProcess
import Essentials
import Foundation
import Glibc
import Logging
import Synchronization
import Testing

@testable import Processes

/// A folder, a supervisor and real shims for one test.
final class Stage: Sendable {
    let folder: String
    let supervisor: Supervisor
    private let gate = Mutex<Int32?>(nil)

    init() throws {
        folder = try Self.temporaryFolder()
        supervisor = try Supervisor(
            shim: try Self.shim(), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    deinit {
        if let gate = gate.withLock({ $0 }) { close(gate) }
        do {
            try FileManager.default.removeItem(atPath: folder)
        } catch {
            Issue.record("\(folder) cannot be removed: \(error)")
        }
    }

    static func temporaryFolder() throws -> String {
        let folder = FileManager.default.temporaryDirectory.path + "/runbook-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        return folder
    }

    /// The shim that was built with these tests: in the folder of the test program, or above it.
    static func shim() throws -> String {
        var folder = URL(fileURLWithPath: try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
        while folder.path != "/" {
            folder.deleteLastPathComponent()
            let candidate = folder.appendingPathComponent("runbook-shim").path
            if access(candidate, X_OK) == 0, !candidate.hasSuffix("/Sources/runbook-shim") { return candidate }
        }
        throw Problem.unavailable("Build the product runbook-shim before these tests.")
    }

    /// A bash script as a step, as the engine runs it; `attempt` names it and its folder.
    func bash(_ script: String, attempt: String = UUID().uuidString) -> Launch {
        Self.bash(script, in: folder, attempt: attempt)
    }

    static func bash(_ script: String, in folder: String, attempt: String) -> Launch {
        let own = "\(folder)/\(attempt)"
        return Launch(
            attempt: attempt, folder: own,
            arguments: ["bash", "--noprofile", "--norc", "-eo", "pipefail", "\(own)/script"],
            environment: ["PATH": "/usr/local/bin:/usr/bin:/bin", "FOLDER": folder], workingDirectory: folder,
            grace: .milliseconds(300), files: ["script": Array(script.utf8)])
    }

    /// Makes `$FOLDER/go`, at which a script waits with `read -r < $FOLDER/go` until `openGate`.
    ///
    /// It stays open here for reading and writing: a gate opened for each passage could be seen as closed by a script,
    /// whenever another test forks at that moment and its child holds the descriptor until it executes.
    func makeGate() {
        #expect(mkfifo("\(folder)/go", 0o600) == 0)
        gate.withLock { gate in
            #expect(gate == nil)
            gate = open("\(folder)/go", O_RDWR | O_NONBLOCK | O_CLOEXEC)
        }
    }

    /// Lets a script through that waits at the gate, or the next one that comes.
    func openGate() throws {
        let descriptor = gate.withLock { $0 }
        let gate = try #require(descriptor)
        #expect(write(gate, "\n", 1) == 1)
    }

    /// Starts it and waits for its ending and its output.
    func run(_ launch: Launch) async throws -> (ending: Ending, output: Output) {
        let attempt = try await supervisor.start(launch)
        return (try await attempt.ending, try await Output(of: attempt))
    }
}

/// All that a step wrote.
struct Output {
    var stdout: [UInt8] = []
    var stderr: [UInt8] = []
    var frames: [Frame] = []

    init(of attempt: Attempt, from offset: Int64 = 0) async throws {
        for try await batch in attempt.output(from: offset) {
            for frame in batch {
                switch frame.stream {
                case .stdout: stdout += frame.bytes
                case .stderr: stderr += frame.bytes
                }
            }
            frames += batch
        }
    }

    var out: String { String(decoding: stdout, as: UTF8.self) }
    var err: String { String(decoding: stderr, as: UTF8.self) }
}

/// Waits until it is so; the time it may take is only there to end a test that hangs.
func until(_ what: String, _ condition: () throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(300)
    while !(try condition()) {
        try #require(ContinuousClock.now < deadline, "waited in vain until \(what)")
        try await Task.sleep(for: .milliseconds(1))
    }
}

func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

func content(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

/// The living processes of an attempt: those that were given its id, and its shim.
func processes(of attempt: String, in folder: String) throws -> [pid_t] {
    var list: UnsafeMutablePointer<runbook_process>?
    let count = runbook_processes(&list)
    try #require(count >= 0)
    defer { free(list) }
    return UnsafeBufferPointer(start: list, count: count).filter { process in
        process.state != CChar(UInt8(ascii: "Z"))
            && (runbook_process_was_given(process.pid, "RUNBOOK_ATTEMPT=\(attempt)") != 0
                || arguments(of: process.pid) == ["runbook-shim", "\(folder)/\(attempt)"])
    }.map(\.pid)
}

func shimProcess(of attempt: String, in folder: String) throws -> pid_t? {
    try processes(of: attempt, in: folder).first { arguments(of: $0).first == "runbook-shim" }
}

func arguments(of pid: pid_t) -> [String] {
    // Nothing for a process that has just ended.
    let bytes = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") ?? Data()
    return bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
}
