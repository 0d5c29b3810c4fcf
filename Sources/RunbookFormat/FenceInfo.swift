/// What stands behind an opening fence: a tag, and perhaps attributes in braces, in either of Runme's notations
/// (`{name=smoke timeout=30s}`, `{"name": "smoke"}`) or a mixture of both.
struct FenceInfo: Equatable {
    /// In lower case; empty when there is none.
    let language: String
    /// Names and values as text: `true` for a bare name, compact JSON for lists and objects.
    let attributes: [String: String]
    let hasAttributeBlock: Bool
    /// What can't be read, each as a sentence.
    let faults: [String]

    init(_ info: String) {
        let language = info.prefix { !$0.isWhitespace && $0 != "{" }
        self.language = language.lowercased()
        let rest = info.dropFirst(language.count).drop(while: \.isWhitespace)
        guard rest.first == "{" else {
            attributes = [:]
            hasAttributeBlock = false
            faults = []
            return
        }
        var reader = AttributeReader(rest.dropFirst())
        reader.read()
        attributes = reader.attributes
        faults = reader.faults
        hasAttributeBlock = true
    }
}

private struct AttributeReader {
    private(set) var attributes: [String: String] = [:]
    private(set) var faults: [String] = []
    private let scalars: [Unicode.Scalar]
    /// Attributes whose bare values go on behind a comma.
    private static let listed: Set<String> = ["needs", "status", "tag", "category", "output", "hosts"]
    private var position = 0

    init(_ text: Substring) { scalars = Array(text.unicodeScalars) }

    private var peek: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    /// Entries up to the closing brace, separated by blanks or commas.
    mutating func read() {
        while true {
            skip { $0.properties.isWhitespace || $0 == "," }
            guard let scalar = peek else {
                faults.append("The attributes are never closed; end them with }.")
                return
            }
            if scalar == "}" { return }
            let start = position
            let key = scalar == "\"" || scalar == "'" ? quoted() : bare { "=:,}".unicodeScalars.contains($0) }
            skip(while: \.properties.isWhitespace)
            var value = "true"
            if peek == "=" || peek == ":" {
                position += 1
                skip(while: \.properties.isWhitespace)
                let isBare = peek.map { !"\"'[{".unicodeScalars.contains($0) } ?? false
                value = readValue()
                // `needs=build,test`: to read the second as an attribute of its own would start the step too early.
                // `status=200,301` likewise would expect too little.
                while isBare, Self.listed.contains(key), let name = furtherName() { value += "," + name }
            }
            if key.isEmpty {
                faults.append("An attribute without a name can't be read; write name=value.")
                if position == start { position += 1 }
            } else if attributes.updateValue(value, forKey: key) != nil {
                faults.append("The attribute \"\(Parameter.shown(key))\" stands there twice; take one out.")
            }
        }
    }

    private mutating func readValue() -> String {
        switch peek {
        case "\"", "'": quoted()
        case "[", "{": nested()
        default: bare { ",}".unicodeScalars.contains($0) }
        }
    }

    /// A name that follows a comma, without a blank and without a value of its own.
    private mutating func furtherName() -> String? {
        guard peek == ",", position + 1 < scalars.count else { return nil }
        let start = position
        position += 1
        let name = bare { "=:,}\"'[{".unicodeScalars.contains($0) }
        guard !name.isEmpty, peek.map({ !"=:\"'[{".unicodeScalars.contains($0) }) ?? true else {
            position = start
            return nil
        }
        return name
    }

    private mutating func skip(while condition: (Unicode.Scalar) -> Bool) {
        while let scalar = peek, condition(scalar) { position += 1 }
    }

    private mutating func bare(isEnd: (Unicode.Scalar) -> Bool) -> String {
        var text = String.UnicodeScalarView()
        while let scalar = peek, !scalar.properties.isWhitespace, !isEnd(scalar) {
            text.append(scalar)
            position += 1
        }
        return String(text)
    }

    /// Text in quotes: double ones with JSON's escapes, single ones as it stands.
    private mutating func quoted() -> String {
        let quote = scalars[position]
        position += 1
        var text = String.UnicodeScalarView()
        while let scalar = peek {
            position += 1
            if scalar == quote { return String(text) }
            if scalar == "\\", quote == "\"" { text.append(escaped()) } else { text.append(scalar) }
        }
        faults.append("A quoted attribute is never closed; end it with \(quote).")
        return String(text)
    }

    private mutating func escaped() -> Unicode.Scalar {
        guard let scalar = peek else { return "\\" }
        position += 1
        switch scalar {
        case "n": return "\n"
        case "t": return "\t"
        case "r": return "\r"
        case "b": return "\u{8}"
        case "f": return "\u{C}"
        case "u":
            let digits = scalars[position...].prefix(4)
            guard digits.count == 4, let value = UInt32(String(String.UnicodeScalarView(digits)), radix: 16) else {
                return "u"
            }
            position += 4
            return Unicode.Scalar(value) ?? "\u{FFFD}"
        default: return scalar
        }
    }

    /// A list or object, its text kept without blanks outside of quotes.
    private mutating func nested() -> String {
        var text = String.UnicodeScalarView()
        var depth = 0
        var isQuoted = false
        while let scalar = peek {
            position += 1
            if isQuoted {
                text.append(scalar)
                if scalar == "\\", let next = peek {
                    text.append(next)
                    position += 1
                }
                if scalar == "\"" { isQuoted = false }
                continue
            }
            switch scalar {
            case "\"": isQuoted = true
            case "[", "{": depth += 1
            case "]", "}": depth -= 1
            default: break
            }
            if !scalar.properties.isWhitespace { text.append(scalar) }
            if depth == 0 { return String(text) }
        }
        faults.append("A list or object in the attributes is never closed.")
        return String(text)
    }
}
