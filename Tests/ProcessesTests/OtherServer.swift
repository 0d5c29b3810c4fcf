import CProcess
import Foundation
import Glibc
import Logging
import Testing

@testable import Processes

/// Tests with a second server run one after the other: exit tests that run at once inherit one another's open pipes,
/// and then wait for one another to end.
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
    /// Stays when the attempt has ended, to be killed.
    var staysOn = false
    /// The user that it becomes; then `shim` says where it finds one.
    var user: uid_t?
    var shim: String?
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
    ///
    /// What it leaves comes to this process as orphans. Exit tests look at one ended child at a time, and would wait
    /// for ever behind an orphan whose exit nobody takes.
    func run(expecting end: ExitTest.Condition) async {
        await withTaskGroup { group in
            group.addTask {
                while !Task.isCancelled {
                    takeExitsOfOrphans()
                    // A cancelled sleep ends the loop.
                    do { try await Task.sleep(for: .milliseconds(5)) } catch { return }
                }
            }
            await #expect(processExitsWith: end) { [server = self as OtherServer] in
                try await server.serve()
            }
            group.cancelAll()
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
        try await until("\(point) is reached") {
            // The mark comes before the stop: a signal to continue in between would be lost.
            guard exists("\(attemptFolder)/stopped-\(point)") else { return false }
            guard let stopped = try point == "after-spawn" ? pid : shimProcess(of: attempt, in: folder) else {
                return false
            }
            var process = runbook_process()
            return runbook_process_read(stopped, &process) == 0 && process.state == CChar(UInt8(ascii: "T"))
        }
    }

    private func serve() async throws {
        try note("\(getpid())", "pid")
        if let stopAt { setenv("RUNBOOK_STOP_AT", stopAt, 1) }
        if let user {
            guard setgroups(0, nil) == 0, setgid(user) == 0, setuid(user) == 0 else {
                throw SystemError(errno, "setuid")
            }
        }
        let supervisor = try Supervisor(
            shim: try shim ?? Stage.shim(), logger: Logger(label: "other") { _ in SwiftLogNoOpLogHandler() })
        let taken =
            try await adopts ? supervisor.adopt(folder: attemptFolder, attempt: attempt) : supervisor.start(launch)
        try note("", "started")
        let ending = try await taken.ending
        try note("\(ending.outcome)\(ending.processesLeft ? ", processes left" : "")", "ending")
        while staysOn { try await Task.sleep(for: .seconds(3600)) }
        await supervisor.shutdown()
    }

    private var launch: Launch {
        var launch = Stage.bash(script, in: folder, attempt: attempt)
        launch.grace = .milliseconds(200)
        launch.timeout = timeoutMilliseconds.map { .milliseconds($0) }
        return launch
    }

    private func note(_ text: String, _ name: String) throws {
        try text.write(toFile: "\(prefix).\(name)", atomically: true, encoding: .utf8)
    }
}

/// The children of other sessions are orphans; those that a supervisor of this process has started may be among them,
/// which need no more than the news of their end.
private func takeExitsOfOrphans() {
    do {
        for process in try allProcesses() where process.parent == getpid() && process.session != getsid(0) {
            if process.hasEnded { waitpid(process.pid, nil, WNOHANG) }
        }
    } catch {
        Issue.record(error)
    }
}
