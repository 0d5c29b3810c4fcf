import Foundation
import Glibc
import Testing

@testable import Processes

/// Server, shim and step are killed at each named point and at random moments of a step that writes numbered lines, and
/// notes each write that it has done in a file of its own (which only processes die beside, so that nothing needs to be
/// synced).
///
/// `RUNBOOK_CHAOS_ROUNDS` and `RUNBOOK_CHAOS_SEED` set how many random moments, and which.
extension ServerDeaths {
    @Suite(.timeLimit(.minutes(10))) struct ChaosTests {
        enum Victim: String, CaseIterable {
            case server
            case shim
            case step
        }

        static let points = [
            "after-spawn", "before-link", "after-link", "after-fork", "after-go", "before-result", "after-result",
        ]

        let stage: Stage

        init() throws { stage = try Stage() }

        private let lines = 400
        private var script: String {
            """
            exec 3>>$FOLDER/side-$RUNBOOK_ATTEMPT
            i=0
            while [ $i -lt \(lines) ]; do
                echo "out $i"; echo "out $i" >&3
                echo "err $i" >&2; echo "err $i" >&3
                i=$((i + 1))
            done
            """
        }

        @Test(arguments: points, Victim.allCases)
        func `whoever dies at whatever point, the record tells the truth`(point: String, victim: Victim) async throws {
            let server = OtherServer(folder: stage.folder, attempt: UUID().uuidString, script: script, stopAt: point)
            async let end: Void = server.run(expecting: victim == .server ? .signal(SIGKILL) : .exitCode(0))
            try await server.waitForStop(at: point)
            // Stopped beside the server, the shim may have come to its end already.
            let shim = try shimProcess(of: server.attempt, in: stage.folder)
            switch victim {
            case .server: try server.kill()
            case .shim: if let shim { Glibc.kill(shim, SIGKILL) }
            case .step: try killStep(of: server.attempt)
            }
            if point == "after-spawn" {
                if victim != .server { try server.proceed() }
            } else if let shim, victim == .step {
                Glibc.kill(shim, SIGCONT)
            }
            await end

            let attempt = try await stage.supervisor.adopt(folder: server.attemptFolder, attempt: server.attempt)
            if victim == .server, let shim { Glibc.kill(shim, SIGCONT) }
            let outcome = try await attempt.ending.outcome
            if victim != .server { #expect("\(outcome)" == (try server.ending), "both servers say the same") }
            try await check(attempt, killed: victim)
            if victim == .server, let shim { try await collect(shim) }
        }

        @Test func `whoever dies at whatever moment, the record tells the truth`() async throws {
            let environment = ProcessInfo.processInfo.environment
            let rounds = try environment["RUNBOOK_CHAOS_ROUNDS"].map { try #require(Int($0)) } ?? 50
            let seed = try environment["RUNBOOK_CHAOS_SEED"].map { try #require(UInt64($0)) } ?? .random(in: 0 ... .max)
            var random = SplitMix(state: seed)
            var counts: [String: Int] = [:]
            print("chaos: seed \(seed), \(rounds) rounds")
            for round in 0..<rounds {
                let victim = Victim.allCases[round % 3]
                let moment = Duration.microseconds(Int64.random(in: 0..<40_000, using: &random))
                let attempt = try await victim == .server ? killServer(after: moment) : kill(victim, after: moment)
                try await check(attempt, killed: victim)
                counts["\(victim) killed: \(try await attempt.ending.outcome)", default: 0] += 1
            }
            for (name, count) in counts.sorted(by: { $0.key < $1.key }) { print("chaos: \(count) times \(name)") }
        }

        private func killServer(after moment: Duration) async throws -> Attempt {
            let server = OtherServer(
                folder: stage.folder, attempt: UUID().uuidString, script: script, staysOn: true)
            async let end: Void = server.run(expecting: .signal(SIGKILL))
            try await server.waitForStart()
            try await Task.sleep(for: moment)
            try server.kill()
            await end
            return try await stage.supervisor.adopt(folder: server.attemptFolder, attempt: server.attempt)
        }

        private func kill(_ victim: Victim, after moment: Duration) async throws -> Attempt {
            let launch = stage.bash(script)
            let attempt = try await stage.supervisor.start(launch)
            try await Task.sleep(for: moment)
            switch victim {
            case .shim:
                if let shim = try shimProcess(of: launch.attempt, in: stage.folder) { Glibc.kill(shim, SIGKILL) }
            case .step, .server: try killStep(of: launch.attempt)
            }
            return attempt
        }

        private func killStep(of attempt: String) throws {
            let status = "\(stage.folder)/\(attempt)/status"
            guard exists(status) else { return }
            let record = try AttemptRecord(reading: Descriptor.open(status, O_RDONLY))
            if let step = record.step, !record.hasResult { Glibc.kill(step, SIGKILL) }
        }

        /// Takes the exit of a shim that this process got as an orphan, if its supervisor has not: exit tests wait for
        /// every child.
        private func collect(_ shim: pid_t) async throws {
            try await until("the shim has ended") { waitpid(shim, nil, WNOHANG) != 0 }
        }

        private func untilNothingIsLeft(of attempt: Attempt) async throws {
            try await until("nothing is left") { try processes(of: attempt.id, in: stage.folder).isEmpty }
        }

        private func check(_ attempt: Attempt, killed victim: Victim) async throws {
            let ending = try await attempt.ending
            let output = try await Output(of: attempt)
            let side = "\(stage.folder)/side-\(attempt.id)"
            let noted = exists(side) ? try content(side).split(separator: "\n") : []
            for (text, name) in [(output.out, "out"), (output.err, "err")] {
                let whole = (0..<lines).map { "\(name) \($0)\n" }.joined()
                #expect(whole.hasPrefix(text), "no gap, nothing doubled, in order")
                let written = noted.count { $0.hasPrefix(name) }
                let logged = text.count { $0 == "\n" }
                if victim == .shim {
                    #expect(logged <= written + 1, "nothing that was not written")
                } else {
                    // The last write may have been done, but not noted any more.
                    #expect(logged == written || logged == written + 1, "all that was written")
                }
            }
            switch ending.outcome {
            case .unknown: #expect(victim == .shim && ending.outputMayEndEarly)
            case .neverStarted: #expect(noted.isEmpty && output.frames.isEmpty)
            case .signalled(SIGKILL): #expect(victim == .step && !ending.outputMayEndEarly)
            case let outcome:
                #expect(outcome == .exited(0) && !ending.outputMayEndEarly)
                #expect(noted.count == 2 * lines && output.out.hasSuffix("out \(lines - 1)\n"))
            }
            // A shim that was fenced, or has written its result while no server looked, may be about to end.
            if victim == .server {
                if ending.outcome != .neverStarted { try await untilNothingIsLeft(of: attempt) }
            } else {
                #expect(try processes(of: attempt.id, in: stage.folder) == [])
            }
        }
    }
}

/// Sebastiano Vigna's generator: the same numbers for the same seed.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
