import GRDB

extension Migrations {
    /// Runs that steps of other runs have started, and the limits that a run keeps to for the sake of those.
    static func createSubruns(_ connection: GRDB.Database) throws {
        try connection.execute(
            sql: """
                -- The step that started it.
                ALTER TABLE runs ADD COLUMN parent TEXT REFERENCES runs (id);
                ALTER TABLE runs ADD COLUMN parent_step TEXT;
                -- JSON: the versions that its steps run, fixed when the first of these runs was accepted.
                ALTER TABLE run_steps ADD COLUMN call TEXT CHECK (call IS NULL OR json_valid(call));
                -- The run that it waits for, or that was its last.
                ALTER TABLE run_steps ADD COLUMN child TEXT REFERENCES runs (id);
                CREATE INDEX run_steps_by_child ON run_steps (child) WHERE child IS NOT NULL;
                CREATE INDEX runs_by_parent ON runs (parent, id) WHERE parent IS NOT NULL;
                -- Whatever happens, a step has one run under way.
                CREATE UNIQUE INDEX runs_one_child ON runs (parent, parent_step)
                    WHERE parent IS NOT NULL AND state IN ('queued', 'running', 'waiting');
                -- The run that waits for it is looked at again.
                CREATE TRIGGER runs_tell_parents AFTER UPDATE OF state ON runs
                WHEN NEW.parent IS NOT NULL AND NEW.state <> OLD.state
                    AND NEW.state NOT IN ('queued', 'running', 'waiting')
                BEGIN UPDATE runs SET rests_until = NULL WHERE id = NEW.parent AND state = 'running'; END;

                -- The limits of the runbooks that its steps run: it holds them from its start to its end.
                CREATE TABLE run_limits (
                    run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
                    key TEXT NOT NULL,
                    at_most INTEGER NOT NULL CHECK (at_most >= 1),
                    PRIMARY KEY (run, key)
                ) STRICT, WITHOUT ROWID;
                CREATE INDEX run_limits_by_key ON run_limits (key, run);
                """)
    }
}
