import Foundation
import Glibc
import Testing

/// The server stops, dies or sleeps in the middle of a step, and nothing that it had acknowledged is lost.
@Suite(.serialized, .timeLimit(.minutes(5))) struct SurvivalTests {
    /// Waits for a file between two lines.
    private func store(on server: Server, named name: String = "waiting") async throws -> String {
        let go = server.folder + "/go-\(name)"
        try await server.store(
            name,
            """
            # Waiting

            ```sh {name=wait}
            echo before; echo "before too" >&2
            until [ -e \(go) ]; do sleep 0.02; done
            echo after; echo "after too" >&2
            ```

            ```sh {name=last}
            echo last
            ```
            """)
        return go
    }

    private func expectWhole(_ run: String, on server: Server) async throws {
        let record = try await server.settled(run)
        #expect(record["state"].string == "succeeded", "\(record)")
        #expect(record["steps"].items.allSatisfy { $0["attempts"].items.count == 1 })
        #expect(try await server.output(of: run) == "before\nafter\nlast\n")
        #expect(try await server.output(of: run, "stderr") == "before too\nafter too\n")
        let journal = try await server.journal()
        #expect(journal.map { $0["seq"].int } == (1...journal.count).map { $0 })
        try await server.expectNoProcessLeft()
        try await server.expectIntactJournal()
    }

    @Test func `SIGTERM drains, leaves the step running, and the next start takes it up again`() async throws {
        try await Server.with { server in
            let go = try await store(on: server)
            let run = try await server.begin("waiting")
            try await until("the first line is stored") { try await server.output(of: run) == "before\n" }
            var events = server.wire.events("/api/v1/runs/\(run)/events").makeAsyncIterator()
            #expect(try await events.next() != nil)
            let log = try server.child.errorPath
            #expect(try await server.end(by: SIGTERM) == .exited(0))
            // Throws if the stream is cut off instead of ended.
            while try await events.next() != nil {}
            let shims = try RunningProcess.shims(in: server.data)
            #expect(shims.count == 1 && shims[0].steps.count == 1, "the step lives on")
            let head = try #require(try content(log).split(separator: "\n").last { $0.hasPrefix("journal head ") })
            try touch(go)
            try await until("the step has ended by itself") { try RunningProcess.shims(in: server.data).isEmpty }
            try await server.start()
            try await expectWhole(run, on: server)
            let anchor = String(head.dropFirst("journal head ".count))
            #expect(try await server.runbook("audit", "verify", "--head", anchor).status == 0)
        }
    }

    @Test func `SIGTERM drops no request in flight`() async throws {
        try await Server.with { server in
            let guide = "# Late\n\n```sh {name=late}\ntrue\n```\n"
            let wire = server.wire
            let request = wire.request(
                "POST", "/api/v1/runbooks?name=late", ["Content-Type": "text/markdown"], guide)
            let connection = try Connection(port: wire.port)
            try connection.write(Array(request.dropLast(10)))
            try await until("the server has read the first part") { try Self.isRead(by: wire.port) }
            let child = try server.child
            child.signal(SIGTERM)
            try await until("nobody is let in any more", within: .seconds(20)) {
                do {
                    _ = try Connection(port: wire.port)
                    return false
                } catch is Wire.Lost { return true }
            }
            #expect(!child.hasEnded, "it waits for who is in")
            try connection.write(Array(request.suffix(10)))
            let answer = try await onThread { try connection.head() }
            #expect(answer.status == 201)
            #expect(try await child.ending(within: .seconds(20)) == .exited(0))
            try await server.start()
            #expect(try await server.wire.get("/api/v1/runbooks/late").status == 200)
            try await server.expectIntactJournal()
        }
    }

    /// Whether no byte waits on the server's side of a connection to this port, as /proc/net/tcp has it.
    private static func isRead(by port: UInt16) throws -> Bool {
        let local = ":" + String(format: "%04X", Int(port))
        let connections = try table().components(separatedBy: "\n").filter { $0.contains(local) }
            .map { $0.split(separator: " ") }.filter { $0.count > 4 && $0[1].hasSuffix(local) && $0[3] == "01" }
        return !connections.isEmpty && connections.allSatisfy { $0[4].hasSuffix(":00000000") }
    }

    /// The kernel hands it out a page at a time, and Foundation takes the first for the whole.
    private static func table() throws -> String {
        let file = open("/proc/net/tcp", O_RDONLY | O_CLOEXEC)
        try #require(file >= 0)
        defer { close(file) }
        var bytes: [UInt8] = []
        while true {
            let piece = [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, count in
                count = max(0, read(file, buffer.baseAddress, buffer.count))
            }
            if piece.isEmpty { return String(decoding: bytes, as: UTF8.self) }
            bytes += piece
        }
    }

    @Test func `SIGKILL in the middle of a step loses nothing that was acknowledged`() async throws {
        try await Server.with { server in
            let go = try await store(on: server)
            let run = try await server.begin("waiting")
            try await until("the first line is stored") { try await server.output(of: run) == "before\n" }
            let acknowledged = try await server.journal()
            try await server.crash()
            #expect(try await server.journal().prefix(acknowledged.count) == acknowledged[...])
            #expect(try await server.run(run)["state"].string == "running")
            try touch(go)
            try await expectWhole(run, on: server)
        }
    }

    @Test func `a server that slept through a step's end records it when it wakes`() async throws {
        try await Server.with { server in
            let go = try await store(on: server)
            let run = try await server.begin("waiting")
            try await until("the first line is stored") { try await server.output(of: run) == "before\n" }
            let pid = try server.child.pid
            kill(pid, SIGSTOP)
            try await until("the server sleeps") { RunningProcess(pid)?.isStopped == true }
            try touch(go)
            try await until("the shim has ended") {
                // Its exit waits for the server, who is its parent.
                try RunningProcess.shims(in: server.data).isEmpty
            }
            kill(pid, SIGCONT)
            try await expectWhole(run, on: server)
        }
    }

    @Test func `exec goes on across a crash of the server`() async throws {
        try await Server.with(port: try SteadyPort.any()) { server in
            let go = try await store(on: server)
            let exec = try server.command(["exec", "waiting"])
            try await until("exec has printed the first line") { try exec.output == "before\n" }
            let port = server.wire.port
            try await server.end(by: SIGKILL)
            try touch(go)
            try await until("the step has ended by itself") { try RunningProcess.shims(in: server.data).isEmpty }
            try await server.start(port: port)
            #expect(try await exec.ending == .exited(0))
            #expect(try exec.output == "before\nafter\nlast\n")
        }
    }

    @Test func `a timeout holds while the server is down`() async throws {
        try await Server.with { server in
            try await server.store(
                "slow",
                "# Slow\n\n```sh {name=slow timeout=2s}\ntrap '' TERM\necho begun\nwhile :; do sleep 0.1; done\n```\n")
            let run = try await server.begin("slow")
            try await until("it prints") { try await server.output(of: run) == "begun\n" }
            try await server.end(by: SIGKILL)
            try await until("its shim has ended it") { try RunningProcess.all(thatKnow: server.data).isEmpty }
            try await server.start()
            let record = try await server.settled(run)
            #expect(record["state"].string == "failed")
            #expect(record["steps"][0]["attempts"][0]["state"].string == "timed-out")
            #expect(try await server.output(of: run) == "begun\n")
        }
    }

    @Test func `a run that was cancelled before a crash is cancelled after it`() async throws {
        try await Server.with(["--grace", "60s"]) { server in
            let marker = server.folder + "/asked"
            try await server.store(
                "slow",
                """
                # Slow

                ```sh {name=slow}
                trap 'touch \(marker); until [ -e \(marker).go ]; do sleep 0.02; done; exit 0' TERM
                echo begun
                while :; do sleep 0.05; done
                ```

                ```sh {name=never}
                echo never
                ```
                """)
            let run = try await server.begin("slow")
            try await until("it prints") { try await server.output(of: run) == "begun\n" }
            #expect(try await server.wire.post("/api/v1/runs/\(run)/cancellation").status == 200)
            try await until("the step was asked to end") { exists(marker) }
            try await server.crash()
            try touch(marker + ".go")
            let record = try await server.settled(run)
            #expect(record["state"].string == "cancelled")
            #expect(record["steps"].items.map { $0["attempts"].items.count } == [1, 0])
            try await server.expectNoProcessLeft()
        }
    }

    @Test func `where the files of a running attempt were taken away, a person is asked`() async throws {
        try await Server.with { server in
            _ = try await store(on: server)
            let run = try await server.begin("waiting")
            try await until("the first line is stored") { try await server.output(of: run) == "before\n" }
            try await server.end(by: SIGKILL)
            for process in try RunningProcess.all(thatKnow: server.data) { kill(process.pid, SIGKILL) }
            try FileManager.default.removeItem(atPath: server.data + "/attempts")
            try await server.start()
            let record = try await server.settled(run)
            #expect(record["state"].string == "interrupted")
            #expect(record["steps"][0]["attempts"].items.map { $0["state"].string } == ["unknown"])
            try await server.expectIntactJournal()
        }
    }

    @Test func `a request with an Idempotency-Key is carried out once, whenever the server is killed`() async throws {
        try await Server.with { server in
            try await server.store("quick", "# Quick\n\n```sh {name=quick}\necho quick\n```\n")
            for round in 0..<6 {
                let (wire, key) = (server.wire, ["Idempotency-Key": "round-\(round)"])
                let first = Task { try? await wire.post("/api/v1/runs", #"{"runbook": "quick"}"#, key).status }
                // A different moment each time: before the request arrives, while it is carried out, after its answer.
                try await Task.sleep(for: .milliseconds(round * 3))
                try await server.crash()
                let answered = await first.value
                let again = try await server.wire.post("/api/v1/runs", #"{"runbook": "quick"}"#, key)
                #expect(again.status == 201 || again.status == 409, "\(again.text)")
                if answered == 201 { #expect(again.status == 201 && again.headers["idempotent-replayed"] == "true") }
                let runs = try await server.wire.get("/api/v1/runs").json["items"].items
                #expect(runs.count == round + 1)
                for run in runs {
                    #expect(try await server.settled(run["id"].string ?? "")["state"].string == "succeeded")
                }
            }
            let kinds = try await server.journal().compactMap { $0["kind"].string }
            #expect(kinds.count { $0 == "run.created" } == 6)
            #expect(kinds.count { $0 == "step.started" } == 6)
        }
    }

    @Test func `a password is reset beside a running server, and its sessions end`() async throws {
        try await Server.with { server in
            let added = try await server.runbook(
                "user", "add", "ada", "--role", "operator", "--password-stdin", input: "correct horse battery\n")
            #expect(added.status == 0, "\(added.error)")
            let stranger = Wire(port: server.wire.port)
            func signIn(_ password: String) async throws -> Wire.Answer {
                try await stranger.post("/session", try jsonText(["name": "ada", "password": password]))
            }
            let signedIn = try await signIn("correct horse battery")
            #expect(signedIn.status == 201, "\(signedIn.text)")
            let cookie = String(try #require(signedIn.headers["set-cookie"]).prefix { $0 != ";" })
            #expect(try await stranger.get("/api/v1/me", ["Cookie": cookie]).status == 200)

            let reset = try await server.runbook(
                "user", "reset-password", "ada", "--data", server.data, "--password-stdin",
                input: "another long secret\n")
            #expect(reset.status == 0, "\(reset.error)")
            #expect(try await stranger.get("/api/v1/me", ["Cookie": cookie]).status == 401)
            #expect(try await signIn("correct horse battery").status == 401)
            #expect(try await signIn("another long secret").status == 201)
            try await server.expectIntactJournal()
        }
    }
}
