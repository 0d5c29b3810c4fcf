package import Essentials

/// What somebody looks for: words, each of which may go on, and texts between quotes, which must stand as they are.
///
/// Nothing that is typed is ever an operator of the search engine.
package struct SearchWords: Sendable, Equatable {
    package static let maximumCharacters = 300
    package static let wordsAtMost = 10

    enum Part: Sendable, Equatable {
        case beginning(String)
        case phrase(String)

        /// As somebody typed it.
        var typed: String {
            switch self {
            case .beginning(let text), .phrase(let text): text
            }
        }

        /// As the index has it.
        var written: Part {
            switch self {
            case .beginning(let word): .beginning(SearchFolding.written(word))
            case .phrase(let text): .phrase(SearchFolding.written(text))
            }
        }
    }

    let parts: [Part]

    /// - Throws: `Problem.invalid` for what has no word, too many or too long ones.
    package init(parsing text: String) throws(Problem) {
        guard text.count <= Self.maximumCharacters, text.utf8.count <= Self.maximumCharacters * 4 else {
            throw Self.refused("Search for at most \(Self.maximumCharacters) characters.")
        }
        var parts: [Part] = []
        // Every second piece stood between quotes; one that is not closed goes on to the end.
        let quotes: Set<Character> = ["\"", "“", "”", "„"]
        for (number, piece) in text.split(omittingEmptySubsequences: false, whereSeparator: quotes.contains)
            .enumerated()
        {
            let words = piece.unicodeScalars.split { !Self.isPartOfWord($0) }.map { String($0) }
            if number % 2 == 1, !words.isEmpty {
                parts.append(.phrase(words.joined(separator: " ")))
            } else {
                parts += words.map { .beginning($0) }
            }
        }
        guard !parts.isEmpty else { throw Self.refused("Search for words: letters or digits.") }
        guard parts.count <= Self.wordsAtMost else {
            throw Self.refused("Search for at most \(Self.wordsAtMost) words.")
        }
        self.parts = parts
    }

    /// The words as they were typed, for showing where they stand.
    package var texts: [String] {
        parts.map(\.typed)
    }

    /// As the tokenizer `unicode61` sees it: letters, digits, private use; and marks, which belong to their letter.
    private static func isPartOfWord(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
            .letterNumber, .otherNumber, .privateUse, .nonspacingMark, .spacingMark, .enclosingMark:
            true
        default: false
        }
    }

    private static func refused(_ sentence: String) -> Problem {
        .invalid(sentence, fields: [.init(name: "q", message: "words, or a text between quotes")])
    }
}
