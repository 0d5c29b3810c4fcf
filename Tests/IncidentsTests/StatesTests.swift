import Essentials
import Incidents
import Testing

@Suite struct StatesTests {
    /// What each move makes of each state; nil where it is refused.
    static let table: [(IncidentState, IncidentMove, IncidentState?)] = [
        (.triggered, .acknowledge, .acknowledged), (.triggered, .mitigate, .mitigated),
        (.triggered, .resolve, .resolved), (.triggered, .reopen, nil),
        (.acknowledged, .acknowledge, nil), (.acknowledged, .mitigate, .mitigated),
        (.acknowledged, .resolve, .resolved), (.acknowledged, .reopen, nil),
        (.mitigated, .acknowledge, nil), (.mitigated, .mitigate, nil),
        (.mitigated, .resolve, .resolved), (.mitigated, .reopen, nil),
        (.resolved, .acknowledge, nil), (.resolved, .mitigate, nil),
        (.resolved, .resolve, nil), (.resolved, .reopen, .triggered),
    ]

    @Test(arguments: table) func `a move is allowed from some states and leads to one`(
        _ row: (state: IncidentState, move: IncidentMove, target: IncidentState?)
    ) async throws {
        #expect(row.move.isAllowed(in: row.state) == (row.target != nil))
        if let target = row.target { #expect(row.move.target == target) }
        // And the verb does what the table says.
        let fixture = try Fixture()
        let incident = try await fixture.open()
        for move in Self.way(to: row.state) {
            _ = try await fixture.incidents.carryOut(move, on: incident.id, by: fixture.ada)
        }
        let before = try await fixture.details(incident.id).incident
        let refusal = try await problem {
            try await fixture.incidents.carryOut(row.move, on: incident.id, by: fixture.bob)
        }
        let after = try await fixture.details(incident.id).incident
        if let target = row.target {
            #expect(refusal == nil)
            #expect(after.state == target)
        } else {
            #expect(refusal?.code == .conflict)
            #expect(after == before)
        }
    }

    private static func way(to state: IncidentState) -> [IncidentMove] {
        switch state {
        case .triggered: []
        case .acknowledged: [.acknowledge]
        case .mitigated: [.acknowledge, .mitigate]
        case .resolved: [.acknowledge, .resolve]
        }
    }

    private static let opened = Timestamp(microseconds: 1_000_000)
    private static let now = Timestamp(microseconds: 9_000_000)

    @Test(arguments: [
        (IncidentMove.acknowledge, true, Milestones(opened: opened, acknowledged: now)),
        (.mitigate, true, Milestones(opened: opened, acknowledged: now, mitigated: now)),
        (.resolve, true, Milestones(opened: opened, acknowledged: now, resolved: now)),
        (.resolve, false, Milestones(opened: opened, resolved: now)),
        (.reopen, true, Milestones(opened: opened)),
        (.reopen, false, Milestones(opened: opened)),
    ]) func `who skips ahead has taken it up by that, and alerts have not`(
        move: IncidentMove, isByPeople: Bool, expected: Milestones
    ) {
        var before = Milestones(opened: Self.opened)
        if move == .reopen {
            before = Milestones(opened: Self.opened, acknowledged: Self.opened, resolved: Self.opened)
        }
        #expect(before.after(move, at: Self.now, byPeople: isByPeople) == expected)
    }

    @Test func `the worst severity is the greatest`() {
        #expect(Severity.allCases.max() == .sev1)
        #expect(Severity.allCases.sorted() == [.sev4, .sev3, .sev2, .sev1])
    }
}
