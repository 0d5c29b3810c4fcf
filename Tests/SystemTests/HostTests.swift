import Foundation
import Glibc
import Testing

/// Steps on other machines, through the real OpenSSH.
@Suite(
    .serialized, .timeLimit(.minutes(10)), .enabled(if: FileManager.default.isExecutableFile(atPath: SSHHosts.server)))
struct HostTests {
    private func fence(_ info: String, _ text: String) -> String { "\n```\(info)\n\(text)\n```\n" }

    private func guide(_ info: String, _ text: String, head: String = "") -> String {
        "\(head)# Fleet\n" + fence("bash {name=restart \(info)}", text)
            + fence("sh {name=after}", "echo \"after $LAST\"")
    }

    private func states(_ run: JSON) -> [String] {
        run["steps"].items.map { "\($0["id"].string ?? "") \($0["state"].string ?? "")" }
    }

    private func with(_ body: (Server, SSHHosts) async throws -> Void) async throws {
        try await SSHHosts.with { hosts in
            try await Server.with(["--ssh-config", hosts.config]) { server in try await body(server, hosts) }
        }
    }

    /// On either side of the connections: all of them have it in their environment.
    private func expectNothingLeft(of run: String, on server: Server) async throws {
        try await until("nothing of \(run) is left") {
            try RunningProcess.all(thatKnow: "RUNBOOK_RUN=\(run)").isEmpty
        }
        try await server.expectNoProcessLeft()
    }

    private func printed(_ word: String, by run: String, on server: Server) async throws {
        try await until("it prints \(word)") {
            try await server.chunks(of: run).contains { $0["text"].string?.contains(word) == true }
        }
    }

