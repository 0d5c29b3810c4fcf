import Foundation
import Glibc
import Logging
import Testing

@testable import Processes

/// Tests with a second server run one after the other: exit tests that run at once inherit one another's open pipes, and then wait for one
/// another to end.
@Suite(.serialized) enum ServerDeaths {}

/// A server in a process of its own, a copy of the test program, which a test may stop and kill.
///
/// It starts one bash script and waits for its ending, which it writes down.
struct OtherServer: Codable, Sendable {
    let folder: String
    let attempt: String
    let script: String
    var timeoutMilliseconds: Int?
    var stopAt: String?
    /// Takes the attempt up instead of starting it.
    var adopts = false
    /// Distinguishes servers of one attempt.
    var name = "server"

    var attemptFolder: String { "\(folder)/\(attempt)" }
    private var prefix: String { "\(folder)/\(name)-\(attempt)" }
    var hasStarted: Bool { exists("\(prefix).started") }
    /// The outcome that it was told.
    var ending: String {
        get throws { try content("\(prefix).ending") }
    }

    /// Runs it to its end.
    func run(expecting end: ExitTest.Condition) async {
        await #expect(processExitsWith: end) { [server = self as OtherServer] in
            try await server.serve()
        }
    }

    func kill() throws { #expect(Glibc.kill(try pid, SIGKILL) == 0) }

    /// Lets it go on from the point at which it stopped.
    func proceed() throws { #expect(Glibc.kill(try pid, SIGCONT) == 0) }

    private var pid: pid_t {
        get throws { try #require(pid_t(try content("\(prefix).pid"))) }
    }

    func waitForStart() async throws { try await until("the other server has started the step") { hasStarted } }

    func waitForStop(at point: String) async throws {
        try await until("\(point) is reached") { exists("\(attemptFolder)/stopped-\(point)") }
    }

    private func serve() async throws {
        try note("\(getpid())", "pid")
        if let stopAt { setenv("RUNBOOK_STOP_AT", stopAt, 1) }
        let supervisor = try Supervisor(
            shim: try Stage.shim(), logger: Logger(label: "other") { _ in SwiftLogNoOpLogHandler() })
        let taken = try await adopts ? supervisor.adopt(folder: attemptFolder, attempt: attempt) : supervisor.start(launch)
        try note("", "started")
        try note("\(try await taken.ending.outcome)", "ending")
        await supervisor.shutdown()
    }

    private var launch: Launch {
        var launch = Stage.bash(script, in: folder, attempt: attempt)
        launch.timeout = timeoutMilliseconds.map { .milliseconds($0) }
        return launch
    }

    private func note(_ text: String, _ name: String) throws {
        try text.write(toFile: "\(prefix).\(name)", atomically: true, encoding: .utf8)
    }
}
