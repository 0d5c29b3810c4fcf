import CProcess
import Foundation
import Glibc
import Testing

@testable import Processes

extension ServerDeaths {
    /// A shim that is killed takes its step with it, and the server says that it does not know.
    @Suite struct ShimDeathTests {
        let stage: Stage

        init() throws { stage = try Stage() }

        /// Kills the shim at a point while its server lives, and gives what the server was told.
        private func kill(at point: String, _ script: String) async throws -> (told: String, attempt: Attempt) {
            let server = OtherServer(folder: stage.folder, attempt: UUID().uuidString, script: script, stopAt: point)
            async let end: Void = server.run(expecting: .exitCode(0))
            try await server.waitForStop(at: point)
            let shim = try #require(try shimProcess(of: server.attempt, in: stage.folder))
            #expect(Glibc.kill(shim, SIGKILL) == 0)
            await end
            #expect(try processes(of: server.attempt, in: stage.folder) == [])
            let attempt = try await stage.supervisor.adopt(folder: server.attemptFolder, attempt: server.attempt)
            return (try server.ending, attempt)
        }

        @Test(arguments: ["before-link", "after-link", "after-fork"])
        func `before the step was let go it has not run`(point: String) async throws {
            let (told, attempt) = try await kill(at: point, "echo ran > $FOLDER/ran")
            #expect(told == (point == "before-link" ? "neverStarted" : "unknown"))
            #expect("\(try await attempt.ending.outcome)" == told, "a later server says the same")
            #expect(try await attempt.ending.started == nil)
            #expect(!exists("\(stage.folder)/ran"))
        }

        @Test func `before the result the step is unknown and its output a prefix`() async throws {
            let (told, attempt) = try await kill(at: "before-result", "for i in {1..100}; do echo $i; done")
            #expect(told == "unknown")
            let ending = try await attempt.ending
            #expect(ending.outcome == .unknown && ending.outputMayEndEarly && ending.started != nil)
            #expect(try await Output(of: attempt).out == (1...100).map { "\($0)\n" }.joined())
        }

        @Test func `after the result it stands`() async throws {
            let (told, attempt) = try await kill(at: "after-result", "echo x; exit 6")
            #expect(told == "exited(6)")
            #expect(try await attempt.ending.outputMayEndEarly == false)
            #expect(try await Output(of: attempt).out == "x\n")
        }

        @Test func `nothing of the step lives on, whatever it did to get away`() async throws {
            let launch = stage.bash(
                """
                up() { echo "trap '' TERM; echo > $FOLDER/ready-$1; while :; do sleep 1000; done"; }
                setsid bash -c "$(up session)" &
                (setsid bash -c "$(up orphan)" & exit 0)
                env -i bash -c "$(up cleared)" &
                echo up
                while :; do sleep 1000; done
                """)
            let attempt = try await stage.supervisor.start(launch)
            try await until("all are up") {
                ["session", "orphan", "cleared"].allSatisfy { exists("\(stage.folder)/ready-\($0)") }
                    && FileManager.default.contents(atPath: "\(launch.folder)/log")?.contains("up\n".utf8) == true
            }
            let step = try #require(
                try AttemptRecord(reading: Descriptor.open("\(launch.folder)/status", O_RDONLY)).step)
            Glibc.kill(try #require(try shimProcess(of: launch.attempt, in: stage.folder)), SIGKILL)
            let ending = try await attempt.ending
            #expect(ending.outcome == .unknown && ending.outputMayEndEarly && !ending.processesLeft)
            #expect(ending.started != nil && ending.finished == nil)
            #expect(try await Output(of: attempt).out == "up\n")
            #expect(try processes(of: launch.attempt, in: stage.folder) == [])
            #expect(try !livingSessions().contains(step), "nor what cleared its environment")
        }

        @Test func `what a shim left while no server ran is ended by the next server`() async throws {
            let script = "setsid bash -c 'echo > $FOLDER/ready; sleep 1000' & while :; do sleep 1000; done"
            let server = OtherServer(folder: stage.folder, attempt: UUID().uuidString, script: script)
            async let end: Void = server.run(expecting: .signal(SIGKILL))
            try await server.waitForStart()
            try await until("all are up") { exists("\(stage.folder)/ready") }
            try server.kill()
            await end
            Glibc.kill(try #require(try shimProcess(of: server.attempt, in: stage.folder)), SIGKILL)
            let attempt = try await stage.supervisor.adopt(folder: server.attemptFolder, attempt: server.attempt)
            let ending = try await attempt.ending
            #expect(ending.outcome == .unknown && ending.outputMayEndEarly)
            #expect(try processes(of: server.attempt, in: stage.folder) == [])
        }

        @Test func `a step that is killed by somebody is no unknown step`() async throws {
            let launch = stage.bash("echo up; while :; do sleep 1000; done")
            let attempt = try await stage.supervisor.start(launch)
            try await until("the step is up") { attempt.files.logBytes > 0 }
            let step = try #require(
                try AttemptRecord(reading: Descriptor.open("\(launch.folder)/status", O_RDONLY)).step)
            Glibc.kill(step, SIGKILL)
            let ending = try await attempt.ending
            #expect(ending.outcome == .signalled(SIGKILL) && !ending.outputMayEndEarly)
            #expect(try await Output(of: attempt).out == "up\n")
            #expect(try processes(of: launch.attempt, in: stage.folder) == [])
        }

        @Test func `a shim that cannot use the folder says why`() async throws {
            // The log is a link elsewhere, which the shim does not follow.
            let launch = stage.bash("echo never")
            #expect(mkdir(launch.folder, 0o700) == 0)
            let folder = AttemptFolder(path: launch.folder)
            let specification = try launch.specification()
            try folder.prepare(launch)
            unlink(folder.log)
            #expect(symlink("/dev/null", folder.log) == 0)
            var pid: pid_t = 0
            var raw: Int32 = -1
            #expect(
                runbook_start_shim(
                    try Stage.shim(), launch.folder, specification, specification.count, nil, &pid, &raw) == 0)
            let held = Descriptor(owning: raw)
            var status: Int32 = 0
            try await until("the shim has ended") { runbook_pidfd_reap(held.raw, &status) == 0 }
            #expect(status == ELOOP << 8)
            #expect(!exists("\(launch.folder)/status"))
        }
    }
}

private func livingSessions() throws -> Set<pid_t> {
    var list: UnsafeMutablePointer<runbook_process>?
    let count = runbook_processes(&list)
    try #require(count >= 0)
    defer { free(list) }
    return Set(
        UnsafeBufferPointer(start: list, count: count).filter { $0.state != CChar(UInt8(ascii: "Z")) }.map(\.session))
}
