/// A place in a JSON document, as RFC 6901 writes it: `/release/tag_name`, `/commits/0/id`.
package struct JSONPointer: Sendable, Equatable {
    package struct Fault: Error, Equatable {
        package let message: String
    }

    private static let bytesAtMost = 500

    package let text: String
    private let tokens: [String]

    /// - Throws: `Fault`, a sentence's part that says what it must be.
    package init(_ text: String) throws(Fault) {
        guard text.hasPrefix("/") else {
            throw Fault(message: "\"\(text.prefix(40))\" is no JSON Pointer: it begins with /, such as /release/tag")
        }
        guard text.utf8.count <= Self.bytesAtMost else {
            throw Fault(message: "a JSON Pointer has at most \(Self.bytesAtMost) bytes")
        }
        self.text = text
        var tokens: [String] = []
        for part in text.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            tokens.append(try Self.token(part))
        }
        self.tokens = tokens
    }

    /// What stands there; nil when nothing does.
    package func value(in document: JSONValue) -> JSONValue? {
        var value = document
        for token in tokens {
            switch value {
            case .object(let members):
                guard let member = members[token] else { return nil }
                value = member
            case .array(let elements):
                guard let index = Self.index(token), index < elements.count else { return nil }
                value = elements[index]
            default: return nil
            }
        }
        return value
    }

    /// `~1` stands for a slash and `~0` for a tilde.
    private static func token(_ part: Substring) throws(Fault) -> String {
        var token = ""
        var rest = part
        while let tilde = rest.firstIndex(of: "~") {
            token += rest[..<tilde]
            let next = rest.index(after: tilde)
            guard next < rest.endIndex, rest[next] == "0" || rest[next] == "1" else {
                throw Fault(message: "in a JSON Pointer a ~ is written ~0, and a / within a name ~1")
            }
            token += rest[next] == "0" ? "~" : "/"
            rest = rest[rest.index(after: next)...]
        }
        return token + rest
    }

    /// Digits without leading zeros.
    private static func index(_ token: String) -> Int? {
        guard token == "0" || !token.hasPrefix("0"), token.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int(token)
    }
}
