import Foundation
import Testing

/// Steps that wait for people, on the real server and in the real terminal.
@Suite(.serialized, .timeLimit(.minutes(5))) struct GateTests {
    private let guide = """
        ---
        parameters:
          version: {type: string, default: v2}
        ---
        # Ship

        ```sh {name=build}
        echo built
        ```

        ```approval {name=go}
        Ship {{version}}?
        ```

        ```sh {name=ship confirm="Switch all traffic to {{version}}?"}
        echo shipped
        ```

        ```manual {name=call}
        Call the customer.
        ```

        ```sh {name=tidy always}
        echo tidied
        ```
        """

    private static let password = "a long enough password"

    /// Somebody else than the one who starts.
    private func addMira(to server: Server) async throws {
        let added = try await server.wire.post(
            "/api/v1/users", try jsonText(["name": "mira", "password": Self.password, "role": "operator"]))
        try #require(added.status == 201, "\(added.text)")
    }

    /// A command of hers, by what `login` saved, for the address that the server has now.
    private func mira(_ server: Server, _ arguments: String...) async throws -> Finished {
        func run(_ arguments: [String], input: String = "") async throws -> Finished {
            let child = try server.command(arguments, input: input, ["RUNBOOK_TOKEN": ""])
            guard case .exited(let status) = try await child.ending else { throw Server.Refused(words: "\(arguments)") }
            return Finished(status: status, output: try child.output, error: try child.error)
        }
        let signedIn = try await run(["login", "mira", "--password-stdin"], input: Self.password + "\n")
        try #require(signedIn.status == 0, "\(signedIn.error)")
        return try await run(arguments)
    }

    private func waits(_ id: String, at step: String, _ server: Server) async throws {
        try await until("it waits at \(step)") {
            let run = try await server.run(id)
            return run["state"].string == "waiting"
                && run["steps"].items.contains { $0["id"].string == step && $0["state"].string == "waiting" }
        }
    }

    @Test func `a run waits for an approval, a confirmation and a hand, across crashes, and goes on after each`()
        async throws
    {
        try await Server.with { server in
            try await addMira(to: server)
            try await server.store("ship", guide)
            let id = try await server.begin("ship")
            try await waits(id, at: "go", server)
            try await server.crash()
            let waiting = try await server.run(id)["steps"][1]
            #expect(waiting["asks"].string == "approval" && waiting["question"].string == "Ship v2?", "\(waiting)")
            #expect(waiting["waits_for"].string?.hasPrefix("0 of 1 approval by an operator other than ") == true)
            #expect(try await server.runbook("runs", "approve", id).status == 77, "not by the one who started it")
            let approved = try await mira(server, "runs", "approve", id, "go", "--note", "seen")
            #expect(approved.status == 0, "\(approved.error)")
            try await waits(id, at: "ship", server)
            #expect(try await server.run(id)["steps"][2]["question"].string == "Switch all traffic to v2?")
            try await server.crash()
            #expect(try await server.runbook("runs", "confirm", id).status == 0)
            try await waits(id, at: "call", server)
            #expect(try await server.runbook("runs", "confirm", id, "call", "--note", "she knows").status == 0)
            let run = try await server.settled(id)
            #expect(run["state"].string == "succeeded", "\(run)")
            #expect(try await server.output(of: id) == "built\nshipped\ntidied\n")
            let kinds = try await server.journal().compactMap { $0["kind"].string }.filter {
                $0.hasPrefix("step.app") || $0.hasPrefix("step.conf") || $0 == "run.waiting"
            }
            #expect(
                kinds == [
                    "run.waiting", "step.approved", "run.waiting", "step.confirmed", "run.waiting", "step.confirmed",
                ])
            try await server.expectIntactJournal()
        }
    }

    @Test func `a rejected run is rejected, not failed, and cleans up`() async throws {
        try await Server.with { server in
            try await addMira(to: server)
            try await server.store("ship", guide)
            let exec = try server.command(["exec", "ship"])
            var id = ""
            try await until("there is a run") {
                id = try await server.wire.get("/api/v1/runs").json["items"][0]["id"].string ?? ""
                return !id.isEmpty
            }
            try await waits(id, at: "go", server)
            try await until("exec says for whom it waits") {
                try exec.error.contains("go waits for 0 of 1 approval by an operator other than ")
            }
            #expect(!exec.hasEnded, "without a terminal too it waits")
            #expect(try await mira(server, "runs", "reject", id, "--note", "not on a Friday").status == 0)
            #expect(try await exec.ending == .exited(1))
            let run = try await server.settled(id)
            #expect(run["state"].string == "rejected", "\(run)")
            let reason = try #require(run["steps"][1]["reason"].string)
            #expect(reason.hasPrefix("Rejected by mira") && reason.hasSuffix(": not on a Friday"), "\(reason)")
            #expect(try await server.output(of: id) == "built\ntidied\n")
        }
    }

    @Test func `without a terminal a confirmation is agreed to beforehand, or the run is left waiting with 75`()
        async throws
    {
        try await Server.with { server in
            try await server.store("wipe", "# Wipe\n\n```sh {name=wipe confirm=\"Wipe it?\"}\necho wiped\n```\n")
            let left = try await server.runbook("exec", "wipe")
            #expect(left.status == 75 && left.output.isEmpty)
            #expect(
                left.error.contains(
                    "waits for a person who says that it may begin; answer it with: runbook runs confirm "))
            let agreed = try await server.runbook("exec", "wipe", "--yes")
            #expect(agreed.status == 0 && agreed.output == "wiped\n", "\(agreed.error)")
            try await server.store("hand", "# Hand\n\n```manual {name=hand}\nPlug it in.\n```\n")
            #expect(try await server.runbook("exec", "hand", "--yes").status == 75, "nothing was done by hand")
        }
    }

    private func events(_ kind: String, _ server: Server) async throws -> [JSON] {
        try await server.journal().filter { $0["kind"].string == kind }
    }

    @Test
    func `an approval that nobody gives in time is over without being refused, and asked for anew when one resumes`()
        async throws
    {
        try await Server.with { server in
            try await addMira(to: server)
            try await server.store(
                "late",
                """
                # Late

                ```approval {name=go expires=8s remind=500ms on-failure=continue}
                Go on?
                ```

                ```sh {name=ship}
                echo shipped
                ```

                ```sh {name=tidy always}
                echo tidied
                ```
                """)
            let id = try await server.begin("late")
            try await waits(id, at: "go", server)
            let expires = try #require(try await server.run(id)["steps"][0]["expires"].string)
            try await until("somebody is reminded") { try await !events("run.reminded", server).isEmpty }
            // What no server notices expires all the same.
            try await server.crash()
            #expect(try await server.run(id)["steps"][0]["expires"].string ?? expires == expires)
            let run = try await server.settled(id)
            #expect(run["state"].string == "failed", "\(run)")
            #expect(run["steps"].items.map { $0["state"].string } == ["timed-out", "queued", "succeeded"])
            #expect(
                run["steps"][0]["reason"].string == """
                    Nobody refused it, and it was not approved in time: it had 0 of 1 approval by an operator other than \
                    bootstrap.
                    """)
            #expect(try await server.output(of: id) == "tidied\n")
            #expect(try await mira(server, "runs", "approve", id).status == 65)
            #expect(try await events("step.expired", server).count == 1)
            #expect(try await events("step.rejected", server).isEmpty)
            let reminders = try await events("run.reminded", server)
            #expect((1...16).contains(reminders.count))
            #expect(
                reminders.first?["data"]["title"].string?.hasPrefix(
                    "late waits at go for 0 of 1 approval by an operator other than bootstrap, until ")
                    == true, "\(reminders)")
            #expect(try await server.runbook("runs", "resume", id).status == 0)
            try await waits(id, at: "go", server)
            #expect(try #require(try await server.run(id)["steps"][0]["expires"].string) > expires)
            try await server.expectIntactJournal()
        }
    }

    @Test func `what is done again is approved again, and neither resuming nor skipping leads around a gate`()
        async throws
    {
        try await Server.with { server in
            try await addMira(to: server)
            try await server.store(
                "again",
                """
                # Again

                ```sh {name=test}
                echo tested
                ```

                ```approval {name=go}
                Ship it?
                ```

                ```sh {name=ship}
                exit 3
                ```
                """)
            let id = try await server.begin("again")
            try await waits(id, at: "go", server)
            for refused in [["runs", "skip", id, "--note", "x"], ["runs", "skip", id, "go", "--note", "x"]] {
                let answer = try await server.runbook(refused)
                #expect(answer.status == 65 && answer.error.contains("nobody leaves one out"), "\(answer.error)")
            }
            #expect(try await mira(server, "runs", "approve", id).status == 0)
            #expect(try await server.settled(id)["state"].string == "failed")
            // What stands behind the gate runs again under the approval that was given.
            #expect(try await server.runbook("runs", "resume", id, "--from", "ship").status == 0)
            let run = try await server.settled(id)
            #expect(run["state"].string == "failed" && run["steps"][2]["attempts"].items.count == 2, "\(run)")
            // What stands before it may have another result.
            #expect(try await server.runbook("runs", "resume", id, "--from", "test").status == 0)
            try await waits(id, at: "go", server)
            #expect(try await server.runbook("runs", "approve", id).status == 77)
            try await server.crash()
            #expect(
                try await server.run(id)["steps"][1]["waits_for"].string?.hasPrefix("0 of 1 approval by an operator")
                    == true)
            let cancelled = try await server.wire.post("/api/v1/runs/\(id)/cancellation")
            #expect(cancelled.status == 200)
            let around = try await server.runbook("runs", "resume", id, "--from", "ship")
            #expect(
                around.status == 65 && around.error.contains("ship comes after go, which is cancelled"),
                "\(around.error)")
            #expect(try await server.runbook("runs", "resume", id).status == 0)
            try await waits(id, at: "go", server)
            #expect(try await mira(server, "runs", "approve", id, "--note", "the second time").status == 0)
            #expect(try await server.settled(id)["steps"][2]["attempts"].items.count == 3)
            try await server.expectIntactJournal()
        }
    }
}
