import GRDB

extension Migrations {
    /// Steps that wait for a time, or hold for one: how long, and until when.
    static func addWaits(_ connection: GRDB.Database) throws {
        try connection.execute(
            sql: """
                -- In microseconds; NULL: it is done when it has run once.
                ALTER TABLE run_steps ADD COLUMN lasts INTEGER CHECK (lasts > 0);
                -- Known from when it began.
                ALTER TABLE run_steps ADD COLUMN lasts_until INTEGER;
                """)
    }
}
