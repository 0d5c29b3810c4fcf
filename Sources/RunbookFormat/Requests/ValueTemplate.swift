package import Essentials
import Foundation

/// A text with values to come: `{{stage}}` is a parameter, `{{steps.NAME.outputs.OUTPUT}}` what an earlier step handed on.
package struct ValueTemplate: Sendable, Equatable {
    package enum Part: Sendable, Equatable {
        case text(String)
        case value(Condition.Value)
    }

    package let parts: [Part]

    /// - Throws: `Problem.invalid` with what can't be read, as a sentence.
    package init(_ text: String) throws(Problem) {
        var parts: [Part] = []
        var rest = Substring(text)
        while let start = rest.range(of: "{{") {
            guard let end = rest[start.upperBound...].range(of: "}}") else {
                throw .invalid(
                    "\(Parameter.shown(String(rest[start.lowerBound...].prefix(40)))) is never closed; end it with }}.")
            }
            if start.lowerBound > rest.startIndex { parts.append(.text(String(rest[..<start.lowerBound]))) }
            parts.append(.value(try Self.value(of: String(rest[start.upperBound..<end.lowerBound]).trimmed)))
            rest = rest[end.upperBound...]
        }
        if !rest.isEmpty { parts.append(.text(String(rest))) }
        self.parts = parts
    }

    package var values: [Condition.Value] {
        parts.compactMap { part in
            if case .value(let value) = part { value } else { nil }
        }
    }

    /// - Parameter encode: how a value is written where it stands; it is told what stands before it.
    package func filled(
        _ read: (Condition.Value) throws(Problem) -> String,
        encode: (String, _ before: String) throws(Problem) -> String
    ) throws(Problem) -> String {
        var text = ""
        for part in parts {
            switch part {
            case .text(let plain): text += plain
            case .value(let value): text += try encode(try read(value), text)
            }
        }
        return text
    }

    private static func value(of name: String) throws(Problem) -> Condition.Value {
        let isPlain =
            !name.isEmpty
            && name.utf8.enumerated().allSatisfy { index, byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): index > 0
                default: false
                }
            }
        if isPlain { return .parameter(name) }
        if let value = Condition.Value(name) { return value }
        throw .invalid(
            """
            {{\(Parameter.shown(name))}} can't be read: write {{NAME}} for a parameter, or \
            {{steps.NAME.outputs.OUTPUT}}.
            """)
    }
}

extension Condition.Value {
    func isKnown(parameters: Set<String>, steps: Set<String>) -> Bool {
        switch self {
        case .text: true
        case .parameter(let name): parameters.contains(name)
        case .state(let step), .output(let step, _): steps.contains(step)
        }
    }

    /// As it is written, for people.
    package var name: String {
        switch self {
        case .text(let text): text
        case .parameter(let name): name
        case .state(let step): "steps.\(step).state"
        case .output(let step, let name): "steps.\(step).outputs.\(name)"
        }
    }
}
