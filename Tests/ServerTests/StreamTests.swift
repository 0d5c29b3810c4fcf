import Essentials
import Executions
import Foundation
import HTTPTypes
import Journal
import Synchronization
import Testing

@testable import Server

/// What comes live, and how it begins again and ends.
@Suite struct StreamTests {
    @Test func `a settled run's stream says all and ends`() async throws {
        let installation = try await Installation()
        try await installation.test { caller in
            let run = try await installation.cancelledRun()
            let answer = try await caller.send(
                .get, "/api/v1/runs/\(run)/events", as: try await installation.token(.viewer))
            let events = EventText.events(in: answer.text)
            #expect(events.map(\.name) == ["step", "step", "run"])
            let last = try JSONDecoder().decode(JSONValue.self, from: Data((events.last?.data ?? "").utf8))
            #expect(last["id"] == .string(run))
            #expect(last["state"] == "cancelled")
            #expect(answer.headers[.cacheControl] == "no-store")
        }
    }

    @Test func `a run's stream tells of its end, and ends with it`() async throws {
        let installation = try await Installation()
        try await installation.testLive { caller in
            let (run, isCancelled) = (try await installation.queuedRun(), Once())
            let text = try await Wire(port: try #require(caller.port)).read(
                .get, "/api/v1/runs/\(run)/events", as: try await installation.token(.viewer)
            ) { text in
                if text.contains(#""state":"queued""#), isCancelled.take() {
                    _ = try await installation.executions.cancel(ID(run), by: try installation.principal(.admin))
                }
                return text.hasSuffix("0\r\n\r\n")
            }
            #expect(text.hasSuffix("0\r\n\r\n"), "the stream did not end")
            #expect(text.contains(#""state":"cancelled""#))
        }
    }

    @Test func `the journal's stream goes on after the last event that was seen`() async throws {
        let installation = try await Installation()
        try await installation.testLive { caller in
            let token = try await installation.token(.viewer)
            let head = try #require(try await installation.journal.head())
            let run = try await installation.queuedRun()
            let text = try await Wire(port: try #require(caller.port)).read(
                .get, "/api/v1/journal/stream", as: token, [.lastEventID: "\(head.seq)"]
            ) { $0.contains("run.created") && $0.hasSuffix("\n\n\r\n") }
            let body = Self.unchunked(text)
            #expect(EventText.faults(in: body, against: Description.schemas) == [])
            let events = EventText.events(in: body)
            #expect(events.map(\.id) == ["\(head.seq + 1)", "\(head.seq + 2)"])
            #expect(events.allSatisfy { $0.name == "journal" })
            #expect(events.last?.data.contains("run/\(run)") == true)
        }
    }

    @Test func `the journal's stream begins with what is new`() async throws {
        let installation = try await Installation()
        try await installation.testLive { caller in
            let (token, isMade) = (try await installation.token(.viewer), Once())
            let text = try await Wire(port: try #require(caller.port)).read(
                .get, "/api/v1/journal/stream", as: token
            ) { text in
                if text.contains(": runbook"), isMade.take() {
                    try await until { installation.journal.tail.count == 1 }
                    _ = try await installation.queuedRun()
                }
                return text.contains("run.created")
            }
            #expect(!text.contains("person.added"))
        }
    }

    @Test func `a stream ends when its reader has gone`() async throws {
        let installation = try await Installation()
        try await installation.testLive { caller in
            let token = try await installation.token(.viewer)
            let run = try await installation.queuedRun()
            let wire = Wire(port: try #require(caller.port))
            for path in ["/api/v1/journal/stream", "/api/v1/runs/\(run)/events"] {
                _ = try await wire.read(.get, path, as: token) { $0.contains(": runbook") }
            }
            try await until { installation.journal.tail.count == 0 && installation.executions.feed.count == 0 }
        }
    }

    @Test func `streams end when the server stops`() async throws {
        let installation = try await Installation()
        let (begun, beginning) = AsyncStream.makeStream(of: Void.self)
        let readers = Mutex<[Task<String, any Error>]>([])
        try await installation.testLive { caller in
            let token = try await installation.token(.viewer)
            let run = try await installation.queuedRun()
            let wire = Wire(port: try #require(caller.port))
            for path in ["/api/v1/journal/stream", "/api/v1/runs/\(run)/events"] {
                let reader = Task {
                    try await wire.read(.get, path, as: token) { text in
                        if text.contains(": runbook") { beginning.yield() }
                        return false
                    }
                }
                readers.withLock { $0.append(reader) }
                for await _ in begun { break }
            }
        }
        // The server has stopped, so it waited for none of them; and each was told.
        for reader in readers.withLock({ $0 }) { #expect(try await reader.value.contains(": runbook")) }
    }

    @Test func `headers that are too large are refused, and others are served on`() async throws {
        let installation = try await Installation(hasPeople: false)
        try await installation.testLive { caller in
            let wire = Wire(port: try #require(caller.port))
            for head in [
                "GET /health HTTP/1.1\r\nHost: localhost\r\nX-Large: \(String(repeating: "x", count: 200_000))\r\n\r\n",
                "GET /\(String(repeating: "x", count: 200_000)) HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "GET /health HTTP/1.1\r\nHost: localhost\r\n" + String(repeating: "X-Many: x\r\n", count: 10_000)
                    + "\r\n",
                "NONSENSE\r\n\r\n", "GET /health HTTP/9.9\r\n\r\n",
                "GET /health HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
                "POST /session HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            ] {
                let answer = try await wire.exchange([head]) { $0.contains("\r\n\r\n") }
                #expect(answer.isEmpty || answer.hasPrefix("HTTP/1.1 4"), "\(head.prefix(60)): \(answer.prefix(100))")
                #expect(try await caller.send(.get, "/health").status == 200)
            }
        }
    }

    /// The body of a chunked answer, as far as it has come.
    private static func unchunked(_ text: String) -> String {
        guard let body = text.range(of: "\r\n\r\n") else { return "" }
        // Each chunk ends with a line feed of ours, then CRLF, its successor's size and CRLF.
        return String(text[body.upperBound...]).replacing(/(^|\r\n)[0-9a-fA-F]+\r\n/, with: "").replacing(
            "\r\n", with: "")
    }
}

/// Waits until it is so; the time it may take is only there to end a test that hangs.
func until(_ condition: () -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(300)
    while !condition() {
        try #require(ContinuousClock.now < deadline, "waited in vain")
        try await Task.sleep(for: .milliseconds(1))
    }
}

/// True for the first who asks.
private final class Once: Sendable {
    private let isTaken = Mutex(false)

    func take() -> Bool {
        isTaken.withLock { isTaken in
            defer { isTaken = true }
            return !isTaken
        }
    }
}
