import CProcess
import Conversations
import Essentials
import Foundation
import Glibc
import Testing

@testable import Processes

extension ServerDeaths {
    /// What a second server finds when the first was killed.
    @Suite struct AdoptionTests {
        let stage: Stage

        init() throws { stage = try Stage() }

        private func other(_ script: String, timeoutMilliseconds: Int? = nil, stopAt: String? = nil) -> OtherServer {
            OtherServer(
                folder: stage.folder, attempt: UUID().uuidString, script: script,
                timeoutMilliseconds: timeoutMilliseconds,
                stopAt: stopAt)
        }

        private func adopt(_ server: OtherServer) async throws -> Attempt {
            try await stage.supervisor.adopt(folder: server.attemptFolder, attempt: server.attempt)
        }

        @Test func `a step outlives its server and no output is lost`() async throws {
            stage.makeGate()
            let server = other(
                """
                for i in {1..1000}; do echo $i; done
                read -r < $FOLDER/go
                for i in {1001..2000}; do echo $i; done
                exit 5
                """
            )
            async let end: Void = server.run(expecting: .signal(SIGKILL))
            try await server.waitForStart()
            try server.kill()
            await end
            let attempt = try await adopt(server)
            try stage.openGate()
            #expect(try await attempt.ending.outcome == .exited(5))
            #expect(try await Output(of: attempt).out == (1...2000).map { "\($0)\n" }.joined())
            #expect(try processes(of: server.attempt, in: stage.folder) == [])
        }

        @Test func `a step that ended while no server ran keeps its result and output`() async throws {
            stage.makeGate()
            let server = other("read -r < $FOLDER/go; echo alone; exit 4")
            async let end: Void = server.run(expecting: .signal(SIGKILL))
            try await server.waitForStart()
            try server.kill()
            await end
            try stage.openGate()
            try await until("the step has ended") { try processes(of: server.attempt, in: stage.folder).isEmpty }
            for _ in 0..<2 {
                let attempt = try await adopt(server)
                let ending = try await attempt.ending
                #expect(ending.outcome == .exited(4) && !ending.outputMayEndEarly)
                #expect(ending.started != nil && ending.finished != nil)
                #expect(try await Output(of: attempt).out == "alone\n")
            }
        }

        @Test func `an adopted step can be stopped`() async throws {
            let server = other("trap '' TERM; echo up; while :; do sleep 1000; done")
            async let end: Void = server.run(expecting: .signal(SIGKILL))
            try await server.waitForStart()
            try server.kill()
            await end
            let attempt = try await adopt(server)
            attempt.stop()
            #expect(try await attempt.ending.outcome == .stopped)
            #expect(try processes(of: server.attempt, in: stage.folder) == [])
        }

        @Test func `a timeout comes while no server runs`() async throws {
            let server = other(
                "trap '' TERM; while :; do sleep 1000; done", timeoutMilliseconds: 300,
                stopAt: "after-spawn")
            async let end: Void = server.run(expecting: .signal(SIGKILL))
            try await server.waitForStop(at: "after-spawn")
            try server.kill()
            await end
            try await until("the step has ended") { try processes(of: server.attempt, in: stage.folder).isEmpty }
            #expect(try await adopt(server).ending.outcome == .timedOut)
        }

        @Test func `two servers that follow one step see the same ending`() async throws {
            stage.makeGate()
            let server = other("read -r < $FOLDER/go; exit 9")
            async let end: Void = server.run(expecting: .exitCode(0))
            try await server.waitForStart()
            try await until("the shim has taken the attempt") { exists("\(server.attemptFolder)/status") }
            let attempt = try await adopt(server)
            try stage.openGate()
            #expect(try await attempt.ending.outcome == .exited(9))
            await end
            #expect(try server.ending == "exited(9)")
        }

