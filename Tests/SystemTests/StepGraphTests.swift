import Foundation
import Glibc
import Testing

/// Steps that run beside each other, on the real server with real processes.
@Suite(.serialized, .timeLimit(.minutes(5))) struct StepGraphTests {
    private func fence(_ attributes: String, _ script: String) -> String { "\n```sh {\(attributes)}\n\(script)\n```\n" }

    /// A step that says that it is there and waits for its flag.
    private func waiting(_ name: String, _ attributes: String = "parallel", on server: Server) -> String {
        fence(
            "name=\(name) \(attributes)",
            "echo \(name) begins\nuntil [ -e \(server.folder)/go-\(name) ]; do sleep 0.02; done\necho \(name) ends")
    }

    private func go(_ name: String, on server: Server) throws { try touch("\(server.folder)/go-\(name)") }

    private func states(_ run: JSON) -> [String] { run["steps"].items.map { $0["state"].string ?? "" } }

    private func reaches(_ states: [String], _ id: String, on server: Server) async throws {
        try await until("the steps are \(states)") { self.states(try await server.run(id)) == states }
    }

    private func begun(_ names: [String], _ id: String, on server: Server) async throws {
        for name in names {
            try await until("\(name) begins") {
                try await server.output(of: id, step: name).hasPrefix("\(name) begins\n")
            }
        }
    }

    @Test func `neighbours run at the same time, and what follows waits for them all`() async throws {
        try await Server.with { server in
            try await server.store(
                "beside",
                "# Beside\n" + fence("name=first", "echo \"who=first\" >> \"$RUNBOOK_ENV\"")
                    + fence(
                        "name=a parallel",
                        "echo \"a saw $who\"; echo who=a >> \"$RUNBOOK_ENV\"\n"
                            + "until [ -e \(server.folder)/b ]; do sleep 0.02; done")
                    + fence(
                        "name=b parallel",
                        "touch \(server.folder)/b; echo \"b saw $who\"\n"
                            + "until [ -e \(server.folder)/go-b ]; do sleep 0.02; done")
                    + fence("name=last", "echo \"last saw $who\"")
                    + fence("name=early needs=first", "echo \"early saw $who\""))
            let id = try await server.begin("beside")
            try await reaches(["succeeded", "succeeded", "running", "queued", "succeeded"], id, on: server)
            let run = try await server.run(id)
            #expect(run["state"].string == "running")
            #expect(
                run["steps"].items.map { $0["needs"].items.compactMap(\.string) }
                    == [[], ["first"], ["first"], ["a", "b"], ["first"]])
            #expect(run["steps"][3]["waits_for"].string == "after a, b")
            try go("b", on: server)
            #expect(try await server.settled(id)["state"].string == "succeeded")
            for (step, text) in [
                "a": "a saw first\n", "b": "b saw first\n", "last": "last saw a\n", "early": "early saw first\n",
            ] {
                #expect(try await server.output(of: id, step: step) == text)
            }
            try await server.expectIntactJournal()
            try await server.expectNoProcessLeft()
        }
    }

    @Test func `killed while three steps run, the server takes all of them up again`() async throws {
        try await Server.with { server in
            try await server.store(
                "three",
                "# Three\n" + waiting("a", on: server) + waiting("b", on: server) + waiting("c", on: server)
                    + fence("name=last", "echo last"))
            let id = try await server.begin("three")
            try await begun(["a", "b", "c"], id, on: server)
            try await server.end(by: SIGKILL)
            // One ends while there is no server, one after it was started again, one after it was killed once more.
            try go("a", on: server)
            try await until("a has ended") { try RunningProcess.shims(in: server.data).count == 2 }
            try await server.start()
            try go("b", on: server)
            try await reaches(["succeeded", "succeeded", "running", "queued"], id, on: server)
            try await server.crash()
            #expect(states(try await server.run(id)) == ["succeeded", "succeeded", "running", "queued"])
            try go("c", on: server)
            let run = try await server.settled(id)
            #expect(run["state"].string == "succeeded", "\(run)")
            #expect(run["steps"].items.allSatisfy { $0["attempts"].items.count == 1 })
            for name in ["a", "b", "c"] {
                #expect(try await server.output(of: id, step: name) == "\(name) begins\n\(name) ends\n")
            }
            let numbers = try await server.chunks(of: id).map { $0["n"].int }
            #expect(numbers == (1...numbers.count).map { $0 })
            try await server.expectIntactJournal()
            try await server.expectNoProcessLeft()
        }
    }

    @Test func `after a failure those that run end, nothing new begins, and what cleans up waits for them`()
        async throws
    {
        try await Server.with { server in
            try await server.store(
                "fails",
                "# Fails\n" + waiting("a", on: server) + fence("name=b parallel", "exit 3")
                    + fence("name=c parallel retries=1 backoff=1h", "exit 4") + fence("name=never", "echo never")
                    + fence("name=tidy always", "echo tidied"))
            let id = try await server.begin("fails")
            try await begun(["a"], id, on: server)
            try await reaches(["running", "failed", "failed", "queued", "queued"], id, on: server)
            try go("a", on: server)
            let run = try await server.settled(id)
            #expect(run["state"].string == "failed")
            #expect(states(run) == ["succeeded", "failed", "failed", "queued", "succeeded"], "\(run)")
            #expect(run["steps"][2]["attempts"].items.count == 1, "it is not tried again")
            try await server.expectIntactJournal()
        }
    }

    @Test func `a question that a failure made idle is withdrawn, and asked again by a run that is resumed`()
        async throws
    {
        try await Server.with { server in
            let flag = server.folder + "/flag"
            try await server.store(
                "idle",
                "# Idle\n"
                    + fence(
                        "name=a parallel", "until [ -e \(server.folder)/go-a ]; do sleep 0.02; done\ntest -e \(flag)")
                    + "\n```manual {name=call parallel}\nCall.\n```\n" + fence("name=last", "echo last"))
            let id = try await server.begin("idle")
            try await reaches(["running", "waiting", "queued"], id, on: server)
            try go("a", on: server)
            let run = try await server.settled(id)
            #expect(run["state"].string == "failed" && states(run) == ["failed", "queued", "queued"], "\(run)")
            #expect(try await server.runbook("runs", "confirm", id, "call").status == 65)
            try touch(flag)
            #expect(try await server.runbook("runs", "resume", id).status == 0)
            try await reaches(["succeeded", "waiting", "queued"], id, on: server)
            #expect(try await server.runbook("runs", "confirm", id, "call").status == 0)
            #expect(try await server.settled(id)["state"].string == "succeeded")
            try await server.expectIntactJournal()
        }
    }

    @Test func `a step is tried again while another runs`() async throws {
        try await Server.with { server in
            let flag = server.folder + "/flag"
            try await server.store(
                "again",
                "# Again\n" + waiting("a", on: server)
                    + fence("name=b parallel retries=1 backoff=1s", "test -e \(flag) || { touch \(flag); exit 1; }"))
            let id = try await server.begin("again")
            try await reaches(["running", "succeeded"], id, on: server)
            #expect(try await server.run(id)["steps"][1]["attempts"].items.count == 2)
            try go("a", on: server)
            #expect(try await server.settled(id)["state"].string == "succeeded")
        }
    }

    @Test func `a cancellation ends all that runs`() async throws {
        try await Server.with { server in
            try await server.store(
                "cancelled",
                "# Cancelled\n" + waiting("a", on: server) + waiting("b", on: server)
                    + "\n```manual {name=call parallel}\nCall.\n```\n" + fence("name=tidy always", "echo tidied"))
            let id = try await server.begin("cancelled")
            try await begun(["a", "b"], id, on: server)
            #expect(try await server.wire.post("/api/v1/runs/\(id)/cancellation").status == 200)
            let run = try await server.settled(id)
            #expect(run["state"].string == "cancelled")
            #expect(states(run) == ["cancelled", "cancelled", "cancelled", "succeeded"], "\(run)")
            try await server.expectNoProcessLeft()
            try await server.expectIntactJournal()
        }
    }

    @Test func `people are asked while other steps run, and the run waits once nothing else does`() async throws {
        try await Server.with { server in
            try await server.store(
                "asks",
                "# Asks\n" + waiting("a", on: server) + "\n```manual {name=call parallel}\nCall.\n```\n"
                    + "\n```manual {name=write parallel}\nWrite.\n```\n"
                    + fence("name=called needs=call", "echo called"))
            let id = try await server.begin("asks")
            try await begun(["a"], id, on: server)
            try await reaches(["running", "waiting", "waiting", "queued"], id, on: server)
            #expect(try await server.run(id)["state"].string == "running")
            #expect(try await server.runbook("runs", "confirm", id, "call").status == 0)
            try await reaches(["running", "succeeded", "waiting", "succeeded"], id, on: server)
            try go("a", on: server)
            try await until("the run waits") { try await server.run(id)["state"].string == "waiting" }
            try await server.crash()
            #expect(try await server.runbook("runs", "confirm", id, "write").status == 0)
            #expect(try await server.settled(id)["state"].string == "succeeded")
            let kinds = try await server.journal().compactMap { $0["kind"].string }.filter { $0.hasSuffix(".waiting") }
            #expect(kinds == ["step.waiting", "step.waiting", "run.waiting"])
            try await server.expectIntactJournal()
        }
    }

    @Test func `an answer is taken up though another step waits an hour for its next try`() async throws {
        try await Server.with { server in
            try await server.store(
                "rests",
                "# Rests\n" + fence("name=a parallel retries=1 backoff=1h", "exit 1")
                    + "\n```manual {name=call parallel}\nCall.\n```\n" + fence("name=called needs=call", "echo called"))
            let id = try await server.begin("rests")
            try await reaches(["waiting", "waiting", "queued"], id, on: server)
            try await server.crash()
            #expect(try await server.runbook("runs", "confirm", id).status == 0)
            try await reaches(["waiting", "succeeded", "succeeded"], id, on: server)
            #expect(try await server.wire.post("/api/v1/runs/\(id)/cancellation").status == 200)
            #expect(try await server.settled(id)["state"].string == "cancelled")
        }
    }

    @Test func `where nobody knows how one ended, what runs ends first`() async throws {
        try await Server.with { server in
            try await server.store(
                "unknown",
                "# Unknown\n" + waiting("a", on: server) + waiting("b", on: server) + fence("name=c", "echo c"))
            let id = try await server.begin("unknown")
            try await begun(["a", "b"], id, on: server)
            let shims = try RunningProcess.shims(in: server.data)
            let (first, second) = (try #require(shims.first), try #require(shims.last))
            let attempts = try await server.run(id)["steps"].items.map { $0["attempts"][0]["started"].string }
            #expect(attempts.count == 3 && first.shim.pid != second.shim.pid)
            kill(first.shim.pid, SIGKILL)
            try await until("one is unknown") { states(try await server.run(id)).contains("unknown") }
            #expect(try await server.run(id)["state"].string == "running")
            try go("a", on: server)
            try go("b", on: server)
            let run = try await server.settled(id)
            #expect(run["state"].string == "interrupted", "\(run)")
            #expect(states(run).sorted() == ["queued", "succeeded", "unknown"])
            #expect(try await server.runbook("runs", "resume", id, "--outcome", "succeeded").status == 0)
            #expect(try await server.settled(id)["state"].string == "succeeded")
            try await server.expectIntactJournal()
        }
    }

    @Test func `no more than eight steps of a run are under way`() async throws {
        try await Server.with { server in
            let names = (0..<10).map { "s\($0)" }
            try await server.store("many", "# Many\n" + names.map { waiting($0, on: server) }.joined())
            let id = try await server.begin("many")
            try await begun(Array(names.prefix(8)), id, on: server)
            #expect(states(try await server.run(id)).count { $0 == "running" } == 8)
            try go("s3", on: server)
            try await begun(["s8"], id, on: server)
            #expect(states(try await server.run(id)).count { $0 == "running" } == 8)
            for name in names { try go(name, on: server) }
            #expect(try await server.settled(id)["state"].string == "succeeded")
        }
    }

    /// At the first point no step has its process when the server dies, so that every start stops there again.
    @Test(arguments: [("after-commit", 3), ("after-spawn", 1)])
    func `killed again and again while it starts several steps, the server starts each of them once`(
        point: String, times: Int
    ) async throws {
        try await Server.with { server in
            let side = server.folder + "/side"
            let fences = ["a", "b", "c"].map { fence("name=\($0) parallel", "echo \($0) >> \(side)") }
            try await server.store("once", "# Once\n" + fences.joined() + fence("name=last", "echo last >> \(side)"))
            try await server.end(by: SIGKILL)
            try await server.start(["RUNBOOK_STOP_AT": point])
            let wire = server.wire
            let asked = Task { _ = try? await wire.post("/api/v1/runs", "{\"runbook\": \"once\"}") }
            for _ in 0..<times {
                let pid = try server.child.pid
                try await until("the server has stopped at \(point)") { RunningProcess(pid)?.isStopped == true }
                try await server.end(by: SIGKILL)
                // Not waited for: it may stop before it can say that it is ready.
                try server.launch(["RUNBOOK_STOP_AT": point])
            }
            await asked.value
            let pid = try server.child.pid
            try await until("the server has stopped once more") { RunningProcess(pid)?.isStopped == true }
            try await server.crash()
            let runs = try await server.wire.get("/api/v1/runs").json["items"].items
            #expect(runs.count == 1)
            let run = try await server.settled(try #require(runs[0]["id"].string))
            #expect(run["state"].string == "succeeded", "\(run)")
            #expect(run["steps"].items.allSatisfy { $0["attempts"].items.count == 1 })
            let lines = try content(side).split(separator: "\n").map(String.init)
            #expect(lines.sorted() == ["a", "b", "c", "last"] && lines.last == "last")
            try await server.expectNoProcessLeft()
            try await server.expectIntactJournal()
        }
    }

    @Test func `a dry run tells what each step would come after, and a circle is refused with its path`() async throws {
        try await Server.with { server in
            try await server.store(
                "dry",
                "# Dry\n" + fence("name=a parallel", "true") + fence("name=b", "true") + fence("name=c needs=a", "true")
            )
            let dry = try await server.runbook("exec", "dry", "--dry-run")
            #expect(dry.status == 0, "\(dry.error)")
            let heads = dry.output.split(separator: "\n").filter { $0.hasPrefix("# ") }
            #expect(
                heads == ["# a, line 3, at once: sh -e", "# b, line 7, after a: sh -e", "# c, line 11, after a: sh -e"])
            try await server.store(
                "round", "# Round\n" + fence("name=a needs=b", "true") + fence("name=b needs=a", "true"))
            let refused = try await server.runbook("exec", "round")
            #expect(refused.status == 65 && refused.error.contains("a → b → a"), "\(refused.error)")
            #expect(try await server.wire.get("/api/v1/runs").json["items"].items.isEmpty)
        }
    }
}
