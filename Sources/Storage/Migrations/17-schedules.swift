import GRDB

extension Migrations {
    /// What starts by itself, and what came of it. A schedule that never comes again, or is paused, is due at the end of time,
    /// so that one index tells what is next.
    static func createSchedules(_ connection: GRDB.Database) throws {
        try connection.execute(
            sql: """
                CREATE TABLE schedules (
                    id TEXT NOT NULL PRIMARY KEY,
                    runbook TEXT NOT NULL REFERENCES runbooks (name),
                    section TEXT,
                    starts TEXT NOT NULL CHECK (starts IN ('run', 'checklist')),
                    cron TEXT NOT NULL,
                    time_zone TEXT NOT NULL,
                    missed TEXT NOT NULL CHECK (missed IN ('skip', 'once', 'all')),
                    overlap TEXT NOT NULL CHECK (overlap IN ('skip', 'allow')),
                    -- JSON. Sensitive values are refused.
                    parameters TEXT NOT NULL CHECK (json_valid(parameters)),
                    -- The guide's front matter asks for it; otherwise a person added it.
                    declared INTEGER NOT NULL CHECK (declared IN (0, 1)),
                    paused INTEGER NOT NULL DEFAULT 0 CHECK (paused IN (0, 1)),
                    due INTEGER NOT NULL,
                    created INTEGER NOT NULL,
                    actor_name TEXT NOT NULL,
                    -- Who is behind what it starts; nobody for one that a guide declares.
                    person TEXT
                ) STRICT, WITHOUT ROWID;
                CREATE INDEX schedules_by_due ON schedules (due, id);
                CREATE INDEX schedules_by_runbook ON schedules (runbook, id);

                CREATE TABLE schedule_firings (
                    schedule TEXT NOT NULL REFERENCES schedules (id) ON DELETE CASCADE,
                    -- The time that it was for: it starts nothing twice for the same.
                    due INTEGER NOT NULL,
                    at INTEGER NOT NULL,
                    outcome TEXT NOT NULL CHECK (outcome IN ('started', 'skipped', 'refused')),
                    -- What it started, such as run/ID.
                    object TEXT,
                    -- Why it started nothing.
                    reason TEXT,
                    PRIMARY KEY (schedule, due)
                ) STRICT, WITHOUT ROWID;
                """)
    }
}
