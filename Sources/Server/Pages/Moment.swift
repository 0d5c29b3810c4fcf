import Essentials

/// An instant on a page: `<time datetime="…">…</time>`. The text is absolute and in UTC; where scripts run, the reader sees
/// it in words and in the zone of the browser.
struct Moment: Encodable, Sendable, Equatable {
    let instant: String
    let words: String

    init(_ timestamp: Timestamp) {
        let text = timestamp.rfc3339
        instant = "\(text.prefix(19))Z"
        words = "\(text.prefix(10)) \(text.dropFirst(11).prefix(5)) UTC"
    }
}

extension Duration {
    /// As one says it: `0.3 s`, `48 s`, `6 min 41 s`, `2 h 5 min`, `3 d 4 h`. Below zero is zero: clocks do go back.
    var inWords: String {
        let milliseconds = max(0, components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000)
        let seconds = milliseconds / 1000
        return switch seconds {
        case ..<10: "\(milliseconds / 1000).\(milliseconds % 1000 / 100) s"
        case ..<60: "\(seconds) s"
        case ..<3600: "\(seconds / 60) min \(seconds % 60) s"
        case ..<86_400: "\(seconds / 3600) h \(seconds / 60 % 60) min"
        default: "\(seconds / 86_400) d \(seconds / 3600 % 24) h"
        }
    }
}

/// How many of something, in words: `counted(1, "step")` is `1 step`, `counted(0, "step")` is `no steps`.
func counted(_ count: Int, _ one: String, _ many: String? = nil) -> String {
    switch count {
    case 0: "no \(many ?? one + "s")"
    case 1: "1 \(one)"
    default: "\(count) \(many ?? one + "s")"
    }
}

extension String {
    /// The sentence with its first letter large.
    var capitalisedSentence: String { prefix(1).uppercased() + dropFirst() }
}
