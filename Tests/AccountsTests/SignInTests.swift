@testable import Accounts
import Dispatch
import Essentials
import Foundation
import Journal
import Storage
import Testing

struct `Signing in` {
    let fixture: Fixture
    let ada: Account
    var accounts: Accounts { fixture.accounts }

    init() async throws {
        fixture = try Fixture()
        ada = try await fixture.add("Ada", .operator)
    }

    @Test func `a session is the person's, from where they came`() async throws {
        let session = try await fixture.signIn("Ada")
        #expect(session.account == ada)
        for secret in [session.secret, session.csrf] {
            #expect(secret.utf8.count == 43)
            #expect(secret.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") })
        }
        let principal = try await accounts.principal(session: session.secret, address: "192.0.2.8")
        #expect(principal.kind == .person)
        #expect(principal.id == ada.id.rawValue)
        #expect(principal.permissions == [.read, .operate])
        #expect(principal.address == "192.0.2.8")
        let event = try #require(try await fixture.events("session.started").first)
        #expect(event.actor.id == ada.id.rawValue)
        #expect(event.details["address"] == "192.0.2.7")
    }

    @Test func `no two sessions share a secret`() async throws {
        let (one, two) = (try await fixture.signIn("Ada"), try await fixture.signIn("Ada"))
        #expect(Set([one.secret, one.csrf, two.secret, two.csrf]).count == 4)
        #expect(try await accounts.session(one.secret) == one)
        #expect(try await accounts.session(two.secret) == two)
    }

    @Test func `a session ends after fourteen days`() async throws {
        let session = try await fixture.signIn("Ada")
        fixture.clock.advance(by: .seconds(14 * 24 * 3600) - .microseconds(1))
        #expect(try await accounts.session(session.secret) == session)
        fixture.clock.advance(by: .microseconds(1))
        #expect(try await problem { try await accounts.session(session.secret) }?.code == .unauthenticated)
    }

    @Test func `sessions that are over are cleared away with the next sign-in`() async throws {
        _ = try await fixture.signIn("Ada")
        fixture.clock.advance(by: Session.lifetime)
        _ = try await fixture.signIn("Ada")
        #expect(try await fixture.count("sessions") == 1)
    }

    @Test func `what the browser holds can't be read from the database`() async throws {
        let session = try await fixture.signIn("Ada")
        #expect(try fixture.bytes().range(of: Data(session.secret.utf8)) == nil)
    }

    @Test(arguments: ["", "nonsense", String(repeating: "x", count: 10_000), "' OR 1=1 --", "a\0b"])
    func `a cookie that is no session's is refused`(secret: String) async throws {
        #expect(try await problem { try await accounts.session(secret) }?.code == .unauthenticated)
    }

    @Test func `signing out ends the session, and the journal says so once`() async throws {
        let (one, two) = (try await fixture.signIn("Ada"), try await fixture.signIn("Ada"))
        for _ in 0..<2 { try await accounts.signOut(session: one.secret, address: "192.0.2.9") }
        #expect(try await problem { try await accounts.session(one.secret) }?.code == .unauthenticated)
        #expect(try await accounts.session(two.secret) == two)
        let events = try await fixture.events("session.ended")
        #expect(events.map(\.actor.id) == [ada.id.rawValue])
        #expect(events.first?.details["address"] == "192.0.2.9")
    }

    @Test func `a form is taken from its own session only`() async throws {
        let (one, two) = (try await fixture.signIn("Ada"), try await fixture.signIn("Ada"))
        try one.require(csrf: one.csrf)
        for csrf in [two.csrf, one.secret, "", one.csrf + "x", String(one.csrf.dropLast()), nil] {
            #expect(throws: Problem.self) { try one.require(csrf: csrf) }
        }
    }

    @Test func `a wrong password, an unknown name and a disabled account get one answer`() async throws {
        let bob = try await fixture.add("Bob", .viewer)
        _ = try await accounts.change(bob.id, AccountChange(disabled: true), by: fixture.root)
        let problems = [
            try await problem { try await fixture.signIn("Ada", "wrong password") },
            try await problem { try await fixture.signIn("Nobody", Fixture.password) },
            try await problem { try await fixture.signIn("Bob") },
            try await problem { try await fixture.signIn("Ada", "") },
            try await problem { try await fixture.signIn("Ada", String(repeating: "x", count: 5000)) },
            try await problem { try await fixture.signIn("", "") },
            try await problem { try await fixture.signIn("A\0da", Fixture.password) },
        ]
        #expect(Set(problems.map { $0?.message }).count == 1)
        #expect(problems.allSatisfy { $0?.code == .unauthenticated })
    }

