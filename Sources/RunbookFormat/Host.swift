package import Essentials

/// A machine that a step runs on, as OpenSSH knows it: `web-2`, `deploy@web-2:2222`, `[2001:db8::1]:22`, or a name of its
/// configuration's.
///
/// Nothing in it can be taken for an option or for a shell's word.
package struct Host: Sendable, Equatable {
    /// As whom; nil where ssh decides.
    package let user: String?
    /// Without brackets.
    package let name: String
    package let port: Int?

    /// - Throws: `Problem.invalid` that says what is wrong.
    package init(parsing text: String) throws(Problem) {
        var rest = Substring(text)
        if let at = rest.firstIndex(of: "@") {
            let user = rest[..<at]
            guard Self.isUser(user) else { throw Self.fault(text) }
            (self.user, rest) = (String(user), rest[rest.index(after: at)...])
        } else {
            user = nil
        }
        let port: Substring?
        if rest.hasPrefix("[") {
            guard let end = rest.firstIndex(of: "]") else { throw Self.fault(text) }
            name = String(rest[rest.index(after: rest.startIndex)..<end])
            let tail = rest[rest.index(after: end)...]
            guard Self.isAddress(name), tail.isEmpty || tail.hasPrefix(":") else { throw Self.fault(text) }
            port = tail.isEmpty ? nil : tail.dropFirst()
        } else {
            let colon = rest.firstIndex(of: ":")
            name = String(rest[..<(colon ?? rest.endIndex)])
            guard Self.isName(name) else { throw Self.fault(text) }
            port = colon.map { rest[rest.index(after: $0)...] }
        }
        guard let port else {
            self.port = nil
            return
        }
        guard (1...5).contains(port.utf8.count), port.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let number = Int(port), (1...65_535).contains(number)
        else { throw Self.fault(text) }
        self.port = number
    }

    private static func fault(_ text: String) -> Problem {
        .invalid(
            "\(Parameter.shown(text)) is no host: write a name of letters, digits, dots and -, perhaps user@host:port, IPv6 in brackets."
        )
    }

    private static func isUser(_ text: Substring) -> Bool {
        guard let first = text.utf8.first, isWordy(first) else { return false }
        return text.utf8.count <= 64 && text.utf8.allSatisfy(isPlain)
    }

    /// RFC 1123 has no `_`; the names of ssh's configuration may have one.
    private static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, isWordy(first) else { return false }
        return text.utf8.count <= 253 && text.utf8.allSatisfy(isPlain)
    }

    /// An IPv6 address as far as its characters go, with a zone perhaps.
    private static func isAddress(_ text: String) -> Bool {
        let parts = text.split(separator: "%", omittingEmptySubsequences: false)
        guard parts.count <= 2, let address = parts.first, address.utf8.count <= 45, address.contains(":"),
            address.utf8.allSatisfy({ isHexadecimal($0) || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".") })
        else { return false }
        return parts.count == 1 || (!parts[1].isEmpty && parts[1].utf8.count <= 15 && parts[1].utf8.allSatisfy(isPlain))
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x46, 0x61...0x66: true
        default: false
        }
    }

    private static func isWordy(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"): true
        default: false
        }
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        isWordy(byte) || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
    }
}
