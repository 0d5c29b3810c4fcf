import Checklists
import Essentials
import Foundation
import HTTPTypes
import Journal
import Storage
import Testing

@testable import Server

/// A request that is sent again is carried out once.
@Suite struct IdempotencyTests {
    private static func key(_ key: String) -> HTTPFields { [.idempotencyKey: key] }

    private static func count(_ caller: Caller, as credentials: Credentials) async throws -> Int {
        let runs = try await caller.send(.get, "/api/v1/runs", as: credentials)
        guard case .array(let items) = try runs.json()["items"] else { return -1 }
        return items.count
    }

    @Test func `the same request with the same key starts one run and is answered the same`() async throws {
        let installation = try await Installation()
        try await installation.test { caller in
            let token = try await installation.token(.operator)
            let order = Body.json(["runbook": .string(try await installation.runbook())])
            let first = try await caller.send(.post, "/api/v1/runs", as: token, order, Self.key("a"))
            let second = try await caller.send(.post, "/api/v1/runs", as: token, order, Self.key("a"))
            #expect(first.status == 201)
            #expect(second.status == 201)
            #expect(second.bytes == first.bytes)
            #expect(second.location == first.location)
            #expect(second.contentType == first.contentType)
            #expect(first.headers[.idempotentReplayed] == nil)
            #expect(second.headers[.idempotentReplayed] == "true")
            #expect(try await Self.count(caller, as: token) == 1)
        }
    }

    @Test func `without a key, or with another, it is another request`() async throws {
        let installation = try await Installation()
        try await installation.test { caller in
            let token = try await installation.token(.operator)
            let order = Body.json(["runbook": .string(try await installation.runbook())])
            for fields in [[:], [:], Self.key("a"), Self.key("b")] {
                #expect(try await caller.send(.post, "/api/v1/runs", as: token, order, fields).status == 201)
            }
            #expect(try await Self.count(caller, as: token) == 4)
        }
    }

    @Test func `a key belongs to whoever used it`() async throws {
        let installation = try await Installation()
        try await installation.test { caller in
            let order = Body.json(["runbook": .string(try await installation.runbook())])
            for visitor in [Visitor.operator, .author] {
                let token = try await installation.token(visitor)
                let answer = try await caller.send(.post, "/api/v1/runs", as: token, order, Self.key("a"))
                #expect(answer.headers[.idempotentReplayed] == nil)
            }
            #expect(try await Self.count(caller, as: try await installation.token(.operator)) == 2)
        }
    }

    @Test func `a key that was used for another request is refused`() async throws {
        let installation = try await Installation()
        try await installation.test { caller in
            let token = try await installation.token(.operator)
            let runbook = JSONValue.string(try await installation.runbook())
            let first = try await caller.send(
                .post, "/api/v1/runs", as: token, .json(["runbook": runbook]), Self.key("a"))
            #expect(first.status == 201)
            let other = try await caller.send(
                .post, "/api/v1/runs", as: token, .json(["runbook": runbook, "priority": "low"]), Self.key("a"))
            #expect(other.status == 409)
            let elsewhere = try await caller.send(
                .post, "\(first.location ?? "")/cancellation", as: token, .none, Self.key("a"))
            #expect(elsewhere.status == 409)
            #expect(try await Self.count(caller, as: token) == 1)
        }
    }

    /// The server died after the change and before its answer was kept.
    private static func lose(_ installation: Installation) async throws {
        try await installation.journal.database.write { transaction in
            try transaction.execute(
                "UPDATE idempotency SET status = NULL, content_type = NULL, location = NULL, body = NULL /* scan: tests */"
            )
        }
    }

    @Test func `an answer that was lost in a crash is given anew, from what stands`() async throws {
        let installation = try await Installation()
        let runbook = JSONValue.string(try await installation.runbook())
        let list = try await installation.checklist().id
        let (incident, deployment) = (try await installation.incident(), try await installation.waitingDeployment())
        try await installation.test { caller in
            let session = try await installation.session(.operator)
            let requests: [(HTTPRequest.Method, String, Body)] = [
                (.post, "/api/v1/runs", .json(["runbook": runbook])),
                (.post, "/api/v1/checklists", .json(["runbook": "go-live"])),
                (
                    .put, "/api/v1/checklists/\(list)/items/\(Installation.backup)",
                    Body.json(["state": "ticked"]).with([.ifMatch: "\"1\""])
                ),
                (.post, "/api/v1/incidents", .json(["title": "Errors"])),
                (.post, "/api/v1/incidents/\(incident)/acknowledgement", .none),
                (.patch, "/api/v1/incidents/\(incident)", .json(["severity": "sev1"])),
                (.post, "/api/v1/incidents/\(incident)/timeline", .json(["text": "It was the disk."])),
                (.post, "/api/v1/deployments/\(deployment)/cancellation", .none),
                (.post, "/api/v1/deployments/records", .json(["service": "a", "version": "v1", "environment": "b"])),
            ]
            for (number, (method, path, body)) in requests.enumerated() {
                let key = Self.key("\(number)")
                let first = try await caller.send(method, path, as: session, body, key)
                #expect((200...201).contains(first.status), "\(path): \(first.text)")
                let head = try await installation.journal.head()
                try await Self.lose(installation)
                let again = try await caller.send(method, path, as: session, body, key)
                #expect((200...201).contains(again.status), "\(path): \(again.text)")
                #expect(try again.json() == first.json(), "\(path)")
                #expect(again.headers[.idempotentReplayed] == "true")
                #expect(try await installation.journal.head() == head, "\(path) changed something")
            }
        }
    }

