/// What a program printed may hold orders to the terminal: move the cursor, set the title, answer as if typed.
/// Shown instead of obeyed, they do no harm.
extension StringProtocol {
    /// The text with every control character but newline and tab made visible: C0 and DEL by their Unicode picture
    /// (`␛`), others and those that turn the writing direction by an escape (`\u202e`). A carriage return before a
    /// newline is dropped.
    var safeForTerminal: String {
        guard unicodeScalars.contains(where: { !$0.isPlain }) else { return String(self) }
        var result = String.UnicodeScalarView()
        let scalars = unicodeScalars
        var index = scalars.startIndex
        while index < scalars.endIndex {
            let scalar = scalars[index]
            index = scalars.index(after: index)
            if scalar.isPlain {
                result.append(scalar)
            } else if scalar == "\r", index < scalars.endIndex, scalars[index] == "\n" {
                continue
            } else if scalar.value < 0x20, let picture = Unicode.Scalar(0x2400 + scalar.value) {
                result.append(picture)
            } else if scalar.value == 0x7f {
                result.append("\u{2421}")
            } else {
                result.append(contentsOf: scalar.escaped.unicodeScalars)
            }
        }
        return String(result)
    }

    /// As `safeForTerminal`, on one line: for a cell of a table.
    var safeForCell: String {
        let line = split(whereSeparator: \.isNewline).joined(separator: " ")
        return line.replacing("\t", with: " ").safeForTerminal
    }

    /// JSON text with what a terminal would act on escaped: the same value, for inside JSON such characters stand in
    /// strings only.
    var safeJSONForTerminal: String {
        guard unicodeScalars.contains(where: { !$0.isPlain }) else { return String(self) }
        var result = String.UnicodeScalarView()
        for scalar in unicodeScalars {
            if scalar.isPlain {
                result.append(scalar)
            } else if scalar == "\r" {
                result.append(" ")
            } else if scalar.value <= 0xffff {
                result.append(contentsOf: scalar.escaped.unicodeScalars)
            } else {
                for unit in String(scalar).utf16 {
                    result.append(contentsOf: ("\\u" + String(unit, radix: 16)).unicodeScalars)
                }
            }
        }
        return String(result)
    }
}

extension Unicode.Scalar {
    /// Neither acted on by a terminal nor invisible in a way that deceives.
    fileprivate var isPlain: Bool {
        switch value {
        case 0x09, 0x0a: true
        case 0..<0x20, 0x7f..<0xa0: false
        // Direction: Arabic letter mark, marks, embeddings, overrides, isolates.
        case 0x061c, 0x200e, 0x200f, 0x202a...0x202e, 0x2066...0x206f: false
        // Line and paragraph separator, zero-width space and no-break space, tags.
        case 0x2028, 0x2029, 0x200b, 0xfeff, 0xe0000...0xe007f: false
        default: true
        }
    }

    fileprivate var escaped: String {
        let hex = String(value, radix: 16)
        return "\\u" + String(repeating: "0", count: max(0, 4 - hex.count)) + hex
    }
}
