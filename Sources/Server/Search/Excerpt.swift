import Foundation

/// What stands around a word in a text, on one line.
enum Excerpt {
    private static let before = 50
    private static let characters = 160

    /// - Returns: the surroundings of the first of the words that stands there; empty when none does.
    static func of(_ text: String, around words: [String]) -> String {
        let places = words.compactMap {
            text.range(of: $0, options: [.caseInsensitive, .diacriticInsensitive])?.lowerBound
        }
        guard let place = places.min() else { return "" }
        let start = text.index(place, offsetBy: -before, limitedBy: text.startIndex) ?? text.startIndex
        let end = text.index(start, offsetBy: characters, limitedBy: text.endIndex) ?? text.endIndex
        let words = text[start..<end].split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return (start == text.startIndex ? "" : "…") + words + (end == text.endIndex ? "" : "…")
    }
}
