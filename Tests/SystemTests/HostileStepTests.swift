import Foundation
import Glibc
import Testing

/// Steps that do what steps should not.
@Suite(.serialized, .timeLimit(.minutes(5))) struct HostileStepTests {
    @Test(arguments: [
        "rm $RUNBOOK_OUTPUT", "rm $RUNBOOK_OUTPUT; mkfifo $RUNBOOK_OUTPUT", "rm $RUNBOOK_ENV; mkdir $RUNBOOK_ENV",
        "ln -sf /dev/zero $RUNBOOK_OUTPUT", "head -c 2000000 /dev/zero > $RUNBOOK_ENV",
        "echo nonsense > $RUNBOOK_OUTPUT",
        "echo LD_PRELOAD=/evil.so > $RUNBOOK_ENV", "printf 'A<<END\\nnever' > $RUNBOOK_ENV",
        "printf '\\377=1' > $RUNBOOK_OUTPUT",
    ])
    func `whatever a step makes of its files, the run ends and says why`(script: String) async throws {
        try await Server.with { server in
            try await server.store(
                "hostile", "# Hostile\n\n```sh {name=hostile}\n\(script)\n```\n\n```sh {name=never}\ntrue\n```\n")
            let record = try await server.settled(try await server.begin("hostile"))
            let attempt = record["steps"][0]["attempts"][0]
            #expect(record["state"].string == "failed", "\(record)")
            #expect(attempt["state"].string == "failed" && attempt["exit_status"].int == 0)
            #expect(attempt["reason"].string?.contains("RUNBOOK_") == true, "\(attempt)")
            #expect(record["steps"][1]["attempts"].items.isEmpty)
            try await server.expectIntactJournal()
        }
    }

    @Test func `output that is no text comes back byte for byte`() async throws {
        try await Server.with { server in
            let copy = server.folder + "/copy"
            try await server.store(
                "noise",
                "# Noise\n\n```bash {name=noise}\nhead -c 700000 /dev/urandom | tee \(copy)\nprintf 'end\\0'\n```\n")
            let run = try await server.begin("noise")
            #expect(try await server.settled(run)["state"].string == "succeeded")
            let download = try await server.wire.get("/runs/\(run)/output", ["Accept": "*/*"])
            #expect(Data(download.body) == (try Data(contentsOf: URL(filePath: copy))) + Data("end\0".utf8))
            #expect(try await server.runbook("runs", "logs", run).status == 0)
            #expect(try await server.wire.get("/runs/\(run)", ["Accept": "text/html"]).status == 200)
        }
    }

    @Test func `output past the limit is cut, and the program is not held up`() async throws {
        try await Server.with(["--output-limit", "100000"]) { server in
            try await server.store(
                "flood",
                "# Flood\n\n```bash {name=flood}\nhead -c 20000000 <(yes)\necho done > \(server.folder)/done\n```\n")
            let run = try await server.begin("flood")
            let record = try await server.settled(run)
            #expect(record["state"].string == "succeeded", "\(record)")
            #expect(record["steps"][0]["attempts"][0]["output_cut"].bool == true)
            #expect(exists(server.folder + "/done"))
            #expect(try await server.output(of: run).utf8.count == 100_000)
            try await server.expectIntactJournal()
        }
    }

    /// The server dies with the shim, so that nobody sees the shim's end; what the step started left its session.
    @Test func `server and shim die together, and the next server ends what is left and asks`() async throws {
        try await Server.with { server in
            let (ready, go) = (server.folder + "/ready", server.folder + "/go")
            try await server.store(
                "orphaning",
                """
                # Orphaning

                ```bash {name=orphaning}
                echo line
                [ -e \(go) ] && exit 0
                setsid bash -c 'trap "" TERM; touch \(ready); while :; do sleep 0.1; done' &
                wait
                ```

                ```sh {name=last}
                echo last
                ```
                """)
            let run = try await server.begin("orphaning")
            try await until("the orphan-to-be is there") { exists(ready) }
            try await until("the line is stored") { try await server.output(of: run) == "line\n" }
            let shim = try #require(try RunningProcess.shims(in: server.data).first).shim
            kill(try server.child.pid, SIGSTOP)
            kill(shim.pid, SIGKILL)
            try await server.crash()
            let record = try await server.settled(run)
            #expect(record["state"].string == "interrupted")
            #expect(record["steps"][0]["attempts"][0]["state"].string == "unknown")
            try await server.expectNoProcessLeft()

            let unsaid = try await server.runbook("runs", "resume", run)
            #expect(unsaid.status == 65 && unsaid.error.contains("say what happened"), "\(unsaid.error)")
            try touch(go)
            #expect(try await server.runbook("runs", "resume", run, "--outcome", "rerun").status == 0)
            let resumed = try await server.settled(run)
            #expect(resumed["state"].string == "succeeded")
            #expect(resumed["steps"][0]["attempts"].items.map { $0["state"].string } == ["unknown", "succeeded"])
            #expect(try await server.output(of: run) == "line\nline\nlast\n")
            try await server.expectIntactJournal()
        }
    }

    @Test func `an idempotent step whose shim died is run again without asking`() async throws {
        try await Server.with { server in
            let go = server.folder + "/go"
            try await server.store(
                "harmless",
                "# Harmless\n\n```sh {name=harmless idempotent=true}\necho begun\nuntil [ -e \(go) ]; do sleep 0.02; done\n```\n"
            )
            let run = try await server.begin("harmless")
            try await until("it prints") { try await server.output(of: run) == "begun\n" }
            // A step that ends its own supervisor does the same.
            kill(try #require(try RunningProcess.shims(in: server.data).first).shim.pid, SIGKILL)
            try await until("it prints again") { try await server.output(of: run) == "begun\nbegun\n" }
            try touch(go)
            let record = try await server.settled(run)
            #expect(record["state"].string == "succeeded")
            #expect(record["steps"][0]["attempts"].items.map { $0["state"].string } == ["unknown", "succeeded"])
            try await server.expectIntactJournal()
        }
    }
}
