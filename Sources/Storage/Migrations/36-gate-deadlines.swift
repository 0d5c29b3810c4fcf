import GRDB

extension Migrations {
    /// Until when an approval may be given, and when those who may give it are reminded. The times stand here, so that a server
    /// that is started again keeps to them, and nobody approves what has expired though no server has noticed yet.
    static func addGateDeadlines(_ connection: GRDB.Database) throws {
        try connection.execute(
            sql: """
                -- In microseconds after it was asked for; NULL: never.
                ALTER TABLE run_steps ADD COLUMN expires_after INTEGER CHECK (expires_after > 0);
                ALTER TABLE run_steps ADD COLUMN reminds_after INTEGER CHECK (reminds_after > 0);
                -- Of the time at which it asks now.
                ALTER TABLE run_steps ADD COLUMN expires INTEGER;
                ALTER TABLE run_steps ADD COLUMN reminds INTEGER;
                ALTER TABLE run_steps ADD COLUMN reminded INTEGER NOT NULL DEFAULT 0 CHECK (reminded >= 0);
                CREATE INDEX run_steps_expire ON run_steps (expires) WHERE state = 'waiting' AND expires IS NOT NULL;
                CREATE INDEX run_steps_remind ON run_steps (reminds) WHERE state = 'waiting' AND reminds IS NOT NULL;

                CREATE TRIGGER run_gate_deadlines_stay BEFORE UPDATE OF expires_after, reminds_after ON run_steps
                BEGIN SELECT RAISE(ABORT, 'what a gate asks is never changed'); END;

                CREATE TRIGGER run_gates_expire_once BEFORE UPDATE OF expires ON run_steps
                WHEN OLD.state = 'waiting' AND NEW.state = 'waiting' AND OLD.expires IS NOT NULL
                    AND NEW.expires IS NOT OLD.expires
                BEGIN SELECT RAISE(ABORT, 'what a gate asks is never changed'); END;

                CREATE TRIGGER run_approvals_in_time BEFORE INSERT ON run_approvals
                WHEN EXISTS (SELECT 1 FROM run_steps s
                    WHERE s.run = NEW.run AND s.step = NEW.step AND s.expires IS NOT NULL AND s.expires <= NEW.time)
                BEGIN SELECT RAISE(ABORT, 'the approval has expired'); END;
                """)
    }
}
