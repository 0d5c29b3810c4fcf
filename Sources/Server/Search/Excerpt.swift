import Storage

/// What stands around a word in a text, on one line.
struct Excerpt {
    private static let before = 60
    private static let bytes = 180

    let before: String
    /// The word as it is written there.
    let hit: String
    let after: String
    /// Of the word, in the text's UTF-8.
    let offset: Int

    var text: String { before + hit + after }

    /// - Returns: the surroundings of the first of the words that stands there, in letters of any case, with accents or
    ///   without; empty when none does.
    static func of(_ text: String, around words: [String]) -> String { Excerpt(text, around: words)?.text ?? "" }

    init?(_ text: String, around words: [String]) {
        let folded = FoldedText(text)
        let wanted = words.map { FoldedText($0).letters }.filter { !$0.isEmpty }
        // A word is found where it begins one; only by its bytes it may also stand within one.
        guard
            let found = wanted.compactMap({ Self.place(of: $0, in: folded.letters, atBeginning: true) }).min(by: <)
                ?? wanted.compactMap({ Self.place(of: $0, in: folded.letters, atBeginning: false) }).min(by: <)
        else { return nil }
        let letters = Array(text.utf8)
        let place = folded.place(of: found.start)
        var stop = folded.place(of: found.end)
        while stop < letters.count, Self.isContinuation(letters[stop]) { stop += 1 }
        // At whole characters: what continues one has its first bit set and its second not.
        var (start, end) = (max(0, place - Self.before), min(letters.count, max(0, place - Self.before) + Self.bytes))
        end = max(end, stop)
        while start > 0, Self.isContinuation(letters[start]) { start -= 1 }
        while end < letters.count, Self.isContinuation(letters[end]) { end += 1 }
        func line(_ range: Range<Int>) -> String {
            var line: [UInt8] = []
            line.reserveCapacity(range.count)
            // By bytes: by characters, twenty of these were a fifth of a search.
            for byte in letters[range] {
                let isBlank = byte == UInt8(ascii: " ") || (0x09...0x0D).contains(byte)
                if !isBlank {
                    line.append(byte)
                } else if line.last != UInt8(ascii: " ") {
                    line.append(UInt8(ascii: " "))
                }
            }
            return String(decoding: line, as: UTF8.self)
        }
        let (ahead, behind) = (line(start..<place), line(stop..<end))
        before = (start == 0 ? "" : "…") + ahead.drop { $0 == " " }
        hit = line(place..<stop)
        after = (behind.last == " " ? String(behind.dropLast()) : behind) + (end == letters.count ? "" : "…")
        offset = place
    }

    /// By bytes, for a text may be long, and twenty are shown.
    private static func place(
        of word: [UInt8], in letters: [UInt8], atBeginning: Bool
    ) -> (start: Int, end: Int)? {
        guard let first = word.first, letters.count >= word.count else { return nil }
        return letters.withUnsafeBufferPointer { letters in
            for start in 0..<letters.count where letters[start] == first {
                if atBeginning, start > 0, isLetter(letters[start - 1]) { continue }
                if let end = end(of: word, at: start, in: letters) { return (start, end) }
            }
            return nil
        }
    }

    /// The words of a phrase may be apart by anything that is no letter.
    private static func end(of word: [UInt8], at start: Int, in letters: UnsafeBufferPointer<UInt8>) -> Int? {
        var place = start
        for byte in word {
            if byte == UInt8(ascii: " ") {
                let gap = place
                while place < letters.count, !isLetter(letters[place]) { place += 1 }
                if place == gap { return nil }
            } else {
                guard place < letters.count, letters[place] == byte else { return nil }
                place += 1
            }
        }
        return place
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"), 0x80...: true
        default: false
        }
    }

    private static func isContinuation(_ byte: UInt8) -> Bool { byte & 0xC0 == 0x80 }
}
