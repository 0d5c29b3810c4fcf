import Foundation
import Testing

/// Who gets a worker and why the others wait, on the real server.
@Suite(.serialized, .timeLimit(.minutes(5))) struct QueueTests {
    /// A guide whose step goes on until a file is there.
    private func waiting(for flag: String, _ frontMatter: String = "") -> String {
        let head = frontMatter.isEmpty ? "" : "---\n\(frontMatter)\n---\n"
        return "\(head)# Waiting\n\n```sh {name=a}\nuntil test -e \(flag); do sleep 0.05; done\n```\n"
    }

    private func begin(_ runbook: String, _ priority: String, on server: Server) async throws -> String {
        let answer = try await server.wire.post(
            "/api/v1/runs", "{\"runbook\": \"\(runbook)\", \"priority\": \"\(priority)\"}")
        try #require(answer.status == 201, "\(answer.text)")
        return try #require(try answer.json["id"].string)
    }

    private func state(_ id: String, on server: Server) async throws -> String? {
        try await server.run(id)["state"].string
    }

    private func runs(_ id: String, on server: Server) async throws {
        try await until("\(id) runs") {
            let run = try await server.run(id)
            return run["state"].string == "running" && run["steps"][0]["state"].string == "running"
        }
    }

    @Test func `each priority has its own workers, and the queue says who waits for what`() async throws {
        try await Server.with(["--workers", "critical=1,high=1,default=1,low=1"]) { server in
            let flag = server.folder + "/flag"
            try await server.store("slow", waiting(for: flag))
            try await server.store("quick", "# Quick\n\n```sh {name=a}\ntrue\n```\n")
            var critical: [String] = []
            for _ in 0..<3 { critical.append(try await begin("slow", "critical", on: server)) }
            try await runs(critical[0], on: server)
            // The others are full of workers, and low is served all the same.
            let low = try await begin("quick", "low", on: server)
            #expect(try await server.settled(low)["state"].string == "succeeded")
            #expect(try await state(critical[1], on: server) == "queued", "no worker of another priority is borrowed")
            let told = try await server.run(critical[2])["waits_for"].string
            #expect(told == "The only worker of critical is busy; 1 run is before it.")
            #expect(try await server.run(critical[0])["waits_for"].string == nil)

            let shown = try await server.runbook("runs", "show", critical[1])
            #expect(
                shown.output.contains("waits: The only worker of critical is busy; it is next."), "\(shown.output)")
            let queue = try await server.runbook("queue", "--json").json
            #expect(queue["runs"].items.map { $0["id"].string } == [critical[1], critical[2]])
            #expect(queue["priorities"].items.map { $0["busy"].int } == [1, 0, 0, 0])
            #expect(queue["priorities"][3]["ended"].int == 1 && queue["priorities"][3]["failed"].int == 0)
            let table = try await server.runbook("queue", "--window", "1h").output
            #expect(table.contains("The only worker of critical is busy; it is next."), "\(table)")

            FileManager.default.createFile(atPath: flag, contents: nil)
            for id in critical { #expect(try await server.settled(id)["state"].string == "succeeded") }
            #expect(try await server.runbook("queue").error.contains("Nothing waits."))
            try await server.store("broken", "# Broken\n\n```sh {name=a}\nfalse\n```\n")
            _ = try await server.settled(try await server.begin("broken"))
            let health = try await server.wire.get("/health").json
            #expect(health["status"].string == "alive" && health["success_rate"] == .number(0.8), "\(health)")
            #expect(health["tasks"]["completed"].int == 4 && health["tasks"]["failed"].int == 1)
            #expect(health["queues"]["low"].int == 0 && health["queues"]["critical"].int == 0)
            try await server.expectIntactJournal()
        }
    }

    @Test func `a limit of one holds over a crash, over two runbooks of a service, and lets others pass`() async throws
    {
        try await Server.with { server in
            let flag = server.folder + "/flag"
            let rule = "service: shop\nconcurrency: service"
            try await server.store("shop.deploy", waiting(for: flag, rule))
            try await server.store("shop.restore", waiting(for: flag, rule))
            try await server.store("shop.look", waiting(for: flag, "service: shop"))
            let first = try await server.begin("shop.deploy")
            try await runs(first, on: server)
            let second = try await server.begin("shop.restore")
            let sentence =
                "Of the service shop at most one run goes at a time: run \(first) of shop.deploy is under way."
            #expect(try await server.run(second)["waits_for"].string == sentence)
            try await server.crash()
            let look = try await server.begin("shop.look")
            try await runs(look, on: server)
            #expect(try await state(second, on: server) == "queued")
            #expect(try await server.run(second)["waits_for"].string == sentence)

            // Whoever follows it is told the same, and then that it goes on.
            let following = try server.command(["runs", "logs", second, "--follow"])
            FileManager.default.createFile(atPath: flag, contents: nil)
            #expect(try await server.settled(second)["state"].string == "succeeded")
            guard case .exited(0) = try await following.ending else {
                Issue.record("the run was not followed to its end: \(try following.error)")
                return
            }
            let events = try await server.journal()
            let order = events.filter { ["step.started", "step.finished"].contains($0["kind"].string) }
                .compactMap { event -> String? in
                    let run = event["objects"].items.compactMap(\.string).first { $0.hasPrefix("run/") }
                    guard let run, !run.hasSuffix(look) else { return nil }
                    return "\(event["kind"].string ?? "") \(run.dropFirst(4))"
                }
            #expect(
                order == [
                    "step.started \(first)", "step.finished \(first)", "step.started \(second)",
                    "step.finished \(second)",
                ])
            try await server.expectIntactJournal()
        }
    }

    @Test func `one that waits is told in the terminal why, and cancelled while it waits`() async throws {
        try await Server.with { server in
            let flag = server.folder + "/flag"
            try await server.store("once", waiting(for: flag, "concurrency: 1"))
            let first = try await server.begin("once")
            try await runs(first, on: server)
            let exec = try server.command(["exec", "once"])
            try await until("it says why it waits") {
                try exec.error.contains(
                    "waits in the queue: once runs at most once at a time: run \(first) is under way.")
            }
            let second = try #require(
                try await server.runbook("runs", "--state", "queued", "--json").json["items"][0]["id"].string)
            #expect(try await server.runbook("runs", "cancel", second).status == 0)
            guard case .exited(1) = try await exec.ending else {
                Issue.record("a cancelled run ends with 1: \(try exec.error)")
                return
            }
            // What is cancelled holds nothing.
            let third = try await server.begin("once")
            #expect(try await server.runbook("runs", "cancel", first).status == 0)
            try await runs(third, on: server)
            FileManager.default.createFile(atPath: flag, contents: nil)
            #expect(try await server.settled(third)["state"].string == "succeeded")
        }
    }

    @Test func `workers that can't be meant are refused at the start`() async throws {
        try await Server.with(isStarted: false) { server in
            for wrong in ["0", "urgent=1", "low=0", "many"] {
                let refused = try await server.runbook("serve", "--workers", wrong)
                #expect(refused.status == 64, "\(refused.error)")
                #expect(refused.error.contains("critical=18,high=60,default=40,low=4"), "\(refused.error)")
            }
        }
    }
}
