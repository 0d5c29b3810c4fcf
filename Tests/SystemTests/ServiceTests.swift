import Foundation
import Testing

/// Services and search through the real binary.
@Suite(.timeLimit(.minutes(5))) struct ServiceTests {
    @Test func `a service is recorded, shown, changed, found and removed from the terminal`() async throws {
        try await Server.with { server in
            try await server.store(
                "orders.failover", "---\nservice: orders\n---\n# Fail the database over\n\nReplica lag.\n")
            let named = try await server.runbook("service", "list", "--json").json["items"]
            #expect(named.items.first { $0["name"].string == "orders" }?["recorded"].bool == false)
            let early = try await server.runbook("service", "change", "orders", "--owner", "data")
            #expect(early.status == 65)
            #expect(early.error.contains("runbook service add orders"))

            let added = try await server.runbook(
                "service", "add", "orders", "--owner", "data", "--environment", "staging", "--environment",
                "production",
                "--link", "Dashboard=https://grafana.example.com/d/1?a=b", "--depends-on", "orders-db", "--contact",
                "#ops")
            #expect(added.status == 0, "\(added.error)")
            let again = try await server.runbook("service", "add", "orders")
            #expect(again.status == 65)
            #expect(again.error.split(separator: "\n").count == 1)
            let wrong = try await server.runbook("service", "add", "Orders", "--link", "x=javascript:alert(1)")
            #expect(wrong.status == 65)
            #expect(wrong.error.contains("name: ") && wrong.error.contains("links: "), "\(wrong.error)")

            let changed = try await server.runbook(
                "service", "change", "orders", "--owner", "the orders team", "--json")
            #expect(changed.status == 0, "\(changed.error)")
            let service = try changed.json
            #expect(service["owner"].string == "the orders team")
            #expect(service["environments"].items.map(\.string) == ["staging", "production"], "the rest stays")
            #expect(service["links"][0]["url"].string == "https://grafana.example.com/d/1?a=b")
            #expect(service["runbooks"].items.map(\.string) == ["orders.failover"])
            let shown = try await server.runbook("service", "show", "orders")
            for words in ["the orders team", "orders-db", "#ops", "orders.failover"] {
                #expect(shown.output.contains(words), "\(words)")
            }
            let needed = try await server.runbook("service", "show", "orders-db", "--json").json
            #expect(needed["dependants"].items.map(\.string) == ["orders"])

            let found = try await server.runbook("search", "replica", "lag", "--json").json["items"]
            #expect(found.items.map { $0["id"].string } == ["orders.failover"])
            let both = try await server.runbook("search", "orders")
            #expect(both.output.contains("orders.failover") && both.output.contains("service"))
            let quoted = try await server.runbook("search", "\"lag replica\"")
            #expect(quoted.status == 0 && quoted.output.isEmpty)
            #expect(quoted.error.contains("Nothing has all of these words."))
            #expect(try await server.runbook("search", "?").status == 65)

            #expect(try await server.runbook("service", "remove", "orders").status == 0)
            #expect(try await server.runbook("service", "remove", "orders").status == 65)
            let kinds = try await server.journal().compactMap { $0["kind"].string }.filter { $0.hasPrefix("service.") }
            #expect(kinds == ["service.added", "service.changed", "service.removed"])
            try await server.expectIntactJournal()
        }
    }
}
