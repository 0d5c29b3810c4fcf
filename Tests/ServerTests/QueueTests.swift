import Essentials
import HTTPTypes
import Journal
import RunbookFormat
import Runbooks
import Storage
import Testing

@testable import Executions
@testable import Server

/// What waits, why, and who is next, on the real database; no engine is there to begin anything.
@Suite struct QueueTests {
    private static let plain = "# Plain\n\n```sh {name=a}\ntrue\n```\n"

    private static func limited(_ frontMatter: String) -> String { "---\n\(frontMatter)\n---\n\(plain)" }

    private func store(_ guide: String = plain, as name: String = "plain", in installation: Installation) async throws {
        _ = try await installation.catalogue.store(
            Array(guide.utf8), name: name, by: try installation.principal(.admin))
    }

    private func ask(
        _ name: String = "plain", _ priority: Metadata.Priority? = nil, in installation: Installation
    ) async throws -> ID<RunRecord> {
        try await installation.executions.start(
            RunOrder(runbook: name, priority: priority?.rawValue), by: try installation.principal(.admin)
        ).id
    }

    /// Brings a run as far as an engine would.
    private func set(_ run: ID<RunRecord>, _ state: RunState, in installation: Installation) async throws {
        let now = installation.clock.now
        _ = try await installation.journal.database.write { transaction in
            try transaction.execute(
                """
                UPDATE runs SET state = \(state), started = coalesce(started, \(now)),
                    finished = \(state.isSettled ? now : nil)
                WHERE id = \(run)
                """)
            try transaction.execute("DELETE FROM attempts WHERE run = \(run)")
            guard state == .running else { return }
            try transaction.execute(
                """
                INSERT INTO attempts (id, run, step, number, state, created)
                VALUES (\(ID<AttemptRecord>(at: now)), \(run), 'a', 1, 'running', \(now))
                """)
        }
    }

    private func admitted(
        beside occupancy: Occupancy = Occupancy(), in installation: Installation
    ) async throws -> [ID<RunRecord>] {
        try await installation.executions.admit(beside: occupancy).runs.map(\.id)
    }

    private func reason(_ run: ID<RunRecord>, in installation: Installation) async throws -> String? {
        let viewer = try installation.principal(.viewer)
        return try await installation.executions.waitsFor(
            try await installation.executions.run(run, by: viewer), by: viewer)
    }

    private func items(_ list: JSONValue?) -> [JSONValue] {
        guard case .array(let items) = list else { return [] }
        return items
    }

    /// The clock of a test goes on by a little with each look at it.
    private func seconds(_ value: JSONValue?) -> Double? {
        switch value {
        case .number(let seconds): seconds.rounded()
        case .integer(let seconds): Double(seconds)
        default: nil
        }
    }

