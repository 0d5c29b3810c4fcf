import GRDB

extension Migrations {
    /// What steps that may run beside each other need: what each comes after, and when a run is looked at again of which some
    /// steps wait for a further try while others wait for people.
    static func addStepGraph(_ connection: GRDB.Database) throws {
        try connection.execute(
            sql: """
                -- A JSON list of the names of the steps that it comes after; NULL: of the one before it.
                ALTER TABLE run_steps ADD COLUMN comes_after TEXT;
                -- Nothing of the run is under way until then; NULL: there may be something to do.
                ALTER TABLE runs ADD COLUMN rests_until INTEGER;
                DROP INDEX run_steps_due;

                -- Gates hold back what comes after them.
                CREATE TRIGGER run_graph_stays BEFORE UPDATE OF comes_after ON run_steps
                BEGIN SELECT RAISE(ABORT, 'what a step comes after is never changed'); END;
                """)
    }
}
