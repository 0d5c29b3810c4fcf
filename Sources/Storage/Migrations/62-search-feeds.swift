import GRDB

extension Migrations {
    /// What was opened before has its entry, or stands in the backlog.
    static func feedSearch(_ connection: GRDB.Database) throws {
        try connection.execute(
            sql: """
                INSERT INTO cursors (name, seq)
                VALUES ('search/incidents', (SELECT coalesce(max(seq), 0) FROM journal));
                """)
    }
}
