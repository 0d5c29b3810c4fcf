import Essentials
import Foundation
import Testing

@testable import RunbookFormat

@Suite struct CronExpressionTests {
    @Test(arguments: [
        ("0 2 * * *", ["2026-11-23 02:00", "2026-11-24 02:00"]),
        ("*/20 9-10 * * mon-fri", ["2026-11-23 09:00", "2026-11-23 09:20", "2026-11-23 09:40", "2026-11-23 10:00"]),
        ("5/25 0 * * *", ["2026-11-23 00:05", "2026-11-23 00:30", "2026-11-23 00:55", "2026-11-24 00:05"]),
        ("0 0 1,15 * *", ["2026-12-01 00:00", "2026-12-15 00:00"]),
        ("0 9 * * 7", ["2026-11-29 09:00", "2026-12-06 09:00"]),
        ("0 9 * * sun", ["2026-11-29 09:00"]),
        // Either day is enough where both are restricted; both must fit where one begins with a star.
        ("0 0 13 * fri", ["2026-11-27 00:00", "2026-12-04 00:00", "2026-12-11 00:00", "2026-12-13 00:00"]),
        ("0 0 */2 * fri", ["2026-11-27 00:00", "2026-12-11 00:00"]),
        ("0 0 29 feb *", ["2028-02-29 00:00", "2032-02-29 00:00"]),
        ("59 23 31 dec *", ["2026-12-31 23:59", "2027-12-31 23:59"]),
        ("@monthly", ["2026-12-01 00:00", "2027-01-01 00:00"]), ("@Hourly", ["2026-11-22 13:00"]),
        ("  0   2  *  *  * ", ["2026-11-23 02:00"]),
    ])
    func `an expression comes when crontab says`(text: String, times: [String]) throws {
        let expression = try CronExpression(text)
        let start = Timestamp(try #require(Self.date("2026-11-22 12:34")))
        #expect(expression.times(after: start, in: .gmt, count: times.count).map(Self.text) == times)
    }

    @Test(arguments: [
        ("", "0 fields"), ("* * * *", "4 fields"), ("* * * * * *", "6 fields"), ("60 * * * *", "minute"),
        ("* 24 * * *", "hour"), ("* * 0 * *", "day of the month"), ("* * 32 * *", "day of the month"),
        ("* * * 13 *", "month"), ("* * * * 8", "day of the week"), ("* * * foo *", "month"),
        ("*/0 * * * *", "minute"), ("1-70 * * * *", "minute"), ("5-1 * * * *", "minute"), ("1, * * * *", "minute"),
        ("1/2/3 * * * *", "minute"), ("-1 * * * *", "minute"), ("+1 * * * *", "minute"), ("1.5 * * * *", "minute"),
        ("99999999999999999999 * * * *", "minute"), ("@reboot", "@hourly"), ("@daily x", "2 fields"),
        ("0 0 31 feb *", "never comes"), ("0 0 31 2,4,6,9,11 *", "never comes"), ("\u{0661} * * * *", "minute"),
        ("0 0 1-2-3 * *", "day of the month"),
    ])
    func `what is no expression is refused with its field`(text: String, word: String) {
        let fault = #expect(throws: CronExpression.Fault.self) { try CronExpression(text) }
        #expect(fault?.message.contains(word) == true, "\(fault?.message ?? "")")
    }

    @Test(arguments: [
        // Clocks jump from 2:00 to 3:00 on 29 March and back from 3:00 to 2:00 on 25 October.
        (
            "30 2 * * *", "Europe/Berlin", "2026-03-27 12:00",
            ["2026-03-28 01:30", "2026-03-29 01:00", "2026-03-30 00:30"]
        ),
        ("30 2 * * *", "Europe/Berlin", "2026-10-24 12:00", ["2026-10-25 00:30", "2026-10-26 01:30"]),
        ("0,30 2 * * *", "Europe/Berlin", "2026-03-28 12:00", ["2026-03-29 01:00", "2026-03-30 00:00"]),
        // By time that passes: nothing for the hour that is left out, twice for the one that comes twice.
        ("*/30 2 * * *", "Europe/Berlin", "2026-03-28 12:00", ["2026-03-30 00:00", "2026-03-30 00:30"]),
        (
            "*/30 2 * * *", "Europe/Berlin", "2026-10-24 12:00",
            ["2026-10-25 00:00", "2026-10-25 00:30", "2026-10-25 01:00", "2026-10-25 01:30", "2026-10-26 01:00"]
        ),
        // Half an hour at two o'clock, and at midnight, where a day begins at one.
        ("15 2 * * *", "Australia/Lord_Howe", "2026-10-02 16:00", ["2026-10-03 15:30", "2026-10-04 15:15"]),
        ("30 0 * * *", "America/Santiago", "2026-09-05 12:00", ["2026-09-06 04:00", "2026-09-07 03:30"]),
        ("0 2 * * *", "Europe/Istanbul", "2026-03-28 12:00", ["2026-03-28 23:00", "2026-03-29 23:00"]),
        // It never was 30 December there.
        ("0 12 30 12 *", "Pacific/Apia", "2011-12-01 00:00", ["2012-12-29 22:00"]),
    ])
    func `when clocks change it comes as cron does`(
        text: String, zone: String, start: String, times: [String]
    ) throws {
        let expression = try CronExpression(text)
        let zone = try #require(TimeZone(identifier: zone))
        let start = Timestamp(try #require(Self.date(start)))
        #expect(expression.times(after: start, in: zone, count: times.count).map(Self.text) == times)
    }

    /// Minute by minute through the changes of the clocks, by nothing but what the clocks show then.
    @Test(arguments: ["Europe/Berlin", "Australia/Lord_Howe", "America/Santiago", "Asia/Kathmandu"])
    func `an expression by time that passes comes at every minute that the clocks show`(zone: String) throws {
        let zone = try #require(TimeZone(identifier: zone))
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        // Around the days on which one of them changes its clocks.
        for (day, days) in [("03-27", 12), ("09-04", 4), ("10-02", 4), ("10-23", 4)] {
            let start = try #require(Self.date("2026-\(day) 00:00"))
            let shown = (1...(days * 1440)).map { minute in
                let date = start.addingTimeInterval(Double(minute) * 60)
                return (date, calendar.dateComponents([.minute, .hour, .weekday], from: date))
            }
            let expressions: [(String, (DateComponents) -> Bool)] = [
                ("*/7 * * * *", { ($0.minute ?? 1) % 7 == 0 }), ("* 2 * * *", { $0.hour == 2 }),
                ("10 */3 * * sun", { $0.minute == 10 && ($0.hour ?? 1) % 3 == 0 && $0.weekday == 1 }),
            ]
            for (text, isThen) in expressions {
                let expected = shown.filter { isThen($0.1) }.map { Timestamp($0.0) }
                let found = try CronExpression(text).times(after: Timestamp(start), in: zone, count: expected.count)
                #expect(found == expected, "\(text) in \(zone.identifier) from \(day)")
            }
        }
    }

    private static func date(_ text: String) -> Date? { formatter.date(from: text) }
    private static func text(_ time: Timestamp) -> String { formatter.string(from: time.date) }

    private static var formatter: DateFormatter {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = .gmt
        formatter.dateFormat = "yyyy-MM-dd HH:mm"
        return formatter
    }
}
