import Essentials
import Testing

@testable import RunbookFormat

@Suite struct ScheduleDeclarationTests {
    private func read(_ schedule: String) throws -> Guide {
        try Guide(parsing: Array("---\n\(schedule)\n---\n# A\n".utf8), name: "a")
    }

    @Test func `one line is an expression and perhaps a time zone`() throws {
        let guide = try read("schedule: \"0 3 * * * Europe/Istanbul\"")
        #expect(
            guide.metadata.schedules == [try ScheduleDeclaration(cron: "0 3 * * *", timeZone: "Europe/Istanbul")])
        #expect(try read("schedule: 0 3 * * mon").metadata.schedules == [try ScheduleDeclaration(cron: "0 3 * * mon")])
        let daily = try read("schedule: \"@daily Europe/Istanbul\"").metadata.schedules
        #expect(daily.map(\.timeZone) == ["Europe/Istanbul"])
        #expect(guide.findings == [])
    }

    @Test func `a mapping says more, and there may be several`() throws {
        let guide = try read(
            """
            schedule:
              - cron: 0 9 * * mon
                timezone: Europe/Istanbul
                section: weekly
                starts: checklist
                missed: skip
              - {cron: "@monthly", missed: all, parameters: {DAYS: 90, DRY: true}}
            """)
        #expect(
            guide.metadata.schedules == [
                try ScheduleDeclaration(
                    cron: "0 9 * * mon", timeZone: "Europe/Istanbul", start: .checklist, section: "weekly",
                    missed: .skip),
                try ScheduleDeclaration(cron: "@monthly", missed: .all, parameters: ["DAYS": "90", "DRY": "true"]),
            ])
        #expect(guide.metadata.schedules.map(\.overlap) == [.skip, .allow])
        #expect(guide.findings == [])
    }

    @Test(arguments: [
        ("schedule: soon", 2), ("schedule: \"0 3 * * * Istanbul\"", 2), ("schedule: \"0 3 * * * Europe/Nowhere\"", 2),
        ("schedule: \"0 3 * * * EST5EDT\"", 2), ("schedule: 3", 2), ("schedule: {}", 2),
        ("schedule:\n  timezone: UTC", 3), ("schedule:\n  - cron: 0 3 * * *\n    zone: UTC", 3),
        ("schedule:\n  - 0 3 * * *\n  - 0 3 * *", 4), ("schedule: {cron: 0 3 * * *, starts: job}", 2),
        ("schedule: {cron: 0 3 * * *, missed: all, overlap: skip}", 2),
        ("schedule: {cron: 0 3 * * *, parameters: [A]}", 2), ("schedule: {cron: 0 3 * * *, parameters: {A: [1]}}", 2),
        ("schedule: {cron: [0]}", 2),
        ("schedule: [\(Array(repeating: "\"@daily\"", count: 21).joined(separator: ","))]", 2),
    ])
    func `what can't be meant is an error at its line`(schedule: String, line: Int) throws {
        let guide = try read(schedule)
        #expect(guide.findings.map(\.rule) == [.invalidFrontMatter])
        #expect(guide.findings.map(\.line) == [line])
        #expect(guide.refusal != nil, "it is shown and not run")
    }
}
