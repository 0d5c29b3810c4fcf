import Accounts
import Essentials
import Foundation
import HTTPTypes
import Journal
import RunbookFormat
import Synchronization
import Testing

@testable import Server

/// Whatever is sent, the answer says what is wrong; and nothing is half done.
@Suite struct BadInputTests {
    private static func send(
        _ method: HTTPRequest.Method, _ path: String, _ body: Body = .none, as visitor: Visitor = .admin
    ) async throws -> Answer {
        let installation = try await Installation()
        _ = try await installation.runbook()
        let answers = Answers()
        try await installation.test { caller in
            answers.add(try await caller.send(method, path, as: try await installation.token(visitor), body))
        }
        return try #require(answers.all.first)
    }

    @Test func `a guide may have five million bytes and not one more`() async throws {
        let most = Guide.maximumBytes
        let path = "/api/v1/runbooks?name=large"
        // Refused for what it is, not for its size.
        let full = try await Self.send(.post, path, .raw("text/markdown", [UInt8](repeating: 0, count: most)))
        #expect(full.status == 400)
        let larger = try await Self.send(.post, path, .raw("text/markdown", [UInt8](repeating: 0x61, count: most + 1)))
        #expect(larger.status == 413)
        #expect(larger.text.contains("5000000"))
    }

