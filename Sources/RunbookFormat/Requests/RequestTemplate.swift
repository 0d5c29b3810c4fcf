package import Essentials
import Foundation

/// The request of an `http` step as its fence has it: a line `GET https://…`, header lines, an empty line, the body.
package struct RequestTemplate: Sendable, Equatable {
    package struct Header: Sendable, Equatable {
        package let name: String
        package let value: ValueTemplate
    }

    /// Ready to be sent.
    package struct Filled: Sendable, Equatable {
        package let method: String
        package let url: String
        package let headers: [(name: String, value: String)]
        package let body: String

        package static func == (a: Filled, b: Filled) -> Bool {
            a.method == b.method && a.url == b.url && a.body == b.body
                && a.headers.elementsEqual(b.headers) { $0 == $1 }
        }
    }

    private static let (mostHeaders, longestBody) = (100, 1 << 20)
    /// What the connection itself says.
    private static let ownHeaders: Set<String> = ["content-length", "transfer-encoding", "connection", "upgrade", "te"]

    package let method: String
    package let url: ValueTemplate
    package let headers: [Header]
    package let body: ValueTemplate

    /// - Throws: `Problem.invalid` with what can't be meant, as a sentence.
    package init(parsing script: String) throws(Problem) {
        var lines = script.split(separator: "\n", omittingEmptySubsequences: false)[...]
        while let line = lines.first, line.allSatisfy(\.isWhitespace) || line.hasPrefix("#") { lines.removeFirst() }
        guard let first = lines.popFirst() else {
            throw .invalid("The request is empty; write a line such as GET https://example.com/health.")
        }
        (method, url) = try Self.requestLine(String(first).trimmed)
        var headers: [Header] = []
        while let line = lines.popFirst(), !String(line).trimmed.isEmpty {
            headers.append(try Self.header(String(line)))
        }
        guard headers.count <= Self.mostHeaders else {
            throw .invalid("The request has more than \(Self.mostHeaders) headers.")
        }
        self.headers = headers
        var text = lines.joined(separator: "\n")
        if text.hasSuffix("\n") { text.removeLast() }
        guard text.utf8.count <= Self.longestBody else { throw .invalid("The request's body is longer than 1 MiB.") }
        body = try ValueTemplate(text)
    }

    /// Every value that it names.
    package var values: [Condition.Value] { url.values + headers.flatMap(\.value.values) + body.values }

    /// It changes nothing where it is sent (RFC 9110, 9.2.1): to send it again does no harm.
    package var isSafe: Bool { ["GET", "HEAD", "OPTIONS"].contains(method) }

    /// Fills values in so that none of them says more than a value can: encoded in the address and in bodies of JSON and forms,
    /// and without line ends in headers.
    /// - Throws: `Problem.invalid` with what can't be filled, as a sentence that does not quote the value.
    package func filled(_ read: (Condition.Value) throws(Problem) -> String) throws(Problem) -> Filled {
        let url = try url.filled(read) { (value, before) throws(Problem) in try Self.inAddress(value, after: before) }
        if let fault = Self.fault(ofAddress: url) { throw .invalid(fault) }
        var filled: [(name: String, value: String)] = []
        for header in headers {
            let value = try header.value.filled(read) { (value, _) throws(Problem) in value }.trimmed
            guard Self.isHeaderValue(value) else {
                throw .invalid("A value in the header \(header.name) has a line end or another control character.")
            }
            filled.append((header.name, value))
        }
        let type = filled.first { $0.name.lowercased() == "content-type" }?.value.lowercased() ?? ""
        let body = try body.filled(read) { (value, before) throws(Problem) in
            if type.contains("json") { return Self.inJSON(value, after: before) }
            return type.hasPrefix("application/x-www-form-urlencoded") ? Self.percentEncoded(value) : value
        }
        return Filled(method: method, url: url, headers: filled, body: body)
    }

    // MARK: Reading

    private static func requestLine(_ line: String) throws(Problem) -> (String, ValueTemplate) {
        // A value's braces may have blanks.
        var words = line.split(maxSplits: 1, whereSeparator: \.isWhitespace).map(String.init)
        if words.count == 1 || line.hasPrefix("{{") || line.lowercased().hasPrefix("http") { words = ["GET", line] }
        guard words.count == 2 else {
            throw .invalid("The request must begin with a line such as GET https://example.com/.")
        }
        var address = words[1]
        for version in [" HTTP/1.1", " HTTP/1.0", " HTTP/2"] where address.hasSuffix(version) {
            address = String(address.dropLast(version.count)).trimmed
        }
        let method = words[0]
        let isMethod = (1...20).contains(method.utf8.count) && method.utf8.allSatisfy { (0x41...0x5A).contains($0) }
        guard isMethod else {
            throw .invalid(
                "\"\(Parameter.shown(method))\" is no method; write GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS.")
        }
        guard method != "CONNECT", method != "TRACE" else { throw .invalid("\(method) requests are not made.") }
        let url = try ValueTemplate(address)
        // Values stand for themselves; what surrounds them must be an address.
        if case .value? = url.parts.first { return (method, url) }
        let shown = try url.filled({ _ in "x" }, encode: { (value, _) in value })
        if let fault = fault(ofAddress: shown) { throw .invalid(fault) }
        return (method, url)
    }

    private static func header(_ line: String) throws(Problem) -> Header {
        guard let colon = line.firstIndex(of: ":") else {
            throw .invalid(
                "\"\(Parameter.shown(line.trimmed))\" is no header; write Name: value, and an empty line before the body."
            )
        }
        let name = String(line[..<colon])
        guard isHeaderName(name) else {
            throw .invalid("\"\(Parameter.shown(name))\" is no name of a header.")
        }
        guard !ownHeaders.contains(name.lowercased()) else {
            throw .invalid("The header \(name) belongs to the connection and can't be set; take it out.")
        }
        let value = String(line[line.index(after: colon)...]).trimmed
        guard isHeaderValue(value) else { throw .invalid("The header \(name) has a control character.") }
        return Header(name: name, value: try ValueTemplate(value))
    }

    /// RFC 9110, 5.6.2.
    static func isHeaderName(_ name: String) -> Bool {
        (1...100).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
                }
            }
    }

    private static func isHeaderValue(_ value: String) -> Bool {
        value.utf8.count <= 8192 && value.utf8.allSatisfy { $0 == 0x09 || ($0 >= 0x20 && $0 != 0x7F) }
    }

    private static func fault(ofAddress address: String) -> String? {
        let wanted = "the address must be one such as https://example.com/health"
        guard address.utf8.count <= 8000 else { return "The address is longer than 8,000 bytes." }
        guard address.unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.value != 0x7F }) else {
            return "The address has a blank or a control character: \(wanted)."
        }
        let lower = address.lowercased()
        guard let scheme = ["https://", "http://"].first(where: lower.hasPrefix) else {
            return "The address does not begin with https:// or http://: \(wanted)."
        }
        let authority = address.dropFirst(scheme.count).prefix { !"/?#\\".contains($0) }
        guard !authority.contains("@") else {
            return "The address has a user before its host; send a header Authorization instead."
        }
        guard !authority.isEmpty, URL(string: address)?.host()?.isEmpty == false else {
            return "The address has no host that can be read: \(wanted)."
        }
        return nil
    }

    // MARK: Filling

    private static func inAddress(_ value: String, after before: String) throws(Problem) -> String {
        // The whole address, or its beginning: it is looked at as one.
        guard !before.isEmpty else { return value }
        let isInAuthority =
            before.range(of: "://").map { !before[$0.upperBound...].contains { "/?#".contains($0) } } ?? false
        guard isInAuthority else { return percentEncoded(value) }
        let isHost = value.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: ".-_:[]".utf8.contains(byte)
            }
        }
        guard isHost, !value.isEmpty else {
            throw .invalid("A value in the address's host may have letters, digits and .-_:[] and must not be empty.")
        }
        return value
    }

    /// All but what RFC 3986 calls unreserved.
    private static func percentEncoded(_ value: String) -> String {
        var text = ""
        for byte in value.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                text.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let hex = String(byte, radix: 16, uppercase: true)
                text += hex.count == 1 ? "%0\(hex)" : "%\(hex)"
            }
        }
        return text
    }

    /// Within a text as a part of it; elsewhere a number, `true`, `false` or `null` as it is, and all else as a text.
    private static func inJSON(_ value: String, after before: String) -> String {
        var quoted = ""
        JSONValue.quote(value, to: &quoted)
        if isInText(before) { return String(quoted.dropFirst().dropLast()) }
        switch try? JSONValue(parsing: value) {
        case .integer?, .number?, .bool?, .null?: return value.trimmed
        case .string?, .array?, .object?, nil: return quoted
        }
    }

    private static func isInText(_ json: String) -> Bool {
        var (isIn, isEscaped) = (false, false)
        for byte in json.utf8 {
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = isIn
            } else if byte == UInt8(ascii: "\"") {
                isIn.toggle()
            }
        }
        return isIn
    }
}
