import Foundation
import Glibc
import Testing

/// Server, shim and step are killed at each named point and at random moments of runs that write numbered lines.
///
/// `RUNBOOK_CHAOS` and `RUNBOOK_CHAOS_SEED` set how many random moments, and which.
@Suite(.serialized, .timeLimit(.minutes(15))) struct ChaosTests {
    private typealias Victim = Lines.Victim

    /// A point in the shim stops that shim alone, so several runs wait there at once; the server is killed last.
    @Test(arguments: ["before-link", "after-link", "after-fork", "after-go", "before-result", "after-result"])
    func `whoever dies at a point of the shim, the record tells the truth`(point: String) async throws {
        try await Server.with(isStarted: false) { server in
            try await server.start(["RUNBOOK_STOP_AT": point])
            let lines = try await Lines(on: server, count: 20, followed: false)
            var states: [String] = []

            for _ in 0..<2 {
                let (run, stopped) = try await runStopped(at: point, lines)
                kill(stopped.shim.pid, SIGKILL)
                states.append("shim: \(try await lines.check(run, killed: .shim))")
            }
            if ["after-fork", "after-go"].contains(point) {
                // A step that goes may else be over before it is found.
                try touch(lines.hold)
                let (run, stopped) = try await runStopped(at: point, lines)
                kill(try #require(stopped.steps.first).pid, SIGKILL)
                try FileManager.default.removeItem(atPath: lines.hold)
                kill(stopped.shim.pid, SIGCONT)
                states.append("step: \(try await lines.check(run, killed: .step))")
            }
            let (early, first) = try await runStopped(at: point, lines)
            let (late, second) = try await runStopped(at: point, lines)
            try await server.end(by: SIGKILL)
            // One shim goes on while there is no server, the other after the next has taken its attempt up.
            kill(first.shim.pid, SIGCONT)
            try await server.start()
            kill(second.shim.pid, SIGCONT)
            states.append("server: \(try await lines.check(early, killed: .server))")
            states.append("server: \(try await lines.check(late, killed: .server))")

            print("chaos: \(point) hit \(states.count) times, \(states.joined(separator: ", "))")
            #expect(states.count >= 3)
            try await server.expectNoProcessLeft()
            try await server.expectIntactJournal()
        }
    }

    @Test func `a server that dies between the commit and the start, again and again, starts the step once`()
        async throws
    {
        try await Server.with { server in
            let lines = try await Lines(on: server, count: 20, followed: true)
            let flag = server.data + "/stopped-after-commit"
            let stop = ["RUNBOOK_STOP_AT": "after-commit"]
            try await server.end(by: SIGKILL)
            try await server.start(stop)
            let asked = ask(for: lines, on: server)
            for _ in 0..<3 {
                try await until("the server has stopped after the commit") { exists(flag) }
                try FileManager.default.removeItem(atPath: flag)
                try await server.end(by: SIGKILL)
                // Not waited for: it stops before it can say that it is ready.
                try server.launch(stop)
            }
            await asked.value
            try await until("the server has stopped once more") { exists(flag) }
            try await server.crash()
            let runs = try await server.wire.get("/api/v1/runs").json["items"].items
            #expect(runs.count == 1)
            try await lines.check(try #require(runs[0]["id"].string), killed: .server)
            print("chaos: after-commit hit 4 times")
            try await server.expectNoProcessLeft()
            try await server.expectIntactJournal()
        }
    }

    @Test(arguments: Lines.Victim.allCases)
    func `whoever dies just after the server has started the shim, the record tells the truth`(
        victim: Lines.Victim
    ) async throws {
        try await Server.with(isStarted: false) { server in
            try await server.start(["RUNBOOK_STOP_AT": "after-spawn"])
            let lines = try await Lines(on: server, count: 200, followed: false)
            for hit in 1...3 {
                let asked = ask(for: lines, on: server)
                let pid = try server.child.pid
                try await until("the server has stopped") { RunningProcess(pid)?.isStopped == true }
                switch victim {
                case .server:
                    try await server.end(by: SIGKILL)
                    try await server.start(hit < 3 ? ["RUNBOOK_STOP_AT": "after-spawn"] : [:])
                case .shim:
                    // In the middle of its exec a process shows no arguments.
                    try await until("the shim shows") {
                        guard let own = try RunningProcess.shims(in: server.data).first else { return false }
                        return kill(own.shim.pid, SIGKILL) == 0
                    }
                    kill(pid, SIGCONT)
                case .step:
                    try await until("the step is there") {
                        guard let step = try RunningProcess.shims(in: server.data).first?.steps.first else {
                            return false
                        }
                        return kill(step.pid, SIGKILL) == 0
                    }
                    kill(pid, SIGCONT)
                }
                await asked.value
                let runs = try await server.wire.get("/api/v1/runs").json["items"].items
                #expect(runs.count == hit)
                try await lines.check(try #require(runs[0]["id"].string), killed: victim)
            }
            print("chaos: after-spawn hit 3 times, \(victim) killed")
            try await server.expectNoProcessLeft()
            try await server.expectIntactJournal()
        }
    }

    @Test func `whoever dies at whatever moment, the record tells the truth`() async throws {
        let environment = ProcessInfo.processInfo.environment
        let rounds = try environment["RUNBOOK_CHAOS"].map { try #require(Int($0)) } ?? 50
        let seed = try environment["RUNBOOK_CHAOS_SEED"].map { try #require(UInt64($0)) } ?? .random(in: 0 ... .max)
        print("chaos: seed \(seed), \(rounds) random moments")
        try await Server.with { server in
            let lines = try await Lines(on: server, count: 60, followed: true)
            var random = SplitMix(state: seed)
            var toll = Toll()
            // A moment may come too late for its phase on a busy machine; then there are a few more.
            while toll.rounds < rounds || (toll.rounds < 3 * rounds && !toll.isEnough) {
                let victim = Victim.allCases[toll.rounds % 3]
                let run = try await server.begin("lines")
                let delay = Duration.microseconds(Int64.random(in: 0..<30_000, using: &random))
                let least = Int.random(in: 1..<2 * lines.count - 20, using: &random)
                try await wait(for: Phase.allCases[toll.rounds / 3 % 3], of: run, lines, delay: delay, least: least)
                let phase = try await killed(victim, during: run, lines)
                toll.add(victim, phase, try await lines.check(run, killed: phase == nil ? .server : victim))
            }
            toll.print()
            for phase in Phase.allCases { #expect(toll.count(phase) >= 3, "\(phase) was hit too rarely") }
            try await server.expectNoProcessLeft()
            try await server.expectIntactJournal()
            try await server.crash()
            try await until("nothing is left of the attempts") {
                try FileManager.default.contentsOfDirectory(atPath: server.data + "/attempts").isEmpty
            }
        }
    }

    private enum Phase: String, CaseIterable {
        case starting
        case flowing
        case finishing
    }

    private struct Toll {
        private var hits: [String: Int] = [:]
        private var phases: [Phase: Int] = [:]
        private(set) var rounds = 0

        var isEnough: Bool { Phase.allCases.allSatisfy { count($0) >= 3 } }

        func count(_ phase: Phase) -> Int { phases[phase] ?? 0 }

        mutating func add(_ victim: Victim, _ phase: Phase?, _ state: String) {
            rounds += 1
            hits["\(victim) killed, \(phase?.rawValue ?? "too late"): \(state)", default: 0] += 1
            if let phase { phases[phase, default: 0] += 1 }
        }

        func print() {
            for (name, count) in hits.sorted(by: { $0.key < $1.key }) { Swift.print("chaos: \(count) times \(name)") }
        }
    }

    private func wait(
        for phase: Phase, of run: String, _ lines: Lines, delay: Duration, least: Int
    ) async throws {
        let data = lines.server.data
        switch phase {
        case .starting:
            try await until("there is a shim") { try !RunningProcess.shims(in: data).isEmpty }
            try await Task.sleep(for: delay)
        case .flowing:
            try await until("\(least) lines are written") { try lines.noted(by: run).count >= least }
        case .finishing:
            try await until("all lines are written") { try lines.noted(by: run).count == 2 * lines.count }
            try await Task.sleep(for: delay)
        }
    }

    /// Kills, and says in which phase of the lines that was; nil when it was too late.
    private func killed(_ victim: Victim, during run: String, _ lines: Lines) async throws -> Phase? {
        let server = lines.server
        let own = try RunningProcess.shims(in: server.data).first
        let noted = try lines.noted(by: run).count
        let phase: Phase = noted == 0 ? .starting : noted < 2 * lines.count ? .flowing : .finishing
        switch victim {
        case .server:
            try await server.crash()
            let run = try await server.settled(run)
            // Whether the second server recorded the end of the lines.
            let events = try await server.journal()
            let started = try #require(events.last { $0["kind"].string == "server.started" }?["seq"].int)
            let finished = events.first {
                $0["kind"].string == "step.finished" && $0["data"]["step"].string == "lines"
                    && $0["objects"].items.contains(.string("run/\(run["id"].string ?? "")"))
            }
            return try #require(finished?["seq"].int) > started ? phase : nil
        case .shim:
            guard let own else { return nil }
            return kill(own.shim.pid, SIGKILL) == 0 ? phase : nil
        case .step:
            guard let step = own?.steps.first else { return nil }
            return kill(step.pid, SIGKILL) == 0 ? phase : nil
        }
    }

    /// Starts a run and waits until its shim has stopped.
    private func runStopped(
        at point: String, _ lines: Lines
    ) async throws -> (run: String, stopped: (shim: RunningProcess, steps: [RunningProcess])) {
        let before = try RunningProcess.shims(in: lines.server.data).map(\.shim.pid)
        let run = try await lines.server.begin("lines")
        var found: pid_t?
        try await until("a shim has stopped at \(point)") {
            found = try RunningProcess.shims(in: lines.server.data).first {
                !before.contains($0.shim.pid) && $0.shim.isStopped
                    && exists("\($0.shim.arguments[1])/stopped-\(point)")
            }?.shim.pid
            return found != nil
        }
        // Looked at once more: its step may have come while the processes were listed.
        let stopped = try RunningProcess.shims(in: lines.server.data).first { $0.shim.pid == found }
        return (run, try #require(stopped))
    }

    /// Asks for a run of a server that may be stopped or killed before it answers.
    private func ask(for lines: Lines, on server: Server) -> Task<Void, Never> {
        let wire = server.wire
        return Task { _ = try? await wire.post("/api/v1/runs", "{\"runbook\": \"\(lines.name)\"}") }
    }
}
