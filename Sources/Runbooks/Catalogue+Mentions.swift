import Storage

extension Catalogue {
    /// So many bytes of a guide are looked through: front matter stands at its start.
    private static let beginning = 65_536

    /// The names of the runbooks in whose front matter a word may stand: it does in their beginning, somewhere.
    package func names(mentioning word: String) async throws -> [String] {
        struct Row: Decodable { let name: String }
        return try await database.survey { reader in
            try reader.all(
                """
                /* scan: once at the server's start */
                SELECT r.name AS name FROM runbooks r JOIN runbook_sources s ON s.version = r.version
                WHERE instr(CAST(substr(s.bytes, 1, \(Self.beginning)) AS TEXT), \(word)) > 0 ORDER BY r.name
                """, as: Row.self
            ).map(\.name)
        }
    }
}
