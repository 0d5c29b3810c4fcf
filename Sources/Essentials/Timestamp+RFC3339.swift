extension Timestamp {
    /// Reads RFC 3339 (`2026-01-19T08:30:00Z`, `2026-01-19T10:30:00.5+02:00`); nil when it is no time.
    ///
    /// By hand, for Foundation's parser takes 30 February and what follows the end, and loses the last microsecond. What
    /// is finer than a microsecond is dropped; leap seconds, which no clock here shows, are refused.
    package init?(rfc3339 text: String) {
        var rest = Substring(text).utf8
        guard let year = Self.digits(4, of: &rest), Self.take("-", of: &rest), let month = Self.digits(2, of: &rest),
            Self.take("-", of: &rest), let day = Self.digits(2, of: &rest), Self.take("Tt ", of: &rest),
            let hour = Self.digits(2, of: &rest), Self.take(":", of: &rest), let minute = Self.digits(2, of: &rest),
            Self.take(":", of: &rest), let second = Self.digits(2, of: &rest),
            let fraction = Self.fraction(of: &rest), let offset = Self.offset(of: &rest), rest.isEmpty
        else { return nil }
        guard (1...12).contains(month), (1...Self.days(in: month, year)).contains(day) else { return nil }
        guard hour < 24, minute < 60, second < 60 else { return nil }
        let minutes = (Self.dayNumber(year, month, day) * 24 + hour) * 60 + minute - offset
        self.init(microseconds: (minutes * 60 + second) * 1_000_000 + fraction)
    }

    private static func take(_ any: StaticString, of rest: inout Substring.UTF8View) -> Bool {
        guard let first = rest.first, any.withUTF8Buffer({ $0.contains(first) }) else { return false }
        rest.removeFirst()
        return true
    }

    private static func digits(_ count: Int, of rest: inout Substring.UTF8View) -> Int64? {
        var value: Int64 = 0
        for _ in 0..<count {
            guard let digit = rest.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            value = value * 10 + Int64(digit - UInt8(ascii: "0"))
            rest.removeFirst()
        }
        return value
    }

    /// Microseconds; 0 when there is no fraction.
    private static func fraction(of rest: inout Substring.UTF8View) -> Int64? {
        guard take(".", of: &rest) else { return 0 }
        guard var value = digits(1, of: &rest) else { return nil }
        var count = 1
        while let digit = digits(1, of: &rest) {
            if count < 6 { value = value * 10 + digit }
            count += 1
        }
        for _ in min(count, 6)..<6 { value *= 10 }
        return value
    }

    /// Minutes east of Greenwich.
    private static func offset(of rest: inout Substring.UTF8View) -> Int64? {
        if take("Zz", of: &rest) { return 0 }
        let isWest = rest.first == UInt8(ascii: "-")
        guard take("+-", of: &rest), let hours = digits(2, of: &rest), take(":", of: &rest),
            let minutes = digits(2, of: &rest), hours < 24, minutes < 60
        else { return nil }
        return isWest ? -(hours * 60 + minutes) : hours * 60 + minutes
    }

    private static func days(in month: Int64, _ year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days since 1970-01-01, by Howard Hinnant's `days_from_civil`.
    private static func dayNumber(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let year = month <= 2 ? year - 1 : year
        let era = (year >= 0 ? year : year - 399) / 400
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }
}
