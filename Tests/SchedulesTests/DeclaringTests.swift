import Essentials
import Journal
import RunbookFormat
import Testing

@testable import Schedules

@Suite struct DeclaringTests {
    private func guide(_ schedule: String) -> String { "---\n\(schedule)\n---\n# A\n\n```sh\ntrue\n```\n\n- [ ] x\n" }

    private func declared(_ fixture: Fixture) async throws -> [String] {
        try await fixture.schedules.schedules(PageRequest(), by: fixture.guest).items.map {
            "\($0.declaration.start) \($0.declaration.cron.text)\($0.isPaused ? " paused" : "")"
        }
    }

    @Test func `a guide's schedules follow its versions, and a pause outlives them`() async throws {
        let fixture = try Fixture()
        try await fixture.store(
            guide("schedule:\n  - 0 2 * * *\n  - {cron: 0 9 * * mon, starts: checklist}"))
        try await fixture.schedules.declareAll()
        try await fixture.schedules.declareAll()
        #expect(try await declared(fixture) == ["run 0 2 * * *", "checklist 0 9 * * mon"])
        #expect(try await fixture.kinds() == ["schedule.declared", "schedule.declared"])
        let run = try #require(
            try await fixture.schedules.schedules(PageRequest(), by: fixture.guest).items.first)
        #expect(run.isDeclared && run.due.map(Fixture.text) == "2026-11-23T02:00")
        let refused = try await problem { try await fixture.schedules.remove(run.id, by: fixture.ada) }
        #expect(refused?.code == .conflict)
        _ = try await fixture.schedules.pause(run.id, by: fixture.ada)

        try await fixture.store(guide("schedule: {cron: 0 4 * * *, timezone: Europe/Istanbul}"))
        try await fixture.schedules.declareAll()
        #expect(try await declared(fixture) == ["run 0 4 * * * paused"])
        let resumed = try await fixture.schedules.resume(run.id, by: fixture.ada)
        #expect(resumed.due.map(Fixture.text) == "2026-11-23T01:00")
        #expect(
            try await fixture.kinds().suffix(4) == [
                "schedule.paused", "schedule.changed", "schedule.removed", "schedule.resumed",
            ])
    }

    @Test func `an event of an import is answered, and what asks for none has none`() async throws {
        let fixture = try Fixture()
        for text in [guide("schedule: \"@daily\""), guide("title: A"), guide("schedule: \"@daily\"")] {
            try await fixture.store(text)
            let event = try #require(
                try await fixture.journal.events(
                    PageRequest(limit: 1), order: .newestFirst, kind: "runbook.imported", by: fixture.ada
                ).items.first)
            try await fixture.schedules.declare(event)
            try await fixture.schedules.declare(event)
        }
        #expect(try await declared(fixture) == ["run @daily"])
        #expect(try await fixture.kinds() == ["schedule.declared", "schedule.removed", "schedule.declared"])
    }

    @Test func `a list goes on where the part before ended`() async throws {
        let fixture = try Fixture()
        for number in 1...5 {
            try await fixture.store(guide("schedule: \"\(number) 2 * * *\""), as: "guide-\(number)")
        }
        try await fixture.schedules.declareAll()
        var found: [String] = []
        var after: String?
        repeat {
            let page = try await fixture.schedules.schedules(
                PageRequest(limit: 2, after: after), by: fixture.guest)
            found += page.items.map(\.runbook)
            after = page.next
        } while after != nil
        #expect(found == (1...5).map { "guide-\($0)" })
        let one = try await fixture.schedules.schedules(PageRequest(), runbook: "guide-3", by: fixture.guest)
        #expect(one.items.map(\.runbook) == ["guide-3"])
        for wrong in ["x", "-", "1", "9999999999999999999999-a"] {
            let refused = try await problem {
                try await fixture.schedules.schedules(PageRequest(after: wrong), by: fixture.guest)
            }
            #expect(refused?.code == .invalid, "\(wrong)")
        }
    }
}
