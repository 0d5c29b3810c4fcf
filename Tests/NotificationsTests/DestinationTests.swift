import Essentials
import Foundation
import Journal
import Notifications
import Storage
import Testing

@Suite struct DestinationTests {
    private let fixture: Fixture

    init() throws { fixture = try Fixture() }

    @Test func `a webhook gets a secret, which is shown once; Slack gets none`() async throws {
        let webhook = try await fixture.add("b")
        let secret = try #require(webhook.secret)
        #expect(secret.hasPrefix("whsec_"))
        #expect(Data(base64Encoded: String(secret.dropFirst(6)))?.count == 32)
        #expect(try await fixture.add("a", .slack).secret == nil)
        let all = try await fixture.notifications.destinations(by: fixture.admin)
        #expect(all.map(\.name) == ["a", "b"])
        #expect(all.map(\.address) == ["https://hooks.example.com", "https://hooks.example.com"])
        #expect(try await fixture.events("destination.added").count == 2)
    }

    @Test func `neither the secret nor the address stands readable in the database`() async throws {
        let secret = try #require(try await fixture.add("a").secret)
        try await fixture.add("b", .slack)
        _ = try await fixture.notifications.test("a", by: fixture.admin)
        try fixture.database.close()
        let bytes = try Data(contentsOf: URL(filePath: fixture.folder + "/" + Database.fileName))
        #expect(bytes.range(of: Data("hooks.example.com".utf8)) != nil)
        #expect(bytes.range(of: Data("s3cret-part".utf8)) == nil)
        #expect(bytes.range(of: Data(secret.utf8)) == nil)
        #expect(bytes.range(of: Data(secret.dropFirst(6).utf8)) == nil)
    }

    @Test func `only an admin sees and changes destinations and deliveries`() async throws {
        try await fixture.add("a")
        let (notifications, bo) = (fixture.notifications, fixture.operator)
        let acts: [() async throws -> Any] = [
            { try await notifications.add(name: "b", kind: .slack, url: "https://x.example", by: bo) },
            { try await notifications.destinations(by: bo) }, { try await notifications.remove("a", by: bo) },
            { try await notifications.test("a", by: bo) },
            { try await notifications.deliveries(PageRequest(), by: bo) },
        ]
        for act in acts { #expect(try await problem(act)?.code == .forbidden) }
        #expect(try await fixture.notifications.destinations(by: fixture.admin).map(\.name) == ["a"])
    }

    @Test(arguments: [
        ("Channel", "https://x.example", ["name"]), ("", "https://x.example", ["name"]),
        ("a", "hooks.example.com", ["url"]), ("a", "ftp://x.example", ["url"]), ("a", "https://", ["url"]),
        ("a", "https://user:word@x.example", ["url"]), ("a", "https://x.example/a b", ["url"]),
        ("a", "https://x.example/\r\nX-Injected: 1", ["url"]), ("a/b", "x", ["name", "url"]),
        ("a", "https://" + String(repeating: "a", count: 2000), ["url"]),
    ])
    func `what is no destination is refused with every field`(name: String, url: String, fields: [String]) async throws
    {
        let refused = try await problem {
            try await self.fixture.notifications.add(name: name, kind: .webhook, url: url, by: self.fixture.admin)
        }
        #expect(refused?.code == .invalid)
        #expect(refused?.fields.map(\.name) == fields)
        let none = try await problem {
            try await self.fixture.notifications.add(
                name: "a", kind: .webhook, url: "https://x.example", events: [], by: self.fixture.admin)
        }
        #expect(none?.fields.map(\.name) == ["events"])
        #expect(try await fixture.notifications.destinations(by: fixture.admin).isEmpty)
    }

    @Test func `a name is taken until its destination is removed`() async throws {
        try await fixture.add("a")
        #expect(try await problem { try await self.fixture.add("a") }?.code == .conflict)
        try await fixture.notifications.remove("a", by: fixture.admin)
        try await fixture.add("a", .slack)
        #expect(try await fixture.notifications.destinations(by: fixture.admin).map(\.kind) == [.slack])
        let unknown = try await problem { try await self.fixture.notifications.remove("b", by: self.fixture.admin) }
        #expect(unknown?.code == .notFound)
    }

    @Test func `there is a limit to destinations`() async throws {
        for number in 0..<Destination.atMost { try await fixture.add("a\(number)") }
        #expect(try await problem { try await self.fixture.add("one-more") }?.code == .conflict)
    }

    @Test func `what waits for a removed destination fails and says why`() async throws {
        try await fixture.add("a")
        _ = try await fixture.notifications.test("a", by: fixture.admin)
        try await fixture.notifications.remove("a", by: fixture.admin)
        let delivery = try #require(try await fixture.deliveries().first)
        #expect(delivery.state == .failed)
        #expect(delivery.error == "The destination was removed.")
        #expect(delivery.name == "a")
        let unknown = try await problem { try await self.fixture.notifications.test("a", by: self.fixture.admin) }
        #expect(unknown?.code == .notFound)
    }
}
