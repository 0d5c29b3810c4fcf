import GRDB

extension Migrations {
    /// Steps that run beside what follows them, and whether one of them is ready, so that what follows may begin.
    static func addBackgroundSteps(_ connection: GRDB.Database) throws {
        try connection.execute(
            sql: """
                ALTER TABLE run_steps ADD COLUMN is_background INTEGER NOT NULL DEFAULT 0 CHECK (is_background IN (0, 1));
                ALTER TABLE run_steps ADD COLUMN is_ready INTEGER NOT NULL DEFAULT 0 CHECK (is_ready IN (0, 1));

                -- What stands after it would wait for another step, or for none.
                CREATE TRIGGER run_background_stays BEFORE UPDATE OF is_background ON run_steps
                BEGIN SELECT RAISE(ABORT, 'how a step stands in its run is never changed'); END;
                """)
    }
}
