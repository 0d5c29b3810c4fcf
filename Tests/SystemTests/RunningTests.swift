import Foundation
import Testing

/// Runs as people and scripts see them.
@Suite(.serialized) struct RunningTests {
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
}
