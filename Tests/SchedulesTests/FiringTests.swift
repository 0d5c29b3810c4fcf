import Checklists
import Essentials
import Executions
import Journal
import RunbookFormat
import Storage
import Testing

@testable import Schedules

@Suite struct FiringTests {
    private static let guide = """
        ---
        parameters:
          DAYS: {type: int, default: 30}
          TOKEN: {sensitive: true, default: x}
        ---
        # Backup

        ## Take one

        ```sh {name=dump}
        echo "$DAYS"
        ```

        ## Weekly

        - [ ] the last one was restored
        """

    private func begin(
        _ cron: String = "0 2 * * *", start: ScheduleDeclaration.Start = .run, section: String? = nil,
        missed: ScheduleDeclaration.Missed = .once, overlap: ScheduleDeclaration.Overlap? = nil
    ) async throws -> (Fixture, ScheduleRecord) {
        let fixture = try Fixture()
        try await fixture.store(Self.guide)
        let record = try await fixture.schedules.add(
            try ScheduleDeclaration(
                cron: cron, start: start, section: section, missed: missed, overlap: overlap,
                parameters: start == .run ? ["DAYS": "7"] : [:]),
            of: "backup", by: fixture.ada)
        return (fixture, record)
    }

    @Test func `a run starts at its time, once, and says what for`() async throws {
        let (fixture, schedule) = try await begin()
        #expect(try await fixture.fire() == "2026-11-23T02:00")
        #expect(try await fixture.runs().isEmpty)
        try fixture.set("2026-11-23T02:00:00Z")
        #expect(try await fixture.fire() == "2026-11-24T02:00")
        #expect(try await fixture.fire() == "2026-11-24T02:00")
        let run = try #require(try await fixture.runs().first)
        #expect(try await fixture.runs().count == 1)
        #expect(run.parameters["DAYS"] == "7")
        #expect(run.occasions == [schedule.reference])
        #expect(run.actor == "schedule" && run.actorKind == "system")
        #expect(try await fixture.firings(schedule.id) == ["2026-11-23T02:00 started"])
        let event = try await fixture.journal.events(
            PageRequest(), kind: "schedule.fired", by: fixture.ada
        ).items.first
        #expect(event?.objects.contains(ObjectReference("run", run.id.rawValue)) == true)
        #expect(try await fixture.kinds() == ["schedule.added", "schedule.fired"])
    }

