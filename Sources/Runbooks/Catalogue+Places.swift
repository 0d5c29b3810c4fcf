package import Essentials
import RunbookFormat
package import Storage

/// A runbook's current version, and what is known of its lines.
package struct PlacedVersion: Sendable {
    let name: String
    let version: String
    /// Nil where it was stored before places were kept, or read by another revision of the format.
    let places: Places?
}

extension Catalogue {
    /// What is known of the current version of a runbook, in the state that the reader sees; nil when there is none.
    package static func placedVersion(of name: String, in reader: Reader) throws -> PlacedVersion? {
        struct Row: Decodable {
            let version: String
            let places: String?
        }
        let found = try reader.first(
            """
            SELECT r.version AS version, p.places AS places FROM runbooks r
                LEFT JOIN runbook_places p ON p.version = r.version AND p.revision = \(Guide.revision)
            WHERE r.name = \(name)
            """, as: Row.self)
        return found.map { PlacedVersion(name: name, version: $0.version, places: $0.places.map(Places.init(text:))) }
    }

    /// The places of a version; they are read from its bytes and kept where they are not known.
    package func places(of version: PlacedVersion, by principal: Principal) async throws -> Places {
        try principal.require(.read, to: "see runbooks")
        if let places = version.places { return places }
        let places = Places(of: try await guide(version: version.version, of: version.name))
        try await database.write { try Self.keep(places, of: version.version, in: $0) }
        return places
    }

    static func keep(_ places: Places, of version: String, in transaction: Transaction) throws {
        try transaction.execute(
            """
            INSERT INTO runbook_places (version, revision, places) VALUES (\(version), \(Guide.revision), \(places.text))
            ON CONFLICT (version) DO UPDATE SET revision = excluded.revision, places = excluded.places
            """)
    }
}
