/// One declared parameter.
package struct Parameter: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        case string
        case integer
        case number
        case boolean
        /// One of `choices`.
        case choice
    }

    package let name: String
    package let kind: Kind
    package let description: String?
    /// Checked already, in the spelling that a step sees.
    package let defaultValue: String?
    /// Empty when any value of the kind will do.
    package let choices: [String]
    /// What the whole value must match, in the syntax of `Pattern`.
    package let pattern: Pattern?
    /// The least and the greatest value; for strings the number of characters.
    package let minimum: Double?
    package let maximum: Double?
    package let isRequired: Bool
    /// Masked in output and on the record.
    package let isSensitive: Bool
    /// Where it is declared, from 1.
    package let line: Int

    /// Why a value is refused: the end of a sentence that begins with the parameter's name.
    package struct Fault: Error, Equatable {
        package let message: String
    }

    /// - Returns: the value as a step sees it: `8` for an integer given as `+08`, `true` for a boolean given as `yes`.
    package func check(_ value: String) -> Result<String, Fault> {
        func wrong(_ message: String) -> Result<String, Fault> { .failure(Fault(message: message)) }
        guard value.utf8.count <= ParameterDeclarations.maximumBytes else {
            return wrong("is \(value.utf8.count) bytes long; 65536 is the most that a parameter takes.")
        }
        guard !value.utf8.contains(0) else { return wrong("contains a NUL byte; take it out.") }
        if isRequired && value.isEmpty && kind != .boolean && !choices.contains("") {
            return wrong("is empty; give \(expectation).")
        }
        let canonical: String
        switch kind {
        case .string, .choice:
            canonical = value
            if kind == .string, let fault = outOfRange(Double(value.count), counted: " characters") {
                return wrong(fault)
            }
        case .integer:
            guard let number = Int64(value), !value.isEmpty else {
                return wrong("is not an integer; give \(expectation).")
            }
            canonical = String(number)
            if let fault = outOfRange(Double(number)) { return wrong(fault) }
        case .number:
            guard Self.isDecimal(value), let number = Double(value), number.isFinite else {
                return wrong("is not a number; give \(expectation).")
            }
            canonical = value
            if let fault = outOfRange(number) { return wrong(fault) }
        case .boolean:
            switch value.lowercased() {
            case "true", "yes", "on", "1": canonical = "true"
            case "false", "no", "off", "0": canonical = "false"
            default: return wrong("is neither true nor false; give one of them.")
            }
        }
        guard choices.isEmpty || choices.contains(canonical) else {
            return wrong("is none of the choices; give \(expectation).")
        }
        if let pattern {
            guard value.utf8.count <= Pattern.maximumInput else {
                return wrong("is longer than \(Pattern.maximumInput) bytes, the most that a pattern is tried on.")
            }
            guard pattern.matches(canonical) else { return wrong("does not match the pattern \(pattern.source).") }
        }
        return .success(canonical)
    }

    /// What would be right, as the object of "give".
    package var expectation: String {
        if !choices.isEmpty {
            let shown = choices.prefix(20).map(Self.shown).joined(separator: ", ")
            return "one of: \(shown)\(choices.count > 20 ? ", …" : "")"
        }
        let range =
            switch (minimum, maximum) {
            case (let low?, let high?): " from \(Self.plain(low)) to \(Self.plain(high))"
            case (let low?, nil): " of \(Self.plain(low)) or more"
            case (nil, let high?): " of \(Self.plain(high)) or less"
            case (nil, nil): ""
            }
        switch kind {
        case .string:
            let length = range.isEmpty ? "" : ", its length\(range.replacing(" of ", with: " "))"
            return pattern.map { "text that matches \($0.source)\(length)" } ?? "some text\(length)"
        case .integer: return "a whole number\(range)"
        case .number: return "a number\(range)"
        case .boolean: return "true or false"
        case .choice: return "one of its choices"
        }
    }

    /// Why a name can't be a parameter's; nil when it can.
    static func whyNameIsRefused(_ name: String) -> String? {
        guard isVariable(name), name.utf8.first != 0x5F, name.utf8.count <= 128 else {
            return "is not a parameter's name: a letter, then letters, digits and _, at most 128."
        }
        guard !ReservedNames.contains(name) else {
            return "is refused as a parameter: the name steers the server, a shell, a loader or an interpreter."
        }
        return nil
    }

    /// Whether a runbook's author may set it: that may steer a program, and only the server's own names are closed to everybody.
    static func maySet(_ name: String) -> Bool { isVariable(name) && !name.hasPrefix("RUNBOOK_") }

    private static func isVariable(_ name: String) -> Bool {
        guard let first = name.utf8.first, !(0x30...0x39).contains(first) else { return false }
        return name.utf8.allSatisfy {
            (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x5F
        }
    }

    /// Text from outside as it may stand in a message: short, and without what moves a terminal's cursor.
    static func shown(_ text: String) -> String {
        let visible = text.unicodeScalars.prefix(80).map { scalar in
            scalar.properties.generalCategory == .control || scalar.properties.generalCategory == .format
                ? "\u{FFFD}" : scalar
        }
        return String(String.UnicodeScalarView(visible)) + (text.unicodeScalars.count > 80 ? "…" : "")
    }

    private func outOfRange(_ number: Double, counted unit: String = "") -> String? {
        if let minimum, number < minimum {
            return unit.isEmpty
                ? "is less than \(Self.plain(minimum)); give \(expectation)."
                : "has fewer than \(Self.plain(minimum))\(unit); give \(expectation)."
        }
        if let maximum, number > maximum {
            return unit.isEmpty
                ? "is more than \(Self.plain(maximum)); give \(expectation)."
                : "has more than \(Self.plain(maximum))\(unit); give \(expectation)."
        }
        return nil
    }

    /// Digits with an optional sign, fraction and exponent. `Double.init` alone would take `0x1p3` and `nan` too.
    private static func isDecimal(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 64
            && text.utf8.allSatisfy { (0x30...0x39).contains($0) || "+-.eE".utf8.contains($0) }
    }

    private static func plain(_ number: Double) -> String {
        number == number.rounded() && abs(number) < 1e15 ? String(Int64(number)) : String(number)
    }
}