    @Test func `a script runs on three machines in batches, with its values, and hands on what it wrote`() async throws
    {
        try await with { server, _ in
            let head = "---\nparameters:\n  targets: {type: string, required: true}\n  word: {type: string}\n---\n"
            try await server.store(
                "fleet",
                guide(
                    "hosts=targets at-once=2 env=\"STAGE=blue\"",
                    """
                    echo "$RUNBOOK_STEP $RUNBOOK_ITEM $RUNBOOK_HOST $STAGE $word $(cat)$(ls -A)"
                    echo wrong >&2
                    echo "seen=$RUNBOOK_HOST" >> "$RUNBOOK_OUTPUT"
                    echo "LAST=$RUNBOOK_HOST" >> "$RUNBOOK_ENV"
                    echo "folder=$TMPDIR" >> "$RUNBOOK_OUTPUT"
                    sleep 0.3
                    """, head: head)
                    + fence(
                        "python3 {name=snake hosts=[\"web-1\"] exec}", "import os; print(os.environ['RUNBOOK_HOST'])"))
            let word = "it's \"$HOME\"\n`two`"
            let exec = try await server.runbook(
                "exec", "fleet", "--param", "targets=web-1, web-2\nlocalhost", "--param", "word=\(word)", "--dry-run",
                "--json")
            #expect(
                try exec.json["steps"].items.map { $0["host"].string } == ["web-1", "web-2", "localhost", nil, "web-1"])
            let run = try await server.settled(
                try await server.begin("fleet", parameters: ["targets": "web-1, web-2\nweb-3", "word": word]))
            #expect(run["state"].string == "succeeded", "\(run)")
            let id = try #require(run["id"].string)
            let steps = run["steps"].items
            #expect(steps.map { $0["host"].string } == ["web-1", "web-2", "web-3", nil, "web-1"])
            #expect(
                try await server.output(of: id, step: "restart@web-2")
                    == "restart@web-2 web-2 web-2 blue it's \"$HOME\"\n`two` \n")
            #expect(try await server.output(of: id, "stderr", step: "restart@web-2") == "wrong\n")
            #expect(try await server.output(of: id, step: "after") == "after web-3\n")
            #expect(try await server.output(of: id, step: "snake@web-1") == "web-1\n")
            #expect(steps[1]["outputs"]["seen"].string == "web-2")
            let folders = steps.prefix(3).compactMap { $0["outputs"]["folder"].string }
            #expect(
                Set(folders).count == 3
                    && folders.allSatisfy { !exists($0) && !exists(($0 as NSString).deletingLastPathComponent) })
            let attempts = steps.map { $0["attempts"][0] }
            let began = try #require(attempts[2]["started"].string)
            #expect(
                attempts.prefix(2).allSatisfy { ($0["finished"].string ?? "~") <= began },
                "a batch comes after the one before it")
            #expect(
                attempts[1]["started"].string ?? "~" < attempts[0]["finished"].string ?? "", "a batch runs together")
            let page = try await server.wire.get("/runs/\(id)", ["Accept": "text/html"])
            #expect(page.text.contains("restart@web-3"))
            try await server.expectIntactJournal()
            try await expectNothingLeft(of: id, on: server)
        }
    }

    @Test func `a step has failed when it failed on more machines than may, and the rest is left out`() async throws {
        try await with { server, _ in
            let flag = server.folder + "/flag"
            let script = "test $RUNBOOK_HOST != web-1 || test -e \(flag)"
            try await server.store("allowed", guide("hosts=\"web-1 web-2 web-3\" max-failures=1", script))
            let exec = try await server.runbook("exec", "allowed")
            #expect(exec.status == 0, "\(exec.error)")
            #expect(
                exec.error.contains("restart failed on 1 of 3 hosts, as max-failures=1 allows: web-1"), "\(exec.error)")
            try await server.store("strict", guide("hosts=\"web-1 web-2 web-3\"", script))
            let failed = try await server.settled(try await server.begin("strict"))
            #expect(
                states(failed) == [
                    "restart@web-1 failed", "restart@web-2 skipped", "restart@web-3 skipped", "after queued",
                ])
            let sentence = "restart failed on 1 of 3 hosts, more than max-failures=0 allows: web-1."
            #expect(failed["reason"].string == sentence && failed["steps"][2]["reason"].string == sentence)
            #expect(failed["steps"][0]["attempts"][0]["exit_status"].int == 1)
            try touch(flag)
            let id = try #require(failed["id"].string)
            #expect(try await server.runbook("runs", "resume", id).status == 0)
            let run = try await server.settled(id)
            #expect(run["state"].string == "succeeded" && run["reason"].string == nil, "\(run)")
            #expect(run["steps"].items.map { $0["attempts"].items.count } == [2, 1, 1, 1])
            try await server.expectIntactJournal()
        }
    }

    @Test func `where nothing ran, it is said why`() async throws {
        try await with { server, _ in
            try await server.store(
                "fleet",
                guide("hosts=\"nowhere nobody@web-1 web-2\" max-failures=3", "true")
                    + fence("no-such-thing {name=odd hosts=[\"web-1\"] exec=no-such-program}", "x"))
            let run = try await server.settled(try await server.begin("fleet"))
            #expect(
                states(run) == [
                    "restart@nowhere failed", "restart@nobody-web-1 failed", "restart@web-2 succeeded",
                    "after succeeded",
                    "odd@web-1 failed",
                ])
            let attempts = run["steps"].items.map { $0["attempts"][0] }
            let reasons = attempts.map { $0["reason"].string ?? "" }
            #expect(reasons[0].hasPrefix("Nothing ran on nowhere, which could not be reached: ssh: connect to host"))
            #expect(reasons[0].hasSuffix("Connection refused"), "\(reasons[0])")
            #expect(reasons[1].contains("Permission denied"), "\(reasons[1])")
            #expect(reasons[4] == "Nothing ran on web-1: no-such-program is not installed there.")
            #expect(attempts[0]["exit_status"].int == nil)
        }
    }

    @Test func `no value is seen in any list of processes, and cancelling ends all on both sides`() async throws {
        try await with { server, _ in
            let head = "---\nparameters:\n  word: {type: string, sensitive: true, required: true}\n---\n"
            try await server.store(
                "fleet",
                guide(
                    "hosts=\"web-1 web-2\" at-once=2",
                    """
                    trap '' TERM
                    (exec -a left-its-session setsid sleep 1000) &
                    echo "$word and $RUNBOOK_STEP started"
                    sleep 1000
                    """, head: head))
            let id = try await server.begin("fleet", parameters: ["word": "open-sesame-4711"])
            for host in ["web-1", "web-2"] { try await printed("restart@\(host) started", by: id, on: server) }
            let all = try RunningProcess.all()
            #expect(all.contains { $0.arguments.first == "ssh" })
            #expect(!all.contains { $0.arguments.contains { $0.contains("open-sesame") } })
            #expect(try await server.chunks(of: id).allSatisfy { $0["text"].string?.contains("sesame") == false })
            #expect(try await server.runbook("runs", "cancel", id).status == 0)
            let run = try await server.settled(id)
            #expect(states(run).prefix(2) == ["restart@web-1 cancelled", "restart@web-2 cancelled"])
            try await expectNothingLeft(of: id, on: server)
        }
    }

    @Test func `when a connection breaks nobody knows how it went there, and nothing goes on there`() async throws {
        try await with { server, hosts in
            let (flag, log) = (server.folder + "/flag", server.folder + "/log")
            let script = "echo x >> \(log); echo began; test -e \(flag) || sleep 1000"
            try await server.store("fleet", guide("hosts=[\"web-1\"]", script))
            try await server.store("again", guide("hosts=[\"web-1\"] idempotent", script))
            let id = try await server.begin("fleet")
            try await printed("began", by: id, on: server)
            try hosts.cut()
            let run = try await server.settled(id)
            #expect(run["state"].string == "interrupted" && run["steps"][0]["state"].string == "unknown", "\(run)")
            let reason = run["steps"][0]["attempts"][0]["reason"].string ?? ""
            #expect(reason.hasPrefix("The connection to web-1 broke while the step ran"), "\(reason)")
            try await expectNothingLeft(of: id, on: server)
            let again = try await server.begin("again")
            try await printed("began", by: again, on: server)
            try touch(flag)
            try hosts.cut()
            let second = try await server.settled(again)
            #expect(second["state"].string == "succeeded", "\(second)")
            #expect(second["steps"][0]["attempts"].items.map { $0["state"].string } == ["unknown", "succeeded"])
            #expect(try await server.runbook("runs", "resume", id, "--outcome", "rerun").status == 0)
            #expect(try await server.settled(id)["state"].string == "succeeded")
            #expect(try content(log) == "x\nx\nx\nx\n")
        }
    }

    @Test func `a server that is killed takes the step up again, and a shim that is killed ends it there`() async throws
    {
        try await with { server, _ in
            let flag = server.folder + "/flag"
            try await server.store(
                "fleet",
                guide(
                    "hosts=\"web-1 web-2\" at-once=2",
                    "echo began; until test -e \(flag); do sleep 0.05; done; echo ended; echo v=1 >> $RUNBOOK_OUTPUT"))
            let id = try await server.begin("fleet")
            for _ in 0..<2 { try await server.crash() }
            try await until("both run") {
                try await server.chunks(of: id).filter { $0["text"].string?.contains("began") == true }.count == 2
            }
            try await server.crash()
            try touch(flag)
            try await server.crash()
            let run = try await server.settled(id)
            #expect(run["state"].string == "succeeded", "\(run)")
            #expect(run["steps"].items.allSatisfy { $0["attempts"].items.count == 1 }, "\(run)")
            #expect(run["steps"][1]["outputs"]["v"].string == "1")
            #expect(try await server.output(of: id, step: "restart@web-2") == "began\nended\n")
            try FileManager.default.removeItem(atPath: flag)
            let other = try await server.begin("fleet")
            try await until("both run") {
                try await server.chunks(of: other).filter { $0["text"].string?.contains("began") == true }.count == 2
            }
            for shim in try RunningProcess.shims(in: server.data) { kill(shim.shim.pid, SIGKILL) }
            #expect(try await server.settled(other)["state"].string == "interrupted")
            try await expectNothingLeft(of: other, on: server)
            try await server.expectIntactJournal()
        }
    }

    @Test func `a run waits for the hosts that another one holds, and says which`() async throws {
        try await with { server, _ in
            let flag = server.folder + "/flag"
            let head =
                "---\nconcurrency: {limit: 1, of: host}\nparameters:\n  targets: {type: string, default: web-1}\n---\n"
            try await server.store(
                "fleet", guide("hosts=targets", "until test -e \(flag); do sleep 0.05; done", head: head))
            try await server.store("other", guide("hosts=targets", "true", head: head))
            try await server.store("around", "# Around\n" + fence("runbook {name=call}", "other\ntargets: root@web-2"))
            let first = try await server.begin("fleet", parameters: ["targets": "web-1 web-2"])
            try await until("the first runs") { try await server.run(first)["state"].string == "running" }
            let second = try await server.begin("other", parameters: ["targets": "web-3 web-2"])
            let around = try await server.begin("around")
            let free = try await server.begin("other", parameters: ["targets": "web-3"])
            #expect(try await server.settled(free)["state"].string == "succeeded")
            let words = "On the host web-2 at most one run goes at a time: run \(first) of fleet is under way."
            for id in [second, around] {
                #expect(try await server.run(id)["state"].string == "queued")
                #expect(try await server.run(id)["waits_for"].string == words)
            }
            #expect(try await server.runbook("queue").output.contains(words))
            let page = try await server.wire.get("/runs/\(second)", ["Accept": "text/html"])
            #expect(page.text.contains("On the host web-2 at most one run goes at a time"))
            try touch(flag)
            for id in [first, second, around] { #expect(try await server.settled(id)["state"].string == "succeeded") }
        }
    }
}
