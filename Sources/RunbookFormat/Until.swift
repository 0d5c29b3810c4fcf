/// What a program that does not end by itself is watched for.
package enum Until: Sendable, Equatable {
    /// A line of its output that the pattern, as it was written, is found in.
    case line(String, Pattern)
    /// So long it runs.
    case time(Duration)

    /// The longest part of a line that is looked at: what is longer is no message of a program to people.
    package static let longestLine = 4096

    /// - Throws: `Pattern.Fault`.
    init(parsing text: String) throws(Pattern.Fault) {
        if let time = DurationText.parse(text), time > .zero {
            self = .time(time)
            return
        }
        guard !text.isEmpty, text != "true" else { throw Pattern.Fault(message: "It is empty.") }
        // It is looked for anywhere in the line.
        self = .line(text, try Pattern(".*(\(text)).*"))
    }
}
