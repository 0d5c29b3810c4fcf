import Essentials
import Foundation
import Testing

struct `Timestamps` {
    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000000Z"),
        (1, "1970-01-01T00:00:00.000001Z"),
        (-1, "1969-12-31T23:59:59.999999Z"),
        (951_782_400_000_000, "2000-02-29T00:00:00.000000Z"),
        (1_709_251_199_123_456, "2024-02-29T23:59:59.123456Z"),
        (4_107_542_400_000_000, "2100-03-01T00:00:00.000000Z"),
        (253_402_300_799_999_999, "9999-12-31T23:59:59.999999Z"),
    ])
    func `a time is written in UTC with six decimals`(microseconds: Int64, text: String) {
        #expect(Timestamp(microseconds: microseconds).rfc3339 == text)
    }

    @Test func `what is written is read again to the microsecond`() {
        // From the year 0 to 9999, some 25 days apart, so that every month and every kind of leap year is among them.
        for microseconds in stride(from: -62_167_219_200_000_000, to: 253_402_300_800_000_000, by: 2_222_222_123_457) {
            let time = Timestamp(microseconds: Int64(microseconds))
            if Timestamp(rfc3339: time.rfc3339) != time { Issue.record("\(time.rfc3339) is read as another time") }
        }
    }

    @Test(arguments: [
        "2026-01-19T08:30:00Z", "2026-01-19T08:30:00.0Z", "2026-01-19T08:30:00.000Z", "2026-01-19T10:30:00+02:00",
        "2026-01-19T03:00:00-05:30", "2026-01-19T10:30:00.000000+02:00",
        "2026-01-19t08:30:00z", "2026-01-19 08:30:00.000000999Z", "2026-01-20T08:29:00+23:59",
    ])
    func `the ways in which RFC 3339 writes one instant are read as one`(text: String) {
        #expect(Timestamp(rfc3339: text) == Timestamp(microseconds: 1_768_811_400_000_000))
    }

    @Test(arguments: [
        "", "now", "2026", "2026-01-19", "2026-01-19T08:30:00", "2026-13-19T08:30:00Z", "2026-02-30T08:30:00Z",
        "2026-01-19T25:30:00Z", "2026-01-19T08:30:00Zzz", " 2026-01-19T08:30:00Z", "999999999-01-19T08:30:00Z", "30d",
        "2023-02-29T00:00:00Z", "2100-02-29T00:00:00Z", "2026-04-31T00:00:00Z", "2026-00-01T00:00:00Z",
        "2026-01-00T00:00:00Z", "2026-01-19T08:60:00Z", "2026-01-19T08:30:60Z", "2026-01-19T08:30:00.Z",
        "2026-01-19T08:30:00+2:00", "2026-01-19T08:30:00+24:00", "2026-01-19T08:30:00+02", "+026-01-19T08:30:00Z",
        "2026-01-19T08:30:00Z\0", "٢٠٢٦-01-19T08:30:00Z",
    ])
    func `what is no time is not read as one`(text: String) {
        #expect(Timestamp(rfc3339: text) == nil)
    }

    @Test func `texts of times sort as the times do`() {
        let times = [-1, 0, 999_999, 1_000_000, 1_768_811_400_000_000].map { Timestamp(microseconds: $0) }
        #expect(times.map(\.rfc3339) == times.map(\.rfc3339).sorted())
    }

    @Test func `a duration moves a time by itself and is found between the two`() {
        let time = Timestamp(microseconds: 1_768_811_400_000_000)
        for duration in [Duration.seconds(3600), .microseconds(1), .milliseconds(-1500), .zero] {
            let other = time.advanced(by: duration)
            #expect(time.duration(to: other) == duration)
        }
    }

    @Test func `a date is taken to the microsecond and given back`() {
        let time = Timestamp(microseconds: 1_768_811_400_123_457)
        #expect(Timestamp(time.date) == time)
    }
}
