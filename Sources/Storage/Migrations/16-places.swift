import GRDB

extension Migrations {
    /// What was read from the bytes of a version, so that a search parses nothing. Versions stored before are read when they
    /// are first found.
    static func rememberPlaces(_ connection: GRDB.Database) throws {
        try connection.execute(
            sql: """
                CREATE TABLE runbook_places (
                    version TEXT NOT NULL PRIMARY KEY REFERENCES runbook_sources (version),
                    -- Of the program that read them; what another one read counts no longer.
                    revision INTEGER NOT NULL,
                    -- A line each: `12 deploy` for a section from line 12 on, `14 20 smoke` for a step on lines 14 to 20.
                    places TEXT NOT NULL
                ) STRICT, WITHOUT ROWID;
                """)
    }
}
