import Essentials
import Incidents
import Journal
import Testing

@Suite struct TimelineTests {
    @Test func `a note for earlier carries both times`() async throws {
        let fixture = try Fixture()
        let id = try await fixture.open().id
        let earlier = fixture.clock.now.advanced(by: .seconds(-600))
        _ = try await fixture.incidents.note("The first page.", at: earlier, on: id, by: fixture.ada)
        let note = try #require(try await fixture.timeline(id).last)
        #expect(note.isBackdated)
        #expect(note.time == earlier)
        #expect(note.recorded == fixture.clock.now)
        let ahead = try await problem {
            try await fixture.incidents.note(
                "x", at: fixture.clock.now.advanced(by: .seconds(1)), on: id, by: fixture.ada)
        }
        #expect(ahead?.fields.map(\.name) == ["at"])
        #expect(try await fixture.timeline(id).count == 2)
    }

    @Test func `an edited note says what it said before, and by whom it was changed`() async throws {
        let fixture = try Fixture()
        let id = try await fixture.open().id
        let note = try await fixture.incidents.note("one", on: id, by: fixture.ada)
        fixture.clock.advance(by: .seconds(60))
        for text in ["two", "three"] {
            _ = try await fixture.incidents.edit(note.id, to: text, expecting: nil, on: id, by: fixture.bob)
        }
        let timeline = try await fixture.timeline(id)
        // An edit is no entry of its own.
        #expect(timeline.map(\.event.kind) == ["incident.opened", "incident.noted"])
        let shown = try #require(timeline[1].note)
        #expect(shown.text == "three")
        #expect(shown.earlier == ["one", "two"])
        #expect(shown.edits.map(\.by.name) == ["Bob", "Bob"])
        #expect(timeline[1].event.actor.name == "Ada")
        let elsewhere = try await fixture.open("Another").id
        let refusal = try await problem {
            try await fixture.incidents.edit(note.id, to: "four", expecting: nil, on: elsewhere, by: fixture.bob)
        }
        #expect(refusal?.code == .notFound)
    }

    @Test func `a note that was erased from the journal has no text left anywhere`() async throws {
        let fixture = try Fixture()
        let id = try await fixture.open().id
        let note = try await fixture.incidents.note("the secret", on: id, by: fixture.ada)
        try await fixture.journal.erase([note.seq], reason: "asked for", by: .system("test"))
        let item = try #require(try await fixture.timeline(id).last)
        #expect(item.note?.text == nil)
        #expect(item.sentence == "Note, by somebody (erased).")
    }

