import Foundation
import Testing

/// The data folder as it was at one moment tells the truth of that moment, and each run goes on from there.
@Suite(.serialized, .timeLimit(.minutes(5))) struct PowerLossTests {
    private func fence(_ info: String, _ text: String) -> String { "\n```\(info)\n\(text)\n```\n" }

    private func state(_ id: String, _ server: Server) async throws -> String {
        try await server.run(id)["state"].string ?? ""
    }

    @Test func `after a power loss each run stands where it stood, and asks where nobody can know`() async throws {
        try await Server.with(["--workers", "3"]) { server in
            let (go, ran) = (server.folder + "/go", server.folder + "/ran")
            let hold = "echo begun; echo x >> \(ran)-$RUNBOOK_RUN; until test -e \(go); do sleep 0.02; done; echo ended"
            let guides = [
                "done": fence("sh {name=a}", "echo done"),
                "asks": fence("sh {name=a}", hold) + fence("sh {name=b}", "echo b"),
                "again": fence("sh {name=a idempotent}", hold) + fence("sh {name=b}", "echo b"),
                "gate": fence("approval {name=a}", "Go on?") + fence("sh {name=b}", "echo b"),
                "watch": fence("wait {name=a for=24h}", "Watch.") + fence("sh {name=b}", "echo b"),
                "tries": fence("sh {name=a retries=2 backoff=1h}", "test -e \(go)"),
            ]
            for (name, guide) in guides { try await server.store(name, "# \(name)\n" + guide) }
            try await server.store("single", "---\nconcurrency: 1\n---\n# Single\n" + fence("sh {name=a}", hold))
            var ids: [String: String] = [:]
            for name in ["done", "gate", "watch", "tries", "asks", "again", "single"] {
                ids[name] = try await server.begin(name)
            }
            ids["queued"] = try await server.begin("single")
            let run = { (name: String) in try await server.run(try #require(ids[name])) }
            for name in ["asks", "again", "single"] {
                try await until("\(name) has printed") { try await server.output(of: ids[name] ?? "") == "begun\n" }
            }
            for name in ["gate", "watch"] {
                try await until("\(name) waits") { try await run(name)["steps"][0]["state"].string == "waiting" }
            }
            try await until("a try has failed") { try await run("tries")["steps"][0]["attempts"].items.count == 1 }
            try await until("it waits for the next") { try await run("tries")["steps"][0]["due"].string != nil }
            #expect(try await server.settled(ids["done"] ?? "")["state"].string == "succeeded")
            let before = try await ["done", "gate", "watch", "tries", "queued"].asyncMap { try await run($0) }
            let journal = try await server.journal()

            try await server.losePower()
            #expect(try await server.journal().prefix(journal.count) == journal[...], "what was answered is there")
            let after = try await ["done", "gate", "watch", "tries"].asyncMap { try await run($0) }
            #expect(after == Array(before.prefix(4)), "what had no process stands as it stood")
            for name in ["asks", "single"] {
                try await until("\(name) asks") { try await run(name)["state"].string == "interrupted" }
                #expect(try await server.output(of: ids[name] ?? "") == "begun\n")
                let attempt = try await run(name)["steps"][0]["attempts"]
                #expect(attempt.items.count == 1 && attempt[0]["state"].string == "unknown", "\(attempt)")
                #expect(attempt[0]["output_may_end_early"].bool == true)
            }
            // Nobody has to say that what may run twice may run twice.
            try await until("again runs again") { try await run("again")["steps"][0]["attempts"].items.count == 2 }

            try touch(go)
            #expect(try await server.settled(ids["again"] ?? "")["state"].string == "succeeded")
            let (asks, single) = (ids["asks"] ?? "", ids["single"] ?? "")
            #expect(try await server.runbook("runs", "resume", asks, "--outcome", "succeeded").status == 0)
            #expect(try await server.runbook("runs", "resume", single, "--outcome", "rerun").status == 0)
            let approval = "/api/v1/runs/\(ids["gate"] ?? "")/steps/a/approval"
            let mira = Wire(port: server.wire.port, token: try await server.token(of: "mira"))
            #expect(try await mira.post(approval, "{}").status == 200)
            #expect(try await server.runbook("runs", "confirm", ids["watch"] ?? "", "a", "--note", "ok").status == 0)
            for name in ["asks", "single", "queued", "gate", "watch"] {
                #expect(try await server.settled(ids[name] ?? "")["state"].string == "succeeded", "\(name)")
            }
            #expect(try await run("tries")["steps"][0]["due"].string == before[3]["steps"][0]["due"].string)
            for (name, times) in [("asks", 1), ("again", 2), ("single", 2), ("queued", 1)] {
                #expect(try content("\(ran)-\(ids[name] ?? "")").count { $0 == "x" } == times, "\(name)")
            }
            try await server.expectNoProcessLeft()
            try await server.expectIntactJournal()
        }
    }
}

extension Array {
    fileprivate func asyncMap<Value>(_ body: (Element) async throws -> Value) async throws -> [Value] {
        var values: [Value] = []
        for element in self { values.append(try await body(element)) }
        return values
    }
}
