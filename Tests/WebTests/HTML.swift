/// A strict reader of the HTML that this project writes: every tag closed, every attribute value in double quotes. What it
/// refuses is a fault of ours even where a browser would guess what was meant.
indirect enum HTMLNode: Equatable {
    case element(name: String, attributes: [String: String], children: [HTMLNode])
    case text(String)

    /// The text of the node and all below it.
    var content: String {
        switch self {
        case .text(let text): text
        case .element(_, _, let children): children.map(\.content).joined()
        }
    }

    var children: [HTMLNode] {
        if case .element(_, _, let children) = self { children } else { [] }
    }

    func attribute(_ name: String) -> String? {
        if case .element(_, let attributes, _) = self { attributes[name] } else { nil }
    }

    /// Names and attributes without any text: what must be the same whatever stands in the fields.
    var shape: String {
        switch self {
        case .text: ""
        case .element(let name, let attributes, let children):
            "<\(name) \(attributes.keys.sorted().joined(separator: " "))>\(children.map(\.shape).joined())</>"
        }
    }

    /// All texts and attribute values.
    var values: [String] {
        switch self {
        case .text(let text): [text]
        case .element(_, let attributes, let children): attributes.values + children.flatMap(\.values)
        }
    }
}

extension HTMLNode {
    /// What fits a selector of names, `#id`, `.class`, `[attribute]` and `[attribute=value]`, with spaces for "inside".
    func all(_ selector: String) -> [HTMLNode] {
        let steps = selector.split(separator: " ")
        var found = [self]
        for step in steps { found = found.flatMap { $0.descendants.filter { $0.fits(step) } } }
        return found
    }

    private var descendants: [HTMLNode] { children.flatMap { [$0] + $0.descendants } }

    private func fits(_ step: Substring) -> Bool {
        guard case .element(let name, let attributes, _) = self else { return false }
        var rest = step
        let tag = rest.prefix { !"#.[".contains($0) }
        rest = rest.dropFirst(tag.count)
        guard tag.isEmpty || tag == name else { return false }
        while let mark = rest.first {
            rest = rest.dropFirst()
            let word = rest.prefix { mark == "[" ? $0 != "]" : !"#.[".contains($0) }
            rest = rest.dropFirst(word.count + (mark == "[" ? 1 : 0))
            switch mark {
            case "#": guard attributes["id"] == String(word) else { return false }
            case ".":
                guard attributes["class"]?.split(separator: " ").contains(word) ?? false else { return false }
            default:
                let pair = word.split(separator: "=", maxSplits: 1)
                guard let value = attributes[String(pair[0])], pair.count == 1 || value == pair[1] else { return false }
            }
        }
        return true
    }
}

struct HTMLError: Error { let reason: String }

struct HTMLReader {
    private static let void: Set = ["meta", "link", "input", "br", "hr", "img"]
    private var rest: Substring.UnicodeScalarView

    /// The document as one node, `#document`.
    static func read(_ text: String) throws -> HTMLNode {
        var reader = HTMLReader(rest: Substring(text).unicodeScalars)
        let children = try reader.readNodes(until: nil)
        return .element(name: "#document", attributes: [:], children: children)
    }

    private mutating func readNodes(until end: String?) throws -> [HTMLNode] {
        var nodes: [HTMLNode] = []
        while let first = rest.first {
            if first != "<" {
                nodes.append(.text(try unescaped(take { $0 != "<" })))
            } else if skip("<!doctype html>") {
                continue
            } else if skip("</") {
                let name = take { $0 != ">" }
                guard skip(">"), name == end else { throw HTMLError(reason: "</\(name)> closes \(end ?? "nothing")") }
                return nodes
            } else {
                nodes.append(try readElement())
            }
        }
        guard end == nil else { throw HTMLError(reason: "<\(end ?? "")> is not closed") }
        return nodes
    }

    private mutating func readElement() throws -> HTMLNode {
        rest = rest.dropFirst()
        let name = take { $0.properties.isAlphabetic || ("0"..."9").contains($0) }
        guard !name.isEmpty else {
            throw HTMLError(reason: "a < that opens nothing, before \(String(rest.prefix(40)))")
        }
        var attributes: [String: String] = [:]
        while true {
            let space = take { $0.properties.isWhitespace }
            if skip(">") { break }
            let attribute = take { $0.isASCII && ($0.properties.isAlphabetic || $0 == "-") }
            guard !space.isEmpty, !attribute.isEmpty, attributes[attribute] == nil else {
                throw HTMLError(reason: "a stray attribute in <\(name)>: \(String(rest.prefix(40)))")
            }
            attributes[attribute] = skip("=\"") ? try unescaped(take { $0 != "\"" && $0 != "<" }) : ""
            if rest.first == "<" { throw HTMLError(reason: "a < in the value of \(attribute)") }
            if rest.first == "\"" { rest = rest.dropFirst() }
        }
        if Self.void.contains(name) { return .element(name: name, attributes: attributes, children: []) }
        return .element(name: name, attributes: attributes, children: try readNodes(until: name))
    }

    private mutating func take(while condition: (Unicode.Scalar) -> Bool) -> String {
        let taken = rest.prefix(while: condition)
        rest = rest[taken.endIndex...]
        return String(String.UnicodeScalarView(taken))
    }

    private mutating func skip(_ text: String) -> Bool {
        guard rest.starts(with: text.unicodeScalars) else { return false }
        rest = rest.dropFirst(text.unicodeScalars.count)
        return true
    }

    private func unescaped(_ text: String) throws -> String {
        var result = String.UnicodeScalarView()
        var rest = Substring(text).unicodeScalars
        while let first = rest.first {
            rest = rest.dropFirst()
            guard first == "&" else {
                result.append(first)
                continue
            }
            guard let end = rest.firstIndex(of: ";"), let scalar = Self.entities[String(Substring(rest[..<end]))] else {
                throw HTMLError(reason: "a bare & before \(String(Substring(rest.prefix(20))))")
            }
            result.append(scalar)
            rest = rest[rest.index(after: end)...]
        }
        return String(result)
    }

    private static let entities: [String: Unicode.Scalar] = [
        "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "#39": "'", "#96": "`",
    ]
}
