import Essentials
import Foundation

/// What a destination must be.
enum DestinationRules {
    private static let nameBytes = 63
    private static let urlBytes = 2000

    /// - Returns: what is shown of the address: its scheme and host.
    /// - Throws: `Problem.invalid` with every field that has a fault.
    static func check(name: String, url: String, events: [Occasion]) throws(Problem) -> String {
        let shown = shownAddress(url)
        var fields: [Problem.Field] = []
        if !isName(name) {
            fields.append(
                .init(
                    name: "name",
                    message: "it has at most \(nameBytes) lower-case letters, digits, dots, dashes and underscores"))
        }
        if shown == nil {
            fields.append(
                .init(name: "url", message: "it begins with https:// or http://, names a host and holds no user"))
        }
        if events.isEmpty { fields.append(.init(name: "events", message: "name at least one")) }
        guard fields.isEmpty, let shown else {
            throw .invalid(
                "The destination was not added: correct \(fields.map(\.name).joined(separator: " and ")).",
                fields: fields)
        }
        return shown
    }

    private static func isName(_ name: String) -> Bool {
        (1...nameBytes).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "._-".utf8.contains(byte)
            }
    }

    /// Nil for what is no address that can be sent to.
    private static func shownAddress(_ url: String) -> String? {
        guard url.utf8.count <= urlBytes, url.utf8.allSatisfy({ (0x21...0x7e).contains($0) }),
            let parts = URLComponents(string: url), let scheme = parts.scheme?.lowercased(),
            ["http", "https"].contains(scheme), let host = parts.percentEncodedHost?.lowercased(), !host.isEmpty,
            parts.user == nil, parts.password == nil, parts.fragment == nil
        else { return nil }
        return "\(scheme)://\(host)\(parts.port.map { ":\($0)" } ?? "")"
    }
}
