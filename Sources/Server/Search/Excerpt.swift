/// What stands around a word in a text, on one line.
enum Excerpt {
    private static let before = 60
    private static let bytes = 180

    /// - Returns: the surroundings of the first of the words that stands there, in letters of any case; empty when none does.
    static func of(_ text: String, around words: [String]) -> String {
        let letters = Array(text.utf8)
        let places = words.compactMap { place(of: Array($0.utf8.map(lowered)), in: letters) }
        guard let place = places.min() else { return "" }
        // At whole characters: what continues one has its first bit set and its second not.
        var (start, end) = (max(0, place - before), min(letters.count, max(0, place - before) + bytes))
        while start > 0, isContinuation(letters[start]) { start -= 1 }
        while end < letters.count, isContinuation(letters[end]) { end += 1 }
        let words = String(decoding: letters[start..<end], as: UTF8.self).split(whereSeparator: \.isWhitespace)
        return (start == 0 ? "" : "…") + words.joined(separator: " ") + (end == letters.count ? "" : "…")
    }

    /// By bytes, for a text may have 64 KiB, and twenty are shown.
    private static func place(of word: [UInt8], in letters: [UInt8]) -> Int? {
        guard let first = word.first, letters.count >= word.count else { return nil }
        return letters.withUnsafeBufferPointer { letters in
            (0...letters.count - word.count).first { start in
                lowered(letters[start]) == first
                    && word.indices.dropFirst().allSatisfy { lowered(letters[start + $0]) == word[$0] }
            }
        }
    }

    private static func lowered(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }

    private static func isContinuation(_ byte: UInt8) -> Bool { byte & 0xC0 == 0x80 }
}
