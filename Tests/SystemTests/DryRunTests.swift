import Foundation
import Testing

/// What would run and what is missing, told by the real server, and nothing runs.
@Suite(.serialized, .timeLimit(.minutes(5))) struct DryRunTests {
    private func fence(_ info: String, _ text: String) -> String { "\n```\(info)\n\(text)\n```\n" }

    private func dry(_ body: String, on server: Server) async throws -> JSON {
        let answer = try await server.wire.post("/api/v1/runs", body)
        try #require(answer.status == 200, "\(answer.text)")
        return try answer.json
    }

    private static let head = """
        ---
        rollback: undo
        env: {REGION: eu}
        parameters:
          version: {type: string, required: true}
          hosts: {type: string, default: "web1,web2"}
          key: {type: string, sensitive: true, default: s3cret}
        ---
        # Deploy

        """

    @Test func `it tells what would run, in which order, with which values, and masks what is secret`() async throws {
        try await Server.with { server in
            try await server.store("undo", "# Undo\n" + fence("sh {name=back}", "true"))
            try await server.store(
                "deploy",
                Self.head + fence("approval {name=go}", "Ship {{version}} with {{key}}?")
                    + fence("sh {name=switch on-failure=rollback env=\"A=b\"}", "echo $version")
                    + fence("sh {name=each foreach=\"host in hosts\" if=\"parameters.version\"}", "echo $host")
                    + fence("runbook {name=sub}", "undo"))
            let plan = try await dry(
                #"{"runbook": "deploy", "parameters": {"version": "v2"}, "dry_run": true}"#, on: server)
            #expect(plan["missing"].items.isEmpty, "\(plan)")
            #expect(plan["parameters"]["version"].string == "v2" && plan["parameters"]["key"].string == "••••••")
            #expect(plan["environment"]["REGION"].string == "eu" && plan["rollback"]["runbook"].string == "undo")
            let steps = plan["steps"].items
            #expect(steps.map { $0["id"].string } == ["go", "switch", "each@web1", "each@web2", "sub"])
            #expect(steps[0]["question"].string == "Ship v2 with {{key}}?")
            #expect(
                steps[0]["waits_for"].string == """
                    0 of 1 approval by an operator other than bootstrap, but there is nobody who may: add people
                    """, "\(plan)")
            #expect(steps[1]["environment"]["A"].string == "b" && steps[3]["environment"]["host"].string == "web2")
            #expect(steps[3]["condition"].string == "parameters.version" && steps[3]["item"].string == "web2")
            #expect(steps[4]["runs"]["runbook"].string == "undo" && steps[4]["runs"]["version"].string != nil)
            let exec = try await server.runbook("exec", "deploy", "--dry-run", "--param", "version=v2")
            #expect(exec.status == 0 && !exec.output.contains("s3cret"), "\(exec.error)")
            #expect(exec.output.contains("# with version=v2\n") && exec.output.contains("# with key=••••••\n"))
            #expect(
                exec.output.contains("#   only if parameters.version\n#   with RUNBOOK_ITEM=web1\n"), "\(exec.output)")
            #expect(exec.error.contains("5 steps of deploy") && exec.error.contains("would run; nothing ran"))
            #expect(try await server.wire.get("/api/v1/runs").json["items"].items.isEmpty)
        }
    }

    @Test func `it tells all that is missing beside what would run`() async throws {
        try await Server.with { server in
            try await server.store(
                "deploy",
                "---\nrequires: [no-such-program]\n" + Self.head.dropFirst(4) + fence("sh {name=a}", "ssh <host> true")
                    + fence("sh {name=b on-failure=rollback}", "true") + fence("runbook {name=c}", "nowhere")
                    + fence("sh {interpreter=no-such-shell name=d}", "true"))
            let plan = try await dry(#"{"runbook": "deploy", "dry_run": true}"#, on: server)
            let missing = plan["missing"].items.compactMap { $0["name"].string }
            #expect(
                Set(missing) == ["version", "<host>", "no-such-program", "no-such-shell", "rollback", "c"], "\(plan)")
            #expect(plan["steps"].items.map { $0["id"].string } == ["a", "b", "c", "d"])
            let exec = try await server.runbook("exec", "deploy", "--dry-run")
            #expect(exec.status == 65 && exec.error.contains("missing: version: is missing"), "\(exec.error)")
            #expect(exec.error.contains("missing: <host>, line "), "\(exec.error)")
            #expect(exec.error.contains("There is no runbook undo"), "\(exec.error)")
            #expect(try await server.runbook("exec", "deploy", "--param", "version=1").status == 65)
            #expect(try await server.wire.get("/api/v1/runs").json["items"].items.isEmpty)
        }
    }

    @Test func `whoever may only look is told that too`() async throws {
        try await Server.with { server in
            try await server.store("a", "# A\n" + fence("sh {name=a}", "true"))
            let person = try await server.wire.post(
                "/api/v1/users", try jsonText(["name": "vera", "password": "correct horse battery", "role": "viewer"]))
            try #require(person.status == 201, "\(person.text)")
            let home = ["RUNBOOK_TOKEN": "", "HOME": server.folder]
            let login = try server.command(
                ["login", "vera", "--password-stdin"], input: "correct horse battery\n", home)
            _ = try await login.ending
            let exec = try server.command(["exec", "a", "--dry-run"], home)
            _ = try await exec.ending
            let error = try exec.error
            #expect(error.contains("missing: permission: vera"), "\(error)")
            let start = try server.command(["exec", "a"], home)
            #expect(try await start.ending == .exited(77))
        }
    }
}
