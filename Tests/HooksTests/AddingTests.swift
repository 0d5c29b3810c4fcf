import Essentials
import Hooks
import Testing

/// Who may add, change and remove hooks, and what they may be.
@Suite struct AddingTests {
    @Test func `a hook is refused with every fault that it has`() async throws {
        let fixture = try Fixture()
        try await fixture.store()
        for (order, field) in [
            (HookOrder(name: "Release", runbook: "deploy", parameters: ["VERSION": "1"]), "name"),
            (HookOrder(name: "new", runbook: "deploy", parameters: ["VERSION": "1"]), "name"),
            (HookOrder(name: "", runbook: "deploy", parameters: ["VERSION": "1"]), "name"),
            (HookOrder(name: "../x", runbook: "deploy", parameters: ["VERSION": "1"]), "name"),
            (HookOrder(name: "a", runbook: "deploy", parameters: ["VERSION": "1", "NONE": "1"]), "parameters"),
            (HookOrder(name: "a", runbook: "deploy", parameters: ["VERSION": "1", "TOKEN": "x"]), "parameters"),
            (HookOrder(name: "a", runbook: "deploy", parameters: ["VERSION": "one"]), "parameters"),
            (HookOrder(name: "a", runbook: "deploy", pointers: ["VERSION": "tag"]), "pointers"),
            (HookOrder(name: "a", runbook: "deploy", pointers: ["NONE": "/tag"]), "pointers"),
            (
                HookOrder(name: "a", runbook: "deploy", parameters: ["VERSION": "1"], pointers: ["VERSION": "/t"]),
                "pointers"
            ),
            // Nothing comes from the message: what it needs must be there.
            (HookOrder(name: "a", runbook: "deploy"), "VERSION"),
        ] {
            let refused = try await problem { try await fixture.hooks.add(order, by: fixture.ada) }
            #expect(refused?.code == .invalid, "\(order)")
            #expect(refused?.fields.contains { $0.name == field } == true, "\(order): \(refused?.description ?? "")")
        }
        let nowhere = HookOrder(name: "a", runbook: "none")
        #expect(try await problem { try await fixture.hooks.add(nowhere, by: fixture.ada) }?.code == .notFound)
        let section = HookOrder(name: "a", runbook: "deploy", section: "none", pointers: ["VERSION": "/t"])
        #expect(try await problem { try await fixture.hooks.add(section, by: fixture.ada) }?.code == .notFound)
        #expect(try await fixture.hooks.hooks(PageRequest(), by: fixture.guest).items.isEmpty)
    }

    @Test func `admins add and remove hooks, operators pause them, everybody sees them`() async throws {
        let fixture = try Fixture()
        _ = try await fixture.release()
        let order = HookOrder(name: "other", runbook: "deploy", section: "verify", parameters: ["VERSION": "1"])
        for principal in [fixture.guest, fixture.operator_] {
            #expect(try await problem { try await fixture.hooks.add(order, by: principal) }?.code == .forbidden)
            #expect(
                try await problem { try await fixture.hooks.renewSecret(of: "release", by: principal) }?.code
                    == .forbidden)
            #expect(
                try await problem { try await fixture.hooks.remove("release", by: principal) }?.code == .forbidden)
        }
        #expect(try await problem { try await fixture.hooks.pause("release", by: fixture.guest) }?.code == .forbidden)
        _ = try await fixture.hooks.add(order, by: fixture.ada)
        #expect(try await problem { try await fixture.hooks.add(order, by: fixture.ada) }?.code == .conflict)
        let first = try await fixture.hooks.hooks(PageRequest(limit: 1), by: fixture.guest)
        let second = try await fixture.hooks.hooks(PageRequest(limit: 1, after: first.next), by: fixture.guest)
        #expect((first.items + second.items).map(\.name) == ["other", "release"] && second.next == nil)
        #expect(try await fixture.hooks.hooks(PageRequest(), runbook: "none", by: fixture.guest).items.isEmpty)
        try await fixture.hooks.remove("release", by: fixture.ada)
        #expect(try await problem { try await fixture.hooks.hook("release", by: fixture.guest) }?.code == .notFound)
        #expect(try await problem { try await fixture.hooks.remove("release", by: fixture.ada) }?.code == .notFound)
        #expect(try await fixture.kinds() == ["hook.added", "hook.added", "hook.removed"])
    }

    @Test func `a message of a removed hook starts nothing, also under the name of another`() async throws {
        let fixture = try Fixture()
        let secret = try await fixture.release()
        let message = try fixture.message("m1", secret: secret)
        try await fixture.hooks.remove("release", by: fixture.ada)
        #expect(
            try await problem { try await fixture.hooks.receive(message, at: "release") }?.code == .unauthenticated)
        _ = try await fixture.hooks.add(
            HookOrder(name: "release", runbook: "deploy", parameters: ["VERSION": "2"]), by: fixture.ada)
        #expect(
            try await problem { try await fixture.hooks.receive(message, at: "release") }?.code == .unauthenticated)
        #expect(try await fixture.runs().isEmpty)
    }
}
