import Essentials
import Foundation
import Glibc
import Synchronization
import Testing

@testable import Processes

/// The shim that waits for its order.
@Suite struct SpareTests {
    let stage: Stage

    init() throws { stage = try Stage() }

    private var spare: pid_t? { stage.supervisor.followed.withLock { $0.spare?.pid } }

    /// Runs a step that another follows, and waits until a shim waits for that.
    private func prepared() async throws -> pid_t {
        let attempt = try await stage.supervisor.start(stage.bash("echo first"), isFollowed: true)
        #expect(try await attempt.ending.outcome == .exited(0))
        // A program has no arguments for an instant while it becomes another.
        try await until("a shim waits") { spare.map { !arguments(of: $0).isEmpty } == true }
        return try #require(spare)
    }

    @Test func `it carries out the next step, under the name of its folder`() async throws {
        let pid = try await prepared()
        #expect(arguments(of: pid) == ["runbook-shim", "spare"])
        stage.makeGate()
        let launch = stage.bash("echo $RUNBOOK_ATTEMPT; read -r < $FOLDER/go; exit 7")
        let attempt = try await stage.supervisor.start(launch)
        try await until("the step is up") { attempt.files.logBytes > 0 }
        #expect(try shimProcess(of: launch.attempt, in: stage.folder) == pid)
        #expect(spare == nil)
        try stage.openGate()
        #expect(try await attempt.ending.outcome == .exited(7))
        #expect(try await Output(of: attempt).out == "\(launch.attempt)\n")
        try await until("its exit is taken") { !exists("/proc/\(pid)") }
    }

    @Test func `no step needs one`() async throws {
        #expect(try await stage.run(stage.bash("exit 3")).ending.outcome == .exited(3))
        #expect(spare == nil)
    }

    @Test(arguments: [SIGKILL, SIGTERM])
    func `one that was ended meanwhile is not missed`(signal: Int32) async throws {
        let pid = try await prepared()
        kill(pid, signal)
        // Nobody takes its exit before it is wanted.
        try await until("it has ended") { try AttemptTable.hasEnded(pid) }
        let (ending, output) = try await stage.run(stage.bash("echo second"))
        #expect(ending.outcome == .exited(0) && output.out == "second\n")
        try await until("its exit is taken") { !exists("/proc/\(pid)") }
    }

    @Test func `one that is asked to end behind its order has been stopped, not lost`() async throws {
        let pid = try await prepared()
        kill(pid, SIGSTOP)
        let attempt = try await stage.supervisor.start(stage.bash("touch $FOLDER/ran"))
        attempt.stop()
        kill(pid, SIGCONT)
        #expect(try await attempt.ending.outcome == .stopped)
        #expect(!exists("\(stage.folder)/ran"))
    }

    @Test func `it ends when nothing follows any more`() async throws {
        let pid = try await prepared()
        stage.supervisor.dismissSpare()
        try await until("it is gone") { !exists("/proc/\(pid)") }
        #expect(spare == nil)
    }

    @Test func `a folder with a name too long for it gets a shim of its own`() async throws {
        let pid = try await prepared()
        let deep = stage.folder + "/" + String(repeating: "d", count: 250)
        #expect(mkdir(deep, 0o700) == 0)
        var launch = stage.bash("echo deep")
        launch = Launch(
            attempt: launch.attempt, folder: "\(deep)/\(launch.attempt)",
            arguments: ["bash", "\(deep)/\(launch.attempt)/script"], environment: launch.environment,
            workingDirectory: stage.folder, grace: .milliseconds(300), files: launch.files)
        let (ending, output) = try await stage.run(launch)
        #expect(ending.outcome == .exited(0) && output.out == "deep\n")
        try await until("the one that waited is gone") { !exists("/proc/\(pid)") }
    }

    @Test func `a hundred steps in turn are carried out once each`() async throws {
        for number in 0..<100 {
            let attempt = try await stage.supervisor.start(
                stage.bash("echo \(number) | tee -a $FOLDER/all"), isFollowed: number < 99)
            #expect(try await attempt.ending.outcome == .exited(0))
        }
        #expect(try content("\(stage.folder)/all") == (0..<100).map { "\($0)\n" }.joined())
        stage.supervisor.dismissSpare()
    }
}

private enum AttemptTable {
    /// Whether it is a zombie, or gone.
    static func hasEnded(_ pid: pid_t) throws -> Bool {
        guard let status = FileManager.default.contents(atPath: "/proc/\(pid)/stat") else { return true }
        return String(decoding: status, as: UTF8.self).contains(") Z ")
    }
}
