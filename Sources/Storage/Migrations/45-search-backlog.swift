import GRDB

extension Migrations {
    /// What is to be found and is not in the index of words yet, in the order in which it was committed.
    ///
    /// The index writes nine pages for a few words and as many for the words of a thousand things, so that it takes them up
    /// together, beside the commits that somebody waits for.
    static func createSearchBacklog(_ connection: GRDB.Database) throws {
        try connection.execute(
            sql: """
                CREATE TABLE search_backlog (
                    n INTEGER NOT NULL PRIMARY KEY,
                    object TEXT NOT NULL,
                    -- Without a title it is to be found no longer.
                    title TEXT,
                    text TEXT,
                    time INTEGER,
                    CHECK ((title IS NULL) = (text IS NULL) AND (title IS NULL) = (time IS NULL))
                ) STRICT;
                """)
    }
}
