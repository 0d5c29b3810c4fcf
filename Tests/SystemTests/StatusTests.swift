import Foundation
import Glibc
import Testing

/// `runbook status`, with what really ran.
@Suite(.serialized, .timeLimit(.minutes(5))) struct StatusTests {
    @Test func `a terminal is told how to begin, what runs, what waits and what failed`() async throws {
        try await Server.with { server in
            let empty = try await server.runbook("status")
            #expect(empty.status == 0)
            #expect(empty.output == "There is no runbook yet: a guide that you have is the first.\n")
            #expect(empty.error == "Begin: runbook import FILE.md\n")
            let go = server.folder + "/go"
            try await server.store(
                "hold", "# Hold\n\n```sh {name=wait}\necho $PPID\nuntil [ -e \(go) ]; do sleep 0.02; done\n```\n")
            try await server.store("bad", "# Bad\n\n```sh {name=one}\ntrue\n```\n\n```sh {name=two}\nexit 3\n```\n")
            #expect(try await server.runbook("status").error == "Begin: runbook exec bad\n")
            #expect(try await server.runbook("exec", "bad").status == 1)
            let lost = try await server.begin("hold")
            try await until("it prints") { try await server.output(of: lost).hasSuffix("\n") }
            let running = try await server.runbook("status")
            #expect(
                running.output.hasPrefix(
                    "One run is going, nothing waits for anybody, one failed in the last 24 hours.\n"))
            let shim = try #require(pid_t(try await server.output(of: lost).trimmingCharacters(in: .newlines)))
            kill(shim, SIGKILL)
            #expect(try await server.settled(lost)["state"].string == "interrupted")
            let waiting = try await server.runbook("status")
            #expect(waiting.status == 0)
            let lines = waiting.output.split(separator: "\n").map(String.init)
            #expect(lines.count == 4)
            #expect(lines[0] == "Nothing is running, one run waits for you, one failed in the last 24 hours.")
            #expect(
                lines[2].contains("interrupted") && lines[2].contains(lost) && lines[2].contains("step 1 of 1 · wait"))
            #expect(lines[3].hasSuffix("bad   step 2 of 2 · two · exit status 3"), "\(lines[3])")
            #expect(waiting.error.contains("runbook runs resume \(lost) --outcome succeeded|failed|rerun"))
            let json = try await server.runbook("status", "--json")
            #expect(try json.json["waiting_for_you"]["count"].int == 1)
            #expect(try json.json["failed"]["lines"][0]["title"].string == "bad")
            try touch(go)
            try await server.expectNoProcessLeft()
        }
    }
}
