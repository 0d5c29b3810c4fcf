import GRDB

extension Migrations {
    /// What steps with settings need: how often one was tried and when it is tried again, why one was skipped, which ones
    /// clean up; and of a run, that its cleanup is to end too.
    static func addStepSettings(_ connection: GRDB.Database) throws {
        try connection.execute(
            sql: """
                ALTER TABLE runs ADD COLUMN cleanup_cancelled INTEGER NOT NULL DEFAULT 0
                    CHECK (cleanup_cancelled IN (0, 1));
                -- How many tries have failed since somebody last let the run go on, of how many in all.
                ALTER TABLE run_steps ADD COLUMN tries INTEGER NOT NULL DEFAULT 0 CHECK (tries >= 0);
                ALTER TABLE run_steps ADD COLUMN tries_in_all INTEGER NOT NULL DEFAULT 1 CHECK (tries_in_all >= 1);
                -- When a step that waits is tried again.
                ALTER TABLE run_steps ADD COLUMN due INTEGER;
                -- A sentence, where the state alone does not say why.
                ALTER TABLE run_steps ADD COLUMN reason TEXT;
                -- It runs after a failure or a cancellation too.
                ALTER TABLE run_steps ADD COLUMN is_always INTEGER NOT NULL DEFAULT 0 CHECK (is_always IN (0, 1));
                -- After its failure the run goes on.
                ALTER TABLE run_steps ADD COLUMN may_fail INTEGER NOT NULL DEFAULT 0 CHECK (may_fail IN (0, 1));
                CREATE INDEX run_steps_due ON run_steps (run, due) WHERE due IS NOT NULL;
                """)
    }
}
