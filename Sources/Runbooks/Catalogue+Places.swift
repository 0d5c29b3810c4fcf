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
        return try await readAgain(version.version, of: version.name)
    }

    static func keep(_ places: Places, of version: String, in transaction: Transaction) throws {
        try transaction.execute(
            """
            INSERT INTO runbook_places (version, revision, places) VALUES (\(version), \(Guide.revision), \(places.text))
            ON CONFLICT (version) DO UPDATE SET revision = excluded.revision, places = excluded.places
            """)
    }

    /// Reads again what another revision of the format has read, so that lists count by today's rules: the current version of
    /// each runbook, one after the other. What can't be read any more stays as it is.
    package func readAgain() async throws {
        struct Stale: Decodable {
            let name: String
            let version: String
        }
        var last = ""
        while !Task.isCancelled {
            let found = try await database.read { [last] reader in
                try reader.first(
                    """
                    SELECT r.name AS name, r.version AS version FROM runbooks r
                        LEFT JOIN runbook_places p ON p.version = r.version AND p.revision = \(Guide.revision)
                    WHERE r.name > \(last) AND p.version IS NULL ORDER BY r.name LIMIT 1
                    """, as: Stale.self)
            }
            guard let found else { return }
            last = found.name
            do {
                _ = try await readAgain(found.version, of: found.name)
            } catch let problem as Problem where problem.code == .invalid {
                continue
            }
        }
    }

    /// Under every name that has this version.
    private func readAgain(_ version: String, of name: String) async throws -> Places {
        let guide = try await guide(version: version, of: name)
        let places = Places(of: guide)
        let (steps, items, findings) = (guide.steps.count, guide.checklist.count, guide.findings.count)
        try await database.write { transaction in
            try Self.keep(places, of: version, in: transaction)
            let names = try transaction.all(
                "SELECT DISTINCT runbook FROM runbook_versions WHERE version = \(version)", as: Name.self)
            for name in names {
                try transaction.execute(
                    """
                    UPDATE runbooks SET steps = \(steps), items = \(items), findings = \(findings)
                    WHERE name = \(name.runbook) AND version = \(version)
                    """)
            }
        }
        return places
    }

    private struct Name: Decodable { let runbook: String }
}
