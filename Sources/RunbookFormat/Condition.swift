import Foundation
package import Essentials

/// What a step's `if` asks: `parameters.stage == "production" && steps.smoke.state != "skipped"`. It only compares texts; no
/// code runs in it.
package indirect enum Condition: Sendable, Equatable {
    package enum Value: Sendable, Hashable {
        case text(String)
        /// `parameters.NAME`.
        case parameter(String)
        /// `steps.NAME.state`.
        case state(step: String)
        /// `steps.NAME.outputs.OUTPUT`.
        case output(step: String, name: String)
    }

    case equal(Value, Value)
    case unequal(Value, Value)
    /// Holds unless the value is empty or `false`.
    case holds(Value)
    case not(Condition)
    case and(Condition, Condition)
    case or(Condition, Condition)

    /// - Throws: `Problem.invalid` with what can't be read, as a sentence.
    package init(parsing text: String) throws(Problem) {
        var parser = try ConditionParser(text)
        self = try parser.parse()
    }

    /// Every value that it names, in its order.
    package var values: [Value] {
        switch self {
        case .equal(let left, let right), .unequal(let left, let right): [left, right]
        case .holds(let value): [value]
        case .not(let condition): condition.values
        case .and(let left, let right), .or(let left, let right): left.values + right.values
        }
    }

    /// - Parameter read: the text of a value; what is not there is empty.
    package func isTrue(_ read: (Value) throws -> String) rethrows -> Bool {
        switch self {
        case .equal(let left, let right): try read(left) == read(right)
        case .unequal(let left, let right): try read(left) != read(right)
        case .holds(let value): try !["", "false"].contains(read(value))
        case .not(let condition): try !condition.isTrue(read)
        case .and(let left, let right): try left.isTrue(read) && right.isTrue(read)
        case .or(let left, let right): try left.isTrue(read) || right.isTrue(read)
        }
    }
}

extension Step {
    /// What stands in the way of judging whether it runs, as sentences: a condition that can't be read, names that nothing
    /// has.
    /// - Parameter graph: of the run, where it has one: then only what this step comes after is known when it is judged.
    package func conditionFaults(in guide: Guide, _ graph: StepGraph? = nil) -> [String] {
        if let fault = settings.conditionFault { return [fault] }
        return faults(of: settings.test?.values ?? [], asked: "\"if\" asks for", in: guide, graph)
    }

    /// Values that its text asks for and that nothing gives.
    package func templateFaults(in guide: Guide, _ graph: StepGraph? = nil) -> [String] {
        let own = settings.each.map { Condition.Value.parameter($0.name) }
        return faults(of: templateValues.filter { $0 != own }, asked: "it asks for", in: guide, graph)
    }

    private func faults(
        of values: [Condition.Value], asked: String, in guide: Guide, _ graph: StepGraph?
    ) -> [String] {
        let earlier = guide.steps.prefix { $0.id != id }.map(\.id)
        let parameters = guide.metadata.parameters.parameters.map(\.name)
        var faults: [String] = []
        for value in values {
            switch value {
            case .text: break
            case .parameter(let name):
                guard !parameters.contains(name) else { continue }
                faults.append(
                    "\(asked) the parameter \(Parameter.shown(name)), which the guide does not declare.")
            case .state(let name), .output(let name, _):
                if guide.steps.first(where: { $0.id == name })?.settings.each != nil {
                    faults.append(
                        "\(asked) the step \(Parameter.shown(name)), which runs once for each of a list: ask for a step after it."
                    )
                    continue
                }
                if let graph, graph.ids.contains(name), graph.ids.contains(id) {
                    guard name == id || !graph.comes(id, after: name) else { continue }
                    faults.append(
                        "\(asked) the step \(Parameter.shown(name)), which this one does not come after: add it to \"needs\"."
                    )
                    continue
                }
                guard !earlier.contains(name) else { continue }
                faults.append(
                    "\(asked) the step \(Parameter.shown(name)), and no step before this one has that name.")
            }
        }
        return faults
    }
}

extension Condition.Value {
    /// `parameters.NAME`, `steps.NAME.state`, `steps.NAME.outputs.OUTPUT`; nil for anything else.
    package init?(_ word: String) {
        if word.hasPrefix("parameters."), word.utf8.count > 11 {
            self = .parameter(String(word.dropFirst(11)))
            return
        }
        guard word.hasPrefix("steps.") else { return nil }
        let rest = word.dropFirst(6)
        if rest.hasSuffix(".state"), rest.utf8.count > 6 {
            self = .state(step: String(rest.dropLast(6)))
        } else if let outputs = rest.range(of: ".outputs.", options: .backwards), outputs.lowerBound > rest.startIndex,
            outputs.upperBound < rest.endIndex
        {
            self = .output(step: String(rest[..<outputs.lowerBound]), name: String(rest[outputs.upperBound...]))
        } else {
            return nil
        }
    }
}

