import Essentials
import Testing

@testable import Incidents

@Suite struct AlertTests {
    private func alert(
        _ fingerprint: String, firing: Bool = true, from start: Timestamp, to end: Timestamp? = nil,
        _ labels: [String: String] = [:], _ annotations: [String: String] = [:]
    ) -> AlertMessage.Alert {
        AlertMessage.Alert(
            fingerprint: fingerprint, isFiring: firing,
            labels: ["alertname": "HighErrorRate", "severity": "critical"].merging(labels) { $1 },
            annotations: annotations, starts: start, ends: end)
    }

    private func message(
        _ alerts: [AlertMessage.Alert], group: String = "{}:{alertname=\"HighErrorRate\"}", truncated: Int = 0,
        summary: String? = nil
    ) -> AlertMessage {
        AlertMessage(
            groupKey: group, isResolved: !alerts.contains(where: \.isFiring), alerts: alerts, truncated: truncated,
            commonAnnotations: summary.map { ["summary": $0] } ?? [:])
    }

    private func send(_ message: AlertMessage, to fixture: Fixture) async throws -> AlertOutcome {
        try await fixture.incidents.take(message, by: fixture.alertmanager)
    }

    @Test func `a group of alerts is one incident, with each alert once`() async throws {
        let fixture = try Fixture()
        let start = fixture.clock.now
        let outcome = try await send(
            message(
                [
                    alert("a", from: start, ["service": "web"]), alert("b", from: start, ["service": "api"]),
                    alert("a", from: start, ["service": "web"]),
                ], summary: "Errors above 5 %"), to: fixture)
        #expect(outcome.isOpened && outcome.fired == 2)
        let incident = try #require(try await fixture.all().first)
        #expect(incident.title == "Errors above 5 %")
        #expect(incident.severity == .sev1)
        #expect(incident.services == ["web", "api"])
        #expect(incident.actorName == "alertmanager")
        #expect(try await fixture.details(incident.id).alerts.map(\.fingerprint) == ["a", "b"])
        #expect(
            try await fixture.timeline(incident.id).map(\.headline) == [
                "Opened as sev1", "2 alerts (HighErrorRate) fired",
            ])
    }

    @Test func `the same message a thousand times is one incident and no more on its timeline`() async throws {
        let fixture = try Fixture()
        let message = message([alert("a", from: fixture.clock.now)])
        for _ in 1...1000 { _ = try await send(message, to: fixture) }
        #expect(try await fixture.all().count == 1)
        let id = try #require(try await fixture.all().first?.id)
        #expect(try await fixture.timeline(id).count == 2)
        // Also when they come at once.
        let (incidents, sender) = (fixture.incidents, fixture.alertmanager)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 1...50 { group.addTask { _ = try await incidents.take(message, by: sender) } }
            try await group.waitForAll()
        }
        #expect(try await fixture.all().count == 1)
    }

    @Test func `an incident is resolved when the last of its alerts has ended`() async throws {
        let fixture = try Fixture()
        let start = fixture.clock.now
        _ = try await send(message([alert("a", from: start), alert("b", from: start)]), to: fixture)
        fixture.clock.advance(by: .seconds(60))
        let end = fixture.clock.now
        let first = try await send(
            message([alert("a", firing: false, from: start, to: end), alert("b", from: start)]), to: fixture)
        #expect(first.ended == 1 && !first.isResolved)
        let second = try await send(message([alert("b", firing: false, from: start, to: end)]), to: fixture)
        #expect(second.isResolved)
        let incident = try #require(try await fixture.all().first)
        #expect(incident.state == .resolved)
        // Nobody has taken it up.
        #expect(incident.milestones.acknowledged == nil && incident.acknowledgedBy == nil)
        #expect(
            try await fixture.timeline(incident.id).map(\.headline) == [
                "Opened as sev1", "2 alerts (HighErrorRate) fired", "Alert HighErrorRate ended",
                "Alert HighErrorRate ended", "Resolved: every alert has ended",
            ])
    }

    @Test func `what comes late or for nothing changes nothing`() async throws {
        let fixture = try Fixture()
        let start = fixture.clock.now
        // An end of what nobody knew of.
        let unknown = try await send(message([alert("a", firing: false, from: start, to: start)]), to: fixture)
        #expect(unknown == AlertOutcome(incident: nil, known: 1))
        _ = try await send(message([alert("a", from: start)]), to: fixture)
        let end = start.advanced(by: .seconds(60))
        _ = try await send(message([alert("a", firing: false, from: start, to: end)]), to: fixture)
        // The same firing, told once more by a second Alertmanager that was behind.
        let late = try await send(message([alert("a", from: start)]), to: fixture)
        #expect(late == AlertOutcome(incident: nil, known: 1))
        #expect(try await fixture.all().map(\.state) == [.resolved])
        // Fires anew, and the end from before comes once more.
        let again = start.advanced(by: .seconds(120))
        fixture.clock.advance(by: .seconds(120))
        #expect(try await send(message([alert("a", from: again)]), to: fixture).isOpened)
        let stale = try await send(message([alert("a", firing: false, from: start, to: end)]), to: fixture)
        #expect(stale.known == 1)
        #expect(try await fixture.all().map(\.state) == [.triggered, .resolved])
    }

    @Test func `an alert that joins an open incident of its group may make it worse, never better`() async throws {
        let fixture = try Fixture()
        let start = fixture.clock.now
        _ = try await send(message([alert("a", from: start, ["severity": "warning"])]), to: fixture)
        _ = try await send(
            message([alert("a", from: start, ["severity": "warning"]), alert("b", from: start, ["service": "db"])]),
            to: fixture)
        _ = try await send(message([alert("c", from: start, ["severity": "info"])]), to: fixture)
        let incident = try #require(try await fixture.all().first)
        #expect(try await fixture.all().count == 1)
        #expect(incident.severity == .sev1)
        #expect(incident.services == ["db"])
        #expect(try await fixture.details(incident.id).firingCount == 3)
    }

    @Test func `what was mitigated and fires anew must be looked at again`() async throws {
        let fixture = try Fixture()
        let start = fixture.clock.now
        let id = try #require(try await send(message([alert("a", from: start)]), to: fixture).incident)
        _ = try await fixture.incidents.carryOut(.mitigate, on: id, by: fixture.ada)
        // A repeat is none.
        _ = try await send(message([alert("a", from: start)]), to: fixture)
        #expect(try await fixture.details(id).incident.state == .mitigated)
        _ = try await send(message([alert("b", from: start)]), to: fixture)
        #expect(try await fixture.details(id).incident.state == .triggered)
    }

    @Test func `an alert that goes on after somebody resolved its incident opens it again`() async throws {
        let fixture = try Fixture()
        let told = message([alert("a", from: fixture.clock.now)])
        let id = try #require(try await send(told, to: fixture).incident)
        _ = try await fixture.incidents.carryOut(.resolve, on: id, by: fixture.ada)
        #expect(try await send(told, to: fixture).incident == id)
        #expect(try await fixture.all().map(\.state) == [.triggered])
        #expect(try await fixture.timeline(id).last?.headline == "Reopened: an alert fires again")
    }

    @Test func `groups are kept apart, and an alert that changes its group is not doubled`() async throws {
        let fixture = try Fixture()
        let start = fixture.clock.now
        _ = try await send(message([alert("a", from: start)], group: "one"), to: fixture)
        _ = try await send(message([alert("b", from: start)], group: "two"), to: fixture)
        // The routes were changed, and the group is called otherwise.
        _ = try await send(message([alert("a", from: start)], group: "three"), to: fixture)
        #expect(try await fixture.all().count == 2)
        let end = start.advanced(by: .seconds(5))
        let outcome = try await send(
            message([alert("a", firing: false, from: start, to: end)], group: "three"), to: fixture)
        #expect(outcome.isResolved)
        #expect(try await fixture.all().map(\.state).sorted { $0.rawValue < $1.rawValue } == [.resolved, .triggered])
    }

    @Test func `two incidents of one group may be open after a reopening, and alerts go to one of them`() async throws {
        let fixture = try Fixture()
        let start = fixture.clock.now
        let first = try #require(try await send(message([alert("a", from: start)]), to: fixture).incident)
        let end = start.advanced(by: .seconds(5))
        _ = try await send(message([alert("a", firing: false, from: start, to: end)]), to: fixture)
        fixture.clock.advance(by: .seconds(10))
        let second = try #require(try await send(message([alert("b", from: end)]), to: fixture).incident)
        _ = try await fixture.incidents.carryOut(.reopen, on: first, by: fixture.ada)
        let third = try await send(message([alert("c", from: end)]), to: fixture)
        #expect(first != second)
        #expect(third.incident == second)
    }

    @Test func `a group that has ended as a whole ends what its message left out`() async throws {
        let fixture = try Fixture()
        let start = fixture.clock.now
        _ = try await send(message([alert("a", from: start), alert("b", from: start)]), to: fixture)
        let end = start.advanced(by: .seconds(60))
        let outcome = try await send(
            message([alert("a", firing: false, from: start, to: end)], truncated: 1), to: fixture)
        #expect(outcome.isResolved && outcome.ended == 2)
    }

    @Test(arguments: [
        ("https://runbook.example.org/runbooks/web.errors", "web.errors", String?.none),
        ("/runbooks/web.errors#rollback", "web.errors", "rollback"), ("web/errors", "web.errors", nil),
        ("https://wiki.example.org/errors", "by.rule", nil), ("/runbooks/unknown", "by.rule", nil),
        ("/runbooks/..%2f..%2fetc", "by.rule", nil), ("", "by.rule", nil),
    ]) func `a runbook is attached that the alert names, or whose front matter has a rule for it`(
        url: String, runbook: String, section: String?
    ) async throws {
        let fixture = try Fixture()
        try await fixture.store("# Errors\n\n## Rollback\n", name: "web.errors")
        try await fixture.store(
            "---\nalerts:\n  - match: {alertname: HighErrorRate, team: web}\n    severity: sev2\n---\n# Rule\n",
            name: "by.rule")
        try await fixture.store("---\nalerts: ['alertname=~\"Disk.*\"']\n---\n# Other\n", name: "another")
        let team = runbook == "by.rule" ? "web" : "none"
        let outcome = try await send(
            message([
                alert("a", from: fixture.clock.now, ["severity": "warning", "team": team], ["runbook_url": url])
            ]), to: fixture)
        let details = try await fixture.details(try #require(outcome.incident))
        #expect(details.runbooks == [AttachedRunbook(runbook: runbook, section: section)])
        // A rule may say how bad it is.
        #expect(details.incident.severity == (team == "web" ? .sev2 : .sev3))
    }

    @Test(arguments: [
        ("critical", Severity.sev1), ("page", .sev1), ("SEV2", .sev2), ("error", .sev2), ("warning", .sev3),
        ("info", .sev4), ("none", .sev4), ("purple", .sev3), ("", .sev3),
    ]) func `the label severity is read as rules write it`(label: String, severity: Severity) async throws {
        let fixture = try Fixture()
        _ = try await send(message([alert("a", from: fixture.clock.now, ["severity": label])]), to: fixture)
        #expect(try await fixture.all().map(\.severity) == [severity])
    }

    @Test func `texts of alerts are cut and cleaned, and never refused`() async throws {
        let fixture = try Fixture()
        let long = String(repeating: "é", count: 5000)
        _ = try await send(
            message(
                [
                    alert(
                        "a", from: fixture.clock.now, ["service": "we\u{0}b\n", "alertname": "\u{1b}[31m"],
                        ["summary": long, "runbook_url": long])
                ], summary: "one\u{0}\ntwo\u{7}"), to: fixture)
        let incident = try #require(try await fixture.all().first)
        #expect(incident.title == "one two")
        #expect(incident.services == ["we b"])
        let alert = try #require(try await fixture.details(incident.id).alerts.first)
        #expect(alert.name == "[31m")
        #expect((alert.summary?.utf8.count ?? 0) <= 500)
    }

    @Test func `only who may send alerts sends alerts`() async throws {
        let fixture = try Fixture()
        let message = message([alert("a", from: fixture.clock.now)])
        #expect(try await problem { try await fixture.incidents.take(message, by: fixture.ada) }?.code == .forbidden)
        #expect(try await fixture.all() == [])
    }
}
