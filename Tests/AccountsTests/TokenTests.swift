@testable import Accounts
import Essentials
import Foundation
import Journal
import Storage
import Testing

struct `Tokens` {
    let fixture: Fixture
    let ada: Account
    var accounts: Accounts { fixture.accounts }
    var adaHerself: Principal { ada.principal(via: .web) }

    init() async throws {
        fixture = try Fixture()
        ada = try await fixture.add("Ada", .operator)
    }

    private func make(
        _ scopes: Set<Permission>, expires: Timestamp? = nil, by principal: Principal? = nil
    ) async throws -> NewAccessToken {
        try await accounts.makeToken(name: "ci", scopes: scopes, expires: expires, by: principal ?? adaHerself)
    }

    private func row(of token: AccessToken) async throws -> TokenRow? {
        try await fixture.database.read { reader in
            try reader.first(
                """
                SELECT \(Accounts.tokenColumns) FROM tokens t LEFT JOIN people p ON p.id = t.person WHERE t.id = \(token.id)
                """)
        }
    }

    @Test func `a token acts for its person within its scopes`() async throws {
        let new = try await make([.read])
        #expect(new.secret.wholeMatch(of: /runbook_[A-Za-z0-9_-]{43}/) != nil)
        let principal = try await accounts.principal(token: new.secret, address: "192.0.2.7")
        #expect(principal.kind == .token)
        #expect(principal.id == new.token.id.rawValue)
        #expect(principal.name == "Ada (ci)")
        #expect(principal.permissions == [.read])
        #expect(principal.via == .api)
        #expect(principal.address == "192.0.2.7")
        let event = try #require(try await fixture.events("token.added").first)
        #expect(event.objects.map(\.text) == ["token/\(new.token.id)"])
        #expect(event.details["scopes"] == "read")
    }

    @Test func `its secret can't be read from the database`() async throws {
        let secret = try await make([.read]).secret
        #expect(try fixture.bytes().range(of: Data(secret.dropFirst(8).utf8)) == nil)
    }

    @Test func `asking who a token is costs one indexed read`() async throws {
        let secret = try await make([.read]).secret
        let before = Set(fixture.explainer.plans.keys)
        _ = try await accounts.principal(token: secret)
        let plans = fixture.explainer.plans.filter { !before.contains($0.key) }
        #expect(plans.count == 1)
        #expect(plans.values.first?.allSatisfy { $0.hasPrefix("SEARCH") && $0.contains("USING INDEX") } == true)
    }

    @Test func `asking again who it is costs none`() async throws {
        let secret = try await make([.read]).secret
        let first = try await accounts.principal(token: secret, address: "192.0.2.7")
        try fixture.database.close()
        let second = try await accounts.principal(token: secret, address: "192.0.2.8")
        #expect(second.id == first.id && second.name == first.name && second.permissions == first.permissions)
        #expect(second.address == "192.0.2.8")
    }

    @Test func `what was looked up before a change is not kept after it`() async throws {
        let row = try await row(of: make([.read]).token)
        let known = KnownTokens()
        let hash = Secret.hash("a")
        let first = try await known.token(hash) {
            try await fixture.database.write { known.forget(in: $0) }
            return row
        }
        #expect(first?.row.id == row?.id)
        #expect(try await known.token(hash) { nil } == nil)
        _ = try await known.token(hash) { row }
        #expect(try await known.token(hash) { nil } != nil)
    }

