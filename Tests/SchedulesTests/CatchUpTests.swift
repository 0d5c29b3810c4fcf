import Essentials
import Foundation
import RunbookFormat
import Testing

@testable import Schedules

@Suite struct CatchUpTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let missed: ScheduleDeclaration.Missed
        let cron: String
        let due: String
        let now: String
        let starts: [String]
        var left = 0
        var last: String?

        var testDescription: String { "\(missed) \(cron) due \(due) at \(now)" }
    }

    @Test(arguments: [
        Row(missed: .once, cron: "0 * * * *", due: "2026-11-22T13:00:00Z", now: "2026-11-22T12:59:59Z", starts: []),
        Row(
            missed: .skip, cron: "0 * * * *", due: "2026-11-22T13:00:00Z", now: "2026-11-22T13:00:00Z",
            starts: ["2026-11-22T13:00"]),
        // A minute late is on time.
        Row(
            missed: .skip, cron: "0 * * * *", due: "2026-11-22T13:00:00Z", now: "2026-11-22T13:01:00Z",
            starts: ["2026-11-22T13:00"]),
        Row(
            missed: .skip, cron: "0 * * * *", due: "2026-11-22T13:00:00Z", now: "2026-11-22T13:01:01Z", starts: [],
            left: 1, last: "2026-11-22T13:00"),
        Row(
            missed: .skip, cron: "0 * * * *", due: "2026-11-22T13:00:00Z", now: "2026-11-22T16:00:30Z",
            starts: ["2026-11-22T16:00"], left: 3, last: "2026-11-22T15:00"),
        Row(
            missed: .once, cron: "0 * * * *", due: "2026-11-22T13:00:00Z", now: "2026-11-22T16:30:00Z",
            starts: ["2026-11-22T16:00"], left: 3, last: "2026-11-22T15:00"),
        Row(
            missed: .all, cron: "0 * * * *", due: "2026-11-22T13:00:00Z", now: "2026-11-22T15:30:00Z",
            starts: ["2026-11-22T13:00", "2026-11-22T14:00", "2026-11-22T15:00"]),
        // A year of minutes: the last of them is found, and no half a million is counted.
        Row(
            missed: .once, cron: "* * * * *", due: "2025-11-22T13:00:00Z", now: "2026-11-22T13:00:30Z",
            starts: ["2026-11-22T13:00"], left: 1000, last: "2025-11-23T05:40"),
        Row(
            missed: .skip, cron: "* * * * *", due: "2025-11-22T13:00:00Z", now: "2026-11-22T13:00:30Z",
            starts: ["2026-11-22T13:00"], left: 1000, last: "2025-11-23T05:40"),
    ])
    func `what is late is left out, made up for once, or each time`(row: Row) throws {
        let catchUp = CatchUp(
            of: try ScheduleDeclaration(cron: row.cron, missed: row.missed),
            due: try #require(Timestamp(rfc3339: row.due)), now: try #require(Timestamp(rfc3339: row.now)))
        #expect(catchUp.starts.map(Fixture.text) == row.starts)
        #expect(catchUp.missed == row.left)
        #expect(catchUp.lastMissed.map(Fixture.text) == row.last)
    }

    @Test func `of a thousand missed times a hundred are made up for, the oldest first`() throws {
        let due = try #require(Timestamp(rfc3339: "2026-11-22T00:00:00Z"))
        let catchUp = CatchUp(
            of: try ScheduleDeclaration(cron: "* * * * *", missed: .all), due: due,
            now: due.advanced(by: .seconds(60 * 499)))
        #expect(catchUp.starts.count == CatchUp.atMost)
        #expect(catchUp.starts.first == due)
        #expect(catchUp.missed == 400)
        #expect(catchUp.firstMissed.map(Fixture.text) == "2026-11-22T01:40")
    }
}
