import CProcess
import Foundation
import Glibc
import Testing

@testable import Processes

@Suite struct StoppingTests {
    let stage: Stage

    init() throws { stage = try Stage() }

    /// Writes `ready-NAME` when a child of its own, in a session of its own, ignores SIGTERM and lives.
    private let stubborn = """
        stubborn() { setsid bash -c "trap '' TERM; echo > $FOLDER/ready-$1; while :; do sleep 1000; done" & }
        """

    private func isReady(_ names: String...) -> Bool { names.allSatisfy { exists("\(stage.folder)/ready-\($0)") } }

    @Test func `a timeout ends children that left the session, were orphaned and ignore SIGTERM`() async throws {
        var launch = stage.bash(
            """
            \(stubborn)
            stubborn a
            (stubborn b; exit 0) &
            trap '' TERM
            while [ ! -e $FOLDER/ready-a ] || [ ! -e $FOLDER/ready-b ]; do sleep 0.01; done
            echo up
            while :; do sleep 1000; done
            """)
        launch.timeout = .seconds(1)
        let (ending, output) = try await stage.run(launch)
        #expect(ending.outcome == .timedOut)
        #expect(output.out == "up\n" && isReady("a", "b"))
        #expect(try processes(of: launch.attempt, in: stage.folder) == [])
    }

    @Test func `a step that ends before its timeout is not timed out`() async throws {
        var launch = stage.bash("exit 7")
        launch.timeout = .seconds(600)
        #expect(try await stage.run(launch).ending.outcome == .exited(7))
    }

    @Test func `stopping gives the step its grace period`() async throws {
        var launch = stage.bash("trap 'echo cleaned up; exit 0' TERM; echo up; while :; do sleep 0.01; done")
        launch.grace = .seconds(600)
        let attempt = try await stage.supervisor.start(launch)
        try await until("the step is up") { attempt.files.logBytes > 0 }
        for _ in 0..<3 { attempt.stop() }
        #expect(try await attempt.ending.outcome == .stopped)
        #expect(try await Output(of: attempt).out == "up\ncleaned up\n")
        attempt.stop()
    }

    @Test func `stopping kills what outlasts its grace period`() async throws {
        let launch = stage.bash("\(stubborn)\ntrap '' TERM\nstubborn a\nwhile :; do sleep 1000; done")
        let attempt = try await stage.supervisor.start(launch)
        try await until("the step is up") { isReady("a") }
        attempt.stop()
        #expect(try await attempt.ending.outcome == .stopped)
        #expect(try processes(of: launch.attempt, in: stage.folder) == [])
    }

    @Test func `a step that was stopped by a signal of its own is ended too`() async throws {
        var launch = stage.bash("echo up; kill -STOP $$")
        launch.grace = .seconds(600)
        let attempt = try await stage.supervisor.start(launch)
        try await until("the step is up") { attempt.files.logBytes > 0 }
        attempt.stop()
        #expect(try await attempt.ending.outcome == .stopped)
    }

    @Test func `a stop that comes before the step is kept`() async throws {
        let launch = stage.bash("sleep 1000")
        let attempt = try await stage.supervisor.start(launch)
        attempt.stop()
        #expect(try await attempt.ending.outcome == .stopped)
        #expect(try processes(of: launch.attempt, in: stage.folder) == [])
    }

    @Test func `processes left in the background end with the step, whose status stays`() async throws {
        let launch = stage.bash(
            """
            \(stubborn)
            sleep 1000 &
            stubborn a
            while [ ! -e $FOLDER/ready-a ]; do sleep 0.01; done
            echo over
            exit 3
            """)
        let (ending, output) = try await stage.run(launch)
        #expect(ending.outcome == .exited(3))
        #expect(output.out == "over\n")
        #expect(try processes(of: launch.attempt, in: stage.folder) == [])
    }

    @Test func `a filter that outlasts the script passes its last lines on`() async throws {
        let script = "exec > >(while read -r line; do echo \"> $line\"; done)\nfor i in {1..200}; do echo $i; done"
        let (ending, output) = try await stage.run(stage.bash(script))
        #expect(ending.outcome == .exited(0))
        #expect(output.out == (1...200).map { "> \($0)\n" }.joined())
    }

    @Test func `a stranger that holds the step's output open does not hold the step`() async throws {
        // The step hands its standard output to this process, which is not below the shim.
        let launch = stage.bash("echo $$ > $FOLDER/pid; echo mine; read -r < $FOLDER/go")
        stage.makeGate()
        let attempt = try await stage.supervisor.start(launch)
        try await until("the step is up") { attempt.files.logBytes > 0 }
        let pid = try content("\(stage.folder)/pid").trimmingCharacters(in: .newlines)
        let held = open("/proc/\(pid)/fd/1", O_WRONLY | O_CLOEXEC)
        try #require(held >= 0)
        defer { close(held) }
        try stage.openGate()
        #expect(try await attempt.ending.outcome == .exited(0))
        #expect(try await Output(of: attempt).out == "mine\n")
    }

    @Test func `a flood of output does not keep the timeout from coming`() async throws {
        var launch = stage.bash("yes & yes >&2")
        launch.timeout = .milliseconds(300)
        launch.outputLimit = 1 << 20
        let (ending, output) = try await stage.run(launch)
        #expect(ending.outcome == .timedOut)
        #expect(ending.outputCut && output.stdout.count + output.stderr.count == 1 << 20)
        #expect(try processes(of: launch.attempt, in: stage.folder) == [])
    }

    @Test func `the shim does not listen to the terminal's signals`() async throws {
        let launch = stage.bash("echo up; read -r < $FOLDER/go; echo unhurt")
        stage.makeGate()
        let attempt = try await stage.supervisor.start(launch)
        try await until("the step is up") { attempt.files.logBytes > 0 }
        let shim = try #require(try shimProcess(of: launch.attempt, in: stage.folder))
        #expect(getsid(shim) == shim)
        for signal in [SIGINT, SIGHUP, SIGQUIT, SIGPIPE, SIGUSR1, SIGUSR2] { kill(shim, signal) }
        try stage.openGate()
        #expect(try await attempt.ending.outcome == .exited(0))
        #expect(try await Output(of: attempt).out == "up\nunhurt\n")
    }
}