    @Test func `the next is skipped while the one before is under way, unless they may overlap`() async throws {
        for (overlap, outcome, runs) in [(nil, "skipped", 1), (ScheduleDeclaration.Overlap.allow, "started", 2)] {
            let (fixture, schedule) = try await begin("0 * * * *", overlap: overlap)
            try fixture.set("2026-11-22T13:00:00Z")
            try await fixture.fire()
            try fixture.set("2026-11-22T14:00:00Z")
            try await fixture.fire()
            #expect(
                try await fixture.firings(schedule.id) == ["2026-11-22T14:00 \(outcome)", "2026-11-22T13:00 started"])
            #expect(try await fixture.runs().count == runs)
            let run = try #require(try await fixture.runs().first)
            for run in try await fixture.runs() { _ = try await fixture.executions.cancel(run.id, by: fixture.ada) }
            try fixture.set("2026-11-22T15:00:00Z")
            try await fixture.fire()
            #expect(try await fixture.firings(schedule.id).first == "2026-11-22T15:00 started", "it is over now")
            let reasons = try await fixture.schedules.schedule(schedule.id, by: fixture.ada).firings.compactMap(
                \.reason)
            #expect(reasons == (overlap == nil ? ["The one before is not done yet: run/\(run.id)."] : []))
        }
    }

    @Test func `a checklist comes again`() async throws {
        let (fixture, schedule) = try await begin("0 9 * * mon", start: .checklist, section: "weekly")
        try fixture.set("2026-11-23T09:00:10Z")
        #expect(try await fixture.fire() == "2026-11-30T09:00")
        let list = try await fixture.checklists.checklists(PageRequest(), by: fixture.ada).items
        #expect(list.map(\.occasion) == ["Scheduled for 2026-11-23 09:00 UTC"])
        #expect(list.map(\.object) == [schedule.reference.text])
        #expect(list.map(\.total) == [1])
        try fixture.set("2026-11-30T09:00:00Z")
        try await fixture.fire()
        #expect(try await fixture.firings(schedule.id).first == "2026-11-30T09:00 skipped", "nobody has done the last")
    }

    @Test func `what was missed is made up for as it says`() async throws {
        for (missed, starts, left) in [
            (ScheduleDeclaration.Missed.skip, 0, 3), (.once, 1, 2), (.all, 3, 0),
        ] {
            let (fixture, schedule) = try await begin("0 2 * * *", missed: missed)
            try fixture.set("2026-11-25T12:00:00Z")
            #expect(try await fixture.fire() == "2026-11-26T02:00")
            #expect(try await fixture.runs().count == starts, "\(missed)")
            #expect(try await fixture.firings(schedule.id).count == starts)
            let event = try await fixture.journal.events(
                PageRequest(), kind: "schedule.missed", by: fixture.ada
            ).items.first
            #expect(event?.details["count"] == (left == 0 ? nil : .integer(Int64(left))))
        }
    }

    @Test func `what can't be started says why, and comes again`() async throws {
        let (fixture, schedule) = try await begin()
        try await fixture.store("# Backup\n\n```sh\ncurl https://<host>/\n```\n")
        try fixture.set("2026-11-23T02:00:00Z")
        #expect(try await fixture.fire() == "2026-11-24T02:00")
        let firing = try #require(try await fixture.schedules.schedule(schedule.id, by: fixture.guest).firings.first)
        #expect(firing.outcome == .refused)
        #expect(firing.reason?.contains("DAYS") == true, "\(firing.reason ?? "")")
        #expect(try await fixture.runs().isEmpty)
        #expect(try await fixture.kinds().last == "schedule.refused")
    }

    @Test func `what can't be started is not added`() async throws {
        let (fixture, _) = try await begin()
        let daily = try ScheduleDeclaration(cron: "@daily")
        let attempts: [(Problem.Code, () async throws -> ScheduleRecord)] = [
            (.forbidden, { try await fixture.schedules.add(daily, of: "backup", by: fixture.guest) }),
            (.notFound, { try await fixture.schedules.add(daily, of: "none", by: fixture.ada) }),
            (
                .notFound,
                {
                    try await fixture.schedules.add(
                        try ScheduleDeclaration(cron: "@daily", section: "none"), of: "backup", by: fixture.ada)
                }
            ),
            (
                .invalid,
                {
                    try await fixture.schedules.add(
                        try ScheduleDeclaration(cron: "@daily", parameters: ["DAYS": "x"]), of: "backup",
                        by: fixture.ada)
                }
            ),
            (
                .invalid,
                {
                    try await fixture.schedules.add(
                        try ScheduleDeclaration(cron: "@daily", parameters: ["TOKEN": "hunter2"]), of: "backup",
                        by: fixture.ada)
                }
            ),
            (
                .invalid,
                {
                    try await fixture.schedules.add(
                        try ScheduleDeclaration(cron: "@daily", start: .checklist, section: "take-one"), of: "backup",
                        by: fixture.ada)
                }
            ),
        ]
        for (index, (code, attempt)) in attempts.enumerated() {
            #expect(try await problem(attempt)?.code == code, "attempt \(index)")
        }
        #expect(try await fixture.kinds() == ["schedule.added"])
    }

    @Test func `a pause lets nothing start, and what came meanwhile is not made up for`() async throws {
        let (fixture, schedule) = try await begin(missed: .all)
        _ = try await fixture.schedules.pause(schedule.id, by: fixture.ada)
        let paused = try await fixture.schedules.pause(schedule.id, by: fixture.ada)
        #expect(paused.isPaused && paused.due == nil)
        try fixture.set("2026-11-25T12:00:00Z")
        #expect(try await fixture.fire() == nil)
        let resumed = try await fixture.schedules.resume(schedule.id, by: fixture.ada)
        #expect(resumed.due.map(Fixture.text) == "2026-11-26T02:00")
        #expect(try await fixture.fire() == "2026-11-26T02:00")
        #expect(try await fixture.runs().isEmpty)
        try await fixture.schedules.remove(schedule.id, by: fixture.ada)
        #expect(try await fixture.fire() == nil)
        #expect(
            try await fixture.kinds() == [
                "schedule.added", "schedule.paused", "schedule.resumed", "schedule.removed",
            ])
        for id in [schedule.id, ID("none")] {
            #expect(try await problem { try await fixture.schedules.pause(id, by: fixture.ada) }?.code == .notFound)
        }
    }

    @Test func `a clock that is set back starts nothing twice, and one that ran ahead is forgiven`() async throws {
        let (fixture, schedule) = try await begin("0 * * * *", overlap: .allow)
        try fixture.set("2026-11-22T13:00:05Z")
        try await fixture.fire()
        try fixture.set("2026-11-22T12:59:50Z")
        try await fixture.schedules.reckonAnew()
        #expect(try await fixture.fire() == "2026-11-22T14:00")
        try fixture.set("2099-01-01T00:30:00Z")
        #expect(try await fixture.fire() == "2099-01-01T01:00")
        try fixture.set("2026-11-22T13:10:00Z")
        #expect(try await fixture.fire() == "2099-01-01T01:00", "nothing has looked at the clock yet")
        try await fixture.schedules.reckonAnew()
        #expect(try await fixture.fire() == "2026-11-22T14:00")
        try fixture.set("2026-11-22T14:00:00Z")
        try await fixture.fire()
        #expect(
            try await fixture.firings(schedule.id) == [
                "2099-01-01T00:00 started", "2026-11-22T14:00 started", "2026-11-22T13:00 started",
            ])
    }

    @Test func `of its firings the last hundred are kept, and the journal has all`() async throws {
        let (fixture, schedule) = try await begin("* * * * *", overlap: .skip)
        for minute in 0..<105 {
            try fixture.set("2026-11-22T\(13 + minute / 60):\(minute % 60 < 10 ? "0" : "")\(minute % 60):00Z")
            try await fixture.fire()
        }
        let firings = try await fixture.firings(schedule.id)
        #expect(firings.count == Schedules.keptFirings)
        #expect(firings.first == "2026-11-22T14:44 skipped")
        #expect(try await fixture.kinds().filter { $0 != "schedule.missed" }.count == 106)
    }

    @Test func `two clocks at one time start one run`() async throws {
        let (fixture, schedule) = try await begin()
        try fixture.set("2026-11-23T02:00:00Z")
        try await withThrowingTaskGroup { group in
            for _ in 0..<10 { group.addTask { _ = try await fixture.fire() } }
            try await group.waitForAll()
        }
        #expect(try await fixture.runs().count == 1)
        #expect(try await fixture.firings(schedule.id) == ["2026-11-23T02:00 started"])
    }
}
