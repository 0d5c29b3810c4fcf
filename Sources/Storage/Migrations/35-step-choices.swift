import GRDB

extension Migrations {
    /// A person may leave a step out, and may let a run go on from an earlier step than the one that ended it. Both must not
    /// lead around a gate: what is done again is approved again, and a gate is never left out.
    static func addStepChoices(_ connection: GRDB.Database) throws {
        try connection.execute(
            sql: """
                -- Who left it out; NULL also where its condition did.
                ALTER TABLE run_steps ADD COLUMN skipped_by TEXT;
                -- A condition may leave it out. Of runs that were accepted before this, nobody noted it.
                ALTER TABLE run_steps ADD COLUMN is_conditional INTEGER NOT NULL DEFAULT 1 CHECK (is_conditional IN (0, 1));
                -- How often a gate has asked: approvals count for the time at which they were given.
                ALTER TABLE run_steps ADD COLUMN round INTEGER NOT NULL DEFAULT 1 CHECK (round >= 1);

                DROP TRIGGER run_gates_hold;
                CREATE TABLE run_approvals_by_round (
                    run TEXT NOT NULL,
                    step TEXT NOT NULL,
                    round INTEGER NOT NULL CHECK (round >= 1),
                    person TEXT NOT NULL,
                    name TEXT NOT NULL,
                    note TEXT,
                    time INTEGER NOT NULL,
                    -- Nobody counts twice.
                    PRIMARY KEY (run, step, round, person),
                    FOREIGN KEY (run, step) REFERENCES run_steps (run, step) ON DELETE CASCADE
                ) STRICT, WITHOUT ROWID;
                INSERT INTO run_approvals_by_round (run, step, round, person, name, note, time)
                    SELECT run, step, 1, person, name, note, time FROM run_approvals;
                DROP TABLE run_approvals;
                ALTER TABLE run_approvals_by_round RENAME TO run_approvals;

                CREATE TRIGGER run_approvals_by_others BEFORE INSERT ON run_approvals
                WHEN EXISTS (SELECT 1 FROM run_steps s JOIN runs r ON r.id = s.run
                    WHERE s.run = NEW.run AND s.step = NEW.step AND s.not_starter = 1
                        AND (r.person = NEW.person OR r.actor = NEW.person))
                BEGIN SELECT RAISE(ABORT, 'whoever started a run does not approve it'); END;

                CREATE TRIGGER run_approvals_stay BEFORE UPDATE ON run_approvals
                BEGIN SELECT RAISE(ABORT, 'an approval is never changed'); END;

                CREATE TRIGGER run_approvals_of_now BEFORE INSERT ON run_approvals
                WHEN NOT EXISTS (SELECT 1 FROM run_steps s
                    WHERE s.run = NEW.run AND s.step = NEW.step AND s.round = NEW.round AND s.state = 'waiting')
                BEGIN SELECT RAISE(ABORT, 'an approval is given while a gate asks for it'); END;

                CREATE TRIGGER run_gates_hold BEFORE UPDATE OF state ON run_steps
                WHEN OLD.asks = 'approval' AND NEW.state IN ('running', 'succeeded') AND NEW.state <> OLD.state
                    AND (SELECT count(*) FROM run_approvals a
                        WHERE a.run = OLD.run AND a.step = OLD.step AND a.round = NEW.round) < OLD.approvals
                BEGIN SELECT RAISE(ABORT, 'a gate opens when enough people have approved'); END;

                CREATE TRIGGER run_gates_are_not_left_out BEFORE UPDATE OF state ON run_steps
                WHEN OLD.asks = 'approval' AND NEW.state = 'skipped' AND OLD.state <> 'skipped' AND OLD.is_conditional = 0
                BEGIN SELECT RAISE(ABORT, 'a gate is never left out'); END;

                CREATE TRIGGER run_gates_end_what_they_refuse BEFORE UPDATE OF state ON run_steps
                WHEN OLD.asks = 'approval' AND NEW.state IN ('failed', 'timed-out') AND OLD.may_fail = 1
                BEGIN SELECT RAISE(ABORT, 'nothing goes on after a gate that did not open'); END;

                CREATE TRIGGER run_gates_ask_again BEFORE UPDATE OF round ON run_steps
                WHEN NEW.round <> OLD.round AND NOT (NEW.round = OLD.round + 1 AND NEW.state = 'queued')
                BEGIN SELECT RAISE(ABORT, 'a gate asks again from its beginning'); END;

                CREATE TRIGGER run_steps_stay BEFORE UPDATE OF position, is_always, may_fail, is_conditional ON run_steps
                BEGIN SELECT RAISE(ABORT, 'how a step stands in its run is never changed'); END;

                CREATE TRIGGER run_gates_are_not_removed BEFORE DELETE ON run_steps WHEN OLD.asks = 'approval'
                BEGIN SELECT RAISE(ABORT, 'a gate is never left out'); END;
                """)
    }
}
