package import Foundation

/// An instant in microseconds since 1970 UTC: what the database stores and the journal signs.
package struct Timestamp: Hashable, Comparable, Sendable, Codable {
    package let microseconds: Int64

    package init(microseconds: Int64) { self.microseconds = microseconds }

    package init(_ date: Date) {
        microseconds = Int64((date.timeIntervalSince1970 * 1_000_000).rounded())
    }

    package init(from decoder: any Decoder) throws {
        microseconds = try decoder.singleValueContainer().decode(Int64.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(microseconds)
    }

    package static func < (a: Timestamp, b: Timestamp) -> Bool { a.microseconds < b.microseconds }

    package func advanced(by duration: Duration) -> Timestamp {
        let (seconds, attoseconds) = duration.components
        return Timestamp(microseconds: microseconds + seconds * 1_000_000 + attoseconds / 1_000_000_000_000)
    }

    package func duration(to other: Timestamp) -> Duration { .microseconds(other.microseconds - microseconds) }

    package var date: Date { Date(timeIntervalSince1970: Double(microseconds) / 1_000_000) }

    /// RFC 3339 in UTC with six decimals: `2026-01-19T08:30:00.000000Z`. Its text sorts as the time does.
    package var rfc3339: String {
        let (days, microsecondsOfDay) = floorDivide(microseconds, 86_400_000_000)
        let (year, month, day) = civil(days: days)
        let second = microsecondsOfDay / 1_000_000
        // Digit by digit, for every event, every answer and every line of the log has a time.
        return String(unsafeUninitializedCapacity: 40) { text in
            var count = 0
            func add(_ character: Unicode.Scalar) {
                text[count] = UInt8(ascii: character)
                count += 1
            }
            func add(_ value: Int64, _ width: Int) {
                var rest = value
                for place in stride(from: count + width - 1, through: count, by: -1) {
                    text[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                    rest /= 10
                }
                count += width
            }
            add(max(0, year), year > 9999 ? 6 : 4)
            add("-")
            add(month, 2)
            add("-")
            add(day, 2)
            add("T")
            add(second / 3600, 2)
            add(":")
            add(second / 60 % 60, 2)
            add(":")
            add(second % 60, 2)
            add(".")
            add(microsecondsOfDay % 1_000_000, 6)
            add("Z")
            return count
        }
    }
}

private func floorDivide(_ a: Int64, _ b: Int64) -> (Int64, Int64) {
    let remainder = a % b
    return remainder < 0 ? (a / b - 1, remainder + b) : (a / b, remainder)
}

/// The Gregorian date of a day number, by Howard Hinnant's `civil_from_days`: every event and every answer has a time, and
/// this needs no formatter.
private func civil(days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let shifted = days + 719_468
    let era = floorDivide(shifted, 146_097).0
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
}

/// Where the time comes from, so that tests can hold it still or turn it back.
package struct TimeSource: Sendable {
    package let now: @Sendable () -> Timestamp
    /// In microseconds, of a clock that nobody sets and that goes on while the machine sleeps; it began at some moment of
    /// this boot.
    package let elapsed: @Sendable () -> Int64

    /// - Parameter elapsed: without one both clocks go alike.
    package init(now: @escaping @Sendable () -> Timestamp, elapsed: (@Sendable () -> Int64)? = nil) {
        self.now = now
        self.elapsed = elapsed ?? { now().microseconds }
    }

    package static let system = TimeSource(now: { Timestamp(Date()) }, elapsed: { sinceBoot() })

    package static func fixed(_ timestamp: Timestamp) -> TimeSource { TimeSource { timestamp } }

    private static func sinceBoot() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }
}
