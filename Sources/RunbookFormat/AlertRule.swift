import Essentials

/// Which incoming alerts a runbook fits: those whose labels meet every one of the rule's conditions.
///
/// In the front matter a rule is a mapping from labels to values, or text as Alertmanager and Prometheus write matchers:
///
///     alerts:
///       - {alertname: HighErrorRate, service: accunode}
///       - alertname=~"High.*", service="accunode"
///       - match: {alertname: DiskFull}
///         severity: sev2
package struct AlertRule: Sendable, Equatable, Codable {
    package enum Comparison: String, Sendable, Codable {
        case equal = "="
        case unequal = "!="
        case matching = "=~"
        case unmatching = "!~"
    }

    /// One condition on one label. A label that an alert does not have counts as empty.
    package struct Condition: Sendable, Equatable, Codable {
        package let label: String
        package let comparison: Comparison
        package let value: String

        package func holds(for labels: [String: String]) -> Bool {
            let given = labels[label] ?? ""
            switch comparison {
            case .equal: return given == value
            case .unequal: return given != value
            case .matching: return isMatch(given)
            case .unmatching: return !isMatch(given)
            }
        }

        /// Of the whole value, as Prometheus has it. A value longer than patterns are tried on matches none.
        private func isMatch(_ given: String) -> Bool {
            guard given.utf8.count <= Pattern.maximumInput else { return false }
            do {
                return try Pattern(value).matches(given)
            } catch {
                // It was read before it was kept.
                return false
            }
        }
    }

    /// Why a rule can't be read, as a sentence.
    struct Fault: Error {
        let message: String
    }

    package let conditions: [Condition]
    /// `sev1` to `sev4`: at least so bad is an incident that such an alert opens.
    package let severity: String?

    private static let maximumConditions = 20
    private static let severities = ["sev1", "sev2", "sev3", "sev4"]

    init(_ value: JSONValue) throws(Fault) {
        var severity: String?
        var conditions: [Condition]
        switch value {
        case .object(let members) where members["match"] != nil:
            conditions = try Self.conditions(members["match"] ?? .null)
            if let given = members["severity"] {
                guard let word = given.string, Self.severities.contains(word) else {
                    throw Fault(message: "The severity of a rule in \"alerts\" is sev1, sev2, sev3 or sev4.")
                }
                severity = word
            }
        default: conditions = try Self.conditions(value)
        }
        conditions.sort { $0.label < $1.label }
        // A rule that every alert meets would attach its runbook to all of them.
        guard !conditions.isEmpty, conditions.count <= Self.maximumConditions else { throw Self.unreadable }
        self.conditions = conditions
        self.severity = severity
    }

    package func fits(_ labels: [String: String]) -> Bool { conditions.allSatisfy { $0.holds(for: labels) } }

    private static let unreadable = Fault(
        message: """
            A rule in "alerts" maps labels to values, such as {alertname: HighErrorRate}, or is written as a matcher, such as \
            alertname=~"High.*".
            """)

    private static func conditions(_ value: JSONValue) throws(Fault) -> [Condition] {
        switch value {
        case .string(let text):
            var parser = MatcherParser(text)
            guard let conditions = parser.conditions() else { throw unreadable }
            for condition in conditions { try check(condition) }
            return conditions
        case .object(let members):
            var conditions: [Condition] = []
            for (label, value) in members {
                let text: String
                switch value {
                case .string(let word): text = word
                case .integer, .number, .bool: text = value.text
                case .null, .array, .object: throw unreadable
                }
                let condition = Condition(label: label, comparison: .equal, value: text)
                try check(condition)
                conditions.append(condition)
            }
            return conditions
        case .null, .bool, .integer, .number, .array: throw unreadable
        }
    }

    private static func check(_ condition: Condition) throws(Fault) {
        let isLabel = MatcherParser.isLabel(condition.label)
        guard isLabel, condition.value.utf8.count <= 1000 else { throw unreadable }
        guard condition.comparison == .matching || condition.comparison == .unmatching else { return }
        do {
            _ = try Pattern(condition.value)
        } catch {
            throw Fault(message: "The pattern of a rule in \"alerts\" can't be used: \(error.message)")
        }
    }
}

/// Reads `alertname="HighErrorRate", service=~"a.*"`, with or without braces and quotes.
struct MatcherParser {
    private var rest: Substring

    init(_ text: String) {
        var text = Substring(text)
        if text.hasPrefix("{"), text.hasSuffix("}") { text = text.dropFirst().dropLast() }
        rest = text
    }

    /// Nil when it is written otherwise.
    mutating func conditions() -> [AlertRule.Condition]? {
        var conditions: [AlertRule.Condition] = []
        while true {
            skipSpace()
            // A comma may stand at the end.
            if rest.isEmpty, !conditions.isEmpty { return conditions }
            let label = take { !"=!~, ".contains($0) }
            skipSpace()
            guard Self.isLabel(label), let comparison = comparison() else { return nil }
            skipSpace()
            guard let value = value() else { return nil }
            conditions.append(.init(label: label, comparison: comparison, value: value))
            skipSpace()
            if rest.isEmpty { return conditions }
            guard rest.first == "," else { return nil }
            rest.removeFirst()
        }
    }

    static func isLabel(_ text: String) -> Bool {
        let isBegun = text.utf8.first.map { $0 == UInt8(ascii: "_") || isLetter($0) } ?? false
        return isBegun && text.utf8.count <= 100
            && text.utf8.allSatisfy { $0 == UInt8(ascii: "_") || isLetter($0) || (48...57).contains($0) }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (65...90).contains(byte) || (97...122).contains(byte) }

    private mutating func comparison() -> AlertRule.Comparison? {
        for comparison in [AlertRule.Comparison.matching, .unmatching, .unequal, .equal]
        where rest.hasPrefix(comparison.rawValue) {
            rest.removeFirst(comparison.rawValue.count)
            return comparison
        }
        return nil
    }

    private mutating func value() -> String? {
        guard rest.first == "\"" else {
            let word = take { $0 != "," }
            return word.isEmpty ? nil : word.trimmedAtEnd
        }
        rest.removeFirst()
        var text = ""
        while let character = rest.popFirst() {
            switch character {
            case "\"": return text
            case "\\":
                guard let escaped = rest.popFirst() else { return nil }
                // Of what Go escapes these three are of use; a pattern's own backslashes stay.
                switch escaped {
                case "\"", "\\": text.append(escaped)
                case "n": text.append("\n")
                default: text += ["\\", escaped]
                }
            default: text.append(character)
            }
        }
        return nil
    }

    private mutating func take(while isPart: (Character) -> Bool) -> String {
        let part = rest.prefix(while: isPart)
        rest = rest[part.endIndex...]
        return String(part)
    }

    private mutating func skipSpace() { rest = rest.drop(while: \.isWhitespace) }
}

extension String {
    fileprivate var trimmedAtEnd: String {
        var text = Substring(self)
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
