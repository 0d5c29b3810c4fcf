import GRDB

extension Migrations {
    /// Steps that run once for each value of a list: each value is a step of the run.
    static func addRepeatedSteps(_ connection: GRDB.Database) throws {
        try connection.execute(
            sql: """
                -- The value that it runs for.
                ALTER TABLE run_steps ADD COLUMN item TEXT;
                -- The name of the step that its version has.
                ALTER TABLE run_steps ADD COLUMN repeats TEXT CHECK ((repeats IS NULL) = (item IS NULL));

                CREATE TRIGGER run_items_stay BEFORE UPDATE OF item, repeats ON run_steps
                BEGIN SELECT RAISE(ABORT, 'what a step runs for is never changed'); END;
                """)
    }
}
