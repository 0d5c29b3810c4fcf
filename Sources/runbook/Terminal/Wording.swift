import Essentials

/// Times, amounts and names as people read them.
enum Wording {
    /// `2026-01-19 08:30:05Z` of an RFC 3339 time in UTC; the text itself where it is none.
    static func moment(_ time: String) -> String {
        guard let timestamp = Timestamp(rfc3339: time) else { return time }
        let text = timestamp.rfc3339
        return "\(text.prefix(10)) \(text.dropFirst(11).prefix(8))Z"
    }

    /// `0.3 s`, `12 s`, `3 min 05 s`, `2 h 03 min`.
    static func duration(_ duration: Duration) -> String {
        let (wholeSeconds, attoseconds) = max(duration, .zero).components
        let tenths = wholeSeconds * 10 + attoseconds / 100_000_000_000_000_000
        let seconds = tenths / 10
        switch seconds {
        case ..<10: return "\(seconds).\(tenths % 10) s"
        case ..<60: return "\(seconds) s"
        case ..<3600: return "\(seconds / 60) min \(twoDigits(seconds % 60)) s"
        default: return "\(seconds / 3600) h \(twoDigits(seconds / 60 % 60)) min"
        }
    }

    /// From one RFC 3339 time to another; nil unless both are there.
    static func duration(from start: String?, to end: String?) -> String? {
        guard let start = start.flatMap(Timestamp.init(rfc3339:)), let end = end.flatMap(Timestamp.init(rfc3339:))
        else { return nil }
        return duration(start.duration(to: end))
    }

    /// `1 step`, `3 steps`.
    static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

    /// The first twelve digits of a content hash.
    static func short(hash: String) -> String { String(hash.prefix(12)) }

    private static func twoDigits(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