        @Test func `a server killed before its shim took the attempt fences it`() async throws {
            let server = other("echo ran > $FOLDER/ran", stopAt: "after-spawn,before-link")
            async let end: Void = server.run(expecting: .signal(SIGKILL))
            try await server.waitForStop(at: "before-link")
            try await server.waitForStop(at: "after-spawn")
            try server.kill()
            await end
            let shim = try #require(try shimProcess(of: server.attempt, in: stage.folder))
            let attempt = try await adopt(server)
            #expect(try await attempt.ending == Ending(outcome: .neverStarted))
            #expect(try await Output(of: attempt).frames.isEmpty)
            kill(shim, SIGCONT)
            // It is a child of this process now, as a subreaper gets orphans.
            try await until("the late shim has ended") { waitpid(shim, nil, WNOHANG) == shim }
            #expect(!exists("\(stage.folder)/ran"))
            #expect(try await adopt(server).ending == Ending(outcome: .neverStarted))
        }

        @Test func `an attempt that was committed but not prepared has never started`() async throws {
            let attempt = try await stage.supervisor.adopt(folder: "\(stage.folder)/nothing", attempt: "nothing")
            #expect(try await attempt.ending == Ending(outcome: .neverStarted))
        }

        @Test func `of a server's fence and a shim only one takes the attempt`() async throws {
            for round in 0..<40 {
                let launch = stage.bash("echo ran > $FOLDER/ran-\(round)")
                async let started = stage.supervisor.start(launch)
                let isFenced: Bool
                do {
                    isFenced = try AttemptFolder(path: launch.folder).fence()
                } catch {
                    isFenced = false
                }
                do {
                    let outcome = try await started.ending.outcome
                    #expect(outcome == (isFenced ? .neverStarted : .exited(0)))
                } catch let problem as Problem {
                    #expect(isFenced && problem.code == .conflict)
                }
                #expect(exists("\(stage.folder)/ran-\(round)") == !isFenced)
            }
        }

        // The following write the record themselves: what they tell apart cannot be brought about at will.

        private func record(_ change: (inout runbook_record) -> Void) throws -> (
            folder: AttemptFolder, status: Descriptor
        ) {
            let folder = AttemptFolder(path: "\(stage.folder)/\(UUID().uuidString)")
            #expect(mkdir(folder.path, 0o700) == 0)
            let directory = try Descriptor.open(folder.path, O_RDONLY | O_DIRECTORY)
            var record = runbook_record()
            runbook_record_prepare(&record, RUNBOOK_OWNER_SHIM)
            change(&record)
            let status = runbook_record_link(directory.raw, &record)
            try #require(status >= 0)
            return (folder, Descriptor(owning: status))
        }

        @Test func `a shim lives if it is the process of that pid and start that holds the lock`() throws {
            let (folder, status) = try record { _ in }
            guard case .running(_, let record) = try folder.condition() else {
                throw Unexpected(try folder.condition())
            }
            #expect(record.shim == getpid())
            #expect(runbook_record_is_held(status.raw) == 0, "the holder itself never finds its lock held")
        }

        @Test func `a pid that passed to another process is not taken for the shim`() throws {
            let (folder, status) = try record { $0.shim_start += 1 }
            guard case .lost = try folder.condition() else { throw Unexpected(try folder.condition()) }
            withExtendedLifetime(status) {}
        }

        @Test func `a process of the right pid that does not hold the lock is not the shim`() throws {
            let folder = try record { _ in }.folder
            guard case .lost = try folder.condition() else { throw Unexpected(try folder.condition()) }
        }

        @Test func `after a reboot a step without a result is unknown, and nobody is signalled`() async throws {
            let sleeper = stage.bash("echo up; while :; do sleep 1000; done")
            let innocent = try await stage.supervisor.start(sleeper)
            try await until("it is up") { innocent.files.logBytes > 0 }
            let step = try #require(
                try AttemptRecord(reading: Descriptor.open("\(sleeper.folder)/status", O_RDONLY)).step)
            let (folder, status) = try record { record in
                record.boot_id.0 = record.boot_id.0 == 48 ? 49 : 48
                record.beginning.step_pid = step
            }
            var copy = runbook_record()
            #expect(runbook_record_read(status.raw, &copy) == 0)
            #expect(runbook_record_begin(status.raw, &copy) == 0)
            let ending = try await stage.supervisor.adopt(folder: folder.path, attempt: "rebooted").ending
            #expect(ending.outcome == .unknown && ending.outputMayEndEarly && ending.started != nil)
            #expect(kill(step, 0) == 0)
            innocent.stop()
            #expect(try await innocent.ending.outcome == .stopped)
        }