    @Test func `what belongs to an incident's checklists and deployments is on its timeline`() async throws {
        let fixture = try Fixture()
        let incident = try await fixture.open()
        let run = ObjectReference("run", "r1")
        try await fixture.append("run.created", on: [run, ObjectReference("runbook", "fix"), incident.reference])
        try await fixture.append("step.started", on: [run])
        try await fixture.append("run.succeeded", on: [run, ObjectReference("runbook", "fix"), incident.reference])
        let checklist = ObjectReference("checklist", "c1")
        try await fixture.append("checklist.started", on: [checklist, incident.reference], ["title": "Go live"])
        try await fixture.append("checklist.completed", on: [checklist], ["title": "Go live"])
        try await fixture.append("checklist.completed", on: [ObjectReference("checklist", "other")])
        let deployment = ObjectReference("deployment", "d1")
        try await fixture.append("deployment.failed", on: [deployment, incident.reference], ["service": "web"])
        try await fixture.append(
            "deployment.rolled-back", on: [deployment],
            ["service": "web", "version": "v2", "environment": "production"])
        #expect(
            try await fixture.timeline(incident.id).map(\.headline) == [
                "Opened as sev2", "Run fix started", "Run fix succeeded", "Checklist Go live started",
                "Checklist Go live completed", "Deployment of web failed",
                "Deployment of web v2 to production rolled back",
            ])
    }

    @Test func `deployments of the affected services count from an hour before until it is resolved`() async throws {
        let fixture = try Fixture()
        func deploy(_ version: String, _ service: String = "web") async throws {
            try await fixture.append(
                "deployment.recorded",
                on: [ObjectReference("deployment", version), ObjectReference("service", service)],
                ["service": .string(service), "version": .string(version)])
        }
        try await deploy("v1")
        fixture.clock.advance(by: .seconds(1))
        try await deploy("v2")
        fixture.clock.advance(by: .seconds(3599))
        try await deploy("v3", "other")
        fixture.clock.advance(by: .seconds(1))
        let incident = try await fixture.open(services: ["web"])
        fixture.clock.advance(by: .seconds(1))
        try await deploy("v4")
        // How far its stages have come stands on its own page.
        try await fixture.append(
            "deployment.stage-started", on: [ObjectReference("deployment", "v4"), ObjectReference("service", "web")],
            ["service": "web", "version": "v4", "stage": "Canary"])
        fixture.clock.advance(by: .seconds(1))
        _ = try await fixture.incidents.carryOut(.resolve, on: incident.id, by: fixture.ada)
        fixture.clock.advance(by: .seconds(1))
        try await deploy("v5")
        let headlines = try await fixture.timeline(incident.id).map(\.headline)
        #expect(
            headlines == [
                "Deployment of web v2 recorded", "Opened as sev2", "Deployment of web v4 recorded", "Resolved",
            ])
        // Newest first and page by page it is the same.
        var (paged, after): ([String], String?) = ([], nil)
        repeat {
            let page = try await fixture.incidents.timeline(
                of: incident.id, PageRequest(limit: 1, after: after), order: .newestFirst, by: fixture.ada)
            paged += page.items.map(\.headline)
            after = page.next
        } while after != nil
        #expect(paged == headlines.reversed())
    }

    @Test(arguments: [
        ("note", ["Note"]), ("status", ["Opened as sev2", "Acknowledged"]), ("run", ["Run fix failed"]),
        ("incident.acknowledged", ["Acknowledged"]), ("deployment", []),
    ]) func `a kind leaves only its own`(kind: String, headlines: [String]) async throws {
        let fixture = try Fixture()
        let incident = try await fixture.open(note: "x")
        try await fixture.append(
            "run.failed", on: [ObjectReference("run", "r"), ObjectReference("runbook", "fix"), incident.reference])
        _ = try await fixture.incidents.carryOut(.acknowledge, on: incident.id, by: fixture.ada)
        #expect(try await fixture.timeline(incident.id, kind: kind).map(\.headline) == headlines)
    }

    @Test func `a kind that is none is refused by its field`() async throws {
        let fixture = try Fixture()
        let id = try await fixture.open().id
        for kind in ["notes", "NOTE", "a.b.c", ""] {
            #expect(try await problem { try await fixture.timeline(id, kind: kind) }?.fields.map(\.name) == ["kind"])
        }
    }

    @Test func `a draft of the postmortem has the times, the deployments before, the runs and the timeline`()
        async throws
    {
        let fixture = try Fixture()
        try await fixture.append(
            "deployment.recorded", on: [ObjectReference("deployment", "d"), ObjectReference("service", "web")],
            ["service": "web", "version": "v2"])
        fixture.clock.advance(by: .seconds(480))
        let incident = try await fixture.open("Errors | <b>bold</b>", services: ["web"])
        fixture.clock.advance(by: .seconds(62))
        _ = try await fixture.incidents.carryOut(.acknowledge, on: incident.id, by: fixture.ada)
        try await fixture.append(
            "run.succeeded",
            on: [ObjectReference("run", "r1"), ObjectReference("runbook", "web.rollback"), incident.reference])
        _ = try await fixture.incidents.note("# Found\n\nThe *disk*.", on: incident.id, by: fixture.ada)
        fixture.clock.advance(by: .seconds(298))
        _ = try await fixture.incidents.carryOut(.resolve, on: incident.id, by: fixture.ada)
        let draft = try await fixture.incidents.postmortem(of: incident.id, by: fixture.ada)
        for part in [
            "# Postmortem: Errors \\| \\<b\\>bold\\</b\\>", "| time to acknowledge | 1 min 2 s |",
            "| mitigated | not yet |", "| time to resolve | 6 min 0 s |",
            "- 2026-01-19 08:30:00 Deployment of web v2 recorded, by Bob.", "Run web.rollback succeeded (`r1`)",
            "  > # Found", "## Action items",
        ] { #expect(draft.contains(part), "\(part)") }
    }
}
