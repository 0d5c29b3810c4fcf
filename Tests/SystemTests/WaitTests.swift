import Foundation
import Testing

/// Steps that wait for a time or must hold for one, and scripts in other languages, on the real server.
@Suite(.serialized, .timeLimit(.minutes(5))) struct WaitTests {
    private func fence(_ info: String, _ text: String) -> String { "\n```\(info)\n\(text)\n```\n" }

    private func waiting(_ number: Int, of run: String, on server: Server) async throws -> JSON {
        var step = JSON.null
        try await until("it waits") {
            step = try await server.run(run)["steps"][number]
            return step["state"].string == "waiting"
        }
        return step
    }

    @Test func `a wait takes no process and no worker, outlives the server, and ends at its time`() async throws {
        try await Server.with(["--workers", "1"]) { server in
            try await server.store(
                "soon", "# Soon\n" + fence("wait {name=a for=8s}", "Watch.") + fence("sh {name=b}", "echo b"))
            try await server.store("other", "# Other\n" + fence("sh", "echo other"))
            let id = try await server.begin("soon")
            let step = try await waiting(0, of: id, on: server)
            #expect(step["waits_for"].string?.hasPrefix("until 2") == true && step["attempts"].items.isEmpty, "\(step)")
            let end = try #require(step["until"].string)
            #expect(try await server.settled(try await server.begin("other"))["state"].string == "succeeded")
            try await server.crash()
            #expect(try await server.run(id)["steps"][0]["until"].string == end)
            let run = try await server.settled(id)
            #expect(run["state"].string == "succeeded", "\(run)")
            #expect(try #require(run["steps"][1]["attempts"][0]["started"].string) >= end)
            let kinds = try await server.journal().filter { $0["data"]["step"].string == "a" }.map { $0["kind"].string }
            #expect(kinds == ["step.waiting", "step.waited"])
            try await server.expectIntactJournal()
        }
    }

    @Test func `a person ends a wait with a reason, and not without one`() async throws {
        try await Server.with { server in
            try await server.store("day", "# Day\n" + fence("wait {name=a for=24h}", "Watch.") + fence("sh", "echo b"))
            let id = try await server.begin("day")
            _ = try await waiting(0, of: id, on: server)
            let mute = try await server.runbook("runs", "confirm", id)
            #expect(mute.status == 65 && mute.error.contains("Say why a ends before its time"), "\(mute)")
            #expect(try await server.runbook("runs", "confirm", id, "a", "--note", "all is quiet").status == 0)
            let run = try await server.settled(id)
            #expect(run["state"].string == "succeeded", "\(run)")
            #expect(run["steps"][0]["reason"].string?.hasSuffix(": all is quiet") == true, "\(run)")
            let ended = try await server.journal().first { $0["kind"].string == "step.waited" }
            #expect(ended?["data"]["note"].string == "all is quiet" && ended?["data"]["until"].string != nil)
            let again = try await server.runbook("runs", "confirm", id, "a", "--note", "x")
            #expect(again.status != 0)
        }
    }

    @Test func `a cancelled wait is over, and a resumed run begins it anew`() async throws {
        try await Server.with { server in
            try await server.store("day", "# Day\n" + fence("wait {name=a for=24h}", "Watch."))
            let id = try await server.begin("day")
            let first = try await waiting(0, of: id, on: server)
            #expect(try await server.runbook("runs", "cancel", id).status == 0)
            #expect(try await server.settled(id)["state"].string == "cancelled")
            #expect(try await server.runbook("runs", "resume", id).status == 0)
            let second = try await waiting(0, of: id, on: server)
            #expect(try #require(second["until"].string) > #require(first["until"].string))
        }
    }

    @Test func `what must hold runs until its time is over, or until it fails`() async throws {
        try await Server.with { server in
            let count = server.folder + "/count"
            try await server.store(
                "holds",
                "# Holds\n" + fence("sh {name=a for=1s interval=200ms}", "echo ok") + fence("sh {name=b}", "echo b"))
            try await server.store(
                "breaks",
                "# Breaks\n"
                    + fence("sh {name=a for=8s interval=10ms}", "echo x >> \(count); test $(wc -l < \(count)) -lt 3"))
            let holds = try await server.settled(try await server.begin("holds"))
            #expect(holds["state"].string == "succeeded", "\(holds)")
            #expect(holds["steps"][0]["attempts"].items.count > 1)
            let breaks = try await server.settled(try await server.begin("breaks"))
            #expect(breaks["state"].string == "failed" && breaks["steps"][0]["attempts"].items.count == 3, "\(breaks)")
        }
    }

    @Test func `what falls due while the engine looks at something else is tried all the same`() async throws {
        try await Server.with { server in
            try await server.store("again", "# Again\n" + fence("sh {name=a interval=1ms retries=60}", "exit 1"))
            var runs: [String] = []
            for _ in 1...3 { runs.append(try await server.begin("again")) }
            for run in runs {
                let ended = try await server.settled(run)
                #expect(ended["state"].string == "failed" && ended["steps"][0]["attempts"].items.count == 61)
            }
        }
    }

    @Test func `the failure of a step beside it ends a wait, which has not failed`() async throws {
        try await Server.with { server in
            try await server.store(
                "beside",
                "# Beside\n" + fence("wait {name=a for=24h parallel}", "Watch.")
                    + fence("sh {name=b parallel}", "exit 3"))
            let run = try await server.settled(try await server.begin("beside"))
            #expect(run["state"].string == "failed", "\(run)")
            #expect(run["steps"].items.map { $0["state"].string } == ["queued", "failed"], "\(run)")
        }
    }
}
