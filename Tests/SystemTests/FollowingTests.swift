import Foundation
import Glibc
import Testing

/// Programs that do not end by themselves, on the real server: watched for a line or a time, or run beside what follows.
@Suite(.serialized, .timeLimit(.minutes(5))) struct FollowingTests {
    private func states(_ run: JSON) -> [String] { run["steps"].items.map { $0["state"].string ?? "" } }

    private func until(_ state: String, at step: Int, of id: String, _ server: Server) async throws {
        try await SystemTests.until("step \(step) is \(state)") {
            try await server.run(id)["steps"][step]["state"].string == state
        }
    }

    @Test func `a step that is watched for a line is ended when it comes, has succeeded, and hands on`() async throws {
        try await Server.with { server in
            try await server.store(
                "follow",
                """
                # Follow

                ```sh {name=logs until="rollout of .* (done|complete)" timeout=2m}
                echo "seen=yes" >> "$RUNBOOK_ENV"
                echo starting; echo "rollout of web is complete"; sleep 1000 & setsid sleep 1000 & sleep 1000
                ```

                ```sh {name=next}
                echo "next $seen"
                ```
                """)
            let id = try await server.begin("follow")
            let run = try await server.settled(id)
            #expect(run["state"].string == "succeeded", "\(run)")
            #expect(
                run["steps"][0]["attempts"][0]["reason"].string
                    == "Its output has \"rollout of .* (done|complete)\": it was ended.")
            #expect(try await server.output(of: id) == "starting\nrollout of web is complete\nnext yes\n")
            try await server.expectNoProcessLeft()
            try await server.expectIntactJournal()
        }
    }

    @Test func `a line that comes while the server is down is found by the next one`() async throws {
        try await Server.with { server in
            let flag = server.folder + "/flag"
            try await server.store(
                "follow",
                """
                # Follow

                ```sh {name=logs until=ready}
                echo begun
                while ! test -e \(flag); do sleep 0.05; done
                echo ready; touch \(flag).said; sleep 1000
                ```
                """)
            let id = try await server.begin("follow")
            try await SystemTests.until("it has begun") { try await server.output(of: id) == "begun\n" }
            try await server.end(by: SIGKILL)
            FileManager.default.createFile(atPath: flag, contents: nil)
            try await SystemTests.until("the line is there") { FileManager.default.fileExists(atPath: flag + ".said") }
            try await server.start()
            #expect(try await server.settled(id)["state"].string == "succeeded")
            try await server.expectNoProcessLeft()
            try await server.expectIntactJournal()
        }
    }

    @Test func `what ends without the line has failed, and what runs for its time has succeeded`() async throws {
        try await Server.with { server in
            try await server.store("never", "# Never\n\n```sh {name=a until=ready}\necho not yet\n```\n")
            let never = try await server.settled(try await server.begin("never"))
            #expect(never["state"].string == "failed")
            #expect(
                never["steps"][0]["attempts"][0]["reason"].string
                    == "It ended by itself, and its output never had \"ready\".")
            try await server.store("watch", "# Watch\n\n```sh {name=a until=1s timeout=1m}\necho on; sleep 1000\n```\n")
            let watch = try await server.settled(try await server.begin("watch"))
            #expect(watch["state"].string == "succeeded", "\(watch)")
            try await server.store("short", "# Short\n\n```sh {name=a until=1h}\nexit 7\n```\n")
            let short = try await server.settled(try await server.begin("short"))
            #expect(short["state"].string == "failed" && short["steps"][0]["attempts"][0]["exit_status"].int == 7)
            try await server.expectNoProcessLeft()
        }
    }

    private let beside = """
        # Beside

        ```sh {name=tunnel background until="listening"}
        sleep 0.2; echo listening; setsid sleep 1000 & sleep 1000
        ```

        ```sh {name=work}
        echo working; while ! test -e FLAG; do sleep 0.05; done; exit STATUS
        ```

        ```sh {name=tidy always}
        echo tidied
        ```
        """

    private func store(_ status: Int, _ server: Server) async throws -> (run: String, flag: String) {
        let flag = server.folder + "/flag"
        try await server.store(
            "beside", beside.replacing("FLAG", with: flag).replacing("STATUS", with: "\(status)"))
        let id = try await server.begin("beside")
        try await until("running", at: 1, of: id, server)
        return (id, flag)
    }

    @Test(arguments: [(0, "succeeded"), (3, "failed")])
    func `a step in the background is ready before what follows, and ends with the run however that ends`(
        status: Int, state: String
    ) async throws {
        try await Server.with { server in
            let (id, flag) = try await store(status, server)
            #expect(try await server.output(of: id, step: "tunnel") == "listening\n")
            #expect(states(try await server.run(id)) == ["running", "running", "queued"])
            // Across a crash it is what it was.
            try await server.crash()
            #expect(states(try await server.run(id)) == ["running", "running", "queued"])
            FileManager.default.createFile(atPath: flag, contents: nil)
            let run = try await server.settled(id)
            #expect(run["state"].string == state, "\(run)")
            #expect(states(run) == ["succeeded", status == 0 ? "succeeded" : "failed", "succeeded"])
            #expect(run["steps"][0]["attempts"][0]["reason"].string == "It was ended with the run.")
            try await server.expectNoProcessLeft()
            let kinds = try await server.journal().compactMap { $0["kind"].string }
            #expect(kinds.filter { $0 == "step.ready" }.count == 1)
            try await server.expectIntactJournal()
        }
    }

    @Test func `a cancelled run ends what runs in the background, and a resumed one starts it anew`() async throws {
        try await Server.with { server in
            let (id, flag) = try await store(0, server)
            #expect(try await server.wire.post("/api/v1/runs/\(id)/cancellation").status == 200)
            #expect(states(try await server.settled(id)) == ["cancelled", "cancelled", "succeeded"])
            try await server.expectNoProcessLeft()
            FileManager.default.createFile(atPath: flag, contents: nil)
            #expect(try await server.runbook("runs", "resume", id).status == 0)
            let run = try await server.settled(id)
            #expect(run["state"].string == "succeeded", "\(run)")
            #expect(run["steps"][0]["attempts"].items.count == 2)
            try await server.expectNoProcessLeft()
        }
    }

    @Test func `where the shim of a background step is killed nobody knows how it ended, and it runs anew`()
        async throws
    {
        try await Server.with { server in
            let flag = server.folder + "/flag"
            try await server.store(
                "beside",
                """
                # Beside

                ```sh {name=tunnel background until="listening"}
                echo listening; sleep 1000 & sleep 1000
                ```

                ```sh {name=work}
                until [ -e \(flag) ]; do sleep 0.02; done
                ```

                ```sh {name=last}
                echo last
                ```
                """)
            let id = try await server.begin("beside")
            try await until("running", at: 1, of: id, server)
            let started = try await server.journal().first {
                $0["kind"].string == "step.started" && $0["data"]["step"].string == "tunnel"
            }
            let attempt = try #require(started?["data"]["attempt"].string)
            let shims = try RunningProcess.shims(in: server.data)
            let shim = try #require(shims.first { $0.shim.arguments[1].contains(attempt) }?.shim)
            kill(shim.pid, SIGKILL)
            try await until("unknown", at: 0, of: id, server)
            try await SystemTests.until("nothing of it is left") {
                try RunningProcess.shims(in: server.data).count == 1
                    && RunningProcess.all(thatKnow: "RUNBOOK_ATTEMPT=\(attempt)").isEmpty
            }
            #expect(try await server.run(id)["state"].string == "running", "what runs is seen to its end")
            try touch(flag)
            let run = try await server.settled(id)
            #expect(run["state"].string == "interrupted", "\(run)")
            #expect(states(run) == ["unknown", "succeeded", "queued"], "nothing new begins")
            let answer = try await server.wire.post("/api/v1/runs/\(id)/resumption", #"{"outcome": "rerun"}"#)
            #expect(answer.status == 200, "\(answer.text)")
            let resumed = try await server.settled(id)
            #expect(resumed["state"].string == "succeeded", "\(resumed)")
            #expect(resumed["steps"].items.map { $0["attempts"].items.count } == [2, 1, 1])
            #expect(try await server.output(of: id) == "listening\nlistening\nlast\n")
            try await server.expectNoProcessLeft()
            try await server.expectIntactJournal()
        }
    }

    @Test func `what runs in the background and fails ends the run`() async throws {
        try await Server.with { server in
            try await server.store(
                "dies",
                """
                # Dies

                ```sh {name=tunnel background}
                exit 9
                ```

                ```sh {name=work}
                sleep 1
                ```

                ```sh {name=more}
                echo more
                ```
                """)
            let run = try await server.settled(try await server.begin("dies"))
            #expect(run["state"].string == "failed", "\(run)")
            #expect(states(run).first == "failed" && states(run).last == "queued")
        }
    }
}
