import GRDB

extension Migrations {
    /// Runs that take back what a failed run did, and why a run ended as it did where its steps do not say so.
    static func addRollbacks(_ connection: GRDB.Database) throws {
        try connection.execute(
            sql: """
                -- Its failure is taken back.
                ALTER TABLE run_steps ADD COLUMN rolls_back INTEGER NOT NULL DEFAULT 0 CHECK (rolls_back IN (0, 1));
                -- JSON: the version that takes it back, fixed when the run was accepted.
                ALTER TABLE runs ADD COLUMN rollback TEXT CHECK (rollback IS NULL OR json_valid(rollback));
                -- The run that takes it back, or tried to.
                ALTER TABLE runs ADD COLUMN rollback_run TEXT REFERENCES runs (id);
                -- It takes back what its parent did.
                ALTER TABLE runs ADD COLUMN is_rollback INTEGER NOT NULL DEFAULT 0 CHECK (is_rollback IN (0, 1));
                -- A sentence.
                ALTER TABLE runs ADD COLUMN reason TEXT;

                -- What a step runs, and what takes back what it did, may be under way at once.
                DROP INDEX runs_one_child;
                CREATE UNIQUE INDEX runs_one_child ON runs (parent, parent_step)
                    WHERE parent IS NOT NULL AND is_rollback = 0 AND state IN ('queued', 'running', 'waiting');
                -- Whatever happens, nothing is taken back by two runs at once.
                CREATE UNIQUE INDEX runs_one_rollback ON runs (parent)
                    WHERE is_rollback = 1 AND state IN ('queued', 'running', 'waiting');

                CREATE TRIGGER runs_roll_back_by_a_run BEFORE UPDATE OF state ON runs
                WHEN NEW.state = 'rolled-back' AND OLD.state <> 'rolled-back'
                    AND NOT EXISTS (SELECT 1 FROM runs r WHERE r.id = NEW.rollback_run AND r.parent = NEW.id
                        AND r.is_rollback = 1 AND r.state = 'succeeded')
                BEGIN SELECT RAISE(ABORT, 'a run is rolled back by a run that succeeded'); END;

                CREATE TRIGGER run_rollbacks_stay BEFORE UPDATE OF rolls_back ON run_steps
                BEGIN SELECT RAISE(ABORT, 'how a step stands in its run is never changed'); END;
                """)
    }
}