    @Test func `a body that is too large is refused before all of it has come`() async throws {
        let installation = try await Installation()
        try await installation.testLive { caller in
            guard case .token(let token) = try await installation.token(.admin) else { return }
            let head = """
                POST /api/v1/users HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \(token)\r\n\
                Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n
                """
            let chunk = "10000\r\n" + String(repeating: " ", count: 0x10000) + "\r\n"
            // The last chunk never comes: whoever waits for it hangs.
            let pieces = [head] + Array(repeating: chunk, count: 17)
            let answer = try await Wire(port: try #require(caller.port)).exchange(pieces) { $0.contains("\r\n\r\n") }
            #expect(answer.hasPrefix("HTTP/1.1 413 "), "\(answer.prefix(200))")
            #expect(try await caller.send(.get, "/health").status == 200)
        }
    }

    @Test func `a body whose chunks are none is the sender's fault`() async throws {
        let installation = try await Installation()
        try await installation.testLive { caller in
            guard case .token(let token) = try await installation.token(.admin) else { return }
            let request = """
                POST /api/v1/users HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \(token)\r\n\
                Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n
                """
            let answer = try await Wire(port: try #require(caller.port)).exchange([request]) { $0.contains("\r\n\r\n") }
            #expect(answer.isEmpty || answer.hasPrefix("HTTP/1.1 400 "), "\(answer.prefix(200))")
        }
    }

    @Test(arguments: [
        "", "{", "[", "nonsense", #"{"runbook": "#, #"{"runbook": "\ud800"}"#, "\u{FEFF}",
        String(repeating: "[", count: 100_000), String(repeating: #"{"a":"#, count: 100_000),
        #"{"runbook": "accunode.deploy", "parameters": "# + String(repeating: "[", count: 100_000),
        #"{"runbook": 1e400}"#, "5", "null", "[]", #""text""#,
    ]) func `what is no JSON object is refused`(_ text: String) async throws {
        let answer = try await Self.send(.post, "/api/v1/runs", .raw("application/json", text))
        #expect(answer.status == 400)
    }

    @Test func `JSON that is not UTF-8 is refused`() async throws {
        let bytes = Array(#"{"runbook": ""#.utf8) + [0xC3, 0x28] + Array(#""}"#.utf8)
        #expect(try await Self.send(.post, "/api/v1/runs", .raw("application/json", bytes)).status == 400)
    }

    @Test func `another type of body is refused with the right one`() async throws {
        let run = try await Self.send(.post, "/api/v1/runs", .raw("text/plain", #"{"runbook": "a"}"#))
        #expect(run.status == 400)
        #expect(run.text.contains("application/json"))
        let guide = try await Self.send(.post, "/api/v1/runbooks?name=a", .raw("application/json", "{}"))
        #expect(guide.status == 400)
        #expect(guide.text.contains("text/markdown"))
    }

    @Test(arguments: [
        (#"{}"#, "runbook"), (#"{"runbook": 5}"#, "runbook"), (#"{"runbook": null}"#, "runbook"),
        (#"{"runbook": "a", "steps": "b"}"#, "steps"), (#"{"runbook": "a", "steps": [1]}"#, "steps/0"),
        (#"{"runbook": "a", "parameters": []}"#, "parameters"),
        (#"{"runbook": "a", "parameters": {"A": 1}}"#, "parameters/A"),
        (#"{"runbook": "a", "dry_run": "yes"}"#, "dry_run"),
        (#"{"runbook": "accunode.deploy", "priority": "now"}"#, "priority"),
        (#"{"runbook": "accunode.deploy", "parameters": {"VERSION": "a\u0000b"}}"#, "VERSION"),
        (#"{"runbook": "accunode.deploy", "parameters": {"PATH": "/evil"}}"#, "PATH"),
        (#"{"runbook": "accunode.deploy", "placeholders": {"<x>": "y"}}"#, "<x>"),
    ]) func `a field of a run that is wrong is named`(_ text: String, _ field: String) async throws {
        let answer = try await Self.send(.post, "/api/v1/runs", .raw("application/json", text))
        #expect(answer.status == 400)
        #expect(try answer.faultyFields() == [field])
    }

    @Test(arguments: [
        (#"{"name": "a\u0000b", "password": "correct horse battery", "role": "viewer"}"#, ["name"]),
        (#"{"name": "a\u001bb", "password": "correct horse battery", "role": "viewer"}"#, ["name"]),
        (#"{"name": "a\u202eb", "password": "correct horse battery", "role": "viewer"}"#, ["name"]),
        (#"{"name": " ", "password": "short", "role": "viewer"}"#, ["name", "password"]),
        (#"{"name": "a", "password": "correct horse battery", "role": "king"}"#, ["role"]),
        (#"{"name": "a", "password": "correct horse battery", "role": "viewer", "author": 1}"#, ["author"]),
    ]) func `a field of a person that is wrong is named`(_ text: String, _ fields: [String]) async throws {
        let answer = try await Self.send(.post, "/api/v1/users", .raw("application/json", text))
        #expect(answer.status == 400)
        #expect(try answer.faultyFields() == fields)
    }

    @Test(arguments: [
        (#"{"name": "a\nb", "scopes": ["read"]}"#, "name"), (#"{"name": "a", "scopes": []}"#, "scopes"),
        (#"{"name": "a", "scopes": ["fly"]}"#, "scopes"), (#"{"name": "a", "scopes": "read"}"#, "scopes"),
        (#"{"name": "a", "scopes": ["read"], "expires": "tomorrow"}"#, "expires"),
        (#"{"name": "a", "scopes": ["read"], "expires": "2001-01-01T00:00:00Z"}"#, "expires"),
    ]) func `a field of a token that is wrong is named`(_ text: String, _ field: String) async throws {
        let answer = try await Self.send(.post, "/api/v1/tokens", .raw("application/json", text))
        #expect(answer.status == 400)
        #expect(try answer.faultyFields() == [field])
    }

    @Test func `a token gives no more than its maker has`() async throws {
        for scope in ["admin", "author", "operate"] {
            let body = Body.json(["name": "a", "scopes": [.string(scope)]])
            #expect(try await Self.send(.post, "/api/v1/tokens", body, as: .viewer).status == 403)
        }
    }

    @Test(arguments: [
        "", "..", "a..b", ".a", "a b", "a%2Fb", "a%00b", "a%0Ab", String(repeating: "a", count: 201), "%ff",
    ])
    func `what is no name of a runbook is refused`(_ name: String) async throws {
        let answer = try await Self.send(.post, "/api/v1/runbooks?name=\(name)", .markdown(Installation.guide))
        #expect(answer.status == 400)
        #expect(try answer.faultyFields() == ["name"])
    }

    @Test(arguments: [
        "limit=0", "limit=-1", "limit=501", "limit=ten", "limit=1e2", "limit=99999999999999999999", "limit=%00",
    ])
    func `a page of no such size is refused`(_ query: String) async throws {
        for list in ["runs", "runbooks", "journal", "users", "tokens", "runbooks/accunode.deploy/versions"] {
            let answer = try await Self.send(.get, "/api/v1/\(list)?\(query)")
            #expect(answer.status == 400, "\(list)")
            #expect(try answer.faultyFields() == ["limit"], "\(list)")
        }
    }

    @Test(arguments: [
        "/api/v1/journal?after=x", "/api/v1/journal?order=sideways", "/api/v1/journal/stream?after=-1",
        "/api/v1/journal/verification?head=1", "/api/v1/runbooks/accunode.deploy/versions?after=x",
        "/api/v1/runs?state=flying", "/api/v1/runs/1/output?after=x", "/api/v1/runs/1/output?after=-1",
        "/api/v1/runs/1/events?after=x",
    ]) func `a query that means nothing is refused`(_ path: String) async throws {
        #expect(try await Self.send(.get, path).status == 400)
    }

    @Test(arguments: [
        "/api/v1/runs/1", "/api/v1/runs/1/output", "/api/v1/runs/1/events",
        "/api/v1/runbooks/nothing",
        "/api/v1/runbooks/nothing/versions", "/api/v1/runbooks/nothing/source",
        "/api/v1/runbooks/accunode.deploy/source?version=1", "/runs/1", "/runbooks/nothing", "/runbooks/nothing/run",
        "/runs/1/output",
    ]) func `what is not there is not found`(_ path: String) async throws {
        #expect(try await Self.send(.get, path).status == 404)
    }

    @Test(arguments: ["/api/v1/runs/1/cancellation", "/api/v1/runs/1/resumption"])
    func `nothing can be done to what is not there`(_ path: String) async throws {
        #expect(try await Self.send(.post, path).status == 404)
    }

    @Test func `people and tokens that are not there are not found`() async throws {
        #expect(try await Self.send(.patch, "/api/v1/users/1", .json(["author": true])).status == 404)
        #expect(try await Self.send(.delete, "/api/v1/tokens/1").status == 404)
        let run = Body.json(["runbook": "accunode.deploy", "section": "nowhere"])
        #expect(try await Self.send(.post, "/api/v1/runs", run).status == 404)
    }

    @Test func `an id with more behind a NUL is another id`() async throws {
        let installation = try await Installation()
        try await installation.test { caller in
            let run = try await installation.queuedRun()
            let token = try await installation.token(.admin)
            // SQLite's C strings end at a NUL, so that what stands before it would be found.
            let paths = ["runs/\(run)%00", "runs/\(run)%00x", "runs/%00", "runbooks/accunode.deploy%00"]
            for path in paths {
                let status = try await caller.send(.get, "/api/v1/\(path)", as: token).status
                #expect(status == 400 || status == 404, "\(path): \(status)")
            }
            let status = try await caller.send(.post, "/api/v1/runs/\(run)%00x/cancellation", as: token).status
            #expect(status == 400 || status == 404, "\(status)")
        }
    }

    @Test(arguments: [
        "/api/v1/runs/%ff", "/api/v1/runs/%", "/api/v1/runs/%zz", "/api/v1/runbooks/%c3%28", "/runbooks/%ff",
    ])
    func `a path that is not UTF-8 is refused`(_ path: String) async throws {
        #expect(try await Self.send(.get, path).status == 400)
    }

    @Test func `a form that is not UTF-8 is refused`() async throws {
        let type = "application/x-www-form-urlencoded"
        #expect(try await Self.send(.post, "/runs", .raw(type, "runbook=%ff")).status == 400)
        #expect(try await Self.send(.post, "/runs", .raw(type, [0x61, 0x3D, 0xFF])).status == 400)
    }

    @Test func `a request to cancel that is sent again changes nothing`() async throws {
        let installation = try await Installation()
        try await installation.test { caller in
            let token = try await installation.token(.operator)
            let cancelled = try await installation.cancelledRun()
            let head = try await installation.journal.head()
            #expect(try await caller.send(.post, "/api/v1/runs/\(cancelled)/cancellation", as: token).status == 200)
            #expect(try await installation.journal.head() == head)
        }
    }

    @Test func `a state that things are in already is a conflict`() async throws {
        let installation = try await Installation()
        try await installation.test { caller in
            let token = try await installation.token(.operator)
            let queued = try await installation.queuedRun()
            #expect(try await caller.send(.post, "/api/v1/runs/\(queued)/resumption", as: token).status == 409)
            let name = Body.json(["name": "VIEWER", "password": .string(Installation.password), "role": "viewer"])
            let admin = try await installation.token(.admin)
            #expect(try await caller.send(.post, "/api/v1/users", as: admin, name).status == 409)
            let id = try installation.account(.admin).id
            let demotion = Body.json(["role": "viewer"])
            #expect(try await caller.send(.patch, "/api/v1/users/\(id)", as: admin, demotion).status == 409)
        }
    }
}

/// What a test's requests were answered, in order.
private final class Answers: Sendable {
    private let answers = Mutex<[Answer]>([])

    var all: [Answer] { answers.withLock { $0 } }

    func add(_ answer: Answer) { answers.withLock { $0.append(answer) } }
}
