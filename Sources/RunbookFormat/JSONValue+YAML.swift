import Essentials
import Yams

extension JSONValue {
    /// Reads a node by YAML 1.2's core schema, so that `no` and `on` stay words and `12:30` stays a time.
    init(_ node: Yams.Node) {
        switch node {
        case .scalar(let scalar): self = JSONValue(scalar)
        case .sequence(let sequence): self = .array(sequence.map(JSONValue.init))
        case .mapping(let mapping):
            var members: [String: JSONValue] = [:]
            for (key, value) in mapping { members[key.scalar?.string ?? "?"] = JSONValue(value) }
            self = .object(members)
        case .alias: self = .null
        }
    }

    private init(_ scalar: Yams.Node.Scalar) {
        let text = scalar.string
        let tag = scalar.tag.rawValue
        guard scalar.style == .plain, tag.isEmpty || tag == "?" else {
            self = .string(text)
            return
        }
        switch text {
        case "", "~", "null", "Null", "NULL": self = .null
        case "true", "True", "TRUE": self = .bool(true)
        case "false", "False", "FALSE": self = .bool(false)
        default:
            if let integer = Self.integer(text) {
                self = .integer(integer)
            } else if let number = Self.number(text) {
                self = .number(number)
            } else {
                self = .string(text)
            }
        }
    }

    private static func integer(_ text: String) -> Int64? {
        if text.hasPrefix("0x") { return Int64(text.dropFirst(2), radix: 16) }
        if text.hasPrefix("0o") { return Int64(text.dropFirst(2), radix: 8) }
        // A telephone number or a commit's digits keep their zeros.
        if text.count > 1, text.hasPrefix("0") { return nil }
        return Int64(text)
    }

    private static func number(_ text: String) -> Double? {
        guard text.utf8.count <= 40, text.utf8.allSatisfy({ (0x30...0x39).contains($0) || "+-.eE".utf8.contains($0) }),
            text.utf8.contains(where: { $0 == 0x2E || $0 == 0x65 || $0 == 0x45 }),
            let number = Double(text), number.isFinite
        else { return nil }
        return number
    }
}

extension Yams.Node {
    /// The line in the guide, from 1: the front matter's own first line is the guide's second.
    var sourceLine: Int { (mark?.line ?? 0) + 1 }

    /// A scalar's text as written; nil for lists, mappings and nothing.
    var text: String? {
        guard let scalar, JSONValue(self) != .null else { return nil }
        return scalar.string
    }
}
