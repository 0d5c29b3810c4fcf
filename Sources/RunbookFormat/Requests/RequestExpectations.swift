package import Essentials
import Foundation

/// What the answer to an `http` step's request must be.
package struct RequestExpectations: Sendable, Equatable {
    package struct Header: Sendable, Equatable {
        package let name: String
        /// The whole value must match; nil where it only has to be there.
        package let pattern: Pattern?
        /// It must not be there.
        package let isUnwanted: Bool
    }

    package struct JSON: Sendable, Equatable {
        package let pointer: JSONPointer
        /// Nil where anything will do, as long as it is there.
        package let value: JSONValue?
        /// It must be anything but the value.
        package let isUnwanted: Bool
    }

    /// A value of the answer that later steps may use.
    package struct Output: Sendable, Equatable {
        package let name: String
        package let pointer: JSONPointer
    }

    /// Any of these; as written.
    package var statuses: [ClosedRange<Int>] = [200...299]
    package var statusText = "2xx"
    package var headers: [Header] = []
    /// Each must be found somewhere in the body.
    package var bodies: [Pattern] = []
    package var values: [JSON] = []
    /// From the request to the end of what is read of the answer.
    package var latency: Duration?
    package var outputs: [Output] = []
    /// Redirections are followed.
    package var follows = false

    package init() {}

    static let attributes: Set<String> = ["status", "header", "body", "json", "latency", "follow", "output"]

    /// Needs more than the beginning of the answer.
    package var readsJSON: Bool { !values.isEmpty || !outputs.isEmpty }

    /// `a status of 2xx, the header Strict-Transport-Security like max-age=.*`.
    package var sentence: String {
        var parts = ["status \(statusText)"]
        for header in headers {
            if header.isUnwanted {
                parts.append("no header \(header.name)")
            } else {
                parts.append("the header \(header.name)" + (header.pattern.map { " like \($0.source)" } ?? ""))
            }
        }
        parts += bodies.map { "\($0.source) in the body" }
        parts += values.map { value in
            guard let wanted = value.value else { return "\(value.pointer.text) in the JSON" }
            return "\(value.pointer.text) \(value.isUnwanted ? "other than" : "equal to") \(wanted.text)"
        }
        if let latency { parts.append("an answer within \(DurationText.format(latency))") }
        return parts.joined(separator: ", ")
    }
}

extension RequestExpectations {
    /// - Returns: whether it is one of a request's own attributes.
    /// - Throws: `Problem.invalid` with what can't be meant, as a sentence.
    mutating func read(_ name: String, _ texts: [String], flag: (String) -> Bool?) throws(Problem) {
        switch name {
        case "status":
            statusText = texts.joined(separator: ",")
            statuses = []
            for word in statusText.split(whereSeparator: { $0 == "," || $0.isWhitespace }) {
                statuses.append(try Self.status(String(word)))
            }
            guard !statuses.isEmpty else { throw Self.faultyStatus }
        case "header": for text in texts { headers.append(try Self.header(text)) }
        case "body": for text in texts { bodies.append(try Self.pattern(text, of: name)) }
        case "json": for text in texts { values.append(try Self.json(text)) }
        case "output": for text in texts { outputs.append(try Self.output(text)) }
        case "latency":
            guard let duration = DurationText.parse(texts.first ?? ""), duration > .zero else {
                throw .invalid("\"latency\" must be a duration such as 500ms.")
            }
            latency = duration
        default:
            guard let isOn = flag(texts.first ?? "") else { throw .invalid("\"follow\" must be true or false.") }
            follows = isOn
        }
    }

    private static let faultyStatus = Problem.invalid(
        "\"status\" must be codes such as 200, 2xx or 200-204, several of them separated by commas.")

    private static func status(_ word: String) throws(Problem) -> ClosedRange<Int> {
        let bytes = Array(word.utf8)
        if bytes.count == 3, (0x31...0x35).contains(bytes[0]), word.lowercased().hasSuffix("xx") {
            let hundred = Int(bytes[0] - 0x30) * 100
            return hundred...(hundred + 99)
        }
        let ends = word.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
        guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count <= 2, first <= last,
            (100...599).contains(first), (100...599).contains(last)
        else { throw faultyStatus }
        return first...last
    }

    private static func header(_ text: String) throws(Problem) -> Header {
        let isUnwanted = text.hasPrefix("!")
        let rest = isUnwanted ? text.dropFirst() : text[...]
        let colon = rest.firstIndex(of: ":")
        let name = String(rest[..<(colon ?? rest.endIndex)]).trimmed
        guard RequestTemplate.isHeaderName(name), !isUnwanted || colon == nil else {
            throw .invalid(
                "\"header\" must be \"Name: pattern\", \"Name\" where it must be there, or \"!Name\" where it must not."
            )
        }
        let pattern = try colon.map { (colon) throws(Problem) in
            try Self.pattern(String(rest[rest.index(after: colon)...]).trimmed, of: "header")
        }
        return Header(name: name, pattern: pattern, isUnwanted: isUnwanted)
    }

    private static func pattern(_ text: String, of name: String) throws(Problem) -> Pattern {
        guard !text.isEmpty else { throw .invalid("\"\(name)\" has an empty pattern.") }
        do {
            return try Pattern(text)
        } catch {
            throw .invalid("\"\(name)\" can't be read: \(error.message)")
        }
    }

    /// `/status == "ok"`, `$.replicas != 0`, `/version`.
    private static func json(_ text: String) throws(Problem) -> JSON {
        for (sign, isUnwanted) in [("!=", true), ("==", false)] {
            guard let range = text.range(of: sign) else { continue }
            let value = String(text[range.upperBound...]).trimmed
            guard !value.isEmpty else { break }
            return JSON(
                pointer: try pointer(String(text[..<range.lowerBound]).trimmed, of: "json"), value: literal(value),
                isUnwanted: isUnwanted)
        }
        return JSON(pointer: try pointer(text.trimmed, of: "json"), value: nil, isUnwanted: false)
    }

    private static func literal(_ text: String) -> JSONValue {
        if text.count >= 2, text.hasPrefix("'"), text.hasSuffix("'") {
            return .string(String(text.dropFirst().dropLast()))
        }
        // What is no JSON is a text without its quotes.
        return (try? JSONValue(parsing: text)) ?? .string(text)
    }

    private static func output(_ text: String) throws(Problem) -> Output {
        guard let equals = text.firstIndex(of: "=") else {
            throw .invalid("\"output\" of a request must be NAME=/json/pointer, several of them separated by commas.")
        }
        let name = String(text[..<equals]).trimmed
        let isName = name.utf8.enumerated().allSatisfy { index, byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): true
            case UInt8(ascii: "0")...UInt8(ascii: "9"): index > 0
            default: false
            }
        }
        guard isName, (1...100).contains(name.utf8.count), name != "status", name != "latency_ms" else {
            throw .invalid(
                "\"output\" can't name \"\(Parameter.shown(name))\": take letters, digits and _, and not status or latency_ms, which are always there."
            )
        }
        return Output(
            name: name, pointer: try pointer(String(text[text.index(after: equals)...]).trimmed, of: "output"))
    }

    private static func pointer(_ text: String, of name: String) throws(Problem) -> JSONPointer {
        do {
            return text.hasPrefix("$") ? try JSONPointer(path: text) : try JSONPointer(text)
        } catch {
            throw .invalid("\"\(name)\" can't be read: \(error.message).")
        }
    }
}
