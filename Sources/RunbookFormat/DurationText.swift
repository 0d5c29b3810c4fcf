/// How people write durations: `30s`, `5m`, `1h30m`, `500ms`, `2d`.
package enum DurationText {
    /// The longest that is taken: ten years.
    static let maximum = Duration.seconds(10 * 365 * 86_400)

    /// Reads whole numbers with units, the larger unit first, each unit once.
    /// - Returns: nil when the text is something else, a bare number too, or longer than ten years.
    package static func parse(_ text: String) -> Duration? {
        let units: [(name: String, milliseconds: Int64)] = [
            ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
        ]
        var rest = Substring(text)
        var total: Int64 = 0
        var nextUnit = 0
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let digits = rest.prefix { ("0"..."9").contains($0) }
            guard !digits.isEmpty, digits.count <= 12, let number = Int64(digits) else { return nil }
            rest = rest.dropFirst(digits.count)
            let name = rest.prefix { ("a"..."z").contains($0) }
            rest = rest.dropFirst(name.count)
            guard let unit = units.indices.first(where: { units[$0].name == name && $0 >= nextUnit }) else {
                return nil
            }
            nextUnit = unit + 1
            let (milliseconds, overflow) = number.multipliedReportingOverflow(by: units[unit].milliseconds)
            let (sum, overflowOfSum) = total.addingReportingOverflow(milliseconds)
            guard !overflow, !overflowOfSum else { return nil }
            total = sum
        }
        let duration = Duration.milliseconds(total)
        return duration <= maximum ? duration : nil
    }

    /// The shortest text that `parse` reads as the same duration, to the millisecond.
    package static func format(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        var rest = seconds * 1000 + attoseconds / 1_000_000_000_000_000
        guard rest > 0 else { return "0s" }
        var text = ""
        for (name, milliseconds) in [("d", Int64(86_400_000)), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)]
        {
            guard rest >= milliseconds else { continue }
            text += "\(rest / milliseconds)\(name)"
            rest %= milliseconds
        }
        return text
    }
}