    @Test func `each priority has its own workers, and the record says who has one`() async throws {
        let installation = try await Installation(workers: .own([.critical: 1, .high: 1, .default: 2, .low: 1]))
        try await store(in: installation)
        var runs: [ID<RunRecord>] = []
        for _ in 0..<4 { runs.append(try await ask(in: installation)) }
        let low = try await ask("plain", .low, in: installation)
        #expect(try await admitted(in: installation) == [runs[0], runs[1], low])
        #expect(try await reason(runs[0], in: installation) == "A worker is free: it begins at once.")
        for run in runs[0...1] { try await set(run, .running, in: installation) }
        #expect(
            try await reason(runs[2], in: installation) == "All 2 workers of default are busy; it is next.")
        #expect(
            try await reason(runs[3], in: installation) == "All 2 workers of default are busy; 1 run is before it.")
        #expect(try await reason(runs[0], in: installation) == nil, "it does not wait")
        // One that waits for people has no worker.
        try await set(runs[0], .waiting, in: installation)
        #expect(try await reason(runs[2], in: installation) == "A worker is free: it begins at once.")
    }

    @Test func `a limit of a runbook holds while a run of it is under way or waits for people`() async throws {
        let installation = try await Installation()
        try await store(Self.limited("concurrency: 1"), as: "deploy", in: installation)
        let first = try await ask("deploy", in: installation)
        let second = try await ask("deploy", .critical, in: installation)
        #expect(try await admitted(in: installation) == [second], "the more urgent, and it alone")
        // It has a worker, and the record does not say so yet.
        var occupancy = Occupancy()
        occupancy.held[second] = Admission.Candidate(
            id: second, priority: .critical, limit: RunLimit(key: "runbook/deploy", most: 1))
        #expect(try await admitted(beside: occupancy, in: installation) == [])
        for state in [RunState.running, .waiting] {
            try await set(second, state, in: installation)
            #expect(try await admitted(beside: occupancy, in: installation) == [])
            #expect(
                try await reason(first, in: installation)
                    == "deploy runs at most once at a time: run \(second) is under way.")
        }
        for state in [RunState.interrupted, .succeeded] {
            try await set(second, state, in: installation)
            #expect(try await admitted(in: installation) == [first], "nothing of it goes on any more")
        }
    }

    @Test func `a limit of a service counts the runs of all runbooks that ask for it, and no others`() async throws {
        let installation = try await Installation()
        let rule = "service: shop\nconcurrency: {limit: 1, of: service}"
        try await store(Self.limited(rule), as: "shop.deploy", in: installation)
        try await store(Self.limited(rule), as: "shop.restore", in: installation)
        try await store(Self.limited("service: shop"), as: "shop.look", in: installation)
        let deploy = try await ask("shop.deploy", in: installation)
        try await set(deploy, .running, in: installation)
        let restore = try await ask("shop.restore", in: installation)
        let look = try await ask("shop.look", in: installation)
        #expect(try await admitted(in: installation).contains(look))
        #expect(try await !admitted(in: installation).contains(restore))
        #expect(
            try await reason(restore, in: installation)
                == "Of the service shop at most one run goes at a time: run \(deploy) of shop.deploy is under way.")
    }

    @Test func `those behind many that are held back begin`() async throws {
        let installation = try await Installation()
        try await store(Self.limited("concurrency: 1"), as: "deploy", in: installation)
        try await store(in: installation)
        var held: [ID<RunRecord>] = []
        for _ in 0..<150 { held.append(try await ask("deploy", in: installation)) }
        let last = try await ask(in: installation)
        #expect(try await admitted(in: installation) == [held[0], last])
        try await set(held[0], .running, in: installation)
        #expect(try await admitted(in: installation).contains(last))
        #expect(
            try await reason(last, in: installation) == "A worker is free: it begins at once.",
            "it waits for none of those before it")
    }

    @Test func `the queue says who waits and why, and how each priority fared in the window`() async throws {
        let installation = try await Installation(workers: .own([.critical: 1, .high: 1, .default: 1, .low: 1]))
        try await store(in: installation)
        // Three that ended two hours ago, one of them failed, and one that a person cancelled.
        for (index, state) in [RunState.succeeded, .failed, .succeeded, .cancelled].enumerated() {
            let run = try await ask(in: installation)
            installation.clock.advance(by: .seconds(1 + index))
            try await set(run, .running, in: installation)
            installation.clock.advance(by: .seconds(10))
            try await set(run, state, in: installation)
        }
        installation.clock.advance(by: .seconds(7200))
        let busy = try await ask(in: installation)
        try await set(busy, .running, in: installation)
        let low = try await ask("plain", .low, in: installation)
        let next = try await ask(in: installation)
        let later = try await ask(in: installation)
        installation.clock.advance(by: .seconds(30))
        try await installation.test { caller in
            let viewer = try await installation.token(.viewer)
            let queue = try await caller.send(.get, "/api/v1/queue", as: viewer).json()
            #expect(queue["workers"] == 4 && queue["busy"] == 1 && queue["queued"] == 3 && queue["shared"] == false)
            #expect(items(queue["runs"]).compactMap { $0["id"]?.string } == [next, later, low].map(\.rawValue))
            #expect(
                items(queue["runs"]).compactMap { $0["waits_for"]?.string } == [
                    "The only worker of default is busy; it is next.",
                    "The only worker of default is busy; 1 run is before it.", "A worker is free: it begins at once.",
                ])
            let line = try #require(items(queue["priorities"]).first { $0["priority"] == "default" })
            #expect(line["workers"] == 1 && line["busy"] == 1 && line["queued"] == 2)
            #expect(line["ended"] == 3 && line["failed"] == 1, "a cancelled one is left out: \(line)")
            #expect(seconds(line["oldest_wait_seconds"]) == 30)
            #expect(seconds(line["wait"]?["median_seconds"]) == 2 && seconds(line["wait"]?["p95_seconds"]) == 4)
            #expect(seconds(line["took"]?["median_seconds"]) == 10)
            let hour = try await caller.send(.get, "/api/v1/queue?window=1h", as: viewer).json()
            let empty = try #require(items(hour["priorities"]).first { $0["priority"] == "default" })
            #expect(empty["ended"] == 0 && empty["failure_rate"] == nil && empty["wait"] == nil)
            let wrong = try await caller.send(.get, "/api/v1/queue?window=2h", as: viewer)
            #expect(wrong.status == 400 && wrong.text.contains("1h or 24h"))
            let run = try await caller.send(.get, "/api/v1/runs/\(next)", as: viewer).json()
            #expect(run["waits_for"] == "The only worker of default is busy; it is next.")
            let status = try await caller.send(.get, "/api/v1/status", as: viewer).json()
            #expect(
                items(status["queued"]?["lines"]).compactMap { $0["details"]?.string } == [
                    "step 1 of 1 · a · A worker is free: it begins at once",
                    "step 1 of 1 · a · The only worker of default is busy; it is next",
                    "step 1 of 1 · a · The only worker of default is busy; 1 run is before it",
                ])
            let page = try await caller.send(.get, "/queue", as: try await installation.session(.viewer))
            #expect(page.text.contains("1 of 4 workers is busy; 3 runs wait."))
            #expect(page.text.contains("33 % (1 of 3)") && page.text.contains("2.0 s, 95 % within 4.0 s"))
            let own = try await caller.send(.get, "/runs/\(next)", as: try await installation.session(.viewer))
            #expect(own.text.contains("The only worker of default is busy; it is next."))
        }
    }

    @Test func `shared workers are counted together, and the more urgent are before`() async throws {
        let installation = try await Installation(workers: .shared(1))
        try await store(in: installation)
        let busy = try await ask("plain", .low, in: installation)
        try await set(busy, .running, in: installation)
        let first = try await ask("plain", .high, in: installation)
        let second = try await ask("plain", .low, in: installation)
        let third = try await ask("plain", .critical, in: installation)
        #expect(try await reason(third, in: installation) == "The only worker is busy; it is next.")
        #expect(try await reason(first, in: installation) == "The only worker is busy; 1 run is before it.")
        #expect(try await reason(second, in: installation) == "The only worker is busy; 2 runs are before it.")
        try await set(busy, .succeeded, in: installation)
        #expect(try await admitted(in: installation) == [third])
        var occupancy = Occupancy()
        occupancy.turn = Workers.elderTurn - 1
        #expect(try await admitted(beside: occupancy, in: installation) == [first], "it has waited longest")
    }
}
