import Foundation
import Testing

/// `Scripts/bench`, small: that it measures and checks, never how fast this machine is.
@Suite(.serialized, .timeLimit(.minutes(15))) struct BenchTests {
    private static let root = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path

    /// Runs it to its end, in a folder of its own.
    private func bench(_ arguments: [String], in folder: String) async throws -> Finished {
        let child = try Child(
            Self.root + "/Scripts/bench", arguments, environment: ProcessInfo.processInfo.environment,
            log: "\(folder)/bench-\(UUID().uuidString)", directory: folder)
        guard case .exited(let status) = try await child.ending(within: .seconds(14 * 60)) else {
            throw Server.Refused(words: "the bench was ended by a signal: \(try child.error)")
        }
        return Finished(status: status, output: try child.output, error: try child.error)
    }

    /// A bench with the programs that were built with these tests.
    /// - Returns: the names of its figures.
    private func figures(of name: String, saying words: String...) async throws -> [String] {
        try await withFolder { folder in
            let file = folder + "/figures.json"
            let ended = try await bench(
                [name, "--small", "--runbook", try Programs.path(of: Programs.runbook), "--json", file], in: folder)
            try #require(ended.status == 0, "\(ended.output)\(ended.error)")
            for word in words + ["cores", "| bench | figure | Runbook |"] {
                #expect(ended.output.contains(word), "\(word): \(ended.output)")
            }
            let figures = try JSON(parsing: try content(file))["figures"].items
            for figure in figures {
                #expect(figure["bench"].string == name)
                #expect(figure["ours"].items.count == 1, "\(figure)")
                #expect(ended.output.contains("| \(name) | \(figure["name"].string ?? "") | "))
            }
            return figures.compactMap { $0["name"].string }
        }
    }

    private func withFolder<Value>(_ body: (String) async throws -> Value) async throws -> Value {
        let folder = FileManager.default.temporaryDirectory.path + "/runbook-bench-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let value: Value
        do {
            value = try await body(folder)
        } catch {
            print("The logs of this test are kept in \(folder)")
            throw error
        }
        try FileManager.default.removeItem(atPath: folder)
        return value
    }

    @Test func `the bench of the API reads nothing stale and finds every create`() async throws {
        let names = try await figures(
            of: "api", saying: "Runbook: stale reads: 0 of", "PocketBase: stale reads: 0 of", "the journal verifies: ")
        #expect(
            names == [
                "read by id, 32 clients",
                "create, 1 client, beside PocketBase", "create, 1 client, beside a durable PocketBase",
                "create, 32 clients, beside PocketBase", "create, 32 clients, beside a durable PocketBase",
                "open an incident, 1 client", "open an incident, 32 clients",
                "read a timeline of 100 entries, 1 client",
                "read a timeline of 100 entries, 32 clients", "tick an item, 1 client", "tick an item, 32 clients",
                "open an incident, 1 client, beside a durable PocketBase",
                "tick an item, 1 client, beside a durable PocketBase",
            ])
    }

    @Test func `the bench of the format finds every step and item of its guides`() async throws {
        let names = try await figures(of: "format", saying: "40 guides of ", " items found")
        #expect(
            names == [
                "inspect 1,600 guides of 10 MB", "import 1,600 guides of 10 MB",
                "the page of a guide of 1 MB, seen first",
                "search in 1,600 guides, 99th percentile",
            ])
    }

    @Test func `the bench of mutated guides has an answer to each`() async throws {
        let names = try await figures(of: "fuzz", saying: "300 mutated guides, seed ")
        #expect(
            names == [
                "mutated guides answered without a crash", "the slowest of them, processor time",
                "the slowest bad input, processor time", "the most memory that a bad input takes",
            ])
    }

    @Test func `the bench of the steps counts their pairs in the journal`() async throws {
        let names = try await figures(
            of: "steps", saying: "20 pairs of step.started and step.finished in the journal", "the journal verifies: ")
        #expect(names == ["a no-op step, beside a Python loop", "a no-op step, beside Prefect"])
    }

    @Test func `the bench of the queue lets one run of a limit go at a time, and others pass`() async throws {
        let names = try await figures(
            of: "queue", saying: "142 runs ended, those of a limit one by one", "the journal verifies: ")
        #expect(
            names == [
                "from a run's end to the next one's start, 60 queued", "what 60 queued add to that",
                "what 60 add that a limit holds back", "what waits and why, 60 queued, 99th percentile",
            ])
    }

    @Test func `the bench of the runs keeps all workers busy and loses none`() async throws {
        let names = try await figures(
            of: "runs", saying: "10 busy at once, 60 behind them; all 70 runs succeeded, each step once",
            "the journal verifies: ")
        #expect(
            names == [
                "memory at most, with all of it", "a decision of the queue, 99th percentile",
                "line to 10 clients meanwhile, 99th percentile", "output taken in meanwhile",
                "60 queued runs, then done", "the page of a run that has printed 1 GB, 99th percentile",
            ])
    }

    @Test func `the bench of the start knows an empty and a large database`() async throws {
        let names = try await figures(of: "start", saying: "the large database: ")
        #expect(
            names
                == ["empty database", "database of 1 GB"].flatMap { subject in
                    ["ready, ", "memory when ready, ", "memory after 100 requests, "].map { $0 + subject }
                })
    }

    @Test func `the bench of the streams receives every line and stores every byte`() async throws {
        let names = try await figures(
            of: "stream", saying: "all 20 lines received in order by 1 of 1",
            "all 20 lines received in order by 100 of 100", "all 20000000 bytes stored", "the journal verifies: ")
        #expect(names.contains("line to 100 clients, 99th percentile"))
        #expect(names.contains("output taken in and stored, 1 GB"))
    }

    @Test func `the bench of the volume fills a database whose journal verifies`() async throws {
        let names = try await figures(of: "volume", saying: "300 runs, incidents and deployments, ")
        #expect(
            names
                == ["list pages and filters", "search", "detail pages"].map { "\($0), slowest, 99th percentile" })
    }

    @Test func `a missed goal ends with 1 unless the README lists it`() async throws {
        try await withFolder { folder in
            let (file, readme) = (folder + "/figures.json", folder + "/README.md")
            try write(
                """
                {"machine": "a machine", "figures": [
                  {"bench": "steps", "name": "a step", "unit": "ms", "ours": [4, 9, 5], "peer": "loop", "peers": [2, 3, 2],
                   "peer_over_ours": false, "goal": ["ratio", "at most", 2]},
                  {"bench": "start", "name": "ready", "unit": "ms", "ours": [80, 90, 110], "peer": null, "peers": [],
                   "peer_over_ours": false, "goal": ["value", "at most", 100]}]}
                """, to: file)
            let row = "| steps | a step | 5 ms (4–9) | loop: 2 ms (2–3) | 2.5 × (2–3) | ≤ 2 × | missed |"
            for (table, status, words) in [
                ("## Figures\n\n\(row)\n", 0, row),
                ("## Figures\n\n\(row.replacing("| missed |", with: "| met |"))\n", 1, "not listed as missed"),
                ("## Elsewhere\n\n\(row)\n", 1, "not listed as missed in the README: steps, a step"),
                (
                    "## Figures\n\n\(row)\n\(row.replacing("| steps | a step |", with: "| start | ready |"))\n", 0,
                    "met, though the README lists it as missed: start, ready"
                ),
            ] {
                try write("# Runbook\n\n\(table)", to: readme)
                let ended = try await bench(["--from", file, "--readme", readme], in: folder)
                #expect(ended.status == status, "\(table)\(ended.output)\(ended.error)")
                #expect(ended.output.contains(words), "\(table)\(ended.output)\(ended.error)")
            }
        }
    }
}
