import Foundation
import Testing

/// What Runme's notebooks say of their cells, on the real server.
@Suite(.timeLimit(.minutes(5))) struct RunmeTests {
    private static let notebook = """
        # Notebook

        ```sh {"name":"wait","promptEnv":"true","tag":"slow,all"}
        export SLEEP_SECS=0
        echo "sleeps $SLEEP_SECS"
        ```

        ```text {name=count interpreter="sh -e" category=all}
        echo counted
        ```

        ```sh {name=wipe excludeFromRunAll=true tag=all}
        echo wiped
        ```
        """

    private func start(_ body: String, on server: Server) async throws -> String {
        let answer = try await server.wire.post("/api/v1/runs", body)
        try #require(answer.status == 201, "\(answer.text)")
        let id = try #require(try answer.json["id"].string)
        #expect(try await server.settled(id)["state"].string == "succeeded")
        return id
    }

    @Test
    func `cells run by their tags and interpreters, and what they export is what the guide writes or somebody answers`()
        async throws
    {
        try await Server.with { server in
            try await server.store("notebook", Self.notebook)
            let all = try await start(#"{"runbook": "notebook", "tags": ["all"]}"#, on: server)
            #expect(try await server.output(of: all) == "sleeps 0\ncounted\n")
            let answered = try await start(
                #"{"runbook": "notebook", "tags": ["slow"], "placeholders": {"export SLEEP_SECS": "9'; echo \"$x"}}"#,
                on: server)
            #expect(try await server.output(of: answered) == "sleeps 9'; echo \"$x\n")
            for wrong in [
                #"{"runbook": "notebook", "tags": ["none"]}"#,
                #"{"runbook": "notebook", "tags": ["all"], "steps": ["wait"]}"#,
                #"{"runbook": "notebook", "steps": ["count"], "placeholders": {"export SLEEP_SECS": "1"}}"#,
                #"{"runbook": "notebook", "tags": ["all"], "placeholders": {"export OTHER": "1"}}"#,
            ] {
                #expect(try await server.wire.post("/api/v1/runs", wrong).status == 400, "\(wrong)")
            }
            let tagged = try await server.runbook("exec", "notebook", "--tag", "slow")
            #expect(tagged.status == 0 && tagged.output == "sleeps 0\n", "without a terminal nothing is asked")
            #expect(try await server.runbook("exec", "notebook", "--tag", "a", "--step", "wait").status == 64)
        }
    }

    @Test func `a terminal asks for what the chosen steps export`() async throws {
        try await Server.with { server in
            try await server.store("notebook", Self.notebook)
            let driver = """
                import os, pty, sys
                pid, terminal = pty.fork()
                if pid == 0:
                    os.execvpe(sys.argv[1], sys.argv[1:], dict(os.environ, TERM="dumb"))
                seen, answered = b"", False
                while True:
                    try:
                        piece = os.read(terminal, 4096)
                    except OSError:
                        break
                    if not piece:
                        break
                    seen += piece
                    if b"SLEEP_SECS, line 4 [0]: " in seen and not answered:
                        os.write(terminal, os.fsencode(os.environ["ANSWER"] + "\\n"))
                        answered = True
                sys.stdout.buffer.write(seen)
                sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
                """
            for (answer, printed) in [("7", "sleeps 7"), ("", "sleeps 0")] {
                let runs = try await server.wire.get("/api/v1/runs").json["items"].items.count
                let child = try Child(
                    try #require(Programs.find("python3"), "install python3"),
                    ["-c", driver, try Programs.path(of: Programs.runbook), "exec", "notebook"],
                    environment: [
                        "PATH": "/usr/bin:/bin", "HOME": server.folder, "LANG": "C.UTF-8", "ANSWER": answer,
                        "RUNBOOK_URL": server.address, "RUNBOOK_TOKEN": Server.token,
                    ], log: "\(server.folder)/terminal-\(answer)", directory: server.folder)
                #expect(try await child.ending == .exited(0))
                let said = try child.output
                #expect(said.contains(printed), "\(said)")
                let newest = try await server.wire.get("/api/v1/runs").json["items"].items
                #expect(newest.count == runs + 1, "what would run is asked for without running")
            }
            let other = try Child(
                try #require(Programs.find("python3"), "install python3"),
                ["-c", driver, try Programs.path(of: Programs.runbook), "exec", "notebook", "--step", "count"],
                environment: [
                    "PATH": "/usr/bin:/bin", "HOME": server.folder, "LANG": "C.UTF-8", "ANSWER": "",
                    "RUNBOOK_URL": server.address, "RUNBOOK_TOKEN": Server.token,
                ], log: "\(server.folder)/terminal-other", directory: server.folder)
            #expect(try await other.ending == .exited(0))
            let said = try other.output
            #expect(!said.contains("SLEEP_SECS"), "a step that does not run is not asked about")
        }
    }
}
