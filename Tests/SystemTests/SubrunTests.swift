import Foundation
import Testing

/// Steps that run other runbooks, on the real server.
@Suite(.serialized, .timeLimit(.minutes(5))) struct SubrunTests {
    private func fence(_ info: String, _ text: String) -> String { "\n```\(info)\n\(text)\n```\n" }

    private func runs(of name: String, on server: Server) async throws -> [JSON] {
        let answer = try await server.wire.get("/api/v1/runs?runbook=\(name)")
        try #require(answer.status == 200, "\(answer.text)")
        return try answer.json["items"].items
    }

    private func child(of run: String, on server: Server) async throws -> String {
        try await until("its step has started a run") { try await server.run(run)["steps"][0]["run"].string != nil }
        return try #require(try await server.run(run)["steps"][0]["run"].string)
    }

    private func refusal(_ runbook: String, on server: Server) async throws -> String {
        let answer = try await server.wire.post("/api/v1/runs", "{\"runbook\": \"\(runbook)\"}")
        #expect(answer.status != 201, "\(answer.text)")
        #expect(try await runs(of: runbook, on: server).isEmpty)
        return answer.text
    }

    private func chain(_ names: [String]) -> [(String, String)] {
        zip(names, names.dropFirst()).map { ($0, "# \($0)\n" + fence("runbook {name=next}", $1)) }
    }

    @Test func `a step runs another runbook with its values, linked both ways, on a single worker`() async throws {
        try await Server.with(["--workers", "1"]) { server in
            try await server.store(
                "child",
                "---\nparameters:\n  tag: {type: string, required: true}\n  word: {type: string}\n---\n# Child\n"
                    + fence("sh {name=say}", #"echo "$tag/$word""#))
            try await server.store(
                "parent",
                "---\nparameters:\n  word: {type: string}\n---\n# Parent\n"
                    + fence("sh {name=find}", #"echo 'tag=v2: "x"' >> "$RUNBOOK_OUTPUT""#)
                    + fence("runbook {name=ship}", "child\ntag: {{steps.find.outputs.tag}}\nword: a {{word}}")
                    + fence("sh {name=after}", "echo after"))
            let id = try await server.begin("parent", parameters: ["word": "$(b)"])
            let run = try await server.settled(id)
            #expect(run["state"].string == "succeeded", "\(run)")
            let child = try #require(run["steps"][1]["run"].string)
            let below = try await server.run(child)
            #expect(below["parent"]["run"].string == id && below["parent"]["step"].string == "ship", "\(below)")
            #expect(below["by"]["id"].string == run["by"]["id"].string && below["state"].string == "succeeded")
            #expect(try await server.output(of: child) == "v2: \"x\"/a $(b)\n")
            let kinds = try await server.journal().filter { $0["data"]["step"].string == "ship" }.map {
                $0["kind"].string
            }
            #expect(kinds == ["step.called", "step.returned"])
            let page = try await server.wire.get("/runs/\(id)", ["Accept": "text/html"])
            #expect(page.text.contains("/runs/\(child)"))
            try await server.expectIntactJournal()
        }
    }

    @Test func `what can't run, however far down, is refused with its path before anything runs`() async throws {
        try await Server.with { server in
            for (name, guide) in chain(["a", "b", "c", "a"]) { try await server.store(name, guide) }
            #expect(try await refusal("a", on: server).contains("a → b → c → a"))
            let deep = (1...10).map { "d\($0)" }
            for (name, guide) in chain(deep) { try await server.store(name, guide) }
            try await server.store("d10", "# End\n" + fence("sh", "true"))
            #expect(try await refusal("d1", on: server).contains("at most 8 deep"))
            #expect(try await server.settled(try await server.begin("d3"))["state"].string == "succeeded")
            try await server.store("lost", "# Lost\n" + fence("runbook {name=x}", "nowhere"))
            #expect(try await refusal("lost", on: server).contains("There is no runbook nowhere"))
            try await server.store(
                "needy", "---\nparameters:\n  n: {type: integer, required: true}\n---\n# Needy\n" + fence("sh", "true"))
            try await server.store("mute", "# Mute\n" + fence("runbook {name=x}", "needy"))
            #expect(try await refusal("mute", on: server).contains("n: is missing"))
            try await server.store("wrong", "# Wrong\n" + fence("runbook {name=x}", "needy\nn: many\nm: 1"))
            let wrong = try await refusal("wrong", on: server)
            #expect(wrong.contains("n: ") && wrong.contains("m: "), "\(wrong)")
            try await server.store(
                "open",
                "---\nparameters:\n  key: {type: string, sensitive: true, default: s3cret}\n---\n# Open\n"
                    + fence("runbook {name=x}", "needy\nn: {{key}}"))
            #expect(try await refusal("open", on: server).contains("sensitive"))
        }
    }

    @Test func `a value that turns out wrong fails the step, and nothing is started`() async throws {
        try await Server.with { server in
            try await server.store(
                "needy", "---\nparameters:\n  n: {type: integer, required: true}\n---\n# Needy\n" + fence("sh", "true"))
            try await server.store(
                "late",
                "# Late\n" + fence("sh {name=find}", #"echo "n=many" >> "$RUNBOOK_OUTPUT""#)
                    + fence("runbook {name=x}", "needy\nn: {{steps.find.outputs.n}}"))
            let run = try await server.settled(try await server.begin("late"))
            #expect(run["state"].string == "failed" && run["steps"][1]["state"].string == "failed", "\(run)")
            #expect(run["steps"][1]["reason"].string?.hasPrefix("No run was started: ") == true, "\(run)")
            #expect(try await runs(of: "needy", on: server).isEmpty)
        }
    }

    @Test func `to cancel a run cancels what its steps run`() async throws {
        try await Server.with { server in
            try await server.store("child", "# Child\n" + fence("sh {name=long}", "sleep 600"))
            try await server.store("parent", "# Parent\n" + fence("runbook {name=x}", "child"))
            let id = try await server.begin("parent")
            let child = try await child(of: id, on: server)
            try await until("it runs") { try await server.run(child)["steps"][0]["state"].string == "running" }
            let skipped = try await server.runbook("runs", "skip", id, "x", "--note", "too long")
            #expect(skipped.status == 65 && skipped.error.contains("cancel that run"), "it would go on by itself")
            #expect(try await server.runbook("runs", "cancel", id).status == 0)
            #expect(try await server.settled(id)["state"].string == "cancelled")
            #expect(try await server.run(child)["state"].string == "cancelled")
            try await server.expectNoProcessLeft()
        }
    }

    @Test func `who started a run does not approve what it runs, where the gate is closed to the starter`() async throws
    {
        try await Server.with { server in
            let (mira, ben) = (try await server.token(of: "mira"), try await server.token(of: "ben"))
            try await server.store("child", "# Child\n" + fence("approval {name=go}", "Ship it?"))
            try await server.store("parent", "# Parent\n" + fence("runbook {name=x}", "child"))
            let miras = Wire(port: server.wire.port, token: mira)
            let id = try #require(try await miras.post("/api/v1/runs", #"{"runbook": "parent"}"#).json["id"].string)
            let child = try await child(of: id, on: server)
            try await until("it waits") { try await server.run(child)["state"].string == "waiting" }
            let path = "/api/v1/runs/\(child)/steps/go/approval"
            // A server that takes it up again knows it too.
            try await server.crash()
            let refused = try await Wire(port: server.wire.port, token: mira).post(path)
            #expect(refused.status == 403 && refused.text.contains("started this run"), "\(refused.text)")
            #expect(try await server.run(child)["state"].string == "waiting")
            let approved = try await Wire(port: server.wire.port, token: ben).post(path)
            #expect(approved.status == 200, "\(approved.text)")
            #expect(try await server.settled(id)["state"].string == "succeeded")
            #expect(try await server.journal().count { $0["kind"].string == "step.approved" } == 1)
            try await server.expectIntactJournal()
        }
    }

    @Test func `the failure below is the step's, and a resumed run resumes what failed`() async throws {
        try await Server.with { server in
            let flag = server.folder + "/flag"
            try await server.store(
                "child", "# Child\n" + fence("sh {name=a}", "echo a") + fence("sh {name=b}", "test -e \(flag)"))
            try await server.store("parent", "# Parent\n" + fence("runbook {name=x}", "child"))
            let id = try await server.begin("parent")
            let failed = try await server.settled(id)
            #expect(failed["state"].string == "failed", "\(failed)")
            let child = try #require(failed["steps"][0]["run"].string)
            #expect(failed["steps"][0]["reason"].string == "Its run \(child) ended failed.")
            try "".write(toFile: flag, atomically: true, encoding: .utf8)
            #expect(try await server.runbook("runs", "resume", id).status == 0)
            let run = try await server.settled(id)
            #expect(run["state"].string == "succeeded" && run["steps"][0]["run"].string == child, "\(run)")
            let below = try await server.run(child)
            #expect(below["steps"].items.map { $0["attempts"].items.count } == [1, 2], "\(below)")
        }
    }

    @Test func `a run that is resumed by itself is waited for again, within the limits of what it belongs to`()
        async throws
    {
        try await Server.with { server in
            let (flag, gate) = (server.folder + "/flag", server.folder + "/gate")
            try await server.store(
                "child",
                "# Child\n" + fence("sh {name=a}", "echo a") + fence("sh {name=b}", "test -e \(flag)")
                    + fence("sh {name=c}", "echo c"))
            try await server.store(
                "middle", "# Middle\n" + fence("runbook {name=x}", "child") + fence("sh {name=after}", "echo after"))
            try await server.store(
                "parent",
                "---\nconcurrency: 1\n---\n# Parent\n" + fence("runbook {name=x}", "middle")
                    + fence("sh {name=tidy always}", "until test -e \(gate); do sleep 0.05; done"))
            try touch(gate)
            let id = try await server.begin("parent")
            let failed = try await server.settled(id)
            let middle = try #require(failed["steps"][0]["run"].string)
            let child = try #require(try await server.run(middle)["steps"][0]["run"].string)
            // Another one has the limit now: what belongs to the first one waits as that one does.
            try FileManager.default.removeItem(atPath: gate)
            let other = try await server.begin("parent")
            try await until("it cleans up") { try await server.run(other)["steps"][1]["state"].string == "running" }
            try touch(flag)
            #expect(try await server.runbook("runs", "resume", child, "--from", "a").status == 0)
            let waits = try await server.run(child)
            #expect(waits["state"].string == "queued")
            let sentence = waits["waits_for"].string ?? ""
            #expect(
                sentence.hasPrefix(
                    "It begins after run \(middle) of middle, which it belongs to and which waits: It begins after")
                    && sentence.contains("parent runs at most once at a time: run \(other) is under way."),
                "\(sentence)")
            #expect(try await server.run(id)["state"].string == "queued")
            try await server.crash()
            try touch(gate)
            #expect(try await server.settled(other)["state"].string == "failed")
            let run = try await server.settled(id)
            #expect(run["state"].string == "succeeded", "\(run)")
            let between = try await server.run(middle)
            #expect(between["steps"].items.map { $0["state"].string } == ["succeeded", "succeeded"], "\(between)")
            let below = try await server.run(child)
            #expect(below["steps"].items.map { $0["attempts"].items.count } == [2, 2, 1], "\(below)")
            #expect(try await runs(of: "child", on: server).count == 2, "one of each")
            try await server.expectIntactJournal()
        }
    }

    @Test func `a run that nothing waits for any more is not resumed by itself, and its page says why`() async throws {
        try await Server.with { server in
            let gate = server.folder + "/gate"
            try await server.store("child", "# Child\n" + fence("sh {name=a}", "exit 1"))
            try await server.store(
                "parent",
                "# Parent\n" + fence("runbook {name=x on-failure=continue}", "child")
                    + fence("sh {name=after}", "until test -e \(gate); do sleep 0.05; done"))
            let id = try await server.begin("parent")
            try await until("it goes on") { try await server.run(id)["steps"][1]["state"].string == "running" }
            let child = try #require(try await server.run(id)["steps"][0]["run"].string)
            func refusal(_ run: String) async throws -> String {
                let resumed = try await server.runbook("runs", "resume", run)
                #expect(resumed.status == 65)
                let skipped = try await server.runbook("runs", "skip", run, "a", "--note", "x")
                #expect(skipped.status == 65)
                let page = try await server.wire.get("/runs/\(run)", ["Accept": "text/html"]).text
                #expect(!page.contains("Resume from") && !page.contains("Go on from another step"))
                #expect(page.contains("It belongs to run") || page.contains("has begun anew"), "\(page)")
                return resumed.error
            }
            #expect(try await refusal(child).contains("is running: once that has ended"))
            try touch(gate)
            #expect(try await server.settled(id)["state"].string == "failed")
            #expect(try await server.runbook("runs", "resume", id, "--from", "x").status == 0)
            _ = try await server.settled(id)
            let second = try #require(try await server.run(id)["steps"][0]["run"].string)
            #expect(second == child, "what failed there goes on")
            #expect(try await server.runbook("runs", "skip", id, "x", "--note", "done by hand").status == 0)
            #expect(try await server.settled(id)["state"].string == "succeeded")
            #expect(try await refusal(child).contains("is succeeded: nothing waits for this any more"))
        }
    }

    @Test func `however often the server is killed, a step has one run`() async throws {
        try await Server.with { server in
            try await server.store(
                "child", "# Child\n" + fence("sh {name=a}", "sleep 1") + fence("sh {name=b}", "true"))
            try await server.store(
                "parent", "# Parent\n" + fence("runbook {name=x}", "child") + fence("runbook {name=y}", "child"))
            let id = try await server.begin("parent")
            for _ in 0..<6 { try await server.crash() }
            let run = try await server.settled(id)
            #expect(run["state"].string == "succeeded", "\(run)")
            let below = try await runs(of: "child", on: server)
            #expect(below.map { $0["state"].string } == ["succeeded", "succeeded"], "\(below)")
            try await server.expectIntactJournal()
            try await server.expectNoProcessLeft()
        }
    }

    /// rundeck/rundeck#5135: a job that is run by reference goes around the limit of its own.
    @Test func `a limit holds for what a step runs, and a run does not wait for itself`() async throws {
        try await Server.with { server in
            let gate = server.folder + "/gate"
            try await server.store(
                "child",
                "---\nservice: s\nconcurrency: 1\n---\n# Child\n"
                    + fence("sh {name=a}", "until test -e \(gate); do sleep 0.05; done"))
            try await server.store("parent", "# Parent\n" + fence("runbook {name=x}", "child"))
            let id = try await server.begin("parent")
            let first = try await child(of: id, on: server)
            try await until("it runs") { try await server.run(first)["steps"][0]["state"].string == "running" }
            let second = try await server.begin("child")
            let waits = try await server.run(second)["waits_for"].string
            #expect(waits == "child runs at most once at a time: run \(id) of parent is under way.", "\(waits ?? "")")
            let third = try await server.begin("parent")
            #expect(try await server.run(third)["state"].string == "queued")
            try "".write(toFile: gate, atomically: true, encoding: .utf8)
            for run in [id, second, third] { #expect(try await server.settled(run)["state"].string == "succeeded") }
            try await server.store(
                "whole", "---\nservice: s\nconcurrency: service\n---\n# Whole\n" + fence("runbook {name=x}", "part"))
            try await server.store("part", "---\nservice: s\nconcurrency: service\n---\n# Part\n" + fence("sh", "true"))
            #expect(try await server.settled(try await server.begin("whole"))["state"].string == "succeeded")
        }
    }
}
