import Accounts
import Essentials
import Foundation
import Journal
import Storage
import Testing

struct `People` {
    let fixture: Fixture
    var accounts: Accounts { fixture.accounts }

    init() throws { fixture = try Fixture() }

    @Test func `an added person is listed, can sign in, and stands on the journal`() async throws {
        let ada = try await fixture.add("Ada", .operator, author: true)
        #expect(ada.permissions == [.read, .operate, .author])
        #expect(try await accounts.people(PageRequest(), by: fixture.root).items == [ada])
        #expect(try await fixture.signIn("Ada").account == ada)
        let event = try #require(try await fixture.events("person.added").first)
        #expect(event.objects.map(\.text) == ["person/\(ada.id)"])
        #expect(event.details["name"] == "Ada")
        #expect(event.details["role"] == "operator")
        #expect(event.details["author"] == true)
    }

    @Test func `a name is kept trimmed and composed`() async throws {
        let account = try await fixture.add("  Zoe\u{308} \n", .viewer)
        #expect(account.name.unicodeScalars.elementsEqual("Zo\u{EB}".unicodeScalars))
        #expect(try await fixture.signIn("zoe\u{308}").account == account)
    }

    @Test(arguments: [
        "", "   ", "a\u{0}b", "a\nb", "a\u{7f}", "a\u{202E}b", "a\u{200B}b", "\u{FEFF}a\u{FEFF}b", "a\u{2028}b",
        String(repeating: "x", count: 101), "a" + String(repeating: "\u{301}", count: 500),
    ])
    func `a name that nobody could read or type is refused`(name: String) async throws {
        let problem = try await problem { try await fixture.add(name, .viewer) }
        #expect(problem?.code == .invalid)
        #expect(problem?.fields.map(\.name) == ["name"])
        #expect(try await fixture.count("people") == 0)
    }

    @Test(arguments: ["x", String(repeating: "x", count: 100), "Ada O'Neil-Łukasz, Jr.", "Ада", "李", "Ada 🚀"])
    func `a name as people have them is taken`(name: String) async throws {
        #expect(try await fixture.add(name, .viewer).name == name)
    }

    @Test(arguments: ["ada", "ADA", " Ada ", "\u{FF21}da"])
    func `a name that differs only in case or width is taken already`(name: String) async throws {
        _ = try await fixture.add("Ada", .viewer)
        let problem = try await problem { try await fixture.add(name, .viewer) }
        #expect(problem?.code == .conflict)
        #expect(problem?.fields.map(\.name) == ["name"])
    }

    @Test(arguments: ["", "elevenchars", String(repeating: "x", count: 1025), String(repeating: "é", count: 513)])
    func `a password that is too short or too long is refused`(password: String) async throws {
        let problem = try await problem {
            try await accounts.add(name: "Ada", password: password, role: .viewer, by: fixture.root)
        }
        #expect(problem?.fields.map(\.name) == ["password"])
    }

    @Test(arguments: ["twelve chars", String(repeating: "x", count: 1024), "пароль-пароль"])
    func `a password of 12 characters to 1024 bytes is taken`(password: String) async throws {
        _ = try await accounts.add(name: "Ada", password: password, role: .viewer, by: fixture.root)
        _ = try await fixture.signIn("Ada", password)
    }

    @Test func `a password is not the name, and all faults are told at once`() async throws {
        let same = try await problem {
            try await accounts.add(
                name: "Ada of Lovelace", password: "ADA OF LOVELACE", role: .viewer, by: fixture.root)
        }
        #expect(same?.fields.map(\.message) == ["The password must not be the name."])
        let both = try await problem {
            try await accounts.add(name: "", password: "short", role: .viewer, by: fixture.root)
        }
        #expect(both?.fields.map(\.name) == ["name", "password"])
    }

    @Test func `only an admin adds, changes and lists people`() async throws {
        let ada = try await fixture.add("Ada", .operator, author: true)
        let principal = ada.principal(via: .web)
        for act in [
            { _ = try await accounts.add(name: "Eve", password: Fixture.password, role: .admin, by: principal) },
            { _ = try await accounts.change(ada.id, AccountChange(role: .admin), by: principal) },
            { _ = try await accounts.people(PageRequest(), by: principal) },
        ] as [() async throws -> Void] {
            #expect(try await problem(act)?.code == .forbidden)
        }
        #expect(try await fixture.count("people") == 1)
    }

    @Test func `a change says on the journal what changed, and nothing else`() async throws {
        let ada = try await fixture.add("Ada", .viewer)
        let changed = try await accounts.change(ada.id, AccountChange(role: .operator, author: true), by: fixture.root)
        #expect(changed.role == .operator)
        #expect(changed.author)
        let details = try #require(try await fixture.events("person.changed").first?.details)
        #expect(Set(details.keys) == ["actor_name", "name", "role", "author"])
        #expect(try await accounts.people(PageRequest(), by: fixture.root).items == [changed])
    }

    @Test func `a change to what is already so is no event`() async throws {
        let ada = try await fixture.add("Ada", .viewer)
        let same = try await accounts.change(
            ada.id, AccountChange(role: .viewer, author: false, disabled: false), by: fixture.root)
        #expect(same == ada)
        #expect(try await fixture.events("person.changed").isEmpty)
    }

    @Test func `nobody is changed who is not there`() async throws {
        for change in [AccountChange(role: .admin), AccountChange(password: Fixture.password)] {
            let problem = try await problem { try await accounts.change(ID("nobody"), change, by: fixture.root) }
            #expect(problem?.code == .notFound)
        }
    }

