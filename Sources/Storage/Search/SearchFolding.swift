import Foundation

/// Letters as search compares them: without case, accents, or the dots that make Turkish i's two letters.
///
/// The tokenizer `unicode61` takes accents off what has them in Unicode's decompositions; what follows here has none there,
/// so it is written otherwise before the tokenizer sees it, both where it is indexed and where it is looked for.
package enum SearchFolding {
    private static let others: [Unicode.Scalar: String] = [
        "ı": "i", "İ": "I", "ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O",
        "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "ħ": "h", "Ħ": "H", "ŧ": "t", "Ŧ": "T",
    ]

    /// The text with those letters written otherwise; most texts have none and stay as they are.
    static func written(_ text: String) -> String {
        // They begin with these bytes in UTF-8; `ẞ` alone with the last.
        guard text.utf8.contains(where: { (0xC3...0xC5).contains($0) || $0 == 0xE1 }),
            text.unicodeScalars.contains(where: { others[$0] != nil })
        else { return text }
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if let other = others[scalar] {
                result.append(contentsOf: other.unicodeScalars)
            } else {
                result.append(scalar)
            }
        }
        return String(result)
    }

    /// One letter as it is compared; empty for a mark that stands on another.
    fileprivate static func compared(_ scalar: Unicode.Scalar) -> [UInt8] {
        let text = (others[scalar] ?? String(scalar)).decomposedStringWithCanonicalMapping
        let letters = text.unicodeScalars.filter { $0.properties.generalCategory != .nonspacingMark }
        return Array(String(String.UnicodeScalarView(letters)).lowercased().utf8)
    }
}

/// A text as it is compared, and where each of its bytes stands in the text as it is written.
package struct FoldedText: Sendable {
    package let letters: [UInt8]
    /// Nil where both are the same.
    private let places: [Int32]?

    package init(_ text: String) {
        var written = Array(text.utf8)
        guard written.contains(where: { $0 >= 0x80 }) else {
            written.withUnsafeMutableBufferPointer { bytes in
                for index in bytes.indices where (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(bytes[index]) {
                    bytes[index] |= 0x20
                }
            }
            letters = written
            places = nil
            return
        }
        var known: [Unicode.Scalar: [UInt8]] = [:]
        var letters: [UInt8] = []
        var places: [Int32] = []
        letters.reserveCapacity(written.count)
        places.reserveCapacity(written.count + 1)
        var place: Int32 = 0
        for scalar in text.unicodeScalars {
            if scalar.isASCII {
                let byte = UInt8(scalar.value)
                letters.append((UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte)
                places.append(place)
            } else {
                let bytes = known[scalar] ?? SearchFolding.compared(scalar)
                known[scalar] = bytes
                letters += bytes
                places += bytes.map { _ in place }
            }
            place += Int32(UTF8.width(scalar))
        }
        places.append(place)
        self.letters = letters
        self.places = places
    }

    /// - Returns: the offset in the text's UTF-8.
    package func place(of letter: Int) -> Int { places.map { Int($0[letter]) } ?? letter }
}
