import Essentials
import HTTPTypes
import Testing

@testable import Server

/// Who gets in where.
@Suite struct AccessTests {
    @Test func `every route has a row in the table of who may do what`() async throws {
        let routes = try await Installation(hasPeople: false).server.routes.map { "\($0.method.rawValue) \($0.path)" }
        #expect(Set(AccessRow.all.map(\.name)) == Set(routes))
        #expect(Set(routes).count == routes.count)
    }

    @Test(arguments: AccessRow.all.filter { !$0.isEndless })
    func `everybody is answered as the table says`(_ row: AccessRow) async throws {
        let installation = try await Installation()
        try await installation.test { caller in
            for visitor in Visitor.allCases {
                let sent = try await row.sent(installation)
                let answer = try await caller.send(
                    row.method, sent.uri, as: try await installation.credentials(visitor), sent.body)
                #expect(AccessRow.Outcome(answer) == row.outcomes[visitor], "\(visitor): \(answer.text.prefix(300))")
            }
        }
    }

    @Test(arguments: AccessRow.all.filter { !$0.isEndless && !$0.isAboutSession })
    func `a token may what its person may`(_ row: AccessRow) async throws {
        let installation = try await Installation()
        try await installation.test { caller in
            for visitor in Visitor.allCases where visitor.role != nil {
                let sent = try await row.sent(installation)
                let answer = try await caller.send(
                    row.method, sent.uri, as: try await installation.token(visitor), sent.body)
                #expect(AccessRow.Outcome(answer) == row.outcomes[visitor], "\(visitor): \(answer.text.prefix(300))")
            }
        }
    }

    @Test(arguments: AccessRow.all.filter { $0.isEndless })
    func `a stream that never ends begins only for whom the table says`(_ row: AccessRow) async throws {
        let installation = try await Installation()
        try await installation.testLive { caller in
            for visitor in Visitor.allCases {
                let credentials = try await installation.credentials(visitor)
                let head = try await Wire(port: try #require(caller.port)).read(
                    row.method, row.path, as: credentials, until: { $0.contains("\r\n\r\n") })
                let isSentAway = head.lowercased().contains("\r\nlocation: /sign-in?next=")
                let outcome = isSentAway ? "sign-in" : String(head.split(separator: " ")[1])
                #expect(outcome == row.outcomes[visitor]?.description, "\(visitor)")
            }
        }
    }

    /// What an operation is described to need is what it needs: all other permissions together do not do.
    @Test(arguments: AccessRow.all.filter { Description.operations[$0.name] != nil && !$0.isEndless })
    func `an operation needs the permission that its description names`(_ row: AccessRow) async throws {
        let operation = try #require(
            OpenAPIDocument.operations.first { "\($0.method.rawValue) \($0.path)" == row.name })
        guard case .permitted(let permission) = operation.access else { return }
        let installation = try await Installation()
        try await installation.test { caller in
            let others = Set(Permission.allCases).subtracting([permission, .admin])
            var sent = try await row.sent(installation)
            let refused = try await caller.send(
                row.method, sent.uri, as: try await installation.token(others), sent.body)
            #expect(refused.status == 403)
            #expect(refused.text.contains(permission.rawValue))
            // Whoever may act on something may see it too, or could not find it.
            sent = try await row.sent(installation)
            let taken = try await caller.send(
                row.method, sent.uri, as: try await installation.token([permission, .read]), sent.body)
            #expect((200..<300).contains(taken.status), "\(taken.status): \(taken.text)")
        }
    }

    @Test func `a stranger is told of no page whether it exists`() async throws {
        let installation = try await Installation()
        try await installation.test { caller in
            for path in [
                "/runbooks", "/nothing/here", "/runs/1", "/runs/1/nothing", "/etc/passwd", "/..%2f..%2fetc/passwd",
            ] {
                let answer = try await caller.send(.get, path)
                #expect(AccessRow.Outcome(answer) == .signIn, "\(path)")
            }
            for path in ["/api/v1/runs", "/api/v1/nothing", "/api/v2/runs"] {
                let status = try await caller.send(.get, path).status
                #expect(status == 401, "\(path): \(status)")
            }
        }
    }

    @Test func `what does not exist is not found`() async throws {
        let installation = try await Installation()
        try await installation.test { caller in
            let admin = try await installation.session(.admin)
            for path in ["/nothing", "/api/v1/nothing", "/api", "/assets/", "/runbooks/a/b/c"] {
                #expect(try await caller.send(.get, path, as: admin).status == 404, "\(path)")
            }
            #expect(try await caller.send(.get, "/assets/..%2f..%2fPackage.swift", as: admin).status == 404)
            #expect(try await caller.send(.post, "/api/v1/nothing", as: admin, .json([:])).status == 404)
        }
    }

    @Test func `another method is answered with those there are, to strangers only where they are answered at all`()
        async throws
    {
        let installation = try await Installation()
        var known: [String: Set<String>] = [:]
        var open: Set<String> = []
        for route in installation.server.routes {
            known[route.path, default: []].insert(route.method.rawValue)
            if route.isOpen { open.insert(route.path) }
        }
        let (table, openPaths) = (known, open)
        try await installation.test { caller in
            let viewer = try await installation.session(.viewer)
            for (path, methods) in table {
                let uri = path.replacing("{id}", with: "1").replacing("{name}", with: "a")
                for method in [HTTPRequest.Method.get, .post, .put, .patch, .delete, .options, .trace] {
                    guard !methods.contains(method.rawValue) else { continue }
                    let answer = try await caller.send(method, uri, as: viewer)
                    #expect(answer.status == 405, "\(method) \(path)")
                    #expect(answer.headers[.allow] == methods.sorted().joined(separator: ", "), "\(method) \(path)")
                    let stranger = try await caller.send(method, uri)
                    guard !openPaths.contains(path) else {
                        #expect(stranger.status == 405, "\(method) \(path)")
                        continue
                    }
                    #expect(stranger.status == 401 || stranger.status == 303, "\(method) \(path)")
                    #expect(stranger.headers[.allow] == nil, "\(method) \(path)")
                }
            }
        }
    }
}
