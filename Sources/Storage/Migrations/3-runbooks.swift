import GRDB

extension Migrations {
    /// The catalogue: each name with its current version; versions by the SHA-256 of their bytes, kept once each.
    static func createRunbooks(_ connection: GRDB.Database) throws {
        try connection.execute(
            sql: """
                CREATE TABLE runbook_sources (
                    version TEXT NOT NULL PRIMARY KEY CHECK (length(version) = 64),
                    bytes BLOB NOT NULL
                ) STRICT;

                CREATE TABLE runbooks (
                    name TEXT NOT NULL PRIMARY KEY CHECK (length(name) BETWEEN 1 AND 200),
                    version TEXT NOT NULL REFERENCES runbook_sources (version),
                    title TEXT NOT NULL,
                    service TEXT,
                    steps INTEGER NOT NULL,
                    items INTEGER NOT NULL,
                    findings INTEGER NOT NULL,
                    -- Where it comes from: the watched folder (and then nothing is imported over it) or an import.
                    origin TEXT NOT NULL CHECK (origin IN ('folder', 'import')),
                    created INTEGER NOT NULL,
                    updated INTEGER NOT NULL
                ) STRICT, WITHOUT ROWID;
                CREATE INDEX runbooks_by_service ON runbooks (service, name);

                CREATE TABLE runbook_versions (
                    runbook TEXT NOT NULL REFERENCES runbooks (name),
                    number INTEGER NOT NULL CHECK (number >= 1),
                    version TEXT NOT NULL REFERENCES runbook_sources (version),
                    created INTEGER NOT NULL,
                    actor_kind TEXT NOT NULL,
                    actor TEXT NOT NULL,
                    PRIMARY KEY (runbook, number)
                ) STRICT, WITHOUT ROWID;
                CREATE INDEX runbook_versions_by_version ON runbook_versions (version);
                """)
    }
}
