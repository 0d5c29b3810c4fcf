import Essentials
import Foundation
import HTTPTypes
import Journal
import Testing

@testable import Server

/// `/metrics` as Prometheus reads it.
@Suite struct MetricsTests {
    private static func text(_ installation: Installation, _ caller: Caller) async throws -> String {
        let answer = try await caller.send(.get, "/metrics", as: try await installation.token([.metrics]))
        #expect(answer.headers[.contentType] == "text/plain; version=0.0.4; charset=utf-8")
        return answer.text
    }

    @Test func `promtool finds nothing to complain about`() async throws {
        let installation = try await Installation()
        try await installation.test { caller in
            _ = try await installation.queuedRun()
            _ = try await caller.send(.get, "/nowhere\"\\quoted")
            _ = try await caller.send(.get, "/api/v1/runs", as: try await installation.token(.viewer))
            let text = try await Self.text(installation, caller)
            let verdict = try Python.run(
                """
                import subprocess, sys
                ended = subprocess.run(["promtool", "check", "metrics"], input=sys.stdin.read(), text=True, capture_output=True)
                print(ended.returncode, ended.stdout + ended.stderr)
                """, input: Data(text.utf8))
            #expect(verdict == "0 \n")
        }
    }

    @Test func `promtool complains about what is no metric`() throws {
        let verdict = try Python.run(
            """
            import subprocess, sys
            ended = subprocess.run(["promtool", "check", "metrics"], input=sys.stdin.read(), text=True, capture_output=True)
            print(ended.returncode)
            """, input: Data("# TYPE a counter\na{b=\"c} 1\n".utf8))
        #expect(verdict != "0\n")
    }

    @Test func `requests are counted by route and status, whatever else a client makes up`() async throws {
        let installation = try await Installation()
        try await installation.test { caller in
            let viewer = try await installation.token(.viewer)
            for path in ["/api/v1/runs/1", "/api/v1/runs/2"] { _ = try await caller.send(.get, path, as: viewer) }
            _ = try await caller.send(.get, "/health")
            _ = try await caller.send(try #require(HTTPRequest.Method("BREW")), "/one", as: viewer)
            _ = try await caller.send(try #require(HTTPRequest.Method("GRIND")), "/two", as: viewer)
            let lines = Set(try await Self.text(installation, caller).split(separator: "\n").map(String.init))
            let counted = "runbook_http_requests_total"
            #expect(lines.contains(#"\#(counted){method="GET",route="/api/v1/runs/{id}",status="404"} 2"#))
            #expect(lines.contains(#"\#(counted){method="GET",route="/health",status="200"} 1"#))
            #expect(lines.contains(#"\#(counted){method="other",route="none",status="404"} 2"#))
            let took = "runbook_http_request_duration_seconds"
            #expect(lines.contains(#"\#(took)_count{method="GET",route="/api/v1/runs/{id}"} 2"#))
            #expect(lines.contains(#"\#(took)_bucket{method="GET",route="/api/v1/runs/{id}",le="+Inf"} 2"#))
        }
    }

    @Test func `runs are counted by state`() async throws {
        let installation = try await Installation()
        try await installation.test { caller in
            _ = try await installation.cancelledRun()
            _ = try await installation.queuedRun()
            let head = try #require(try await installation.journal.head())
            let lines = Set(try await Self.text(installation, caller).split(separator: "\n").map(String.init))
            #expect(lines.contains(#"runbook_runs{state="queued"} 1"#))
            #expect(lines.contains(#"runbook_runs{state="interrupted"} 0"#))
            #expect(lines.contains(#"runbook_runs_settled_total{state="cancelled"} 1"#))
            // The token that asks was made after the head was read.
            #expect(lines.contains("runbook_journal_head_seq \(head.seq + 1)"))
            #expect(lines.contains(#"runbook_event_streams{of="run"} 0"#))
            #expect(lines.contains("runbook_folder_faults 0"))
        }
    }

    @Test func `everybody reads them where the server says so`() async throws {
        let installation = try await Installation(hasPeople: false) { $0.areMetricsOpen = true }
        try await installation.test { caller in
            let answer = try await caller.send(.get, "/metrics")
            #expect(answer.status == 200)
            #expect(answer.text.contains("process_resident_memory_bytes "))
        }
    }

    @Test(arguments: [(0.0005, 0), (0.001, 0), (0.0011, 1), (10, 12), (11, 13)])
    func `a request falls in the first bucket that holds it`(_ seconds: Double, _ bucket: Int) throws {
        let counts = RequestCounts()
        counts.note(method: "GET", route: "/", status: 200, took: .seconds(seconds))
        let row = try #require(counts.rows.first).row
        #expect(row.buckets[bucket] == 1 && row.buckets.reduce(0, +) == 1)
    }
}
