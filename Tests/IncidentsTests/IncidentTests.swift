import Accounts
import Essentials
import Incidents
import Journal
import Testing

@Suite struct IncidentTests {
    @Test func `the incidents of a service in a span of time are those opened in it, the newest first`() async throws {
        let fixture = try Fixture()
        let start = fixture.clock.now
        var opened: [ID<IncidentRecord>] = []
        for service in ["web", "web", "other", "web", "web"] {
            opened.append(try await fixture.open(services: [service]).id)
            fixture.clock.advance(by: .seconds(60))
        }
        func found(_ from: Int64, _ to: Int64, limit: Int = 10) async throws -> [ID<IncidentRecord>] {
            let span = start.advanced(by: .seconds(from))..<start.advanced(by: .seconds(to))
            return try await fixture.incidents.incidents(of: "web", opened: span, limit: limit, by: fixture.ada)
                .map(\.id)
        }
        #expect(try await found(0, 300) == [opened[4], opened[3], opened[1], opened[0]])
        #expect(try await found(60, 240) == [opened[3], opened[1]])
        #expect(try await found(61, 180) == [])
        #expect(try await found(0, 300, limit: 1) == [opened[4]])
    }

    @Test func `an incident that is opened is on the list, and its event on the journal`() async throws {
        let fixture = try Fixture()
        try await fixture.store("# Rollback\n", name: "accunode.rollback")
        let incident = try await fixture.incidents.open(
            IncidentOrder(
                title: "  Checkout\nerrors ", severity: .sev1, services: ["accunode", "accunode", "web"],
                runbooks: ["accunode/rollback"], note: "Since the *deploy*."),
            by: fixture.ada)
        #expect(incident.title == "Checkout errors")
        #expect(incident.services == ["accunode", "web"])
        #expect(try await fixture.all() == [incident])
        #expect(try await fixture.details(incident.id).runbooks.map(\.runbook) == ["accunode.rollback"])
        let timeline = try await fixture.timeline(incident.id)
        #expect(timeline.map(\.event.kind) == ["incident.opened", "incident.noted"])
        #expect(
            Set(timeline[0].event.objects.map(\.text)) == [
                "incident/\(incident.id)", "service/accunode", "service/web", "runbook/accunode.rollback",
            ])
        #expect(timeline[1].note?.text == "Since the *deploy*.")
    }

    @Test func `what is wrong with a new incident is said all at once, and nothing is opened`() async throws {
        let fixture = try Fixture()
        let refusal = try await problem {
            try await fixture.incidents.open(
                IncidentOrder(
                    title: " ", severity: .sev3, services: [String(repeating: "x", count: 201)], note: " \n"),
                by: fixture.ada)
        }
        #expect(refusal?.code == .invalid)
        #expect(refusal?.fields.map(\.name) == ["title", "services", "note"])
        let unknown = try await problem {
            try await fixture.incidents.open(
                IncidentOrder(title: "a", severity: .sev3, runbooks: ["nobody"]), by: fixture.ada)
        }
        #expect(unknown?.fields.map(\.name) == ["runbooks"])
        #expect(try await fixture.all() == [])
    }

    @Test func `a viewer may not touch incidents`() async throws {
        let fixture = try Fixture()
        let (incident, viewer) = (try await fixture.open(), Fixture.person("Vera", .viewer))
        let incidents = fixture.incidents
        let acts: [() async throws -> Any] = [
            { try await incidents.open(IncidentOrder(title: "a", severity: .sev4), by: viewer) },
            { try await incidents.carryOut(.acknowledge, on: incident.id, by: viewer) },
            { try await incidents.change(incident.id, IncidentChange(title: "b"), by: viewer) },
            { try await incidents.assign(.scribe, to: nil, in: incident.id, by: viewer) },
            { try await incidents.note("c", on: incident.id, by: viewer) },
            { try await incidents.edit(ID("d"), to: "e", expecting: nil, on: incident.id, by: viewer) },
        ]
        for act in acts { #expect(try await problem(act)?.code == .forbidden) }
        #expect(try await fixture.timeline(incident.id).count == 1)
    }

    @Test func `of two acknowledgements at once one succeeds and the other is told who was first`() async throws {
        let fixture = try Fixture()
        let (id, incidents) = (try await fixture.open().id, fixture.incidents)
        let answers = try await withThrowingTaskGroup(of: (String, Problem?).self) { group in
            for person in [fixture.ada, fixture.bob] {
                group.addTask {
                    (person.name, try await problem { try await incidents.carryOut(.acknowledge, on: id, by: person) })
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        let winner = try #require(answers.first { $0.1 == nil }?.0)
        let refusal = try #require(answers.compactMap(\.1).first)
        #expect(refusal.code == .conflict)
        #expect(refusal.message.hasPrefix("\(winner) has acknowledged it already"))
        #expect(try await fixture.details(id).incident.acknowledgedBy == winner)
    }

    @Test func `a resolved incident takes a reopening and nothing else`() async throws {
        let fixture = try Fixture()
        let id = try await fixture.open().id
        _ = try await fixture.incidents.carryOut(.resolve, on: id, note: "It was the disk.", by: fixture.ada)
        let refusal = try await problem {
            try await fixture.incidents.carryOut(.acknowledge, on: id, by: fixture.bob)
        }
        #expect(refusal?.message == "The incident is resolved already: reopen it first.")
        let reopened = try await fixture.incidents.carryOut(.reopen, on: id, by: fixture.bob)
        #expect(reopened.state == .triggered)
        #expect(reopened.acknowledgedBy == nil)
        #expect(try await fixture.timeline(id).map(\.headline) == ["Opened as sev2", "Resolved", "Reopened"])
        #expect(try await fixture.timeline(id)[1].remark == "It was the disk.")
    }

    @Test func `a change says what was before, and one that changes nothing is no event`() async throws {
        let fixture = try Fixture()
        let id = try await fixture.open(services: ["web"]).id
        let change = IncidentChange(title: "Checkout is down", severity: .sev1, services: ["accunode"])
        for _ in 1...2 { _ = try await fixture.incidents.change(id, change, by: fixture.bob) }
        let timeline = try await fixture.timeline(id)
        #expect(timeline.count == 2)
        #expect(timeline[1].headline == "Severity sev2 → sev1; Title “Checkout is down”; Services: accunode")
        // Both services are told of it.
        #expect(timeline[1].event.objects.map(\.text).contains("service/web"))
        let ofWeb = try await fixture.incidents.incidents(
            PageRequest(), IncidentFilter(service: "web"), by: fixture.ada)
        #expect(ofWeb.items == [])
    }

    @Test func `parts are given to people of the installation, in whatever case one writes their names`() async throws {
        let fixture = try Fixture()
        _ = try await fixture.accounts.add(
            name: "Grace Hopper", password: "correct horse battery", role: .operator, by: .system("test"))
        let id = try await fixture.open().id
        let details = try await fixture.incidents.assign(.commander, to: "grace hopper", in: id, by: fixture.ada)
        #expect(details.roles.map(\.name) == ["Grace Hopper"])
        let unknown = try await problem {
            try await fixture.incidents.assign(.scribe, to: "Nobody", in: id, by: fixture.ada)
        }
        #expect(unknown?.fields.map(\.name) == ["person"])
        #expect(try await fixture.incidents.assign(.commander, to: nil, in: id, by: fixture.ada).roles == [])
        #expect(
            try await fixture.timeline(id).map(\.headline)
                == ["Opened as sev2", "Grace Hopper is commander", "Nobody is commander any more"])
    }

    struct Seen: Sendable, CustomTestStringConvertible {
        let filter: IncidentFilter
        let titles: [String]
        var testDescription: String { "\(titles)" }
    }

    @Test(arguments: [
        Seen(filter: IncidentFilter(), titles: ["d", "c", "b", "a"]),
        Seen(filter: IncidentFilter(isOpen: true), titles: ["d", "b", "a"]),
        Seen(filter: IncidentFilter(state: .resolved), titles: ["c"]),
        Seen(filter: IncidentFilter(severity: .sev1), titles: ["c", "a"]),
        Seen(filter: IncidentFilter(state: .triggered, severity: .sev1), titles: ["a"]),
        Seen(filter: IncidentFilter(service: "web"), titles: ["d", "c", "a"]),
        Seen(filter: IncidentFilter(service: "web", isOpen: true), titles: ["d", "a"]),
        Seen(filter: IncidentFilter(state: .acknowledged, severity: .sev2, service: "web"), titles: ["d"]),
        Seen(filter: IncidentFilter(service: "nobody's"), titles: []),
    ]) func `a list shows what its filter says, page by page`(_ seen: Seen) async throws {
        let fixture = try Fixture()
        for (title, severity, services, move) in [
            ("a", Severity.sev1, ["web"], IncidentMove?.none), ("b", .sev2, [], nil),
            ("c", .sev1, ["web", "api"], .resolve), ("d", .sev2, ["web"], .acknowledge),
        ] {
            let incident = try await fixture.open(title, severity, services: services)
            if let move { _ = try await fixture.incidents.carryOut(move, on: incident.id, by: fixture.ada) }
            fixture.clock.advance(by: .seconds(1))
        }
        var (titles, after): ([String], String?) = ([], nil)
        repeat {
            let page = try await fixture.incidents.incidents(
                PageRequest(limit: 2, after: after), seen.filter, by: fixture.ada)
            titles += page.items.map(\.title)
            after = page.next
        } while after != nil
        #expect(titles == seen.titles)
    }

    @Test func `what burns is told with the worst first`() async throws {
        let fixture = try Fixture()
        for (title, severity) in [("a", Severity.sev3), ("b", .sev1), ("c", .sev2), ("d", .sev1)] {
            _ = try await fixture.open(title, severity)
            fixture.clock.advance(by: .seconds(1))
        }
        let resolved = try await fixture.open("e", .sev1)
        _ = try await fixture.incidents.carryOut(.resolve, on: resolved.id, by: fixture.ada)
        let burning = try await fixture.incidents.burning(by: fixture.ada)
        #expect(burning.count == 4)
        #expect(burning.incidents.map(\.title) == ["d", "b", "c", "a"])
    }
}
