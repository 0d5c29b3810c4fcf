import Foundation
import Glibc
import Testing

/// The real server on a data folder of its own; one for all tests of a suite.
struct Server: Sendable {
    /// Set while the tests of a suite with the trait `runningServer` run.
    @TaskLocal static var running: Server?

    let address: String
    let pid: pid_t
    /// Holds the data, the logs, and what the programs leave for one another.
    let folder: String
    /// What the program said that made the first admin; all others go on with its session.
    let beginning: Program.Ended

    func run(_ program: String, _ arguments: [String]) async throws -> Program.Ended {
        try await Program.run(program, arguments, environment: Self.environment(address, folder), folder: folder)
    }

    fileprivate static func with(_ body: @Sendable (Server) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.path + "/runbook-pages-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let own = ProcessInfo.processInfo.environment
        let child = try Child(
            try program("runbook"),
            ["serve", "--port", "0", "--data", "\(folder)/data", "--rate-limit", "off", "--grace", "1s"],
            environment: [
                "PATH": own["PATH"] ?? "/usr/bin:/bin", "HOME": folder, "LANG": "C.UTF-8", "RUNBOOK_CHECK_LINKS": "off",
            ], folder: folder,
            log: "\(folder)/server")
        do {
            let (address, link) = try await beginning(of: child)
            let environment = environment(address, folder).merging(["RUNBOOK_TEST_LINK": link]) { $1 }
            let ended = try await Program.run("first_admin.py", [], environment: environment, folder: folder)
            try await body(Server(address: address, pid: child.pid, folder: folder, beginning: ended))
            try await end(child, folder)
        } catch {
            try await end(child, folder)
            throw error
        }
    }

    private static func environment(_ address: String, _ folder: String) -> [String: String] {
        ["RUNBOOK_URL": address, "RUNBOOK_TEST_FOLDER": folder]
    }

    /// Waits for the address and the first admin's link; the time that it may take only ends a test that hangs.
    private static func beginning(of child: Child) async throws -> (address: String, link: String) {
        let deadline = ContinuousClock.now + .seconds(60)
        while true {
            let ready = try child.output.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
                .first { $0.hasPrefix("ready ") }
            let offered = try child.error.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
                .first { $0.hasPrefix("first admin: ") }
            if let ready, let offered {
                return (String(ready.dropFirst("ready ".count)), String(offered.dropFirst("first admin: ".count)))
            }
            let error = try child.error
            try #require(!child.hasEnded && ContinuousClock.now < deadline, "It did not start: \(error)")
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    /// Ends the server and what a failed test has left running, which knows the folder.
    private static func end(_ child: Child, _ folder: String) async throws {
        kill(child.pid, SIGTERM)
        _ = await child.status
        for entry in try FileManager.default.contentsOfDirectory(atPath: "/proc") {
            guard let pid = pid_t(entry), pid != getpid(),
                let words = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline"),
                String(decoding: words, as: UTF8.self).contains(folder)
            else { continue }
            kill(pid, SIGKILL)
        }
        try FileManager.default.removeItem(atPath: folder)
    }

    /// A program that was built with these tests: in the folder of the test program, or above it.
    private static func program(_ name: String) throws -> String {
        var folder = URL(filePath: try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
        while folder.path != "/" {
            folder.deleteLastPathComponent()
            let candidate = folder.appending(path: name).path
            var isFolder: ObjCBool = false
            if FileManager.default.fileExists(atPath: candidate, isDirectory: &isFolder), !isFolder.boolValue {
                return candidate
            }
        }
        throw NotBuilt(name: name)
    }

    struct NotBuilt: Error, CustomStringConvertible {
        let name: String
        var description: String { "Build the product \(name) before these tests." }
    }
}

/// Starts the server before the first test of a suite, and ends it after the last.
struct RunningServer: SuiteTrait, TestScoping {
    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        try await Server.with { server in
            try await Server.$running.withValue(server) { try await function() }
        }
    }
}

extension Trait where Self == RunningServer {
    static var runningServer: Self { RunningServer() }
}
