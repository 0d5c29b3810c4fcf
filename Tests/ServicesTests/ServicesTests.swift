import Essentials
import Journal
import Services
import Storage
import Testing

@Suite struct ServicesTests {
    private let fixture: Fixture

    init() throws { fixture = try Fixture() }

    private let facts = ServiceFacts(
        description: "Takes **orders**.", owner: "platform", contacts: ["#orders", "+49 30 1234"],
        links: [.init(title: "Dashboard", url: "https://grafana.example.com/d/1?a=b")],
        environments: ["staging", "production"], dependencies: ["orders-db", "mail"])

    @Test func `what is added is there, and on the journal`() async throws {
        let added = try await fixture.services.add(facts, name: "orders", by: fixture.ada)
        #expect(added.facts.dependencies == ["mail", "orders-db"])
        #expect(try await fixture.services.service("orders", by: fixture.guest) == added)
        let events = try await fixture.events()
        #expect(events.map(\.kind) == ["service.added"])
        #expect(events[0].objects == [.service("orders")])
        #expect(events[0].details["owner"] == "platform")
    }

    @Test func `texts are trimmed, and what is empty or said twice is left out`() async throws {
        let added = try await fixture.services.add(
            ServiceFacts(
                description: "\n a \n", owner: "  ", contacts: [" #a ", "", "#a"], environments: ["x", "x"],
                dependencies: ["b", " a", "b"]), name: "orders", by: fixture.ada)
        #expect(
            added.facts
                == ServiceFacts(description: "a", contacts: ["#a"], environments: ["x"], dependencies: ["a", "b"]))
    }

    @Test func `there is one of a name`() async throws {
        _ = try await fixture.services.add(facts, name: "orders", by: fixture.ada)
        let refused = try await problem {
            try await self.fixture.services.add(ServiceFacts(), name: "orders", by: self.fixture.ada)
        }
        #expect(refused?.code == .conflict)
        #expect(try await fixture.services.service("orders", by: fixture.ada).facts.owner == "platform")
        #expect(try await fixture.events().count == 1)
    }

    @Test func `a change replaces everything, and the journal tells what it was before`() async throws {
        let old = try await fixture.services.add(facts, name: "orders", by: fixture.ada)
        let new = ServiceFacts(owner: "orders team", dependencies: ["mail", "shop"])
        let changed = try await fixture.services.change("orders", to: new, seen: old.updated, by: fixture.ada)
        #expect(changed.facts == new)
        #expect(changed.updated > old.updated)
        #expect(try await fixture.services.service("orders", by: fixture.ada) == changed)
        let event = try #require(try await fixture.events().last)
        #expect(event.kind == "service.changed")
        #expect(event.details["owner"] == "orders team")
        #expect(event.details["before"]?["owner"] == "platform")
    }

    @Test func `a change that changes nothing is no event`() async throws {
        let old = try await fixture.services.add(facts, name: "orders", by: fixture.ada)
        #expect(try await fixture.services.change("orders", to: facts, by: fixture.ada) == old)
        #expect(try await fixture.events().count == 1)
    }

    @Test func `what somebody else changed meanwhile is not overwritten`() async throws {
        let old = try await fixture.services.add(facts, name: "orders", by: fixture.ada)
        let first = ServiceFacts(owner: "first")
        _ = try await fixture.services.change("orders", to: first, seen: old.updated, by: fixture.ada)
        let refused = try await problem {
            try await self.fixture.services.change(
                "orders", to: ServiceFacts(owner: "second"), seen: old.updated, by: self.fixture.ada)
        }
        #expect(refused?.code == .conflict)
        #expect(refused?.fields.map(\.name) == ["updated"])
        #expect(try await fixture.services.service("orders", by: fixture.ada).facts == first)
    }

    @Test func `what is removed is gone, and what needed it still says so`() async throws {
        _ = try await fixture.services.add(ServiceFacts(), name: "mail", by: fixture.ada)
        _ = try await fixture.services.add(facts, name: "orders", by: fixture.ada)
        try await fixture.services.remove("mail", by: fixture.ada)
        #expect(try await fixture.services.find("mail", by: fixture.ada) == nil)
        #expect(try await fixture.services.dependants(of: "mail", by: fixture.ada) == ["orders"])
        #expect(try await fixture.services.recorded(among: ["mail", "orders"], by: fixture.ada) == ["orders"])
        #expect(try await fixture.events().last?.kind == "service.removed")
        let again = try await problem { try await self.fixture.services.remove("mail", by: self.fixture.ada) }
        #expect(again?.code == .notFound)
    }

    @Test func `the list is paged by name`() async throws {
        for name in ["c", "a", "d", "b"] {
            _ = try await fixture.services.add(ServiceFacts(dependencies: ["z"]), name: name, by: fixture.ada)
        }
        let first = try await fixture.services.services(PageRequest(limit: 3), by: fixture.guest)
        #expect(first.items.map(\.name) == ["a", "b", "c"])
        #expect(first.items.allSatisfy { $0.facts.dependencies == ["z"] })
        let rest = try await fixture.services.services(PageRequest(limit: 3, after: first.next), by: fixture.guest)
        #expect(rest.items.map(\.name) == ["d"])
        #expect(rest.next == nil)
    }

    @Test(arguments: [
        ("Orders", "name"), ("", "name"), ("new", "name"), ("-a", "name"), ("a-", "name"), ("a b", "name"),
        ("a/b", "name"), (String(repeating: "a", count: 64), "name"),
    ])
    func `a name that is none is refused`(name: String, field: String) async throws {
        let refused = try await problem {
            try await self.fixture.services.add(ServiceFacts(), name: name, by: self.fixture.ada)
        }
        #expect(refused?.code == .invalid)
        #expect(refused?.fields.map(\.name) == [field])
        #expect(try await fixture.events().isEmpty)
    }

    static let wrong: [(ServiceFacts, [String])] = [
        (ServiceFacts(links: [.init(title: "x", url: "javascript:alert(1)")]), ["links"]),
        (ServiceFacts(links: [.init(title: "x", url: "https://")]), ["links"]),
        (ServiceFacts(links: [.init(title: "x", url: "https://a b")]), ["links"]),
        (ServiceFacts(links: [.init(title: "x", url: "ftp://a")]), ["links"]),
        (ServiceFacts(links: [.init(title: "", url: "https://a")]), ["links"]),
        (ServiceFacts(links: Array(repeating: .init(title: "x", url: "https://a"), count: 51)), ["links"]),
        (ServiceFacts(owner: "a\u{202e}b"), ["owner"]),
        (ServiceFacts(owner: String(repeating: "a", count: 201)), ["owner"]),
        (ServiceFacts(contacts: (0...20).map { "#\($0)" }), ["contacts"]),
        (ServiceFacts(description: String(repeating: "a", count: 65_537)), ["description"]),
        (ServiceFacts(description: "a\0b"), ["description"]),
        (ServiceFacts(environments: ["Production"]), ["environments"]),
        (ServiceFacts(dependencies: ["orders"]), ["dependencies"]),
        (ServiceFacts(owner: "a\u{7}", dependencies: ["A"]), ["owner", "dependencies"]),
    ]

    @Test(arguments: wrong.indices) func `every field that is wrong is named, and nothing is kept`(index: Int)
        async throws
    {
        let (facts, fields) = Self.wrong[index]
        let refused = try await problem {
            try await self.fixture.services.add(facts, name: "orders", by: self.fixture.ada)
        }
        #expect(refused?.fields.map(\.name) == fields)
        #expect(try await fixture.services.find("orders", by: fixture.ada) == nil)
    }

    @Test func `a viewer looks and changes nothing`() async throws {
        _ = try await fixture.services.add(facts, name: "orders", by: fixture.ada)
        let (services, guest) = (fixture.services, fixture.guest)
        #expect(try await problem { try await services.add(ServiceFacts(), name: "a", by: guest) }?.code == .forbidden)
        #expect(
            try await problem { try await services.change("orders", to: ServiceFacts(), by: guest) }?.code
                == .forbidden)
        #expect(try await problem { try await services.remove("orders", by: guest) }?.code == .forbidden)
        #expect(try await fixture.events().count == 1)
    }
}
