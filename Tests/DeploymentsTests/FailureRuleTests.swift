import Deployments
import Essentials
import Incidents
import Testing

/// Which deployment an incident counts as the failure of.
@Suite struct FailureRuleTests {
    private static let noon = Timestamp(microseconds: 1_768_824_000_000_000)

    private static func at(_ hours: Double) -> Timestamp { noon.advanced(by: .seconds(Int64(hours * 3600))) }

    private static func candidate(
        _ id: String, _ state: DeploymentState, _ started: Double, _ finished: Double?
    ) -> FailureRule.Candidate {
        .init(id: ID(id), state: state, started: at(started), finished: finished.map(at))
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let opened: Double
        let candidates: [FailureRule.Candidate]
        let blamed: String?
    }

    @Test(arguments: [
        Case(testDescription: "none at all", opened: 0, candidates: [], blamed: nil),
        Case(
            testDescription: "before it began", opened: -1, candidates: [candidate("a", .succeeded, 0, 1)], blamed: nil),
        Case(testDescription: "under way", opened: 2, candidates: [candidate("a", .waiting, 0, nil)], blamed: "a"),
        Case(
            testDescription: "while it went", opened: 0.5, candidates: [candidate("a", .succeeded, 0, 1)], blamed: "a"),
        Case(
            testDescription: "a day after it", opened: 25, candidates: [candidate("a", .succeeded, 0, 1)], blamed: "a"),
        Case(
            testDescription: "more than a day after it", opened: 25.01, candidates: [candidate("a", .succeeded, 0, 1)],
            blamed: nil),
        Case(
            testDescription: "the last one that began", opened: 5,
            candidates: [candidate("b", .succeeded, 3, 4), candidate("a", .succeeded, 0, 1)], blamed: "b"),
        Case(
            testDescription: "the next one began later", opened: 2,
            candidates: [candidate("b", .succeeded, 3, 4), candidate("a", .succeeded, 0, 1)], blamed: "a"),
        Case(
            testDescription: "a failed one, while it went", opened: 3.5,
            candidates: [candidate("a", .succeeded, 0, 1), candidate("b", .failed, 3, 4)], blamed: "b"),
        Case(
            testDescription: "one that was taken back has no day", opened: 5,
            candidates: [candidate("a", .succeeded, 0, 1), candidate("b", .rolledBack, 3, 4)], blamed: nil),
        Case(
            testDescription: "an aborted one is none", opened: 5,
            candidates: [candidate("a", .succeeded, 0, 1), candidate("b", .aborted, 3, 4)], blamed: "a"),
    ]) func `an incident is laid to the last deployment that began before it, for a day`(_ row: Case) {
        let found = FailureRule.blamed(at: Self.at(row.opened), among: row.candidates)
        #expect(found?.rawValue == row.blamed)
    }

    /// A gate that is still closed has changed nothing that could fail.
    @Test func `a deployment whose first stage has not begun is laid nothing to`() async throws {
        let fixture = try Fixture()
        try await fixture.store(DeployingTests.undo, as: "undo")
        try await fixture.store(
            "---\nservice: accunode\nrollback: undo\n---\n## Go\n\n```approval {name=go}\nGo?\n```\n\n```sh\ntrue\n```\n",
            as: "gated")
        let before = try await fixture.record("v1")
        let waiting = try await fixture.deployments.start(fixture.order("gated"), by: fixture.mira)
        #expect(waiting.state == .waiting && waiting.facts.started != nil)
        func burn() async throws -> IncidentRecord {
            try await fixture.incidents.open(
                IncidentOrder(title: "Errors", severity: .sev2, services: ["accunode"]), by: fixture.mira)
        }
        let early = try await burn()
        #expect(try await fixture.deployments.deployment(behind: early, by: fixture.mira)?.id == before.id)
        #expect(try await fixture.deployments.incidents(laidTo: before.facts, by: fixture.mira) == [early.id])
        let begun = try await fixture.deployments.promote(waiting.id, by: fixture.ada)
        #expect(begun.state == .running)
        let late = try await burn()
        #expect(try await fixture.deployments.deployment(behind: early, by: fixture.mira)?.id == before.id)
        #expect(try await fixture.deployments.deployment(behind: late, by: fixture.mira)?.id == begun.id)
        #expect(try await fixture.deployments.incidents(laidTo: begun.facts, by: fixture.mira) == [late.id])
        // One that never came that far is no failed change, whatever burnt while it waited.
        let only = fixture.order("gated", "v9", "staging")
        let never = try await fixture.deployments.start(only, by: fixture.mira)
        _ = try await burn()
        _ = try await fixture.deployments.abort(never.id, reason: nil, by: fixture.mira)
        #expect(try await Self.figures(of: fixture).first { $0.environment == "staging" }?.failures == 0)
    }

