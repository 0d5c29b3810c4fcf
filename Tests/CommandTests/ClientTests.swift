import API
import Essentials
import Foundation
import Synchronization
import Testing

@testable import runbook

@Suite struct ClientTests {
    private struct Thing: Codable, Equatable { var name: String }

    private func with<Result: Sendable>(
        _ peer: ScriptedPeer, token: String? = "secret", _ body: (Client) async throws -> Result
    ) async throws -> Result {
        try await Client.with(ServerAddress(peer.url), token: token, body)
    }

    /// What a request fails with.
    private func problem(_ script: ScriptedPeer.Act..., token: String? = "secret") async throws -> Problem {
        let peer = try ScriptedPeer(script)
        return try await #require(throws: Problem.self) {
            try await with(peer, token: token) { try await $0.get(.api("things"), as: Thing.self) }
        }
    }

    private func header(_ name: String, of request: String) -> String? {
        request.split(separator: "\r\n").first { $0.lowercased().hasPrefix("\(name.lowercased()):") }
            .map { $0.dropFirst(name.count + 1).trimmingCharacters(in: .whitespaces) }
    }

    @Test func `a request says who asks and from where`() async throws {
        let peer = try ScriptedPeer([.json("200 OK", #"{"name":"a"}"#)])
        let thing = try await with(peer) { try await $0.get(.api("things", "a/b"), as: Thing.self) }
        #expect(thing == Thing(name: "a"))
        let request = try #require(peer.requests.first)
        #expect(request.hasPrefix("GET /api/v1/things/a%2Fb HTTP/1.1\r\n"))
        #expect(header("Authorization", of: request) == "Bearer secret")
        #expect(header("User-Agent", of: request)?.hasPrefix("runbook-cli/") == true)
        #expect(header("Idempotency-Key", of: request) == nil)
    }

    @Test func `a write whose connection was lost is sent again under the same key`() async throws {
        let peer = try ScriptedPeer([.hangUp, .hangUp, .json("201 Created", #"{"name":"a"}"#)])
        let thing = try await with(peer) {
            try await $0.write(.post, .api("things"), Thing(name: "a"), as: Thing.self)
        }
        #expect(thing == Thing(name: "a"))
        #expect(peer.requests.count == 3)
        let keys = Set(peer.requests.map { header("Idempotency-Key", of: $0) })
        #expect(keys.count == 1)
        #expect(try UUID(uuidString: #require(keys.first ?? nil)) != nil)
        #expect(peer.requests.allSatisfy { $0.hasSuffix(#"{"name":"a"}"#) })
    }

    @Test func `two writes have two keys`() async throws {
        let peer = try ScriptedPeer([.json("200 OK", "{}"), .json("200 OK", "{}")])
        try await with(peer) { client in
            for _ in 0..<2 { _ = try await client.send(Client.Request(.post, .api("things"), writing: [String]())) }
        }
        #expect(Set(peer.requests.map { header("Idempotency-Key", of: $0) }).count == 2)
    }

    @Test func `a server that asks to come back is asked again`() async throws {
        let peer = try ScriptedPeer([.problem(503, "unavailable", "Draining."), .json("200 OK", #"{"name":"a"}"#)])
        #expect(try await with(peer) { try await $0.get(.api("x"), as: Thing.self) } == Thing(name: "a"))
    }

    @Test func `a stranger who asks too often is told so at once`() async throws {
        #expect(try await problem(.problem(429, "limited", "Wait."), token: nil).code == .limited)
    }

    @Test func `a problem arrives whole, with its fields and lines`() async throws {
        let problem = try await problem(
            .problem(400, "invalid", "No.", errors: #"[{"name":"<pod>","message":"is empty","line":7}]"#))
        #expect(problem == .invalid("No.", fields: [.init(name: "<pod>", message: "is empty", line: 7)]))
    }

    @Test(arguments: [(409, Problem.Code.conflict), (413, .invalid), (410, .notFound), (403, .forbidden)])
    func `a problem of a kind that this client does not know goes by its status`(
        status: Int, code: Problem.Code
    ) async throws {
        #expect(try await problem(.problem(status, "brand-new", "No.")).code == code)
    }

    @Test func `a fault of the server names the request in its log`() async throws {
        let problem = try await problem(.problem(500, "internal", "Something went wrong."))
        #expect(problem.code == .unavailable)
        #expect(problem.message.contains("r1"))
    }

    @Test(arguments: [
        ScriptedPeer.Act.json("200 OK", "<html>", type: "text/html"),
        .json("404 Not Found", "nothing", type: "text/plain"),
        .json("200 OK", #"{"other":1}"#), .json("502 Bad Gateway", "<html>", type: "text/html"),
    ])
    func `what is no Runbook server is called so`(act: ScriptedPeer.Act) async throws {
        let problem = try await problem(act)
        #expect(problem.code == .unavailable)
        #expect(problem.message.contains("Is there a Runbook server at"))
    }

    @Test func `a redirect is not followed, for the token would go with it`() async throws {
        let peer = try ScriptedPeer([.json("302 Found", "", headers: "Location: http://elsewhere/\r\n")])
        let problem = try await #require(throws: Problem.self) {
            try await with(peer) { try await $0.get(.api("x"), as: Thing.self) }
        }
        #expect(problem.message.contains("http://elsewhere/"))
        #expect(peer.requests.count == 1)
    }

    @Test func `where nobody listens, that is said with what to try`() async throws {
        let address = try ServerAddress("http://127.0.0.1:1")
        let problem = try await #require(throws: Problem.self) {
            try await Client.with(address, token: nil) { try await $0.get(.api("x"), as: Thing.self) }
        }
        #expect(problem.code == .unavailable)
        #expect(problem.message.contains("runbook serve"))
    }

    @Test func `a list is read page after page up to its limit`() async throws {
        let peer = try ScriptedPeer([
            .json("200 OK", #"{"items":[1,2],"next":"b"}"#), .json("200 OK", #"{"items":[3],"next":null}"#),
        ])
        let list = try await with(peer) { try await $0.items { .api("x", query: ["limit": $0, "after": $1]) } }
        #expect(list.items == [1, 2, 3] && list.next == nil)
        #expect(
            peer.requests.map { $0.prefix { $0 != "\r\n" } } == [
                "GET /api/v1/x?limit=500 HTTP/1.1", "GET /api/v1/x?limit=500&after=b HTTP/1.1",
            ])
        let short = try ScriptedPeer([.json("200 OK", #"{"items":[1,2],"next":"b"}"#)])
        let first = try await with(short) {
            try await $0.items({ .api("x", query: ["limit": $0, "after": $1]) }, limit: 2)
        }
        #expect(first.items == [1, 2] && first.next == "b")
    }

    @Test func `a list that does not end is refused`() async throws {
        let page = ScriptedPeer.Act.json("200 OK", #"{"items":[1],"next":"same"}"#)
        let peer = try ScriptedPeer([page, page])
        await #expect(throws: Problem.self) {
            try await with(peer) { try await $0.items { .api("x", query: ["limit": $0, "after": $1]) } }
        }
    }

    @Test func `a broken stream is taken up after the last event, and says so`() async throws {
        let peer = try ScriptedPeer([
            .brokenStream("id: 4\nevent: output\ndata: a\n\nid: 5\nevent: output\ndata: b\n\nid: 6\ndata: ha"),
            .hangUp, .problem(503, "unavailable", "Starting."),
            .brokenStream("id: 6\nevent: output\ndata: c\n\n"),
        ])
        let news = Mutex<[Client.StreamNews]>([])
        let data = Mutex<[String]>([])
        try await with(peer) { client in
            try await client.follow(
                .api("runs", "1", "events"), after: "3",
                news: { received in news.withLock { $0.append(received) } },
                handle: { event in
                    data.withLock { $0.append(event.data) }
                    return event.data != "c"
                })
        }
        #expect(data.withLock { $0 } == ["a", "b", "c"])
        #expect(news.withLock { $0 } == [.lost, .back])
        #expect(peer.requests.map { header("Last-Event-ID", of: $0) } == ["3", "5", "5", "5"])
    }

    @Test func `a stream that is refused is a problem at once`() async throws {
        let peer = try ScriptedPeer([.problem(404, "not-found", "There is no such run.")])
        let problem = try await #require(throws: Problem.self) {
            try await with(peer) { try await $0.follow(.api("x"), news: { _ in }, handle: { _ in true }) }
        }
        #expect(problem == .notFound("There is no such run."))
    }

    @Test func `what the reader of a stream throws is not taken for a lost connection`() async throws {
        let peer = try ScriptedPeer([.brokenStream("data: a\n\n")])
        await #expect(throws: BrokenPipe.self) {
            try await with(peer) {
                try await $0.follow(.api("x"), news: { _ in }, handle: { _ in throw BrokenPipe() })
            }
        }
        #expect(peer.requests.count == 1)
    }
}