/// Reads conditions: `!` binds before `==` and `!=`, these before `&&`, that before `||`.
private struct ConditionParser {
    private enum Token: Equatable {
        case word(String)
        case text(String)
        case sign(String)

        var shown: String {
            switch self {
            case .word(let text), .text(let text), .sign(let text): Parameter.shown(text)
            }
        }
    }

    /// What a sensible condition stays far below.
    private static let (longest, deepest) = (2000, 50)

    private let tokens: [Token]
    private var position = 0
    private var depth = 0

    init(_ text: String) throws(Problem) {
        guard text.utf8.count <= Self.longest else {
            throw .invalid("\"if\" is longer than \(Self.longest) bytes.")
        }
        tokens = try Self.tokens(of: Array(text.unicodeScalars))
    }

    mutating func parse() throws(Problem) -> Condition {
        guard !tokens.isEmpty else {
            throw .invalid("\"if\" must hold a condition, such as parameters.stage == \"blue\".")
        }
        let condition = try either()
        if let token = peek { throw .invalid("\"if\" can't be read from \(token.shown) on: && or || is missing.") }
        return condition
    }

    private var peek: Token? { position < tokens.count ? tokens[position] : nil }

    private mutating func take(_ sign: String) -> Bool {
        guard peek == .sign(sign) else { return false }
        position += 1
        return true
    }

    private mutating func either() throws(Problem) -> Condition {
        depth += 1
        guard depth <= Self.deepest else { throw .invalid("\"if\" is nested too deeply.") }
        defer { depth -= 1 }
        var condition = try both()
        while take("||") { condition = .or(condition, try both()) }
        return condition
    }

    private mutating func both() throws(Problem) -> Condition {
        var condition = try single()
        while take("&&") { condition = .and(condition, try single()) }
        return condition
    }

    private mutating func single() throws(Problem) -> Condition {
        depth += 1
        guard depth <= Self.deepest else { throw .invalid("\"if\" is nested too deeply.") }
        defer { depth -= 1 }
        if take("!") { return .not(try single()) }
        if take("(") {
            let condition = try either()
            guard take(")") else { throw .invalid("\"if\" has a ( that no ) closes.") }
            return condition
        }
        let left = try value()
        if take("==") { return .equal(left, try value()) }
        if take("!=") { return .unequal(left, try value()) }
        return .holds(left)
    }

    private mutating func value() throws(Problem) -> Condition.Value {
        guard let token = peek else { throw .invalid("\"if\" ends where a value should stand.") }
        position += 1
        switch token {
        case .text(let text): return .text(text)
        case .sign(let sign): throw .invalid("\"if\" has \(sign) where a value should stand.")
        case .word(let word): return try Self.value(of: word)
        }
    }

    private static func value(of word: String) throws(Problem) -> Condition.Value {
        if word == "true" || word == "false" || word.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            return .text(word)
        }
        if let value = Condition.Value(word) { return value }
        throw .invalid(
            """
            "if" does not know \(Parameter.shown(word)): write parameters.NAME, steps.NAME.state, \
            steps.NAME.outputs.OUTPUT or a text in quotes.
            """)
    }

    private static func tokens(of scalars: [Unicode.Scalar]) throws(Problem) -> [Token] {
        var tokens: [Token] = []
        var index = 0
        while index < scalars.count {
            let scalar = scalars[index]
            let pair = index + 1 < scalars.count ? "\(scalar)\(scalars[index + 1])" : ""
            if scalar.properties.isWhitespace {
                index += 1
            } else if ["&&", "||", "==", "!="].contains(pair) {
                tokens.append(.sign(pair))
                index += 2
            } else if "!()".unicodeScalars.contains(scalar) {
                tokens.append(.sign(String(scalar)))
                index += 1
            } else if scalar == "\"" || scalar == "'" {
                guard let end = scalars[(index + 1)...].firstIndex(of: scalar) else {
                    throw .invalid("\"if\" has a text that no \(scalar) ends.")
                }
                tokens.append(.text(String(String.UnicodeScalarView(scalars[(index + 1)..<end]))))
                index = end + 1
            } else if isOfWord(scalar) {
                let word = scalars[index...].prefix(while: isOfWord)
                tokens.append(.word(String(String.UnicodeScalarView(word))))
                index += word.count
            } else {
                throw .invalid("\"if\" can't be read at \(Parameter.shown(String(scalar))).")
            }
        }
        return tokens
    }

    private static func isOfWord(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "_", "-", ".": true
        default: false
        }
    }
}
