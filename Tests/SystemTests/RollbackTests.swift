import Foundation
import Glibc
import Testing

/// Runs that take back what they did when a step fails, on the real server.
@Suite(.serialized, .timeLimit(.minutes(5))) struct RollbackTests {
    private func fence(_ info: String, _ text: String) -> String { "\n```\(info)\n\(text)\n```\n" }

    private func head(_ lines: String) -> String { "---\n\(lines)\n---\n# Guide\n" }

    private func runs(of name: String, on server: Server) async throws -> [JSON] {
        let answer = try await server.wire.get("/api/v1/runs?runbook=\(name)")
        try #require(answer.status == 200, "\(answer.text)")
        return try answer.json["items"].items
    }

    private func refusal(_ runbook: String, on server: Server) async throws -> String {
        let answer = try await server.wire.post("/api/v1/runs", "{\"runbook\": \"\(runbook)\"}")
        #expect(answer.status != 201, "\(answer.text)")
        #expect(try await runs(of: runbook, on: server).isEmpty)
        return answer.text
    }

    /// What takes back waits for a file, so that a test can look on.
    private func storeGated(on server: Server) async throws -> String {
        let gate = server.folder + "/gate"
        try await server.store(
            "undo", "# Undo\n" + fence("sh {name=back}", "until test -e \(gate); do sleep 0.05; done"))
        try await server.store(
            "deploy",
            head("rollback: undo") + fence("sh {name=switch on-failure=rollback}", "exit 3")
                + fence("sh {name=tidy always}", "echo tidied"))
        return gate
    }

    private func rollback(of run: String, on server: Server) async throws -> String {
        try await until("it is being rolled back") { try await server.run(run)["rollback"].string != nil }
        return try #require(try await server.run(run)["rollback"].string)
    }

    @Test func `a step that fails after its tries takes the run back, with the same values, before what cleans up`()
        async throws
    {
        try await Server.with(["--workers", "1"]) { server in
            let log = server.folder + "/log"
            try await server.store(
                "undo",
                head("parameters:\n  version: {type: string, required: true}\n  key: {type: string, sensitive: true}")
                    + fence("sh {name=back}", "echo \"back from $version\" >> \(log); test \"$key\" = s3cret"))
            try await server.store(
                "deploy",
                head(
                    """
                    rollback: undo
                    parameters:
                      version: {type: string}
                      key: {type: string, sensitive: true, default: s3cret}
                      other: {type: string, default: "x"}
                    """) + fence("sh {name=switch retries=1 on-failure=rollback}", "echo try >> \(log); exit 3")
                    + fence("sh {name=after}", "echo after >> \(log)")
                    + fence("sh {name=tidy always}", "echo tidy >> \(log)"))
            let exec = try await server.runbook("exec", "deploy", "--param", "version=v2")
            #expect(exec.status == 1, "\(exec.error)")
            #expect(try String(contentsOfFile: log, encoding: .utf8) == "try\ntry\nback from v2\ntidy\n")
            let id = try #require(try await runs(of: "deploy", on: server).first?["id"].string)
            let run = try await server.run(id)
            #expect(run["state"].string == "rolled-back" && run["reason"].string == nil, "\(run)")
            #expect(run["steps"].items.map { $0["state"].string } == ["failed", "queued", "succeeded"], "\(run)")
            let child = try #require(run["rollback"].string)
            #expect(exec.error.contains("run \(child) takes back what was done"), "\(exec.error)")
            #expect(exec.error.contains("exit status 3; run \(child) has taken back what it did"), "\(exec.error)")
            let back = try await server.run(child)
            #expect(back["state"].string == "succeeded" && back["priority"].string == "critical", "\(back)")
            #expect(back["parent"]["run"].string == id && back["parent"]["rollback"].bool == true, "\(back)")
            #expect(back["parameters"]["other"].string == nil, "it declares no such parameter")
            let kinds = try await server.journal().filter {
                $0["kind"].string?.hasPrefix("run.roll") == true
            }.map { $0["kind"].string }
            #expect(kinds == ["run.rolling-back", "run.rolled-back"])
            let page = try await server.wire.get("/runs/\(id)", ["Accept": "text/html"])
            #expect(page.text.contains("what was done is rolled back") && page.text.contains("/runs/\(child)"))
            let childPage = try await server.wire.get("/runs/\(child)", ["Accept": "text/html"])
            #expect(childPage.text.contains("See the run that it rolls back"))
            let shown = try await server.runbook("runs", "show", child)
            #expect(shown.output.contains("rolls back run \(id), step switch"), "\(shown.output)")
            let resumed = try await server.runbook("runs", "resume", id)
            #expect(resumed.status == 65, "what is taken back is not gone on with")
            try await server.expectIntactJournal()
        }
    }

    @Test func `a run whose rollback fails has failed and says so, and what is resumed is rolled back anew`()
        async throws
    {
        try await Server.with { server in
            let (flag, broken) = (server.folder + "/flag", server.folder + "/broken")
            try "".write(toFile: broken, atomically: true, encoding: .utf8)
            try await server.store("undo", "# Undo\n" + fence("sh {name=back}", "test ! -e \(broken)"))
            try await server.store(
                "deploy", head("rollback: undo") + fence("sh {name=switch on-failure=rollback}", "test -e \(flag)"))
            let id = try await server.begin("deploy")
            let failed = try await server.settled(id)
            let first = try #require(failed["rollback"].string)
            #expect(failed["state"].string == "failed", "\(failed)")
            #expect(failed["reason"].string == "The rollback failed: its run \(first) ended failed.", "\(failed)")
            let event = try await server.journal().last { $0["kind"].string == "run.failed" }
            #expect(event?["data"]["reason"].string == failed["reason"].string)
            let page = try await server.wire.get("/runs/\(id)", ["Accept": "text/html"])
            #expect(page.text.contains("The rollback failed"))
            try FileManager.default.removeItem(atPath: broken)
            #expect(try await server.runbook("runs", "resume", id).status == 0)
            let again = try await server.settled(id)
            #expect(again["state"].string == "rolled-back" && again["rollback"].string != first, "\(again)")
        }
    }

    @Test
    func `a rollback that is resumed by itself takes the run back at last, and what had failed is not done again`()
        async throws
    {
        try await Server.with { server in
            let (broken, log) = (server.folder + "/broken", server.folder + "/log")
            try touch(broken)
            try await server.store(
                "undo", "# Undo\n" + fence("sh {name=one}", "true") + fence("sh {name=two}", "test ! -e \(broken)"))
            try await server.store(
                "deploy",
                head("concurrency: 1\nrollback: undo")
                    + fence("sh {name=switch on-failure=rollback}", "echo switch >> \(log); exit 3")
                    + fence("sh {name=tidy always}", "echo tidy >> \(log)"))
            let id = try await server.begin("deploy")
            let failed = try await server.settled(id)
            let back = try #require(failed["rollback"].string)
            #expect(failed["state"].string == "failed", "\(failed)")
            // Once more in vain, over the server's end.
            #expect(try await server.runbook("runs", "resume", back).status == 0)
            try await server.crash()
            let again = try await server.settled(id)
            #expect(again["state"].string == "failed", "\(again)")
            #expect(again["reason"].string == "The rollback failed: its run \(back) ended failed.")
            try FileManager.default.removeItem(atPath: broken)
            #expect(try await server.runbook("runs", "resume", back).status == 0)
            let run = try await server.settled(id)
            #expect(run["state"].string == "rolled-back" && run["rollback"].string == back, "\(run)")
            #expect(run["reason"].string == nil)
            let attempts = try await server.run(back)["steps"].items.map { $0["attempts"].items.count }
            #expect(attempts == [1, 3])
            #expect(try content(log) == "switch\ntidy\n")
            let kinds = try await server.journal().filter { $0["kind"].string?.hasPrefix("run.rolled") == true }
            #expect(kinds.count == 1)
            try await server.expectIntactJournal()
        }
    }

    @Test func `a rollback whose run has gone on is not resumed by itself`() async throws {
        try await Server.with { server in
            let flag = server.folder + "/flag"
            try await server.store("undo", "# Undo\n" + fence("sh {name=back}", "exit 1"))
            try await server.store(
                "deploy", head("rollback: undo") + fence("sh {name=switch on-failure=rollback}", "test -e \(flag)"))
            let id = try await server.begin("deploy")
            let back = try #require(try await server.settled(id)["rollback"].string)
            try touch(flag)
            #expect(try await server.runbook("runs", "resume", id).status == 0)
            #expect(try await server.settled(id)["state"].string == "succeeded")
            let resumed = try await server.runbook("runs", "resume", back)
            #expect(
                resumed.status == 65 && resumed.error.contains("nothing waits for this any more"), "\(resumed.error)")
        }
    }

    @Test func `a rollback that is not there, can't run, or would lead to itself is refused before anything runs`()
        async throws
    {
        try await Server.with { server in
            let step = fence("sh {name=switch on-failure=rollback}", "true")
            try await server.store("nameless", "# A\n" + step)
            #expect(try await refusal("nameless", on: server).contains("names nothing for that: write"))
            try await server.store("lost", head("rollback: nowhere") + step)
            #expect(try await refusal("lost", on: server).contains("There is no runbook nowhere"))
            try await server.store("itself", head("rollback: itself") + step)
            #expect(try await refusal("itself", on: server).contains("would roll itself back by itself"))
            try await server.store("a", head("rollback: b") + step)
            try await server.store("b", head("rollback: a") + step)
            #expect(try await refusal("a", on: server).contains("a → b → a"))
            try await server.store(
                "own",
                head("rollback: \"#undo\"") + step + "\n## Undo\n" + fence("sh {name=u on-failure=rollback}", "x"))
            #expect(try await refusal("own", on: server).contains("belongs to the rollback"))
            try await server.store(
                "needy", head("parameters:\n  n: {type: string, required: true}") + fence("sh", "true"))
            try await server.store("mute", head("rollback: needy") + step)
            #expect(try await refusal("mute", on: server).contains("n: is missing"))
            try await server.store(
                "open", head("parameters:\n  key: {type: string}") + fence("sh {name=show}", "echo $key"))
            try await server.store(
                "secret",
                head("rollback: open\nparameters:\n  key: {type: string, sensitive: true, default: s3cret}") + step)
            #expect(try await refusal("secret", on: server).contains("would show the sensitive key"))
        }
    }

    @Test func `a section of the guide itself takes back what the rest did`() async throws {
        try await Server.with { server in
            try await server.store(
                "deploy",
                head("rollback: \"#undo\"") + "\n## Switch\n" + fence("sh {name=switch on-failure=rollback}", "exit 1")
                    + "\n## Undo\n" + fence("sh {name=back}", "echo back"))
            for order in [#"{"runbook": "deploy", "section": "switch"}"#, #"{"runbook": "deploy"}"#] {
                let answer = try await server.wire.post("/api/v1/runs", order)
                let run = try await server.settled(try #require(try answer.json["id"].string))
                #expect(run["state"].string == "rolled-back", "\(run)")
                #expect(run["steps"].items.map { $0["id"].string } == ["switch"], "the whole does not undo itself")
                let back = try await server.run(try #require(run["rollback"].string))
                #expect(back["section"].string == "undo" && back["state"].string == "succeeded", "\(back)")
            }
        }
    }

    @Test func `however often the server is killed, there is one rollback, and it is waited for`() async throws {
        try await Server.with { server in
            let gate = try await storeGated(on: server)
            let id = try await server.begin("deploy")
            for _ in 0..<4 { try await server.crash() }
            _ = try await rollback(of: id, on: server)
            for _ in 0..<3 { try await server.crash() }
            #expect(try await server.run(id)["state"].string == "running")
            try "".write(toFile: gate, atomically: true, encoding: .utf8)
            let run = try await server.settled(id)
            #expect(run["state"].string == "rolled-back", "\(run)")
            #expect(run["steps"][1]["state"].string == "succeeded", "\(run)")
            #expect(try await runs(of: "undo", on: server).count == 1)
            try await server.expectIntactJournal()
            try await server.expectNoProcessLeft()
        }
    }

    /// Between the end of the step and the start of the rollback: both are one commit, and before it the shim knows the end.
    @Test func `a server that dies as the step fails starts one rollback when it comes back`() async throws {
        try await Server.with { server in
            let (gate, pause) = (try await storeGated(on: server), server.folder + "/pause")
            try await server.store(
                "deploy",
                head("rollback: undo")
                    + fence(
                        "sh {name=switch on-failure=rollback}",
                        "until test -e \(pause); do sleep 0.02; done; exit 3"))
            let id = try await server.begin("deploy")
            try await until("it runs") { try await server.run(id)["steps"][0]["state"].string == "running" }
            try await server.end(by: SIGKILL)
            try "".write(toFile: pause, atomically: true, encoding: .utf8)
            try "".write(toFile: gate, atomically: true, encoding: .utf8)
            try await server.start()
            #expect(try await server.settled(id)["state"].string == "rolled-back")
            #expect(try await runs(of: "undo", on: server).count == 1)
        }
    }

    @Test func `to cancel a run that is being rolled back ends that too, and what cleans up still runs`() async throws {
        try await Server.with { server in
            _ = try await storeGated(on: server)
            let id = try await server.begin("deploy")
            let child = try await rollback(of: id, on: server)
            try await until("it runs") { try await server.run(child)["steps"][0]["state"].string == "running" }
            let page = try await server.wire.get("/runs/\(id)", ["Accept": "text/html"])
            #expect(page.text.contains("what was done is being rolled back"))
            #expect(try await server.runbook("runs", "cancel", id).status == 0)
            let run = try await server.settled(id)
            #expect(run["state"].string == "failed", "\(run)")
            #expect(run["reason"].string == "The rollback failed: its run \(child) ended cancelled.", "\(run)")
            #expect(run["steps"][1]["state"].string == "succeeded", "\(run)")
            #expect(try await server.run(child)["state"].string == "cancelled")
            try await server.expectNoProcessLeft()
        }
    }

    @Test func `a step of another run fails when what it runs is rolled back`() async throws {
        try await Server.with { server in
            try await server.store("undo", "# Undo\n" + fence("sh {name=back}", "true"))
            try await server.store(
                "deploy", head("rollback: undo") + fence("sh {name=switch on-failure=rollback}", "exit 3"))
            try await server.store("whole", "# Whole\n" + fence("runbook {name=x}", "deploy"))
            let run = try await server.settled(try await server.begin("whole"))
            #expect(run["state"].string == "failed" && run["steps"][0]["state"].string == "failed", "\(run)")
            #expect(run["steps"][0]["reason"].string?.hasSuffix("ended rolled-back.") == true, "\(run)")
            #expect(try await runs(of: "undo", on: server).count == 1)
        }
    }

    @Test func `a deployment whose step fails is rolled back once, by the deployment`() async throws {
        try await Server.with { server in
            try await server.store(
                "release",
                head("service: accunode\nrollback: \"#undo\"\nparameters:\n  version: {type: string, required: true}")
                    + "\n## Ship\n" + fence("sh {name=ship on-failure=rollback}", "exit 3")
                    + "\n## Undo\n" + fence("sh {name=back}", "echo \"back to $version\""))
            let place = ["--service", "accunode", "--environment", "production"]
            let told = try await server.runbook(["deploy", "record", "--version", "v1"] + place)
            #expect(told.status == 0, "\(told.error)")
            let start = try await server.runbook(
                "deploy", "start", "release", "--version", "v2", "--environment", "production", "--follow")
            #expect(start.status == 1, "\(start.error)")
            let id = start.output.trimmingCharacters(in: .newlines)
            let deployment = try await server.runbook("deploy", "show", id, "--json").json
            #expect(deployment["state"].string == "rolled-back", "\(deployment)")
            let back = try #require(deployment["rollback_run"].string)
            #expect(try await server.output(of: back) == "back to v1\n")
            let all = try await runs(of: "release", on: server)
            #expect(all.compactMap { $0["state"].string } == ["succeeded", "failed"], "\(all)")
            let kinds = try await server.journal().compactMap { $0["kind"].string }.filter { $0.contains("roll") }
            #expect(
                kinds == ["deployment.rolling-back", "deployment.rollback-started", "deployment.rolled-back"],
                "\(kinds)")
        }
    }
}
