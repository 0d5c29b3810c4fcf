import GRDB

extension Migrations {
    /// Steps of a run that wait for people, and who approved them.
    ///
    /// The rules of a gate stand here too, so that no path goes around them: whoever started a run does not approve what is
    /// closed to its starter, nobody counts twice, a gate opens when enough people have approved, and none of it is
    /// changed afterwards.
    static func createRunGates(_ connection: GRDB.Database) throws {
        try connection.execute(
            sql: """
                -- The person behind the actor, where there is one.
                ALTER TABLE runs ADD COLUMN person TEXT;
                UPDATE runs SET person = actor WHERE actor_kind = 'person';
                -- What somebody is asked before the step counts as done, or before it begins.
                ALTER TABLE run_steps ADD COLUMN asks TEXT CHECK (asks IN ('approval', 'manual', 'confirmation'));
                ALTER TABLE run_steps ADD COLUMN question TEXT;
                ALTER TABLE run_steps ADD COLUMN is_answered INTEGER NOT NULL DEFAULT 0 CHECK (is_answered IN (0, 1));
                -- Of an approval: which role, how many people, and whether the one who started the run is left out.
                ALTER TABLE run_steps ADD COLUMN approver TEXT CHECK (approver IN ('operator', 'admin'));
                ALTER TABLE run_steps ADD COLUMN approvals INTEGER NOT NULL DEFAULT 0 CHECK (approvals >= 0);
                ALTER TABLE run_steps ADD COLUMN not_starter INTEGER NOT NULL DEFAULT 0 CHECK (not_starter IN (0, 1));

                CREATE TABLE run_approvals (
                    run TEXT NOT NULL,
                    step TEXT NOT NULL,
                    person TEXT NOT NULL,
                    name TEXT NOT NULL,
                    note TEXT,
                    time INTEGER NOT NULL,
                    -- Nobody counts twice.
                    PRIMARY KEY (run, step, person),
                    FOREIGN KEY (run, step) REFERENCES run_steps (run, step) ON DELETE CASCADE
                ) STRICT, WITHOUT ROWID;

                CREATE TRIGGER run_approvals_by_others BEFORE INSERT ON run_approvals
                WHEN EXISTS (SELECT 1 FROM run_steps s JOIN runs r ON r.id = s.run
                    WHERE s.run = NEW.run AND s.step = NEW.step AND s.not_starter = 1
                        AND (r.person = NEW.person OR r.actor = NEW.person))
                BEGIN SELECT RAISE(ABORT, 'whoever started a run does not approve it'); END;

                CREATE TRIGGER run_approvals_stay BEFORE UPDATE ON run_approvals
                BEGIN SELECT RAISE(ABORT, 'an approval is never changed'); END;

                CREATE TRIGGER run_gates_hold BEFORE UPDATE OF state ON run_steps
                WHEN OLD.asks = 'approval' AND NEW.state IN ('running', 'succeeded') AND NEW.state <> OLD.state
                    AND (SELECT count(*) FROM run_approvals a WHERE a.run = OLD.run AND a.step = OLD.step) < OLD.approvals
                BEGIN SELECT RAISE(ABORT, 'a gate opens when enough people have approved'); END;

                CREATE TRIGGER run_gates_begin_shut BEFORE INSERT ON run_steps
                WHEN NEW.asks = 'approval' AND NEW.state <> 'queued'
                BEGIN SELECT RAISE(ABORT, 'a gate opens when enough people have approved'); END;

                CREATE TRIGGER run_gates_stay BEFORE UPDATE OF run, step, asks, approver, approvals, not_starter ON run_steps
                BEGIN SELECT RAISE(ABORT, 'what a gate asks is never changed'); END;

                CREATE TRIGGER run_starters_stay BEFORE UPDATE OF actor, person ON runs
                BEGIN SELECT RAISE(ABORT, 'who started a run is never changed'); END;
                """)
    }
}