        @Test func `a shim's number that passed to others is not killed with what is left of its step`() async throws {
            let sleeper = stage.bash("echo up; while :; do sleep 1000; done")
            let innocent = try await stage.supervisor.start(sleeper)
            try await until("it is up") { innocent.files.logBytes > 0 }
            let other = try AttemptRecord(reading: Descriptor.open("\(sleeper.folder)/status", O_RDONLY)).shim
            let left = try Conversation(["setsid", "env", "RUNBOOK_ATTEMPT=left", "sleep", "1000"])
            try await until("it is up") {
                try processes(of: "left", in: stage.folder).contains { arguments(of: $0).first == "sleep" }
            }
            let step = try #require(try processes(of: "left", in: stage.folder).first)
            let made = try record { record in
                record.shim_pid = other
                record.beginning.step_pid = step
            }
            var copy = runbook_record()
            #expect(runbook_record_read(made.status.raw, &copy) == 0)
            #expect(runbook_record_begin(made.status.raw, &copy) == 0)
            #expect(
                try await stage.supervisor.adopt(folder: made.folder.path, attempt: "left").ending.outcome == .unknown)
            _ = left.finish()
            #expect(try processes(of: "left", in: stage.folder) == [], "its own session is known by what it was given")
            innocent.stop()
            #expect(try await innocent.ending.outcome == .stopped)
        }

        @Test func `a session number that passed to others is not killed`() async throws {
            let sleeper = stage.bash("echo up; while :; do sleep 1000; done")
            let innocent = try await stage.supervisor.start(sleeper)
            try await until("it is up") { innocent.files.logBytes > 0 }
            let step = try #require(
                try AttemptRecord(reading: Descriptor.open("\(sleeper.folder)/status", O_RDONLY)).step)
            let made = try record { $0.beginning.step_pid = step }
            var copy = runbook_record()
            #expect(runbook_record_read(made.status.raw, &copy) == 0)
            #expect(runbook_record_begin(made.status.raw, &copy) == 0)
            copy.shim_start += 1
            #expect(pwrite(made.status.raw, &copy, MemoryLayout<runbook_record>.size, 0) == Int(RUNBOOK_RECORD_BYTES))
            #expect(
                try await stage.supervisor.adopt(folder: made.folder.path, attempt: "long-ago").ending.outcome
                    == .unknown)
            #expect(kill(step, 0) == 0)
            innocent.stop()
            #expect(try await innocent.ending.outcome == .stopped)
        }

        @Test func `half a result does not count`() throws {
            let (folder, status) = try record { _ in }
            var copy = runbook_record()
            #expect(runbook_record_read(status.raw, &copy) == 0)
            copy.result.kind = RUNBOOK_EXITED.rawValue
            #expect(runbook_record_finish(status.raw, &copy) == 0)
            guard case .finished = try folder.condition() else { throw Unexpected(try folder.condition()) }
            copy.result.value = 1  // as if these bytes had not been written
            #expect(pwrite(status.raw, &copy, MemoryLayout<runbook_record>.size, 0) == Int(RUNBOOK_RECORD_BYTES))
            guard case .running = try folder.condition() else { throw Unexpected(try folder.condition()) }
        }

        @Test func `a record of another version is refused, not guessed at`() async throws {
            let (folder, _) = try record { $0.version = 99 }
            await #expect(throws: Problem.self) {
                try await stage.supervisor.adopt(folder: folder.path, attempt: "newer")
            }
        }

        @Test func `what is no record is an unknown step`() async throws {
            let folder = "\(stage.folder)/spoilt"
            #expect(mkdir(folder, 0o700) == 0)
            try "nonsense".write(toFile: "\(folder)/status", atomically: false, encoding: .utf8)
            let ending = try await stage.supervisor.adopt(folder: folder, attempt: "spoilt").ending
            #expect(ending.outcome == .unknown && ending.outputMayEndEarly)
        }
    }
}
