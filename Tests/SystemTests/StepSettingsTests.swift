import Foundation
import Glibc
import Testing

/// What steps ask for beside their script, on the real server: tries, conditions, failures that are passed by, cleanup.
@Suite(.serialized, .timeLimit(.minutes(5))) struct StepSettingsTests {
    private func fence(_ attributes: String, _ script: String) -> String { "\n```sh {\(attributes)}\n\(script)\n```\n" }

    private func states(_ run: JSON) -> [String] { run["steps"].items.map { $0["state"].string ?? "" } }

    private func step(_ number: Int, of run: String, on server: Server) async throws -> JSON {
        try await server.run(run)["steps"][number]
    }

    @Test func `a step is tried again, every attempt is kept, and its outputs are those of the last`() async throws {
        try await Server.with { server in
            let count = server.folder + "/count"
            try await server.store(
                "flaky",
                "# Flaky\n"
                    + fence(
                        "name=flaky retries=3",
                        """
                        echo x >> \(count)
                        n=$(wc -l < \(count))
                        echo "try $n"; echo "n=$n" >> "$RUNBOOK_OUTPUT"
                        test "$n" -ge 3
                        """) + fence("name=after if=\"steps.flaky.outputs.n == '3'\"", "echo after"))
            let run = try await server.settled(try await server.begin("flaky"))
            #expect(run["state"].string == "succeeded", "\(run)")
            #expect(run["steps"][0]["attempts"].items.map { $0["state"].string } == ["failed", "failed", "succeeded"])
            #expect(run["steps"][0]["outputs"]["n"].string == "3")
            #expect(try await server.output(of: try #require(run["id"].string)) == "try 1\ntry 2\ntry 3\nafter\n")
            try await server.expectIntactJournal()
        }
    }

    @Test func `a step whose tries are used up has failed, and a resumed run gives it new ones`() async throws {
        try await Server.with { server in
            try await server.store("hopeless", "# Hopeless\n" + fence("name=a retries=1", "exit 4"))
            let id = try await server.begin("hopeless")
            let run = try await server.settled(id)
            #expect(run["state"].string == "failed" && run["steps"][0]["attempts"].items.count == 2)
            #expect(try await server.runbook("runs", "resume", id).status == 0)
            #expect(try await server.settled(id)["steps"][0]["attempts"].items.count == 4)
        }
    }

    @Test func `a wait between two tries outlives the server and ends when it is due`() async throws {
        try await Server.with { server in
            let flag = server.folder + "/flag"
            try await server.store(
                "later",
                "# Later\n" + fence("name=a retries=1 backoff=2s", "test -e \(flag) || { touch \(flag); exit 1; }"))
            let id = try await server.begin("later")
            try await until("it waits") { try await step(0, of: id, on: server)["state"].string == "waiting" }
            let waiting = try await step(0, of: id, on: server)
            #expect(waiting["waits_for"].string?.hasPrefix("tried 1 of 2, again at ") == true, "\(waiting)")
            let due = try #require(waiting["due"].string)
            #expect(try await server.run(id)["state"].string == "running")
            try await server.crash()
            let run = try await server.settled(id)
            #expect(run["state"].string == "succeeded", "\(run)")
            let attempts = run["steps"][0]["attempts"].items
            #expect(attempts.count == 2)
            #expect(try #require(attempts[1]["started"].string) >= due)
            try await server.expectIntactJournal()
        }
    }

    @Test func `killed again and again during a wait, the server keeps to the time that was set`() async throws {
        try await Server.with { server in
            try await server.store("long", "# Long\n" + fence("name=a retries=2 backoff=1h", "exit 1"))
            let id = try await server.begin("long")
            try await until("it waits") { try await step(0, of: id, on: server)["state"].string == "waiting" }
            let due = try await step(0, of: id, on: server)["due"].string
            for _ in 0..<3 {
                try await server.crash()
                let waiting = try await step(0, of: id, on: server)
                #expect(waiting["due"].string == due && waiting["attempts"].items.count == 1, "\(waiting)")
            }
            #expect(try await server.wire.post("/api/v1/runs/\(id)/cancellation").status == 200)
            let run = try await server.run(id)
            #expect(run["state"].string == "cancelled" && states(run) == ["cancelled"], "it ends the wait: \(run)")
            #expect(run["steps"][0]["due"].string == nil)
            try await server.expectIntactJournal()
        }
    }

    @Test func `a step that waits for its next try takes no worker from others`() async throws {
        try await Server.with(["--workers", "1"]) { server in
            try await server.store("long", "# Long\n" + fence("name=a retries=2 backoff=1h", "exit 1"))
            try await server.store("short", "# Short\n" + fence("name=a", "true"))
            let id = try await server.begin("long")
            try await until("it waits") { try await step(0, of: id, on: server)["state"].string == "waiting" }
            #expect(try await server.settled(try await server.begin("short"))["state"].string == "succeeded")
        }
    }

    @Test func `a run goes on after a failure that it may have, and has failed in the end`() async throws {
        try await Server.with { server in
            try await server.store(
                "on",
                "# On\n" + fence("name=a on-failure=continue", "exit 1")
                    + fence("name=b if=\"steps.a.state == 'failed'\"", "echo b")
                    + fence("name=c if=\"steps.a.state == 'succeeded'\"", "echo c"))
            let run = try await server.settled(try await server.begin("on"))
            #expect(run["state"].string == "failed" && states(run) == ["failed", "succeeded", "skipped"], "\(run)")
            #expect(
                run["steps"][2]["reason"].string == "Its condition does not hold: steps.a.state == 'succeeded'")
        }
    }

    @Test func `a run of which steps were only skipped has succeeded`() async throws {
        try await Server.with { server in
            try await server.store(
                "stages",
                """
                ---
                parameters:
                  stage: {type: string, default: blue}
                ---
                # Stages

                """ + fence("name=a if=\"parameters.stage == 'green'\"", "echo a")
                    + fence("name=b if=\"parameters.stage == 'blue' && steps.a.state == 'skipped'\"", "echo b"))
            let run = try await server.settled(try await server.begin("stages"))
            #expect(run["state"].string == "succeeded" && states(run) == ["skipped", "succeeded"], "\(run)")
            let green = try await server.settled(try await server.begin("stages", parameters: ["stage": "green"]))
            #expect(green["state"].string == "succeeded" && states(green) == ["succeeded", "skipped"], "\(green)")
            let skipped = try await server.journal().filter { $0["kind"].string == "step.skipped" }
            #expect(skipped.map { $0["data"]["step"].string } == ["a", "b"])
        }
    }

    @Test func `what runs always runs after a failure, and the run has failed all the same`() async throws {
        try await Server.with { server in
            try await server.store(
                "tidy",
                "# Tidy\n" + fence("name=a", "exit 3") + fence("name=b", "echo never")
                    + fence("name=tidy always", "echo tidied"))
            let run = try await server.settled(try await server.begin("tidy"))
            #expect(run["state"].string == "failed" && states(run) == ["failed", "queued", "succeeded"], "\(run)")
        }
    }

    @Test func `what runs always runs after a cancellation, and a second one ends it`() async throws {
        try await Server.with { server in
            let go = server.folder + "/go"
            try await server.store(
                "tidy",
                "# Tidy\n" + fence("name=a", "echo begun; sleep 600")
                    + fence("name=tidy always", "echo tidying; until [ -e \(go) ]; do sleep 0.02; done; echo tidied")
                    + fence("name=tidy-more always", "echo more"))
            func cancelled() async throws -> String {
                let id = try await server.begin("tidy")
                try await until("it runs") { try await server.output(of: id) == "begun\n" }
                #expect(try await server.wire.post("/api/v1/runs/\(id)/cancellation").status == 200)
                try await until("it cleans up") { try await server.output(of: id).hasSuffix("tidying\n") }
                return id
            }
            let ended = try await cancelled()
            // The server is killed between the two: the next one knows how far it was told to end.
            try await server.crash()
            #expect(try await server.run(ended)["state"].string == "running")
            #expect(try await server.wire.post("/api/v1/runs/\(ended)/cancellation").status == 200)
            let short = try await server.settled(ended)
            #expect(short["state"].string == "cancelled", "\(short)")
            #expect(states(short) == ["cancelled", "cancelled", "queued"])
            let left = try await cancelled()
            try touch(go)
            let whole = try await server.settled(left)
            #expect(
                whole["state"].string == "cancelled" && states(whole) == ["cancelled", "succeeded", "succeeded"],
                "\(whole)")
            try await server.expectNoProcessLeft()
            try await server.expectIntactJournal()
        }
    }

    @Test func `exec says what a step waits for and why one was skipped`() async throws {
        try await Server.with { server in
            let flag = server.folder + "/flag"
            try await server.store(
                "told",
                "# Told\n"
                    + fence("name=a retries=1 backoff=1s", "test -e \(flag) || { touch \(flag); exit 7; }")
                    + fence("name=b if=\"steps.a.state == 'failed'\"", "echo b"))
            let ended = try await server.runbook("exec", "told")
            #expect(ended.status == 0)
            #expect(ended.error.contains("‖ a  waiting, tried 1 of 2, again at "), "\(ended.error)")
            #expect(ended.error.contains("– b  skipped, Its condition does not hold: steps.a.state == 'failed'"))
        }
    }
}
