import Foundation
import Testing

/// Runs that go on from a step that somebody chose, and steps that somebody leaves out, on the real server.
@Suite(.serialized, .timeLimit(.minutes(5))) struct StepChoiceTests {
    private func guide(_ folder: String) -> String {
        """
        # Ship

        ```sh {name=build}
        echo "image=v$(wc -l < \(folder)/builds)" >> "$RUNBOOK_ENV"
        echo "digest=abc" >> "$RUNBOOK_OUTPUT"
        echo built
        ```

        ```sh {name=test}
        echo "tested $image"; echo "verdict=$image" >> "$RUNBOOK_ENV"
        ```

        ```sh {name=deploy}
        test -e \(folder)/ready || exit 4
        echo "deployed $image $verdict"
        ```

        ```sh {name=announce if="steps.build.outputs.digest == 'abc'"}
        echo announced
        ```
        """
    }

    private func attempts(_ run: JSON) -> [Int] { run["steps"].items.map { $0["attempts"].items.count } }

    @Test func `a run goes on from an earlier step with what the steps before it handed on, also after a crash`()
        async throws
    {
        try await Server.with { server in
            FileManager.default.createFile(atPath: server.folder + "/builds", contents: Data("x\n".utf8))
            try await server.store("ship", guide(server.folder))
            let id = try await server.begin("ship")
            #expect(try await server.settled(id)["state"].string == "failed")
            let refused = try await server.runbook("runs", "resume", id, "--from", "announce")
            #expect(
                refused.status == 65 && refused.error.contains("comes after deploy, which is failed"),
                "\(refused.error)"
            )
            // Were the first step run again, it would hand on another value.
            FileManager.default.createFile(atPath: server.folder + "/builds", contents: Data("x\nx\n".utf8))
            FileManager.default.createFile(atPath: server.folder + "/ready", contents: nil)
            try await server.crash()
            #expect(try await server.runbook("runs", "resume", id, "--from", "test", "--note", "flaky").status == 0)
            let run = try await server.settled(id)
            #expect(run["state"].string == "succeeded", "\(run)")
            #expect(attempts(run) == [1, 2, 2, 1])
            #expect(try await server.output(of: id) == "built\ntested v1\ntested v1\ndeployed v1 v1\nannounced\n")
            try await server.expectIntactJournal()
        }
    }

    @Test func `a failed step is skipped with a reason, and the run goes on after it`() async throws {
        try await Server.with { server in
            FileManager.default.createFile(atPath: server.folder + "/builds", contents: Data())
            try await server.store("ship", guide(server.folder))
            let id = try await server.begin("ship")
            #expect(try await server.settled(id)["state"].string == "failed")
            #expect(try await server.runbook("runs", "skip", id).status == 64, "a reason must be given")
            let skipped = try await server.runbook("runs", "skip", id, "--note", "done by hand")
            #expect(skipped.status == 0 && skipped.error.contains("deploy of run"), "\(skipped.error)")
            let run = try await server.settled(id)
            #expect(run["state"].string == "succeeded", "\(run)")
            #expect(attempts(run) == [1, 1, 1, 1])
            #expect(run["steps"][2]["state"].string == "skipped")
            #expect(run["steps"][2]["reason"].string?.hasSuffix(": done by hand") == true)
            try await server.expectIntactJournal()
        }
    }

    @Test func `a step that waits for its next try or for a hand is skipped, and one to come is passed by`()
        async throws
    {
        try await Server.with { server in
            try await server.store(
                "waits",
                """
                # Waits

                ```sh {name=flaky retries=3 backoff=1h}
                exit 1
                ```

                ```manual {name=cable}
                Plug it in.
                ```

                ```sh {name=noise}
                echo noise
                ```

                ```sh {name=last}
                echo last
                ```
                """)
            let id = try await server.begin("waits")
            func waits(at step: Int) async throws {
                try await until("step \(step) waits") {
                    try await server.run(id)["steps"][step]["state"].string == "waiting"
                }
            }
            try await waits(at: 0)
            #expect(try await server.runbook("runs", "skip", id, "noise", "--note", "too loud").status == 0)
            #expect(try await server.runbook("runs", "skip", id, "flaky", "--note", "the mirror is down").status == 0)
            try await waits(at: 1)
            #expect(try await server.runbook("runs", "skip", id, "--note", "it is in").status == 0)
            let run = try await server.settled(id)
            #expect(run["state"].string == "succeeded", "\(run)")
            #expect(try await server.output(of: id) == "last\n")
            #expect(run["steps"].items.map { $0["state"].string } == ["skipped", "skipped", "skipped", "succeeded"])
        }
    }
}
