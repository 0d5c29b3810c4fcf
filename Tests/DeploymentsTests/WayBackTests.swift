import Checklists
import Deployments
import Essentials
import Foundation
import Journal
import RunbookFormat
import Testing

/// Deployments without a way back, and what is left to do once one has gone back.
@Suite struct WayBackTests {
    private let fixture: Fixture

    init() async throws {
        fixture = try Fixture()
        try await fixture.store(DeployingTests.undo, as: "undo")
    }

    private static let bare = "---\nservice: accunode\n---\n## A\n\n```approval {}\nGo?\n```\n"

    private func problem(_ order: DeploymentOrder) async throws -> Problem {
        try #require(
            await #expect(throws: Problem.self) {
                _ = try await fixture.deployments.start(order, by: fixture.mira)
            })
    }

    @Test func `a guide that names no rollback is refused, with what to do about it`() async throws {
        try await fixture.store(
            Self.bare + "\n## Rollback procedure\n\n```sh\ntrue\n```\n\n## After a rollback\n\n```sh\ntrue\n```\n",
            as: "bare")
        let refused = try await problem(fixture.order("bare"))
        #expect(refused.code == .invalid && refused.fields.map(\.name) == ["rollback"])
        #expect(refused.description.contains("--no-rollback"), "\(refused)")
        #expect(refused.description.contains("\"#rollback-procedure\""), "\(refused)")
        #expect(try await fixture.deployments.deployments(PageRequest(), by: fixture.mira).items.isEmpty)
    }

    @Test func `it goes without one where somebody says so and why, which is on the record`() async throws {
        try await fixture.store(Self.bare, as: "bare")
        var order = fixture.order("bare")
        order.goesWithoutRollback = true
        let reasonless = try await problem(order)
        #expect(reasonless.fields.map(\.name) == ["reason"])
        order.reason = "the schema only grows"
        let begun = try await fixture.deployments.start(order, by: fixture.mira)
        #expect(begun.facts.no_rollback && begun.facts.reason == "the schema only grows")
        let planned = try await fixture.journal.events(
            PageRequest(), object: ObjectReference("deployment", begun.id.rawValue), by: fixture.root
        ).items.first { $0.kind == "deployment.planned" }
        #expect(planned?.details["no_rollback"] == .bool(true))
        #expect(planned?.details["reason"]?.string == "the schema only grows")
        let stuck = try #require(
            await #expect(throws: Problem.self) {
                _ = try await fixture.deployments.rollBack(begun.id, reason: "bad", by: fixture.mira)
            })
        #expect(stuck.code == .conflict && stuck.message.contains("names no rollback runbook"))
        #expect(try await fixture.deployments.deployment(begun.id, by: fixture.mira).state == .waiting)
    }

    @Test func `nobody goes without one that is named, or that a step needs`() async throws {
        try await fixture.store(DeployingTests.guide, as: "release")
        var order = fixture.order()
        (order.goesWithoutRollback, order.reason) = (true, "why not")
        #expect(try await problem(order).fields.map(\.name) == ["no_rollback"])
        try await fixture.store(
            "---\nservice: accunode\n---\n## A\n\n```sh {on-failure=rollback}\ntrue\n```\n", as: "needy")
        order.runbook = "needy"
        #expect(try await problem(order).fields.map(\.name) == ["rollback"])
    }

    @Test(
        arguments: [
            ("Post-rollback Actions", true), ("After a roll-back", true), ("AFTER THE ROLLBACK", true),
            ("Geri alma sonrası", true), ("Rollback", false), ("After the deployment", false),
            ("Rollback posters", false),
        ])
    func `a section says by its title what is left to do`(_ title: String, _ isAfterwards: Bool) throws {
        let guide = try Guide(parsing: Array("# A\n\n## \(title)\n\n- [ ] told\n".utf8), name: "a")
        #expect((guide.afterRollback != nil) == isAfterwards)
    }

    /// A deployment that has been rolled back, and what follows from that carried out.
    private func rolledBack(by runbook: String) async throws -> DeploymentRecord {
        let (fixture, deployments) = (fixture, fixture.deployments)
        _ = try await fixture.record("v1")
        return try await fixture.working {
            let begun = try await deployments.start(fixture.order(runbook), by: fixture.mira)
            _ = try await deployments.rollBack(begun.id, reason: "errors", by: fixture.ada)
            let back = try await fixture.wait(for: begun.id, .rolledBack, .rollbackFailed)
            #expect(back.state == .rolledBack && back.facts.follow_up == nil)
            return back
        }
    }

    private func end(of record: DeploymentRecord) async throws -> RecordedEvent {
        try #require(
            try await fixture.journal.events(
                PageRequest(limit: 500), object: ObjectReference("deployment", record.id.rawValue), by: fixture.root
            ).items.first { $0.kind == "deployment.rolled-back" })
    }

    private func followUp(of record: DeploymentRecord) async throws -> ChecklistRecord {
        let event = try await end(of: record)
        // At the same time and again, as after a restart that came before the reaction's place was kept.
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 1...5 { group.addTask { [fixture] in try await fixture.deployments.followUp(event) } }
            try await group.waitForAll()
        }
        try await fixture.deployments.followUp(event)
        let told = try await fixture.deployments.deployment(record.id, by: fixture.mira)
        #expect(try await fixture.kinds(of: record.id).count { $0 == "deployment.follow-up-started" } == 1)
        let lists = try await fixture.checklists.checklists(PageRequest(), by: fixture.mira).items
        #expect(lists.count == 1)
        return try await fixture.checklists.checklist(ID(try #require(told.facts.follow_up)), by: fixture.mira)
    }

    @Test func `a rollback leaves four things to do, once, on the list of whoever deployed`() async throws {
        try await fixture.store(DeployingTests.guide, as: "release")
        let list = try await followUp(of: try await rolledBack(by: "release"))
        #expect(list.summary.runbook == "after-rollback" && list.summary.occasion == "accunode v2 to production")
        #expect(list.items.count == 4 && list.items.allSatisfy { $0.state == .open && $0.required })
        for word in ["cause", "incident", "remedy", "post-mortem"] {
            #expect(list.items.contains { $0.text.contains(word) }, "\(word)")
        }
        #expect(try await fixture.checklists.now(by: fixture.mira).mine.map(\.id) == [list.id])
    }

    @Test func `the section that the deployment has for it is no stage, and is what is left to do`() async throws {
        let own = DeployingTests.guide + "\n## After a rollback\n\n- [ ] ours\n"
        try await fixture.store(own, as: "release")
        let back = try await rolledBack(by: "release")
        #expect(back.stages.map(\.plan.section) == ["canary", "production"])
        let list = try await followUp(of: back)
        #expect(list.summary.runbook == "release" && list.items.map(\.text) == ["ours"])
    }

    @Test func `what the rollback's own guide says comes first`() async throws {
        try await fixture.store(DeployingTests.guide + "\n## After a rollback\n\n- [ ] ours\n", as: "release")
        try await fixture.store(DeployingTests.undo + "\n## Post-rollback actions\n\n- [ ] its own\n", as: "undo")
        let list = try await followUp(of: try await rolledBack(by: "release"))
        #expect(list.summary.runbook == "undo" && list.items.map(\.text) == ["its own"])
    }

    @Test func `a team's own guide takes the standard's place, also of rollbacks made elsewhere`() async throws {
        try await fixture.store("# After\n\n- [ ] call Ada\n", as: "after-rollback")
        let told = try await fixture.record("v3", state: .rolledBack)
        let events = try await fixture.journal.events(
            PageRequest(limit: 500), object: ObjectReference("deployment", told.id.rawValue), by: fixture.root
        ).items
        #expect(events.contains { Deployments.followingUp.contains($0.kind) })
        for event in events + events { try await fixture.deployments.followUp(event) }
        let lists = try await fixture.checklists.checklists(PageRequest(), by: fixture.mira).items
        #expect(lists.map(\.runbook) == ["after-rollback"] && lists.map(\.total) == [1])
    }
}
