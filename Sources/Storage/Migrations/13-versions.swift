import GRDB

extension Migrations {
    /// What each version of a runbook holds, so that a list of them parses nothing, and which runs used it. Versions stored
    /// before are counted when they are first listed.
    static func countVersions(_ connection: GRDB.Database) throws {
        try connection.execute(
            sql: """
                ALTER TABLE runbook_versions ADD COLUMN steps INTEGER;
                ALTER TABLE runbook_versions ADD COLUMN items INTEGER;
                -- By version first: a list of one runbook's runs must not be tempted to sort them.
                CREATE INDEX runs_by_version ON runs (version, runbook, id);
                """)
    }
}
