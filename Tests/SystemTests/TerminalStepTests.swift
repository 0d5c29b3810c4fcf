import Foundation
import Testing

/// Steps marked `interactive`, which a person runs in a terminal of their own, on the real server.
@Suite(.serialized, .timeLimit(.minutes(5))) struct TerminalStepTests {
    private let guide = """
        ---
        parameters:
          stage: {type: string, default: it's blue}
          token: {type: string, sensitive: true, default: hunter2}
        env: {REGION: eu}
        ---
        # Login

        ```sh {name=before}
        echo before
        ```

        ```bash {name=login interactive background cwd=/srv}
        cloud login --host <host> "$stage" "$token" "$REGION"
        ```

        ```sh {name=after}
        echo after
        ```

        ```sh {name=tidy always}
        echo tidied
        ```
        """

    private func waiting(_ id: String, _ server: Server) async throws -> JSON {
        var step = JSON.null
        try await until("it waits at login") {
            let run = try await server.run(id)
            step = run["steps"][1]
            return run["state"].string == "waiting" && step["state"].string == "waiting"
        }
        return step
    }

    private func begin(_ server: Server) async throws -> String {
        let answer = try await server.wire.post(
            "/api/v1/runs",
            #"{"runbook": "login", "placeholders": {"<host>": "cloud.internal"}}"#)
        return try #require(answer.json["id"].string, "\(answer.text)")
    }

    @Test func `the run waits for a person with a terminal, shows them what to run, and goes on when they say so`()
        async throws
    {
        try await Server.with { server in
            try await server.store("login", guide)
            let refused = try await server.wire.post("/api/v1/runs", #"{"runbook": "login"}"#)
            #expect(refused.status == 400 && refused.text.contains("unfilled placeholder <host>"), "\(refused.text)")
            let id = try await begin(server)
            let step = try await waiting(id, server)
            #expect(step["asks"].string == "manual" && step["attempts"].items.isEmpty, "\(step)")
            #expect(
                step["question"].string == """
                    It needs a terminal: run it with bash in one of your own, then say how it went.

                    cd /srv
                    # token is sensitive and not shown: set it yourself.
                    export REGION=eu
                    export stage='it'\\''s blue'
                    cloud login --host cloud.internal "$stage" "$token" "$REGION"
                    """)
            let shown = try await server.runbook("runs", "show", id)
            #expect(shown.output.contains("a person who does it and says so\n"), "\(shown.output)")
            #expect(shown.output.contains("\n  cloud login --host cloud.internal \"$stage\""), "\(shown.output)")
            try await server.crash()
            #expect(try await server.runbook("runs", "confirm", id, "login", "--note", "as mira").status == 0)
            let run = try await server.settled(id)
            #expect(run["state"].string == "succeeded", "\(run)")
            #expect(run["steps"][1]["reason"].string?.hasSuffix(": as mira") == true, "\(run)")
            #expect(try await server.output(of: id) == "before\nafter\ntidied\n")
            try await server.expectIntactJournal()
        }
    }

    @Test func `what failed in the terminal fails the run, which asks again when it is resumed`() async throws {
        try await Server.with { server in
            try await server.store("login", guide)
            let id = try await begin(server)
            _ = try await waiting(id, server)
            let odd = try await server.wire.post(
                "/api/v1/runs/\(id)/steps/login/confirmation", #"{"outcome": "rerun"}"#)
            #expect(odd.status == 400, "\(odd.text)")
            let failed = try await server.runbook("runs", "confirm", id, "--failed", "--note", "no such host")
            #expect(
                failed.status == 0 && failed.error.contains("login of run \(id) is reported as failed"), "\(failed)")
            let run = try await server.settled(id)
            #expect(run["state"].string == "failed" && run["steps"][1]["state"].string == "failed", "\(run)")
            #expect(run["steps"][1]["reason"].string?.hasSuffix(": no such host") == true, "\(run)")
            #expect(try await server.output(of: id) == "before\ntidied\n")
            let told = try await server.journal().first { $0["kind"].string == "step.failed" }
            #expect(told?["data"]["note"].string == "no such host" && told?["data"]["step"].string == "login")
            #expect(try await server.runbook("runs", "resume", id).status == 0)
            _ = try await waiting(id, server)
            #expect(try await server.runbook("runs", "confirm", id).status == 0)
            #expect(try await server.settled(id)["state"].string == "succeeded")
            try await server.expectIntactJournal()
        }
    }

    @Test func `what has not begun can't have failed, and without a terminal the run is left waiting`() async throws {
        try await Server.with { server in
            try await server.store("wipe", "# Wipe\n\n```sh {name=wipe confirm=\"Wipe it?\"}\necho wiped\n```\n")
            let wipe = try await server.begin("wipe")
            try await until("it asks") { try await server.run(wipe)["state"].string == "waiting" }
            let failed = try await server.runbook("runs", "confirm", wipe, "--failed")
            #expect(failed.status == 65 && failed.error.contains("wipe has not begun"), "\(failed.error)")
            #expect(try await server.run(wipe)["state"].string == "waiting")
            try await server.store("top", "# Top\n\n```sh {interactive}\nnotthere-top\n```\n")
            let left = try await server.runbook("exec", "top", "--yes")
            #expect(left.status == 75 && left.error.contains("waits for a person who does it"), "\(left.error)")
        }
    }
}
