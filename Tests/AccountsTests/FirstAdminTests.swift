import Accounts
import Essentials
import Foundation
import Journal
import Storage
import Testing

struct `The first admin's link` {
    let fixture: Fixture
    var accounts: Accounts { fixture.accounts }

    init() throws { fixture = try Fixture() }

    private func link() async throws -> String { try #require(try await accounts.firstAdminLink()) }

    private func make(_ secret: String, name: String = "Ada") async throws -> Account {
        try await accounts.makeFirstAdmin(
            secret: secret, name: name, password: Fixture.password, address: "192.0.2.7")
    }

    @Test func `it makes an admin who can sign in`() async throws {
        #expect(try await !accounts.areThereAny())
        let ada = try await make(try await link())
        #expect(ada.role == .admin)
        #expect(try await accounts.areThereAny())
        #expect(try await fixture.signIn("Ada").account == ada)
        let event = try #require(try await fixture.events("person.added").first)
        #expect(event.details["address"] == "192.0.2.7")
        #expect(event.via == "web")
        #expect(try await fixture.events("first-admin.offered").count == 1)
    }

    @Test func `it works once`() async throws {
        let secret = try await link()
        _ = try await make(secret)
        #expect(try await problem { try await make(secret, name: "Eve") }?.code == .conflict)
        #expect(try await fixture.count("people") == 1)
    }

    @Test func `of ten who use it at once, one becomes admin`() async throws {
        let (fixture, secret) = (fixture, try await link())
        let problems = try await withThrowingTaskGroup(of: Problem?.self) { group in
            for number in 0..<10 {
                group.addTask {
                    try await problem {
                        try await fixture.accounts.makeFirstAdmin(
                            secret: secret, name: "Person \(number)", password: Fixture.password)
                    }
                }
            }
            return try await group.reduce(into: [Problem?]()) { $0.append($1) }
        }
        #expect(problems.count { $0 == nil } == 1)
        #expect(try await fixture.count("people") == 1)
    }

    @Test func `it works for an hour`() async throws {
        let secret = try await link()
        fixture.clock.advance(by: .seconds(3600) - .microseconds(1))
        // Refused for the name, so it was still good.
        #expect(try await problem { try await make(secret, name: "") }?.code == .invalid)
        fixture.clock.advance(by: .microseconds(1))
        let late = try await problem { try await make(secret) }
        #expect(late?.code == .forbidden)
        #expect(late?.message.contains("an hour") == true)
    }

    @Test func `a name or password that is refused does not use it up`() async throws {
        let secret = try await link()
        let refused = try await problem {
            try await accounts.makeFirstAdmin(secret: secret, name: "", password: "short")
        }
        #expect(refused?.fields.map(\.name) == ["name", "password"])
        _ = try await make(secret)
    }

    @Test func `a new start makes a new one, and the old is void`() async throws {
        let (old, new) = (try await link(), try await link())
        #expect(old != new)
        #expect(try await problem { try await make(old) }?.code == .forbidden)
        _ = try await make(new)
    }

    @Test(arguments: ["", "guess", String(repeating: "x", count: 10_000), "a\0b"])
    func `a guess is refused`(secret: String) async throws {
        _ = try await link()
        #expect(try await problem { try await make(secret) }?.code == .forbidden)
    }

    @Test func `there is none once there is an account, and one made before is void`() async throws {
        let secret = try await link()
        _ = try await fixture.add("Bob", .viewer)
        #expect(try await accounts.firstAdminLink() == nil)
        #expect(try await problem { try await make(secret) }?.code == .conflict)
    }

    @Test func `it can't be read from the database`() async throws {
        let secret = try await link()
        #expect(try fixture.bytes().range(of: Data(secret.utf8)) == nil)
    }
}

struct `The bootstrap token` {
    let fixture: Fixture
    let secret = "an-environment-variable-of-32-characters"
    var accounts: Accounts { fixture.accounts }

    init() throws { fixture = try Fixture() }

    private func isAccepted() async throws -> Bool {
        try await problem { try await accounts.principal(token: secret) }?.code != .unauthenticated
    }

    @Test func `it is an admin's, with every scope, and on the journal without its secret`() async throws {
        let end = fixture.journal.time.now().advanced(by: .seconds(24 * 3600))
        #expect(try await accounts.useBootstrapToken(secret) == .accepted(until: end))
        let principal = try await accounts.principal(token: secret)
        #expect(principal.permissions == Set(Permission.allCases))
        let event = try #require(try await fixture.events("token.bootstrapped").first)
        #expect(event.objects.map(\.text) == ["token/\(principal.id)"])
        #expect(try fixture.bytes().range(of: Data(secret.utf8)) == nil)
    }

    @Test(arguments: ["", String(repeating: "x", count: 31), String(repeating: "x", count: 513)])
    func `one that is too short or too long is refused`(secret: String) async throws {
        #expect(try await problem { try await accounts.useBootstrapToken(secret) }?.code == .invalid)
    }

    @Test func `starting again with it does not prolong it`() async throws {
        let first = try await accounts.useBootstrapToken(secret)
        fixture.clock.advance(by: .seconds(24 * 3600) - .microseconds(1))
        #expect(try await accounts.useBootstrapToken(secret) == first)
        #expect(try await isAccepted())
        fixture.clock.advance(by: .microseconds(1))
        #expect(try await !isAccepted())
        #expect(try await accounts.useBootstrapToken(secret) == .ended)
        #expect(try await !isAccepted())
        #expect(try await fixture.events("token.bootstrapped").count == 1)
    }

    @Test func `the first account does not end it`() async throws {
        let first = try await accounts.useBootstrapToken(secret)
        let principal = try await accounts.principal(token: secret)
        _ = try await accounts.add(name: "Ada", password: Fixture.password, role: .admin, by: principal)
        #expect(try await isAccepted())
        #expect(try await accounts.useBootstrapToken(secret) == first)
    }

    @Test func `a new one is not accepted once there is an account`() async throws {
        _ = try await fixture.add("Ada", .admin)
        #expect(try await accounts.useBootstrapToken(secret) == .tooLate)
        #expect(try await !isAccepted())
    }

    @Test func `one that was revoked stays so`() async throws {
        _ = try await accounts.useBootstrapToken(secret)
        let principal = try await accounts.principal(token: secret)
        try await accounts.revokeToken(ID(principal.id), by: principal)
        #expect(try await accounts.useBootstrapToken(secret) == .ended)
        #expect(try await !isAccepted())
    }

    @Test func `a token made with it belongs to nobody and has its scopes`() async throws {
        _ = try await accounts.useBootstrapToken(secret)
        let principal = try await accounts.principal(token: secret)
        let token = try await accounts.makeToken(name: "ci", scopes: [.read, .operate], by: principal)
        #expect(token.token.person == nil)
        let made = try await accounts.principal(token: token.secret)
        #expect(made.permissions == [.read, .operate])
        #expect(made.name == "ci")
        #expect(try await accounts.tokens(PageRequest(), everybodys: true, by: principal).items.count == 2)
    }
}