    @Test func `a new password ends the sessions, and the journal never holds it`() async throws {
        let ada = try await fixture.add("Ada", .viewer)
        let sessions = [try await fixture.signIn("Ada"), try await fixture.signIn("Ada")]
        let new = "another fine password"
        _ = try await accounts.change(ada.id, AccountChange(password: new), by: fixture.root)
        for session in sessions {
            #expect(try await problem { try await accounts.session(session.secret) }?.code == .unauthenticated)
        }
        #expect(try await problem { try await fixture.signIn("Ada") }?.code == .unauthenticated)
        _ = try await fixture.signIn("Ada", new)
        let details = try #require(try await fixture.events("person.changed").first?.details)
        #expect(details["password"] == "changed")
        #expect(details["sessions_ended"] == 2)
        let bytes = try fixture.bytes()
        for password in [new, Fixture.password] { #expect(bytes.range(of: Data(password.utf8)) == nil) }
    }

    @Test func `a password that breaks the rules changes nothing`() async throws {
        let ada = try await fixture.add("Ada", .viewer)
        let problem = try await problem {
            try await accounts.change(ada.id, AccountChange(role: .admin, password: "short"), by: fixture.root)
        }
        #expect(problem?.fields.map(\.name) == ["password"])
        #expect(try await accounts.people(PageRequest(), by: fixture.root).items == [ada])
    }

    @Test func `who is disabled loses sessions and sign-in, and gets sign-in back`() async throws {
        let ada = try await fixture.add("Ada", .viewer)
        let session = try await fixture.signIn("Ada")
        _ = try await accounts.change(ada.id, AccountChange(disabled: true), by: fixture.root)
        #expect(try await problem { try await accounts.session(session.secret) }?.code == .unauthenticated)
        #expect(try await problem { try await fixture.signIn("Ada") }?.code == .unauthenticated)
        _ = try await accounts.change(ada.id, AccountChange(disabled: false), by: fixture.root)
        #expect(try await problem { try await accounts.session(session.secret) }?.code == .unauthenticated)
        _ = try await fixture.signIn("Ada")
    }

    @Test func `a change of role holds for sessions that are open`() async throws {
        let ada = try await fixture.add("Ada", .viewer)
        let session = try await fixture.signIn("Ada")
        _ = try await accounts.change(ada.id, AccountChange(role: .operator), by: fixture.root)
        let principal = try await accounts.principal(session: session.secret)
        #expect(principal.permissions == [.read, .operate])
    }

    @Test(arguments: [AccountChange(role: .operator), AccountChange(disabled: true)])
    func `the last admin stays one`(change: AccountChange) async throws {
        let ada = try await fixture.add("Ada", .admin)
        let bob = try await fixture.add("Bob", .admin)
        _ = try await accounts.change(bob.id, AccountChange(disabled: true), by: fixture.root)
        let problem = try await problem { try await accounts.change(ada.id, change, by: fixture.root) }
        #expect(problem?.code == .conflict)
        #expect(problem?.message == "Ada is the last admin: make another person an admin first.")
        _ = try await accounts.change(bob.id, AccountChange(disabled: false), by: fixture.root)
        _ = try await accounts.change(ada.id, change, by: fixture.root)
    }

    @Test func `two admins who demote each other at the same moment leave one`() async throws {
        let admins = [try await fixture.add("Ada", .admin), try await fixture.add("Bob", .admin)]
        let accounts = accounts
        let problems = try await withThrowingTaskGroup(of: Problem?.self) { group in
            for (admin, other) in [(admins[0], admins[1]), (admins[1], admins[0])] {
                group.addTask {
                    try await problem {
                        try await accounts.change(
                            other.id, AccountChange(role: .viewer), by: admin.principal(via: .web))
                    }
                }
            }
            return try await group.reduce(into: [Problem?]()) { $0.append($1) }
        }
        #expect(problems.count { $0 == nil } == 1)
        let left = try await accounts.people(PageRequest(), by: fixture.root).items
        #expect(left.count { $0.role == .admin } == 1)
    }

    @Test func `whoever has the folder may set a password, and the journal says so`() async throws {
        _ = try await fixture.add("Ada", .admin)
        let session = try await fixture.signIn("Ada")
        try await accounts.resetPassword(name: "ada", to: "another fine password")
        _ = try await fixture.signIn("Ada", "another fine password")
        #expect(try await problem { try await accounts.session(session.secret) }?.code == .unauthenticated)
        let event = try #require(try await fixture.events("person.changed").first)
        #expect(event.via == "folder")
        #expect(event.actor.kind == "system")
        let unknown = try await problem { try await accounts.resetPassword(name: "Eve", to: Fixture.password) }
        #expect(unknown?.code == .notFound)
    }

    @Test func `pages hold everybody once, in the order in which they came`() async throws {
        var ids: [ID<Account>] = []
        for number in 0..<7 {
            fixture.clock.advance(by: .seconds(1))
            ids.append(try await fixture.add("Person \(number)", .viewer).id)
        }
        var seen: [ID<Account>] = []
        var after: String?
        repeat {
            let page = try await accounts.people(PageRequest(limit: 3, after: after), by: fixture.root)
            seen += page.items.map(\.id)
            after = page.next
        } while after != nil
        #expect(seen == ids)
    }
}
