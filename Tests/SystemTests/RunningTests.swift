import Foundation
import Glibc
import Testing

/// Runs as people and scripts see them.
@Suite(.serialized, .timeLimit(.minutes(5))) struct RunningTests {
    @Test func `a run that succeeds ends exec with 0, one that fails with 1`() async throws {
        try await Server.with { server in
            try await server.store("good", "# Good\n\n```sh {name=hello}\necho hello; echo oops >&2\n```\n")
            try await server.store("bad", "# Bad\n\n```sh {name=no}\nexit 3\n```\n\n```sh {name=later}\ntrue\n```\n")
            let good = try await server.runbook("exec", "good")
            #expect(good.status == 0)
            #expect(good.output == "hello\n")
            #expect(good.error.contains("oops\n"))
            let bad = try await server.runbook("exec", "bad")
            #expect(bad.status == 1)
            #expect(bad.error.contains("exit status 3"))
            try await server.expectNoProcessLeft()
            try await server.expectIntactJournal()
        }
    }

    @Test func `a line is live in exec, in the event stream and on the page before the step goes on`() async throws {
        try await Server.with { server in
            let go = server.folder + "/go"
            try await server.store(
                "live",
                "# Live\n\n```sh {name=wait}\necho waiting\nuntil [ -e \(go) ]; do sleep 0.02; done\necho done\n```\n")
            let exec = try server.command(["exec", "live"])
            try await until("exec has printed the line") { try exec.output == "waiting\n" }
            let run = try #require(try await server.wire.get("/api/v1/runs").json["items"][0]["id"].string)
            var seen = false
            for try await event in server.wire.events("/api/v1/runs/\(run)/events") where event.name == "output" {
                seen = try event.json["text"].string == "waiting\n"
                break
            }
            #expect(seen)
            let page = try await server.wire.get("/runs/\(run)", ["Accept": "text/html"])
            #expect(page.status == 200 && page.text.contains("waiting") && !page.text.contains("done\n"))
            #expect(!exec.hasEnded)
            try touch(go)
            #expect(try await exec.ending == .exited(0))
            #expect(try exec.output == "waiting\ndone\n")
        }
    }

    @Test func `cancelling ends children that left the session and ignore SIGTERM`() async throws {
        try await Server.with { server in
            let ready = server.folder + "/ready"
            try await server.store(
                "stubborn",
                """
                # Stubborn

                ```bash {name=hold}
                trap '' TERM
                setsid bash -c 'trap "" TERM; touch \(ready).1; while :; do sleep 0.1; done' &
                (setsid setsid bash -c 'trap "" TERM; touch \(ready).2; while :; do sleep 0.1; done' &)
                echo holding
                while :; do sleep 0.1; done
                ```
                """)
            let exec = try server.command(["exec", "stubborn"])
            try await until("all of it is there") {
                try exists(ready + ".1") && exists(ready + ".2") && exec.output == "holding\n"
            }
            let run = try #require(try await server.wire.get("/api/v1/runs").json["items"][0]["id"].string)
            #expect(try await server.runbook("runs", "cancel", run).status == 0)
            #expect(try await exec.ending == .exited(1))
            let record = try await server.run(run)
            #expect(record["state"].string == "cancelled")
            #expect(record["steps"][0]["attempts"][0]["state"].string == "cancelled")
            try await server.expectNoProcessLeft()
        }
    }

    @Test func `ten clients that cancel one run at once cancel it once`() async throws {
        try await Server.with { server in
            try await server.store("long", "# Long\n\n```sh {name=hold}\necho holding; sleep 600\n```\n")
            let run = try await server.begin("long")
            try await until("it prints") { try await server.output(of: run) == "holding\n" }
            let wire = server.wire
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<10 {
                    group.addTask { try await wire.post("/api/v1/runs/\(run)/cancellation").status }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.allSatisfy { $0 == 200 || $0 == 409 }, "\(statuses)")
            #expect(try await server.settled(run)["state"].string == "cancelled")
            let kinds = try await server.journal().filter { $0["objects"].items.contains(.string("run/\(run)")) }
                .compactMap { $0["kind"].string }
            #expect(kinds == ["run.created", "step.started", "run.cancelling", "step.finished", "run.cancelled"])
            try await server.expectNoProcessLeft()
        }
    }

    @Test func `a run that is cancelled as it leaves the queue stays cancelled`() async throws {
        try await Server.with { server in
            try await server.store("long", "# Long\n\n```sh {name=hold}\nsleep 600\n```\n")
            var runs: [String] = []
            for _ in 0..<30 {
                let run = try await server.begin("long")
                #expect(try await server.wire.post("/api/v1/runs/\(run)/cancellation").status == 200)
                runs.append(run)
            }
            for run in runs { #expect(try await server.settled(run)["state"].string == "cancelled") }
            try await server.expectNoProcessLeft()
            let kinds = try await server.journal().compactMap { $0["kind"].string }
            #expect(kinds.count { $0 == "run.cancelled" } == 30)
            #expect(kinds.count { $0 == "step.started" } == kinds.count { $0 == "step.finished" })
        }
    }

    @Test func `resuming a failed run keeps what was done, and runs the failed step again`() async throws {
        try await Server.with { server in
            let there = server.folder + "/there"
            try await server.store(
                "halting",
                """
                # Halting

                ```sh {name=first}
                echo first >> \(server.folder)/done
                echo kept > note
                ```

                ```sh {name=second}
                cat note
                test -e \(there)
                echo second >> \(server.folder)/done
                ```
                """)
            let run = try await server.begin("halting")
            #expect(try await server.settled(run)["state"].string == "failed")
            try touch(there)
            #expect(try await server.runbook("runs", "resume", run).status == 0)
            let resumed = try await server.settled(run)
            #expect(resumed["state"].string == "succeeded")
            #expect(resumed["steps"].items.map { $0["attempts"].items.count } == [1, 2])
            #expect(try content(server.folder + "/done") == "first\nsecond\n")
            #expect(try await server.output(of: run) == "kept\nkept\n")
            try await server.expectIntactJournal()
        }
    }

    @Test func `steps hand values on through RUNBOOK_OUTPUT and RUNBOOK_ENV`() async throws {
        try await Server.with { server in
            try await server.store(
                "handing",
                """
                # Handing

                ```sh {name=give}
                echo "version=1.2" >> "$RUNBOOK_OUTPUT"
                echo "COLOUR=deep blue" >> "$RUNBOOK_ENV"
                printf 'LINES<<END\\none\\ntwo\\nEND\\n' >> "$RUNBOOK_ENV"
                ```

                ```sh {name=take}
                echo "$COLOUR"; echo "$LINES"
                ```
                """)
            let run = try await server.begin("handing")
            let record = try await server.settled(run)
            #expect(record["state"].string == "succeeded")
            #expect(record["steps"][0]["outputs"]["version"].string == "1.2")
            #expect(try await server.output(of: run) == "deep blue\none\ntwo\n")
        }
    }

    @Test func `a hundred readers that come late get everything, in order`() async throws {
        try await Server.with { server in
            let go = server.folder + "/go"
            try await server.store(
                "talkative",
                """
                # Talkative

                ```bash {name=talk}
                for i in {1..500}; do echo "out $i"; echo "err $i" >&2; done
                until [ -e \(go) ]; do sleep 0.02; done
                for i in {501..1000}; do echo "out $i"; echo "err $i" >&2; done
                ```
                """)
            let run = try await server.begin("talkative")
            try await until("the first half is stored") {
                try await server.output(of: run, "stderr").hasSuffix("err 500\n")
            }
            let wire = server.wire
            let texts = try await withThrowingTaskGroup(of: [String: String].self) { group in
                for _ in 0..<50 { group.addTask { try await wire.everything(of: run) } }
                try touch(go)
                _ = try await server.settled(run)
                for _ in 0..<50 { group.addTask { try await wire.everything(of: run) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            let whole = ["out", "err"].map { name in (1...1000).map { "\(name) \($0)\n" }.joined() }
            #expect(texts.count == 100)
            #expect(texts.allSatisfy { $0["stdout"] == whole[0] && $0["stderr"] == whole[1] })
            // Each stream has one piece of each half at least.
            var first: Int?
            for try await event in wire.events("/api/v1/runs/\(run)/events", after: "3") where event.name == "output" {
                first = try event.json["n"].int
                break
            }
            #expect(first == 4, "who comes back goes on after the last id")
        }
    }
}

extension Wire {
    /// What a reader of a run's events is told until the stream ends, by stream; nothing in it twice.
    fileprivate func everything(of run: String) async throws -> [String: String] {
        var texts: [String: String] = [:]
        var last = 0
        for try await event in events("/api/v1/runs/\(run)/events") where event.name == "output" {
            let chunk = try event.json
            let n = try #require(chunk["n"].int)
            try #require(n == last + 1)
            last = n
            texts[chunk["stream"].string ?? "", default: ""] += chunk["text"].string ?? ""
        }
        return texts
    }
}