    @Test func `a change that fails forgets nothing`() async throws {
        let row = try await row(of: make([.read]).token)
        let known = KnownTokens()
        let hash = Secret.hash("a")
        _ = try await known.token(hash) { row }
        await #expect(throws: CancellationError.self) {
            try await fixture.database.write { transaction in
                known.forget(in: transaction)
                throw CancellationError()
            }
        }
        #expect(try await known.token(hash) { nil } != nil)
    }

    @Test func `a token that was used loses at once what its person loses, and all when it is revoked`() async throws {
        _ = try await fixture.add("Root", .admin)
        let token = try await make([.read, .operate])
        #expect(try await accounts.principal(token: token.secret).permissions == [.read, .operate])
        _ = try await accounts.change(ada.id, AccountChange(role: .viewer), by: fixture.root)
        #expect(try await accounts.principal(token: token.secret).permissions == [.read])
        _ = try await accounts.change(ada.id, AccountChange(disabled: true), by: fixture.root)
        #expect(try await problem { try await accounts.principal(token: token.secret) }?.code == .unauthenticated)
        _ = try await accounts.change(ada.id, AccountChange(disabled: false), by: fixture.root)
        #expect(try await accounts.principal(token: token.secret).permissions == [.read])
        try await accounts.revokeToken(token.token.id, by: adaHerself)
        #expect(try await problem { try await accounts.principal(token: token.secret) }?.code == .unauthenticated)
    }

    @Test(arguments: [Permission.author, .admin, .alerts, .metrics])
    func `nobody makes a token that may more than they may`(scope: Permission) async throws {
        let problem = try await problem { try await make([.read, scope]) }
        #expect(problem?.code == .forbidden)
        #expect(problem?.message.contains("\"\(scope.rawValue)\"") == true)
        #expect(try await fixture.count("tokens") == 0)
    }

    @Test func `a token without scopes or name, or that is over already, is refused with all its faults`() async throws
    {
        let problem = try await problem {
            try await accounts.makeToken(name: " ", scopes: [], expires: fixture.journal.time.now(), by: adaHerself)
        }
        #expect(problem?.code == .invalid)
        #expect(problem?.fields.map(\.name) == ["name", "scopes", "expires"])
    }

    @Test func `the scope admin holds all others, author too`() async throws {
        let root = try await fixture.add("Root", .admin)
        let token = try await make([.admin], by: root.principal(via: .web))
        #expect(token.token.scopes == [.admin])
        #expect(try await accounts.principal(token: token.secret).permissions == Set(Permission.allCases))
    }

    @Test func `a token loses what its person loses, and gets back what they get back`() async throws {
        let root = try await fixture.add("Root", .admin)
        _ = try await fixture.add("Other", .admin)
        let admin = try await make([.admin], by: root.principal(via: .web))
        let both = try await make([.read, .author], by: root.principal(via: .web))
        func permissions() async throws -> [Set<Permission>] {
            [
                try await accounts.principal(token: admin.secret).permissions,
                try await accounts.principal(token: both.secret).permissions,
            ]
        }
        _ = try await accounts.change(root.id, AccountChange(role: .operator), by: fixture.root)
        #expect(try await permissions() == [[.read, .operate], [.read]])
        _ = try await accounts.change(root.id, AccountChange(author: true), by: fixture.root)
        #expect(try await permissions() == [[.read, .operate, .author], [.read, .author]])
        _ = try await accounts.change(root.id, AccountChange(role: .admin, author: false), by: fixture.root)
        #expect(try await permissions() == [Set(Permission.allCases), [.read, .author]])
    }

    @Test func `a disabled person's token is refused until they are back`() async throws {
        let secret = try await make([.read]).secret
        _ = try await accounts.change(ada.id, AccountChange(disabled: true), by: fixture.root)
        let refused = try await problem { try await accounts.principal(token: secret) }
        #expect(refused?.code == .unauthenticated)
        _ = try await accounts.change(ada.id, AccountChange(disabled: false), by: fixture.root)
        #expect(try await accounts.principal(token: secret).permissions == [.read])
    }

    @Test func `unknown, expired and revoked tokens are refused in words of their own`() async throws {
        let expires = fixture.journal.time.now().advanced(by: .seconds(60))
        let (expiring, revoked) = (try await make([.read], expires: expires), try await make([.read]))
        try await accounts.revokeToken(revoked.token.id, by: adaHerself)
        fixture.clock.advance(by: .seconds(60) - .microseconds(1))
        _ = try await accounts.principal(token: expiring.secret)
        fixture.clock.advance(by: .microseconds(1))
        var messages: Set<String> = []
        for secret in [expiring.secret, revoked.secret, "runbook_unknown"] {
            let problem = try await problem { try await accounts.principal(token: secret) }
            #expect(problem?.code == .unauthenticated)
            messages.insert(try #require(problem?.message))
        }
        #expect(messages.count == 3)
    }

    @Test(arguments: ["", "runbook_", String(repeating: "x", count: 100_000), "a\0b"])
    func `what is no token is an unknown one`(secret: String) async throws {
        #expect(try await problem { try await accounts.principal(token: secret) }?.code == .unauthenticated)
    }

    @Test func `people see their own tokens, admins see all, both newest first and in pages`() async throws {
        let bob = try await fixture.add("Bob", .viewer)
        var own: [ID<AccessToken>] = []
        for _ in 0..<5 {
            fixture.clock.advance(by: .seconds(1))
            own.insert(try await make([.read]).token.id, at: 0)
            _ = try await make([.read], by: bob.principal(via: .web))
        }
        var seen: [ID<AccessToken>] = []
        var after: String?
        repeat {
            let page = try await accounts.tokens(PageRequest(limit: 2, after: after), by: adaHerself)
            seen += page.items.map(\.id)
            after = page.next
        } while after != nil
        #expect(seen == own)
        let all = try await accounts.tokens(PageRequest(), everybodys: true, by: fixture.root).items
        #expect(all.count == 10)
        #expect(Set(all.map(\.personName)) == ["Ada", "Bob"])
        let problem = try await problem { try await accounts.tokens(PageRequest(), everybodys: true, by: adaHerself) }
        #expect(problem?.code == .forbidden)
    }

    @Test func `a token sees and makes tokens as its person, within its own scopes`() async throws {
        let first = try await make([.read])
        let principal = try await accounts.principal(token: first.secret)
        let second = try await make([.read], by: principal)
        #expect(second.token.person == ada.id)
        #expect(try await problem { try await make([.operate], by: principal) }?.code == .forbidden)
        #expect(try await accounts.tokens(PageRequest(), by: principal).items.count == 2)
    }

    @Test func `one revokes one's own, an admin anybody's, and a second time changes nothing`() async throws {
        let bob = try await fixture.add("Bob", .viewer)
        let (one, two) = (try await make([.read]), try await make([.read]))
        let stranger = try await problem { try await accounts.revokeToken(one.token.id, by: bob.principal(via: .web)) }
        #expect(stranger?.code == .notFound)
        _ = try await accounts.principal(token: one.secret)
        for _ in 0..<2 { try await accounts.revokeToken(one.token.id, by: adaHerself) }
        try await accounts.revokeToken(two.token.id, by: fixture.root)
        for token in [one, two] {
            #expect(try await problem { try await accounts.principal(token: token.secret) }?.code == .unauthenticated)
        }
        #expect(try await fixture.events("token.revoked").count == 2)
        let unknown = try await problem { try await accounts.revokeToken(ID("unknown"), by: fixture.root) }
        #expect(unknown?.code == .notFound)
    }

    @Test func `a token that only sends alerts may end itself and nothing else`() async throws {
        let root = try await fixture.add("Root", .admin)
        let alerts = try await make([.alerts], by: root.principal(via: .web))
        let other = try await make([.read], by: root.principal(via: .web))
        let principal = try await accounts.principal(token: alerts.secret)
        for act in [
            { _ = try await make([.alerts], by: principal) },
            { _ = try await accounts.tokens(PageRequest(), by: principal) },
            { try await accounts.revokeToken(other.token.id, by: principal) },
        ] as [() async throws -> Void] {
            #expect(try await problem(act)?.code == .forbidden)
        }
        try await accounts.revokeToken(alerts.token.id, by: principal)
        #expect(try await problem { try await accounts.principal(token: alerts.secret) }?.code == .unauthenticated)
    }
}
