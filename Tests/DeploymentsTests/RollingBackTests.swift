import Deployments
import Essentials
import Executions
import Testing

/// Deployments that are taken back, with the engine and real processes.
@Suite struct RollingBackTests {
    private let fixture: Fixture

    init() async throws {
        fixture = try Fixture()
        try await fixture.store(DeployingTests.guide, as: "release")
        try await fixture.store(DeployingTests.undo, as: "undo")
    }

    @Test func `a rollback stops what waits and fills the good version in`() async throws {
        let (fixture, deployments) = (fixture, fixture.deployments)
        _ = try await fixture.record("v1")
        try await fixture.working {
            let begun = try await deployments.start(fixture.order(), by: fixture.mira)
            _ = try await fixture.wait(for: begun.id, .waiting)
            let reasonless = try await problem {
                try await deployments.rollBack(begun.id, reason: " ", by: fixture.ada)
            }
            #expect(reasonless.fields.map(\.name) == ["reason"])
            _ = try await deployments.rollBack(begun.id, reason: "errors", by: fixture.ada)
            let back = try await fixture.wait(for: begun.id, .rolledBack, .rollbackFailed)
            #expect(back.state == .rolledBack && back.stages.map(\.state) == [.succeeded, .skipped])
            #expect(try await fixture.output(of: try #require(back.facts.rollback_run)) == "from v2 to v1 for errors\n")
            let again = try await problem {
                try await deployments.rollBack(begun.id, reason: "more", by: fixture.ada)
            }
            #expect(again.code == .conflict && again.message.contains("nothing to roll back"))
            let figures = try await deployments.figures(by: fixture.mira)
            #expect(figures.map(\.failures) == [1] && figures.map(\.open) == [0])
        }
    }

    @Test func `what is running is stopped before the rollback begins`() async throws {
        let (fixture, deployments) = (fixture, fixture.deployments)
        _ = try await fixture.record("v1")
        try await fixture.store(
            DeployingTests.guide.replacing("echo \"canary", with: "sleep 600; echo \"canary"), as: "slow")
        try await fixture.working {
            let begun = try await deployments.start(fixture.order("slow"), by: fixture.mira)
            let going = try await deployments.rollBack(begun.id, reason: "wrong tag", by: fixture.mira)
            #expect(going.state == .rollingBack)
            #expect(going.waitsFor == "the run that is under way is being stopped")
            let back = try await fixture.wait(for: begun.id, .rolledBack, .rollbackFailed)
            #expect(back.state == .rolledBack && back.stages.map(\.state) == [.failed, .skipped])
            #expect(back.stages[0].runState == .cancelled)
        }
    }

    @Test func `a succeeded one is rolled back too, but not under a newer one`() async throws {
        let (fixture, deployments) = (fixture, fixture.deployments)
        try await fixture.store(
            "---\nservice: accunode\nrollback: \"#undo\"\nparameters: {VERSION: {type: string}}\n---\n## Go\n\n```sh\ntrue\n```\n\n## Undo\n\n```sh\necho \"to $VERSION\"\n```\n",
            as: "short")
        try await fixture.working {
            _ = try await fixture.record("v1")
            let old = try await deployments.start(fixture.order("short", "v2"), by: fixture.mira)
            #expect(old.stages.map(\.plan.section) == ["go"])
            _ = try await fixture.wait(for: old.id, .succeeded)
            let new = try await deployments.start(fixture.order("short", "v3"), by: fixture.mira)
            _ = try await fixture.wait(for: new.id, .succeeded)
            let overtaken = try await problem {
                try await deployments.rollBack(old.id, reason: "late", by: fixture.mira)
            }
            #expect(overtaken.code == .conflict && overtaken.message.contains("accunode v3 to production"))
            _ = try await deployments.rollBack(new.id, reason: "bad", by: fixture.mira)
            let back = try await fixture.wait(for: new.id, .rolledBack)
            #expect(try await fixture.output(of: try #require(back.facts.rollback_run)) == "to v2\n")
            // What was taken back is not the good version of the next one.
            let next = try await deployments.start(fixture.order("short", "v4"), by: fixture.mira)
            #expect(next.facts.previous_version == "v2")
        }
    }

    @Test func `without a good version the rollback asks for one`() async throws {
        let begun = try await fixture.deployments.start(fixture.order(), by: fixture.mira)
        #expect(begun.facts.previous_version == nil)
        let problem = try await problem {
            try await fixture.deployments.rollBack(begun.id, reason: "bad", by: fixture.mira)
        }
        #expect(problem.code == .invalid && problem.fields.map(\.name) == ["previous_version"])
        let told = try await fixture.deployments.rollBack(begun.id, reason: "bad", to: "v0", by: fixture.mira)
        #expect(told.state == .rollingBack && told.facts.previous_version == "v0")
    }
}
