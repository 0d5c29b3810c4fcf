import Essentials
import Foundation

/// Where a server is: scheme, host, port and perhaps a path before its own, without a slash at the end.
struct ServerAddress: Sendable, Equatable, CustomStringConvertible {
    static let standard = ServerAddress(normalized: "http://127.0.0.1:8080")

    let url: String

    private init(normalized url: String) { self.url = url }

    /// - Throws: `Problem.invalid` for what is not an `http` or `https` address.
    init(_ text: String) throws(Problem) {
        let trimmed = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard let parts = URLComponents(string: trimmed), let scheme = parts.scheme?.lowercased(),
            ["http", "https"].contains(scheme), let host = parts.percentEncodedHost?.lowercased(), !host.isEmpty,
            parts.query == nil, parts.fragment == nil, parts.user == nil, parts.password == nil
        else {
            throw .invalid("\"\(text)\" is not a server's address: write it as http://127.0.0.1:8080 or https://host.")
        }
        var url = "\(scheme)://\(host)"
        if let port = parts.port, port != (scheme == "http" ? 80 : 443) { url += ":\(port)" }
        var path = Substring(parts.percentEncodedPath)
        while path.last == "/" { path.removeLast() }
        self.url = url + path
    }

    var description: String { url }

    /// The whole address of a resource.
    func url(_ path: ResourcePath) -> String { url + path.text }
}

/// A path with its query, put together from raw values: nothing that is passed can break out of its place.
struct ResourcePath: Sendable, Equatable {
    let text: String

    init(_ segments: [String], query: [(name: String, value: String?)] = []) {
        var text = segments.map { "/" + $0.percentEncoded }.joined()
        var separator = "?"
        for (name, value) in query {
            guard let value else { continue }
            text += "\(separator)\(name.percentEncoded)=\(value.percentEncoded)"
            separator = "&"
        }
        self.text = text
    }

    /// Below `/api/v1`; parts of the query without a value are left out.
    static func api(_ segments: String..., query: KeyValuePairs<String, String?> = [:]) -> ResourcePath {
        ResourcePath(["api", "v1"] + segments, query: query.map { ($0.key, $0.value) })
    }
}

extension String {
    /// RFC 3986: all but the unreserved characters as `%XX` of their UTF-8.
    fileprivate var percentEncoded: String {
        var result = ""
        for byte in utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let hex = String(byte, radix: 16, uppercase: true)
                result += byte < 16 ? "%0\(hex)" : "%\(hex)"
            }
        }
        return result
    }
}