    @Test func `a failed try is on the journal, without anything that was typed`() async throws {
        _ = try await problem { try await fixture.signIn("Ada", "wrong password") }
        _ = try await problem { try await fixture.signIn("my secret password", "typed-elsewhere") }
        let events = try await fixture.events("session.refused")
        #expect(events.map { $0.objects.map(\.text) } == [["person/\(ada.id)"], []])
        #expect(events.allSatisfy { $0.details["address"] == "192.0.2.7" && $0.actor.kind == "system" })
        let bytes = try fixture.bytes()
        for typed in ["wrong password", "my secret password", "typed-elsewhere"] {
            #expect(bytes.range(of: Data(typed.utf8)) == nil)
        }
    }

    @Test(arguments: ["Ada", "Nobody"])
    func `after ten failed tries in ten minutes a name has to wait, whether or not it is somebody's`(name: String)
        async throws
    {
        for _ in 0..<10 {
            #expect(try await problem { try await fixture.signIn(name, "wrong password") }?.code == .unauthenticated)
            fixture.clock.advance(by: .seconds(30))
        }
        let waiting = try await problem { try await fixture.signIn(name.uppercased(), Fixture.password) }
        #expect(waiting?.code == .limited)
        #expect(try await fixture.events("session.refused").count == 10)
        _ = try await fixture.add("Bob", .viewer)
        _ = try await fixture.signIn("Bob")
        // The first of the ten is ten minutes old five minutes after the last.
        fixture.clock.advance(by: .seconds(300))
        #expect(try await problem { try await fixture.signIn(name, "wrong password") }?.code == .unauthenticated)
        #expect(try await problem { try await fixture.signIn(name, "wrong password") }?.code == .limited)
    }

    @Test func `a success forgets the failures before it`() async throws {
        for _ in 0..<3 {
            for _ in 0..<9 { _ = try await problem { try await fixture.signIn("Ada", "wrong password") } }
            _ = try await fixture.signIn("Ada")
        }
    }

    @Test func `fifteen tries at once count as fifteen`() async throws {
        let fixture = fixture
        let codes = try await withThrowingTaskGroup(of: Problem.Code?.self) { group in
            for _ in 0..<15 {
                group.addTask { try await problem { try await fixture.signIn("Ada", "wrong password") }?.code }
            }
            return try await group.reduce(into: [Problem.Code?]()) { $0.append($1) }
        }
        #expect(codes.count { $0 == .unauthenticated } == 10)
        #expect(codes.count { $0 == .limited } == 5)
    }

    @Test func `an unknown name takes its turn at the hashing thread like any other, and too many are sent away`()
        async throws
    {
        let busy = await BusyPasswords(accounts.passwords)
        for name in ["Ada", "Nobody"] {
            // Not counted as failed: more than ten of them are still told to come back soon.
            for _ in 0..<12 {
                let problem = try await problem { try await fixture.signIn(name) }
                #expect(problem?.code == .limited)
                #expect(problem?.message.hasPrefix("Too many people are signing in") == true)
            }
        }
        try await busy.end()
        _ = try await fixture.signIn("Ada")
    }

    @Test func `who is disabled while the password is being checked gets no session`() async throws {
        let busy = await BusyPasswords(accounts.passwords, leaving: 1)
        let fixture = fixture
        let signIn = Task { try await problem { try await fixture.signIn("Ada") } }
        // Its password is being checked as soon as the last place is taken.
        while accounts.passwords.waitingCount < Passwords.waitingRoom { await Task.yield() }
        _ = try await accounts.change(ada.id, AccountChange(disabled: true), by: fixture.root)
        try await busy.end()
        #expect(try await signIn.value?.code == .unauthenticated)
        #expect(try await fixture.count("sessions") == 0)
    }
}

/// Fills the hashing thread's queue but for some places.
struct BusyPasswords {
    private let gate = DispatchSemaphore(value: 0)
    private let tasks: [Task<Void, any Error>]

    init(_ passwords: Passwords, leaving free: Int = 0) async {
        let count = Passwords.waitingRoom - free
        let gate = gate
        tasks = (0..<count).map { _ in Task { try await passwords.perform { gate.wait() } } }
        while passwords.waitingCount < count { await Task.yield() }
    }

    func end() async throws {
        for _ in tasks { gate.signal() }
        for task in tasks { try await task.value }
    }
}