    @Test func `a form whose answer was lost leads to what it made, and a lost secret is not made again`() async throws
    {
        let installation = try await Installation()
        try await installation.test { caller in
            let session = try await installation.session(.operator)
            let form = Body.form(["title": "Errors", "idempotency_key": "from-the-page"])
            let first = try await caller.send(.post, "/incidents", as: session, form)
            try await Self.lose(installation)
            let again = try await caller.send(.post, "/incidents", as: session, form)
            #expect(again.status == 303 && again.location == first.location)
            let token = Body.json(["name": "ci", "scopes": ["read"]])
            #expect(try await caller.send(.post, "/api/v1/tokens", as: session, token, Self.key("t")).status == 201)
            try await Self.lose(installation)
            #expect(try await caller.send(.post, "/api/v1/tokens", as: session, token, Self.key("t")).status == 409)
        }
    }

    @Test func `a refused request leaves its key free`() async throws {
        let installation = try await Installation()
        try await installation.test { caller in
            let token = try await installation.token(.operator)
            let wrong = try await caller.send(
                .post, "/api/v1/runs", as: token, .json(["runbook": "nothing"]), Self.key("a"))
            #expect(wrong.status == 404)
            let right = try await caller.send(
                .post, "/api/v1/runs", as: token, .json(["runbook": .string(try await installation.runbook())]),
                Self.key("a"))
            #expect(right.status == 201)
            #expect(right.headers[.idempotentReplayed] == nil)
        }
    }

    @Test func `a form that is sent twice starts one run`() async throws {
        let installation = try await Installation()
        try await installation.test { caller in
            let session = try await installation.session(.operator)
            let form = Body.form(["runbook": try await installation.runbook(), "idempotency_key": "from-the-page"])
            let first = try await caller.send(.post, "/runs", as: session, form)
            let second = try await caller.send(.post, "/runs", as: session, form)
            #expect(first.status == 303)
            #expect(second.status == 303)
            #expect(second.location == first.location)
            #expect(try await Self.count(caller, as: session) == 1)
        }
    }

    @Test func `many at once with one key start one run`() async throws {
        let installation = try await Installation()
        try await installation.test { caller in
            let token = try await installation.token(.operator)
            let order = Body.json(["runbook": .string(try await installation.runbook())])
            let answers = try await withThrowingTaskGroup(of: Answer.self) { group in
                for _ in 0..<16 {
                    group.addTask { try await caller.send(.post, "/api/v1/runs", as: token, order, Self.key("a")) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            let started = answers.filter { $0.status == 201 }
            #expect(!started.isEmpty)
            #expect(Set(started.map(\.text)).count == 1)
            #expect(answers.allSatisfy { $0.status == 201 || $0.status == 409 })
            #expect(try await Self.count(caller, as: token) == 1)
        }
    }

    @Test(arguments: ["a b", "ü", String(repeating: "x", count: 256)])
    func `a key that is none is refused`(_ key: String) async throws {
        let installation = try await Installation()
        try await installation.test { caller in
            let token = try await installation.token(.operator)
            let order = Body.json(["runbook": .string(try await installation.runbook())])
            #expect(try await caller.send(.post, "/api/v1/runs", as: token, order, Self.key(key)).status == 400)
        }
    }

    /// "Shown once, stored as hashes" holds for the answer that is kept for a second try, too.
    @Test func `the secret of a new token stands nowhere in the database`() async throws {
        let installation = try await Installation()
        try await installation.test { caller in
            let request = Body.json(["name": "ci", "scopes": ["read"]])
            let token = try await installation.token(.operator)
            let answer = try await caller.send(.post, "/api/v1/tokens", as: token, request, Self.key("a"))
            let secret = try #require(try answer.json()["secret"]?.string)
            #expect(try installation.databaseBytes().range(of: Data(secret.utf8)) == nil)
            #expect(try await caller.send(.post, "/api/v1/tokens", as: token, request, Self.key("a")).status == 409)
        }
    }
}