    private static func figures(of fixture: Fixture) async throws -> [Figures] {
        try await fixture.deployments.figures(days: 30, by: fixture.root)
    }

    @Test func `a failure that an incident alone tells of is in the figures, and so is its end`() async throws {
        let fixture = try Fixture()
        _ = try await fixture.record("v1")
        let second = try await fixture.record("v2")
        #expect(try await Self.figures(of: fixture).map(\.failures) == [0])
        let incident = try await fixture.incidents.open(
            IncidentOrder(title: "Errors", severity: .sev2, services: ["accunode"]), by: fixture.mira)
        var found = try #require(try await Self.figures(of: fixture).first)
        #expect(found.deployments == 2 && found.failures == 1 && found.open == 1)
        #expect(found.changeFailureRate == 0.5)
        #expect(
            try await fixture.deployments.incidents(laidTo: second.facts, by: fixture.mira) == [incident.id])
        #expect(
            try await fixture.deployments.deployment(behind: incident, by: fixture.mira)?.id == second.id)
        _ = try await fixture.incidents.carryOut(.mitigate, on: incident.id, by: fixture.mira)
        found = try #require(try await Self.figures(of: fixture).first)
        #expect(found.failures == 1 && found.open == 0 && found.timeToRestore != nil)
    }

    @Test func `an incident of sev4, of another service, or of no deployment counts nowhere`() async throws {
        let fixture = try Fixture()
        let deployment = try await fixture.record("v1")
        for (severity, service) in [(Severity.sev4, "accunode"), (.sev1, "orders")] {
            _ = try await fixture.incidents.open(
                IncidentOrder(title: "Errors", severity: severity, services: [service]), by: fixture.mira)
        }
        let burnt = try await fixture.incidents.open(
            IncidentOrder(title: "The rack burns", severity: .sev1, services: ["accunode"]), by: fixture.mira)
        #expect(try await Self.figures(of: fixture).map(\.failures) == [1])
        _ = try await fixture.incidents.change(burnt.id, IncidentChange(blame: .noDeployment), by: fixture.mira)
        #expect(try await Self.figures(of: fixture).map(\.failures) == [0])
        #expect(try await fixture.deployments.incidents(laidTo: deployment.facts, by: fixture.mira) == [])
        let told = try await fixture.incidents.incident(burnt.id, by: fixture.mira).incident
        #expect(try await fixture.deployments.deployment(behind: told, by: fixture.mira) == nil)
    }

    @Test func `somebody's word goes before the times`() async throws {
        let fixture = try Fixture()
        let (staging, production) = (try await fixture.record("v1", "staging"), try await fixture.record("v1"))
        let incident = try await fixture.incidents.open(
            IncidentOrder(
                title: "Errors", severity: .sev4, services: ["accunode"], deployment: staging.id.rawValue),
            by: fixture.mira)
        #expect(try await Self.figures(of: fixture).map(\.failures) == [0, 1])
        _ = try await fixture.incidents.change(
            incident.id, IncidentChange(blame: .deployment(production.id.rawValue)), by: fixture.mira)
        #expect(try await Self.figures(of: fixture).map(\.failures) == [1, 0])
        // An incident that names a deployment that is not there is not opened.
        await #expect(throws: Problem.self) {
            try await fixture.incidents.open(
                IncidentOrder(title: "Errors", severity: .sev4, deployment: "unknown"), by: fixture.mira)
        }
    }
}
