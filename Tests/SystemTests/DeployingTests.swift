import Foundation
import Glibc
import Testing

/// Deployments through the terminal, and across crashes of the server.
@Suite(.serialized, .timeLimit(.minutes(10))) struct DeployingTests {
    private static let guide = """
        ---
        title: Release
        service: accunode
        rollback: "#undo"
        parameters:
          version: {type: string, required: true}
        ---
        # Release

        ## Canary

        ```sh {name=canary}
        echo "canary $version"
        ```

        ## Production

        ```approval {name=ship not-starter}
        Ship {{version}}?
        ```

        ```sh {name=production}
        echo "production $version"
        ```

        ## Undo

        ```sh {name=undo}
        echo "back to $version"
        ```
        """

    /// Somebody with an account, signed in: what their commands need in the environment.
    private func person(_ name: String, on server: Server) async throws -> [String: String] {
        let password = "correct horse battery"
        let answer = try await server.wire.post(
            "/api/v1/users", try jsonText(["name": name, "password": password, "role": "operator"]))
        try #require(answer.status == 201, "\(answer.text)")
        let home = "\(server.folder)/\(name)"
        try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
        let environment = ["RUNBOOK_TOKEN": "", "HOME": home]
        let login = try server.command(["login", name, "--password-stdin"], input: password + "\n", environment)
        let ending = try await login.ending
        let error = try login.error
        try #require(ending == .exited(0), "\(error)")
        return environment
    }

    private func runbook(
        _ arguments: String..., as environment: [String: String], on server: Server
    ) async throws -> Finished {
        let child = try server.command(arguments, environment)
        guard case .exited(let status) = try await child.ending else {
            throw Server.Refused(words: "\(arguments) was ended by a signal: \(try child.error)")
        }
        return Finished(status: status, output: try child.output, error: try child.error)
    }

    @Test func `a terminal starts, promotes, rolls back, records and counts deployments`() async throws {
        try await Server.with { server in
            try await server.store("accunode.release", Self.guide)
            let (mira, ada) = (try await person("mira", on: server), try await person("ada", on: server))
            let place = ["--service", "accunode", "--environment", "production"]
            let told = try await server.runbook(
                ["deploy", "record", "--version", "v1", "--external-id", "7"] + place)
            #expect(told.status == 0 && told.error.contains("accunode v1 to production is recorded as succeeded"))
            let again = try await server.runbook(
                ["deploy", "record", "--version", "v1", "--external-id", "7"] + place)
            #expect(again.output == told.output)

            let start = try await runbook(
                "deploy", "start", "accunode/release", "--version", "v2", "--environment", "production", "--follow",
                as: mira, on: server)
            #expect(start.status == 75, "\(start.error)")
            #expect(start.error.contains("runbook: stage started: Canary\n"))
            #expect(start.error.contains("blocked by: 0 of 1 approval by an operator other than mira"))
            let id = start.output.trimmingCharacters(in: .newlines)
            let show = try await server.runbook("deploy", "show", id)
            #expect(show.output.hasPrefix("accunode v2 to production waiting, blocked by: 0 of 1 approval"))
            let second = try await runbook(
                "deploy", "start", "accunode/release", "--version", "v3", "--environment", "production", as: ada,
                on: server)
            #expect(second.status == 65 && second.error.contains("accunode v2 to production is waiting already"))
            let own = try await runbook("deploy", "promote", id, as: mira, on: server)
            #expect(own.status == 77 && own.error.contains("somebody else"))
            let promoted = try await runbook("deploy", "promote", id, "--follow", "--note", "seen", as: ada, on: server)
            #expect(promoted.status == 0, "\(promoted.error)")
            #expect(promoted.error.contains("runbook: accunode v2 to production succeeded"))

            let reasonless = try await runbook("deploy", "rollback", id, as: ada, on: server)
            #expect(reasonless.status == 64)
            let back = try await runbook(
                "deploy", "rollback", id, "--reason", "errors", "--follow", as: ada, on: server)
            #expect(back.status == 0, "\(back.error)")
            #expect(back.error.contains("runbook: accunode v2 to production is rolled back to v1"))
            let json = try await server.runbook("deploy", "show", id, "--json").json
            let run = try #require(json["rollback_run"].string)
            #expect(try await server.output(of: run) == "back to v1\n")

            let third = try await runbook(
                "deploy", "start", "accunode/release", "--version", "v3", "--environment", "production", "--plan",
                as: mira,
                on: server)
            #expect(third.status == 0 && third.error.contains("is planned; begin it"))
            let planned = third.output.trimmingCharacters(in: .newlines)
            let aborted = try await runbook("deploy", "abort", planned, "--reason", "no", as: mira, on: server)
            #expect(aborted.status == 0 && aborted.error.contains("is aborted"))

            let list = try await server.runbook(["deploy", "list"] + place)
            #expect(
                list.output.split(separator: "\n").dropFirst().map { $0.split(separator: " ")[1] } == [
                    "aborted", "rolled-back", "succeeded",
                ])
            let versions = try await server.runbook("deploy", "versions", "accunode")
            #expect(versions.output.contains("production") && versions.output.contains("v1"), "\(versions.output)")
            let figures = try await server.runbook("deploy", "figures", "--days", "7")
            #expect(figures.output.contains("50 %"), "\(figures.output)")
            let unknown = try await server.runbook("deploy", "show", "none")
            #expect(unknown.status == 65 && unknown.error.contains("`runbook deploy list` shows those there are"))
            try await server.expectIntactJournal()
        }
    }

    /// A stage's run and the next stage are one transaction, and what follows from the end of a run is found again.
    @Test func `killed at any moment, a deployment goes on with one run for each stage`() async throws {
        let stages = ["one", "two", "three"]
        let guide =
            "---\nservice: accunode\n---\n"
            + stages.map { "## \($0)\n\n```sh {name=\($0)}\necho $RUNBOOK_ATTEMPT\n```\n" }.joined(separator: "\n")
        var random = SystemRandomNumberGenerator()
        try await Server.with { server in
            try await server.store("steps", guide)
            var delays: [Int] = []
            for number in 1...12 {
                let answer = try await server.wire.post(
                    "/api/v1/deployments",
                    """
                    {"runbook": "steps", "version": "v\(number)", "environment": "place-\(number)", "no_rollback": true,
                        "reason": "it only speaks"}
                    """)
                try #require(answer.status == 201, "\(answer.text)")
                let id = try #require(try answer.json["id"].string)
                // Anywhere from before its first step to after its last.
                delays.append(Int.random(in: 0...120, using: &random))
                try await Task.sleep(for: .milliseconds(delays[number - 1]))
                try await server.crash()
                try await until("deployment \(id) has ended, killed after \(delays) ms") {
                    let record = try await server.wire.get("/api/v1/deployments/\(id)").json
                    return try #require(record["state"].string) == "succeeded"
                }
                let record = try await server.wire.get("/api/v1/deployments/\(id)").json
                let events = try await server.wire.get("/api/v1/journal?limit=500&object=deployment/\(id)").json
                let kinds = events["items"].items.compactMap { $0["kind"].string }
                for (kind, count) in [
                    ("run.created", 3), ("run.succeeded", 3), ("deployment.stage-started", 3),
                    ("deployment.stage-succeeded", 3), ("deployment.succeeded", 1),
                ] {
                    #expect(kinds.count { $0 == kind } == count, "\(kind) of \(kinds), killed after \(delays) ms")
                }
                #expect(Set(record["stages"].items.compactMap { $0["run"].string }).count == 3)
            }
            try await server.expectNoProcessLeft()
            try await server.expectIntactJournal()
        }
    }

    /// The checklist, its place in the deployment's row and the event are one transaction, whatever the reaction's own place was.
    @Test func `killed at any moment, a rollback is followed up once`() async throws {
        var random = SystemRandomNumberGenerator()
        try await Server.with { server in
            try await server.store("accunode.release", Self.guide)
            for number in 1...8 {
                let place = "place-\(number)"
                let answer = try await server.wire.post(
                    "/api/v1/deployments",
                    try jsonText(["runbook": "accunode.release", "version": "v\(number)", "environment": place]))
                try #require(answer.status == 201, "\(answer.text)")
                let path = "/api/v1/deployments/\(try #require(try answer.json["id"].string))"
                try await until("it waits") { try await server.wire.get(path).json["state"].string == "waiting" }
                let back = try await server.wire.post(
                    "\(path)/rollback", try jsonText(["reason": "errors", "version": "v0"]))
                try #require(back.status == 200, "\(back.text)")
                let delay = Int.random(in: 0...90, using: &random)
                try await Task.sleep(for: .milliseconds(delay))
                try await server.crash()
                try await until("it is followed up, killed after \(delay) ms") {
                    try await server.wire.get(path).json["follow_up"].string != nil
                }
                let told = try await server.wire.get(path).json
                #expect(told["state"].string == "rolled-back")
                let object = "deployment/\(told["id"].string ?? "")"
                let lists = try await server.wire.get("/api/v1/checklists?object=\(object)").json["items"].items
                #expect(lists.map { $0["id"].string } == [told["follow_up"].string], "killed after \(delay) ms")
                #expect(lists.first?["items_missing"].int == 4)
                let events = try await server.wire.get("/api/v1/journal?limit=500&object=\(object)").json["items"].items
                #expect(events.count { $0["kind"].string == "deployment.follow-up-started" } == 1)
            }
            try await server.expectNoProcessLeft()
            try await server.expectIntactJournal()
        }
    }
}
