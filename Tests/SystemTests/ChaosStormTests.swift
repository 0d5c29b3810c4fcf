import Foundation
import Glibc
import Synchronization
import Testing

/// Server, shims, steps and the whole machine die at random moments of runs with everything in them: `Storm`.
///
/// `RUNBOOK_CHAOS_KILLS` and `RUNBOOK_CHAOS_SEED` set how often, and when; `Scripts/bench chaos` kills 200 times.
@Suite(.serialized, .timeLimit(.minutes(30))) struct ChaosStormTests {
    /// So many runs are under way at once.
    private static let width = 3

    private enum Victim: String, CaseIterable, Sendable {
        case server, shim, step
        /// All of them at once, and the machine is booted once more.
        case machine
    }

    /// What the one who kills tells those who start runs.
    private final class Field: Sendable {
        private struct State {
            var deaths = Storm.Deaths()
            var isOver = false
            var next = 0
        }

        private let state = Mutex(State())

        var deaths: Storm.Deaths { state.withLock { $0.deaths } }

        func end() { state.withLock { $0.isOver = true } }

        /// Noted before the kill, so that no check comes before it.
        func note(_ shim: RunningProcess, _ victim: Victim) {
            let folder = URL(filePath: shim.arguments[1]).lastPathComponent
            let attempt = String(folder.prefix { $0 != "." })
            state.withLock { state in
                if victim != .step {
                    state.deaths.shims.insert(attempt)
                } else {
                    state.deaths.steps.insert(attempt)
                }
            }
        }

        /// The number of the next run; nil when there is to be no other.
        func next() -> Int? {
            state.withLock { state in
                guard !state.isOver else { return nil }
                state.next += 1
                return state.next
            }
        }
    }

    @Test func `whoever dies while steps run beside each other, are tried again and are approved, no run lies`()
        async throws
    {
        let environment = ProcessInfo.processInfo.environment
        let kills = try environment["RUNBOOK_CHAOS_KILLS"].map { try #require(Int($0)) } ?? 15
        let seed = try environment["RUNBOOK_CHAOS_SEED"].map { try #require(UInt64($0)) } ?? .random(in: 0 ... .max)
        print("storm: seed \(seed), \(kills) kills")
        try await Server.with(port: try SteadyPort.any()) { server in
            let storm = try await Storm(on: server)
            let field = Field()
            let over = try await withThrowingTaskGroup(of: [(id: String, answers: Storm.Answers)].self) { group in
                for _ in 0..<Self.width {
                    group.addTask {
                        var runs: [(id: String, answers: Storm.Answers)] = []
                        while let number = field.next() {
                            runs.append(try await storm.weather(number, seed: seed &+ UInt64(number)))
                        }
                        return runs
                    }
                }
                group.addTask {
                    defer { field.end() }
                    let hits = try await self.kill(kills, on: server, field, seed: seed)
                    print(
                        "storm: killed \(hits.map { "\($0.value) times the \($0.key)" }.sorted().joined(separator: ", "))"
                    )
                    return []
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            var ends: [String: Int] = [:]
            var answers: [String: Int] = [:]
            for (id, given) in over {
                ends.merge(try await storm.check(id, field.deaths)) { $0 + $1 }
                answers["resumed after a failure", default: 0] += given.resumptions
                for (verdict, count) in given.verdicts { answers["said to have \(verdict)", default: 0] += count }
            }
            print("storm: \(over.count) runs; attempts \(Self.told(ends)); \(Self.told(answers))")
            let runs = try await server.wire.get("/api/v1/runs?limit=200").json["items"].items
            #expect(runs.count == over.count, "as many runs as were asked for")
            #expect(ends["unknown", default: 0] + ends["killed", default: 0] > 0, "somebody was hit")
            try await server.expectNoProcessLeft()
            try await server.expectIntactJournal()
        }
    }

    private static func told(_ counts: [String: Int]) -> String {
        counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
    }

    /// - Returns: how often each was killed.
    private func kill(
        _ kills: Int, on server: Server, _ field: Field, seed: UInt64
    ) async throws -> [Victim: Int] {
        var random = SplitMix(state: seed)
        var hits: [Victim: Int] = [:]
        let port = server.wire.port
        while hits.values.reduce(0, +) < kills {
            let victim = Victim.allCases.randomElement(using: &random) ?? .server
            // The moment is what is random here; nothing waits for it to pass.
            try await Task.sleep(for: .milliseconds(Int.random(in: 0..<400, using: &random)))
            if victim == .server {
                try await server.end(by: SIGKILL)
                if Int.random(in: 0..<3, using: &random) == 0 {
                    // Another one dies while it takes up what was under way.
                    try server.launch(port: port)
                    try await Task.sleep(for: .milliseconds(Int.random(in: 0..<200, using: &random)))
                    try await server.end(by: SIGKILL)
                    hits[victim, default: 0] += 1
                }
                try await server.start(port: port)
            } else if victim == .machine {
                try await server.losePower(port: port) { for shim in $0 { field.note(shim, .machine) } }
            } else {
                let choice = Int.random(in: 0..<1000, using: &random)
                try await until("there is a \(victim) to kill") {
                    let shims = try RunningProcess.shims(in: server.data)
                    guard !shims.isEmpty else { return false }
                    let (shim, steps) = shims[choice % shims.count]
                    guard let pid = victim == .shim ? shim.pid : steps.first?.pid else { return false }
                    field.note(shim, victim)
                    return Glibc.kill(pid, SIGKILL) == 0
                }
            }
            hits[victim, default: 0] += 1
        }
        return hits
    }
}
