import GRDB

extension Migrations {
    /// What a run is for (an incident, a deployment, a checklist), and how far each reaction has read the journal.
    static func createOccasions(_ connection: GRDB.Database) throws {
        try connection.execute(
            sql: """
                CREATE TABLE run_occasions (
                    run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
                    object TEXT NOT NULL,
                    PRIMARY KEY (run, object)
                ) STRICT, WITHOUT ROWID;
                CREATE INDEX run_occasions_by_object ON run_occasions (object, run);

                -- The check of a task item: no news of its own, for the item tells what became of it.
                ALTER TABLE runs ADD COLUMN is_check INTEGER NOT NULL DEFAULT 0 CHECK (is_check IN (0, 1));

                CREATE TABLE cursors (
                    name TEXT NOT NULL PRIMARY KEY,
                    seq INTEGER NOT NULL CHECK (seq >= 0)
                ) STRICT, WITHOUT ROWID;
                """)
    }
}
