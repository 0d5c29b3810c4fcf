import GRDB

extension Migrations {
    /// What programs elsewhere may start with a signed message, and what came of their messages.
    static func createHooks(_ connection: GRDB.Database) throws {
        try connection.execute(
            sql: """
                CREATE TABLE hooks (
                    name TEXT NOT NULL PRIMARY KEY,
                    runbook TEXT NOT NULL REFERENCES runbooks (name),
                    section TEXT,
                    -- JSON: values that are always the same.
                    parameters TEXT NOT NULL CHECK (json_valid(parameters)),
                    -- JSON: where in the body the others stand, as JSON Pointers.
                    pointers TEXT NOT NULL CHECK (json_valid(pointers)),
                    secret BLOB NOT NULL,
                    -- The secret before it, which is good until then.
                    former_secret BLOB,
                    former_until INTEGER,
                    paused INTEGER NOT NULL DEFAULT 0 CHECK (paused IN (0, 1)),
                    created INTEGER NOT NULL,
                    actor_name TEXT NOT NULL,
                    person TEXT
                ) STRICT, WITHOUT ROWID;

                CREATE INDEX hooks_by_runbook ON hooks (runbook, name);

                CREATE TABLE hook_deliveries (
                    hook TEXT NOT NULL REFERENCES hooks (name) ON DELETE CASCADE,
                    -- The sender's id of the message, and the second that it was signed for: both come but once.
                    message TEXT NOT NULL,
                    signed INTEGER NOT NULL,
                    at INTEGER NOT NULL,
                    outcome TEXT NOT NULL CHECK (outcome IN ('started', 'repeated', 'refused')),
                    run TEXT,
                    -- Why it started nothing.
                    reason TEXT,
                    PRIMARY KEY (hook, message, signed)
                ) STRICT, WITHOUT ROWID;
                CREATE INDEX hook_deliveries_by_time ON hook_deliveries (hook, at);
                -- A message starts one run, however often it is sent.
                CREATE UNIQUE INDEX hook_deliveries_started ON hook_deliveries (hook, message) WHERE outcome = 'started';
                """)
    }
}
