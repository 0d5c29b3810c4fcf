import Foundation
import Testing

/// What starts by itself, through the real binary.
@Suite(.serialized, .timeLimit(.minutes(5))) struct ScheduleTests {
    private static let guide = """
        ---
        schedule: "30 2 * * * Europe/Istanbul"
        parameters:
          DAYS: 30
        ---
        # Backup

        ```sh {name=dump}
        echo "of $DAYS days"
        ```

        ## Weekly

        - [ ] the last one was restored
        """

    @Test func `a schedule is added, shown, paused, resumed and removed from the terminal`() async throws {
        try await Server.with { server in
            try await server.store("backup", Self.guide)
            try await until("what the guide asks for is taken over") {
                try await server.runbook("schedule", "list", "--json").json["items"].items.count == 1
            }
            let declared = try await server.runbook("schedule", "list", "--json").json["items"][0]
            #expect(declared["declared"].bool == true && declared["timezone"].string == "Europe/Istanbul")
            #expect(declared["due"].string?.contains("T23:30:00") == true, "two at night there is eleven in London")
            let id = try #require(declared["id"].string)
            let refused = try await server.runbook("schedule", "remove", id)
            #expect(refused.status == 65 && refused.error.contains("front matter"), "\(refused.error)")

            let added = try await server.runbook(
                "schedule", "add", "backup#weekly", "--cron", "0 9 * * mon", "--starts", "checklist", "--json")
            #expect(added.status == 0, "\(added.error)")
            let second = try #require(try added.json["id"].string)
            #expect(try added.json["next"].items.count == 5)
            let shown = try await server.runbook("schedule", "show", second)
            #expect(shown.output.contains("backup#weekly at 0 9 * * mon UTC"), "\(shown.output)")
            #expect(try await server.runbook("schedule", "pause", second).status == 0)
            #expect(try await server.runbook("schedule", "list").output.contains("paused"))
            let resumed = try await server.runbook("schedule", "resume", second)
            #expect(resumed.error.contains("comes next"), "\(resumed.error)")
            #expect(try await server.runbook("schedule", "remove", second).status == 0)
            #expect(try await server.runbook("schedule", "show", second).status == 65)
            for wrong in [
                ["--cron", "0 9 * *"], ["--cron", "@daily", "--timezone", "Mars/Base"],
                ["--cron", "@daily", "--param", "NONE=1"],
                ["--cron", "@daily", "--missed", "all", "--overlap", "skip"],
            ] {
                let refused = try await server.runbook(["schedule", "add", "backup"] + wrong)
                #expect(refused.status == 65 && refused.error.split(separator: "\n").count <= 2, "\(refused.error)")
            }
            try await server.expectIntactJournal()
        }
    }

    @Test func `what was missed while the server was down is made up for once, by a run that really runs`()
        async throws
    {
        try await Server.with { server in
            try await server.store("backup", Self.guide)
            let added = try await server.runbook(
                "schedule", "add", "backup", "--cron", "* * * * *", "--param", "DAYS=7", "--json")
            let id = try #require(try added.json["id"].string)
            try await server.end(by: SIGKILL)
            let hourAgo = Int64(Date().timeIntervalSince1970 / 3600) * 3600 - 3600
            try await Python.sql(
                "UPDATE schedules SET due = \(hourAgo)000000 WHERE id = '\(id)'", on: server.data + "/runbook.db")
            try await server.start()
            try await until("it has fired") {
                try await !server.runbook("schedule", "show", id, "--json").json["firings"].items.isEmpty
            }
            let firing = try await server.runbook("schedule", "show", id, "--json").json["firings"].items.last
            #expect(firing?["outcome"].string == "started")
            let run = try #require(firing?["object"].string?.dropFirst(4))
            let settled = try await server.settled(String(run))
            #expect(settled["state"].string == "succeeded")
            #expect(settled["occasions"].items.map(\.string) == ["schedule/\(id)"])
            #expect(try await server.output(of: String(run)) == "of 7 days\n")
            let missed = try await server.journal().first { $0["kind"].string == "schedule.missed" }
            #expect((missed?["data"]["count"].int ?? missed?["details"]["count"].int ?? 0) >= 59)
            let killed = try await server.runbook("schedule", "pause", id)
            #expect(killed.status == 0)
        }
    }
}
