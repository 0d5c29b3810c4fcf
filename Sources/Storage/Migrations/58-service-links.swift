import GRDB

extension Migrations {
    /// What the last look at each link of a service found; none before the first.
    static func watchServiceLinks(_ connection: GRDB.Database) throws {
        try connection.execute(
            sql: """
                CREATE TABLE service_links (
                    service TEXT NOT NULL REFERENCES services (name) ON DELETE CASCADE,
                    url TEXT NOT NULL,
                    state TEXT NOT NULL CHECK (state IN ('reachable', 'failing')),
                    -- Since when it is so, and when that was looked at last.
                    since INTEGER NOT NULL,
                    checked INTEGER NOT NULL,
                    -- Of the answer, where there was one.
                    status INTEGER,
                    milliseconds INTEGER,
                    -- A sentence, where it fails.
                    reason TEXT,
                    PRIMARY KEY (service, url),
                    CHECK ((state = 'failing') = (reason IS NOT NULL))
                ) STRICT, WITHOUT ROWID;
                """)
    }
}
