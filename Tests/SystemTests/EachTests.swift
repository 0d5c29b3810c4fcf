import Foundation
import Testing

/// Steps that run once for each value of a list, on the real server.
@Suite(.serialized, .timeLimit(.minutes(5))) struct EachTests {
    private func fence(_ info: String, _ text: String) -> String { "\n```\(info)\n\(text)\n```\n" }

    private func guide(_ info: String, _ text: String) -> String {
        "---\nparameters:\n  hosts: {type: string, default: web1}\n---\n# Fleet\n"
            + fence("sh {name=restart \(info)}", text)
            + fence("sh {name=after}", "echo after")
    }

    private func states(_ run: JSON) -> [String] {
        run["steps"].items.map { "\($0["id"].string ?? "") \($0["state"].string ?? "")" }
    }

    @Test func `each value is a step with its own environment, attempts, output and place on every page`() async throws
    {
        try await Server.with { server in
            let mark = server.folder + "/mark"
            try await server.store(
                "fleet",
                guide(
                    "foreach=\"host in hosts\" retries=1",
                    """
                    echo "$RUNBOOK_STEP $RUNBOOK_ITEM $host"
                    echo "seen=$host" >> "$RUNBOOK_OUTPUT"
                    test "$host" != web2 || test -e \(mark) || { touch \(mark); exit 1; }
                    """))
            let exec = try await server.runbook("exec", "fleet", "--param", "hosts=web1\nweb2, a b")
            #expect(exec.status == 0, "\(exec.error)")
            #expect(
                exec.error.contains("✓ restart@web1") && exec.error.contains("✓ restart@a-b  for a b"), "\(exec.error)")
            let answer = try await server.wire.get("/api/v1/runs?runbook=fleet")
            let id = try #require(try answer.json["items"][0]["id"].string)
            let run = try await server.run(id)
            #expect(
                states(run) == [
                    "restart@web1 succeeded", "restart@web2 succeeded", "restart@a-b succeeded", "after succeeded",
                ])
            let steps = run["steps"].items
            #expect(steps.map { $0["attempts"].items.count } == [1, 2, 1, 1], "\(run)")
            #expect(steps.prefix(3).map { $0["item"].string } == ["web1", "web2", "a b"])
            #expect(steps.prefix(3).allSatisfy { $0["repeats"].string == "restart" })
            #expect(steps[2]["outputs"]["seen"].string == "a b" && steps[3]["item"].string == nil)
            #expect(try await server.output(of: id, step: "restart@a-b") == "restart@a-b a b a b\n")
            let page = try await server.wire.get("/runs/\(id)", ["Accept": "text/html"])
            #expect(page.text.contains("restart@web1") && page.text.contains("for a b"))
            try await server.expectIntactJournal()
        }
    }

    @Test func `a failure ends the run, which goes on with the values that are not done`() async throws {
        try await Server.with { server in
            let (flag, log) = (server.folder + "/flag", server.folder + "/log")
            try await server.store(
                "fleet",
                guide("foreach=\"a,b,c\"", "echo $RUNBOOK_ITEM >> \(log); test $RUNBOOK_ITEM != b || test -e \(flag)"))
            let id = try await server.begin("fleet")
            let failed = try await server.settled(id)
            #expect(
                states(failed) == ["restart@a succeeded", "restart@b failed", "restart@c queued", "after queued"])
            try "".write(toFile: flag, atomically: true, encoding: .utf8)
            #expect(try await server.runbook("runs", "resume", id).status == 0)
            #expect(try await server.settled(id)["state"].string == "succeeded")
            #expect(try String(contentsOfFile: log, encoding: .utf8) == "a\nb\nb\nc\n")
        }
    }

    @Test func `with on-failure=continue the others have their turn, and one may be left out`() async throws {
        try await Server.with { server in
            try await server.store("fleet", guide("foreach=\"a,b,c\" on-failure=continue", "test $RUNBOOK_ITEM != b"))
            let run = try await server.settled(try await server.begin("fleet"))
            #expect(run["state"].string == "failed")
            #expect(
                states(run) == ["restart@a succeeded", "restart@b failed", "restart@c succeeded", "after succeeded"])
            let id = try #require(run["id"].string)
            #expect(try await server.runbook("runs", "skip", id, "restart@b", "--note", "gone").status == 0)
            #expect(try await server.settled(id)["state"].string == "succeeded")
        }
    }

    @Test func `so many run at once, and after every crash each has run once`() async throws {
        try await Server.with { server in
            let (gate, log) = (server.folder + "/gate", server.folder + "/log")
            try await server.store(
                "fleet",
                guide(
                    "foreach=\"a,b,c,d,e\" at-once=2",
                    "echo $RUNBOOK_ITEM >> \(log); until test -e \(gate); do sleep 0.05; done"))
            let id = try await server.begin("fleet")
            try await until("two run") {
                try await server.run(id)["steps"].items.filter { $0["state"].string == "running" }.count == 2
            }
            #expect(
                states(try await server.run(id)).prefix(3) == [
                    "restart@a running", "restart@b running", "restart@c queued",
                ])
            for _ in 0..<3 { try await server.crash() }
            try "".write(toFile: gate, atomically: true, encoding: .utf8)
            for _ in 0..<3 { try await server.crash() }
            let run = try await server.settled(id)
            #expect(run["state"].string == "succeeded", "\(run)")
            #expect(run["steps"].items.allSatisfy { $0["attempts"].items.count == 1 }, "\(run)")
            let lines = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n")
            #expect(lines.sorted() == ["a", "b", "c", "d", "e"])
            try await server.expectIntactJournal()
            try await server.expectNoProcessLeft()
        }
    }

    @Test func `a request is made for each value, in address, headers and body, and each is judged by itself`()
        async throws
    {
        try await Server.with { server in
            try await Origin.with(in: server.folder) { origin in
                try await server.store(
                    "ask",
                    "---\nparameters:\n  names: {type: string}\n---\n# Ask\n"
                        + fence(
                            "http {name=tell foreach=\"who in names\" on-failure=continue}",
                            "POST \(origin.address)/echo?who={{who}}\nX-Who: {{who}}\nContent-Type: application/json\n\n{\"who\": \"{{who}}\"}"
                        )
                        + fence(
                            "http {name=status foreach=\"200,404\" at-once=2 confirm=\"Ask for {{item}}?\"}",
                            "GET \(origin.address)/status/{{item}}"))
                let names = #"a b,"c"&d"#
                let dry = try await server.runbook("exec", "ask", "--dry-run", "--param", "names=\(names)")
                #expect(
                    dry.output.contains("who=a b\nX-Who: a b") && dry.output.contains("/status/404"), "\(dry.output)")
                let id = try await server.begin("ask", parameters: ["names": names])
                for item in ["200", "404"] {
                    let step = "status@\(item)"
                    try await until("\(step) asks") {
                        let run = try await server.run(id)
                        return run["steps"].items.first { $0["id"].string == step }?["question"].string
                            == "Ask for \(item)?"
                            && run["state"].string == "waiting"
                    }
                    let confirmed = try await server.runbook("runs", "confirm", id, step)
                    #expect(confirmed.status == 0 && confirmed.error.contains("follow it with"), "\(confirmed.error)")
                }
                let run = try await server.settled(id)
                #expect(
                    states(run) == [
                        "tell@a-b succeeded", "tell@-c--d succeeded", "status@200 succeeded", "status@404 failed",
                    ])
                let asked = try origin.requests.prefix(2)
                #expect(asked.map { $0["path"].string } == ["/echo?who=a%20b", "/echo?who=%22c%22%26d"])
                #expect(asked.map { $0["headers"]["x-who"].string } == ["a b", "\"c\"&d"])
                #expect(asked.map { $0["body"].string } == [#"{"who": "a b"}"#, #"{"who": "\"c\"&d"}"#])
                #expect(run["steps"][3]["attempts"][0]["reason"].string?.contains("404") == true, "\(run)")
                try await server.expectIntactJournal()
            }
        }
    }

    @Test func `a runbook is run for each value, so many at once, and a list that comes later has its own`()
        async throws
    {
        try await Server.with { server in
            let gate = server.folder + "/gate"
            try await server.store(
                "part",
                "---\nparameters:\n  host: {type: string, required: true}\n---\n# Part\n"
                    + fence("sh {name=say}", "echo \"at $host\"; until test -e \(gate); do sleep 0.05; done"))
            // What it is given is known when its turn comes.
            try await server.store(
                "middle",
                "---\nparameters:\n  hosts: {type: string, required: true}\n  more: {type: string, default: x}\n---\n# Middle\n"
                    + fence("runbook {name=each foreach=\"host in hosts\" at-once=2}", "part\nhost: {{host}}"))
            try await server.store(
                "whole",
                "# Whole\n" + fence("sh {name=find}", #"echo 'hosts=a,b,c' >> "$RUNBOOK_OUTPUT""#)
                    + fence("runbook {name=all}", "middle\nhosts: {{steps.find.outputs.hosts}}"))
            let id = try await server.begin("whole")
            func parts() async throws -> [JSON] {
                try await server.wire.get("/api/v1/runs?runbook=part").json["items"].items
            }
            try await until("two run") { try await parts().filter { $0["state"].string == "running" }.count == 2 }
            #expect(try await parts().count == 2)
            try await server.crash()
            try touch(gate)
            let run = try await server.settled(id)
            #expect(run["state"].string == "succeeded", "\(run)")
            let middle = try await server.run(try #require(run["steps"][1]["run"].string))
            #expect(states(middle) == ["each@a succeeded", "each@b succeeded", "each@c succeeded"])
            var said: [String] = []
            for step in middle["steps"].items {
                said.append(try await server.output(of: try #require(step["run"].string)))
            }
            #expect(said == ["at a\n", "at b\n", "at c\n"])
            try await server.expectIntactJournal()
        }
    }

    @Test func `lists within lists start so many runs at most`() async throws {
        try await Server.with { server in
            let many = (1...40).map(String.init).joined(separator: ",")
            try await server.store("c", "# C\n" + fence("sh", "true"))
            try await server.store("b", "# B\n" + fence("runbook {name=x foreach=\"\(many)\"}", "c"))
            try await server.store("a", "# A\n" + fence("runbook {name=x foreach=\"\(many)\"}", "b"))
            let answer = try await server.wire.post("/api/v1/runs", #"{"runbook": "a"}"#)
            #expect(answer.status == 400 && answer.text.contains("more than 1000 runs"), "\(answer.text)")
            #expect(try await server.wire.get("/api/v1/runs").json["items"].items.isEmpty)
        }
    }

    @Test func `a list that can't be run for is refused before anything runs`() async throws {
        try await Server.with { server in
            try await server.store("fleet", guide("foreach=hosts", "true"))
            let many = (1...101).map { "h\($0)" }.joined(separator: ",")
            for (hosts, words) in [(",", "the list is empty"), ("a,a", "has a twice"), (many, "at most 100")] {
                let exec = try await server.runbook("exec", "fleet", "--param", "hosts=\(hosts)")
                #expect(exec.status == 65 && exec.error.contains(words), "\(exec.error)")
            }
            #expect(try await server.wire.get("/api/v1/runs?runbook=fleet").json["items"].items.isEmpty)
        }
    }
}
