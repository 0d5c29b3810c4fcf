import Essentials

/// The version of an item or a note as an entity tag (RFC 9110, section 8.8.3).
enum VersionTag {
    static func text(_ version: Int) -> String { "\"\(version)\"" }

    /// - Parameter what: what has the version, such as `item`.
    /// - Returns: nil for `*`, which is whatever is there.
    /// - Throws: `Problem.invalid` without one: who has not seen it must not change it.
    static func expected(_ header: String?, of what: String) throws(Problem) -> Int? {
        let field = Problem.Field(name: "If-Match", message: "the \(what)'s version in quotes, such as \"3\", or *")
        guard let header, !header.isEmpty else {
            throw .invalid("Say which version of the \(what) you have seen, as If-Match.", fields: [field])
        }
        if header == "*" { return nil }
        guard let version = Int(header.trimmingPrefix("W/").filter { $0 != "\"" }), version > 0 else {
            throw .invalid("\(header.prefix(40)) is no version of a note or an item.", fields: [field])
        }
        return version
    }
}
