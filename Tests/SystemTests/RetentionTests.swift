import Foundation
import Glibc
import Testing

/// Old output goes, what was recorded of it stays, on the real server.
@Suite(.serialized, .timeLimit(.minutes(5))) struct RetentionTests {
    private func expired(_ server: Server) async throws -> [JSON] {
        try await server.journal().filter { $0["kind"].string == "output.expired" }
    }

    private func chunks(_ id: String, _ server: Server) async throws -> Int { try await server.chunks(of: id).count }

    @Test func `the oldest output goes first where there is too much, and the record still verifies`() async throws {
        try await Server.with { server in
            try await server.store(
                "talk",
                "# Talk\n\n```sh {name=first}\nprintf '%020d' 1\n```\n\n```sh {name=second}\nprintf '%020d' 2; exit 3\n```\n"
            )
            var runs: [String] = []
            for _ in 0..<3 {
                let id = try await server.begin("talk")
                _ = try await server.settled(id)
                runs.append(id)
            }
            try await server.end(by: SIGTERM)
            // Room for the newest run and the second step of the one before it.
            try await server.start(["RUNBOOK_OUTPUT_TOTAL": "60"])
            try await until("what is too much is gone") { try await expired(server).count == 2 }
            #expect(try await chunks(runs[0], server) == 0)
            #expect(try await server.output(of: runs[1]) == String(repeating: "0", count: 19) + "2")
            #expect(try await server.output(of: runs[2]).count == 40)
            let events = try await expired(server)
            #expect(events.map { $0["data"]["bytes"].int } == [40, 20])
            #expect(events.allSatisfy { $0["data"]["because"].string == "size" })
            let attempts = try await server.run(runs[1])["steps"].items.flatMap { $0["attempts"].items }
            #expect(attempts.map { $0["output_expired"].string == nil } == [false, true])
            let logs = try await server.runbook("runs", "logs", runs[1])
            #expect(logs.status == 0 && logs.output.hasSuffix("2"))
            #expect(logs.error.contains("the output of first, attempt 1, was removed on "))
            try await server.expectIntactJournal()
            // A run whose output has gone goes on all the same.
            #expect(try await server.runbook("runs", "resume", runs[0]).status == 0)
            let again = try await server.settled(runs[0])
            #expect(again["steps"][1]["attempts"].items.count == 2, "\(again)")
            #expect(try await server.chunks(of: runs[0]).map { $0["n"].int } == [3], "numbers are never given twice")
            try await server.expectIntactJournal()
        }
    }

    @Test func `output goes when it is old enough, and what goes without an event is still found`() async throws {
        try await Server.with { server in
            try await server.store("talk", "# Talk\n\n```sh {name=say}\necho one\n```\n")
            let old = try await server.begin("talk")
            _ = try await server.settled(old)
            try await server.end(by: SIGTERM)
            try await server.start(["RUNBOOK_OUTPUT_KEEP": "1ms"])
            try await until("it is gone") { try await expired(server).count == 1 }
            #expect(try await expired(server)[0]["data"]["because"].string == "age")
            let new = try await server.begin("talk")
            _ = try await server.settled(new)
            try await server.end(by: SIGTERM)
            let database = server.data + "/runbook.db"
            #expect(try await server.runbook("audit", "verify", "--database", database).status == 0)
            #expect(try await Python.sql("DELETE FROM output WHERE run = '\(new)'", on: database) > 0)
            let verified = try await server.runbook("audit", "verify", "--database", database)
            #expect(verified.status == 1 && verified.output.contains("was changed"), "\(verified.output)")
        }
    }

    @Test func `what is no duration is refused with the flag's name`() async throws {
        try await Server.with(isStarted: false) { server in
            let child = try server.launch(["RUNBOOK_OUTPUT_KEEP": "ninety days"])
            #expect(try await child.ending == .exited(64))
            #expect(try child.error.contains("--output-keep (RUNBOOK_OUTPUT_KEEP) is a duration such as 90d or 12h"))
        }
    }
}
