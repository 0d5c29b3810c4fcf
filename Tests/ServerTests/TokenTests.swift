import Accounts
import Essentials
import HTTPTypes
import Testing

@testable import Server

/// What a token must be to let somebody in.
@Suite struct TokenTests {
    private static func refused(_ answer: Answer) throws {
        #expect(answer.status == 401)
        #expect(answer.headers[.wwwAuthenticate] == "Bearer")
        #expect(try answer.json()["code"] == "unauthenticated")
    }

    @Test(arguments: [
        "Bearer ", "Bearer x", "Bearer runbook_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "Basic YTpi", "Token x",
        "x",
        "Bearer \(String(repeating: "x", count: 10_000))",
    ]) func `a token of nobody's is refused`(_ header: String) async throws {
        try await Installation().test { caller in
            try Self.refused(try await caller.send(.get, "/api/v1/me", .none, [.authorization: header]))
        }
    }

    @Test func `a token works until it expires`() async throws {
        let installation = try await Installation()
        try await installation.test { caller in
            let token = try await installation.token(
                [.read], expires: installation.clock.source.now().advanced(by: .seconds(60)))
            #expect(try await caller.send(.get, "/api/v1/me", as: token).status == 200)
            installation.clock.advance(by: .seconds(60))
            let answer = try await caller.send(.get, "/api/v1/me", as: token)
            try Self.refused(answer)
            #expect(answer.text.contains("expired"))
        }
    }

    @Test func `a token works until it is revoked`() async throws {
        let installation = try await Installation()
        try await installation.test { caller in
            let admin = try await installation.session(.admin)
            let made = try await caller.send(
                .post, "/api/v1/tokens", as: admin, .json(["name": "ci", "scopes": ["read", "operate"]]))
            let token = Credentials.token(try #require(try made.json()["secret"]?.string))
            let me = try await caller.send(.get, "/api/v1/me", as: token)
            #expect(try me.json()["permissions"] == ["read", "operate"])
            #expect(try await caller.send(.delete, try #require(made.location), as: admin).status == 204)
            let answer = try await caller.send(.get, "/api/v1/me", as: token)
            try Self.refused(answer)
            #expect(answer.text.contains("revoked"))
        }
    }

    @Test func `who is disabled is out at once, by session and by token`() async throws {
        let installation = try await Installation()
        try await installation.test { caller in
            let (session, token) = (try await installation.session(.viewer), try await installation.token(.viewer))
            let path = "/api/v1/users/\(try installation.account(.viewer).id)"
            let admin = try await installation.token(.admin)
            #expect(try await caller.send(.patch, path, as: admin, .json(["disabled": true])).status == 200)
            for credentials in [session, token] {
                #expect(try await caller.send(.get, "/api/v1/me", as: credentials).status == 401)
            }
        }
    }

    @Test func `a token that lost its person's permission lost it too`() async throws {
        let installation = try await Installation()
        try await installation.test { caller in
            let token = try await installation.token(.operator)
            let path = "/api/v1/users/\(try installation.account(.operator).id)"
            let admin = try await installation.token(.admin)
            #expect(try await caller.send(.patch, path, as: admin, .json(["role": "viewer"])).status == 200)
            let order = Body.json(["runbook": .string(try await installation.runbook())])
            #expect(try await caller.send(.post, "/api/v1/runs", as: token, order).status == 403)
        }
    }

    @Test func `lists are read to their end part by part`() async throws {
        let installation = try await Installation()
        try await installation.test { caller in
            let admin = try await installation.token(.admin)
            for _ in 0..<6 { _ = try await installation.queuedRun() }
            for list in ["users", "tokens?all=true", "runs", "journal", "journal?order=desc"] {
                let separator = list.contains("?") ? "&" : "?"
                let whole = try await caller.send(.get, "/api/v1/\(list)\(separator)limit=500", as: admin).json()
                #expect(whole["next"] == .null, "\(list)")
                var (parts, after) = ([JSONValue](), "")
                while true {
                    let part = try await caller.send(
                        .get, "/api/v1/\(list)\(separator)limit=2\(after)", as: admin
                    ).json()
                    guard case .array(let items) = part["items"] else { break }
                    #expect(items.count <= 2)
                    parts += items
                    guard let next = part["next"]?.string, parts.count < 500 else { break }
                    after = "&after=\(Paths.encoded(next))"
                }
                #expect(whole["items"] == .array(parts), "\(list)")
            }
        }
    }
}
