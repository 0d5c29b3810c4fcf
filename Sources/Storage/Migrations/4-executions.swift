import GRDB

extension Migrations {
    /// Runs, their steps, each attempt at a step, and what the attempts printed.
    ///
    /// A run's steps are copied from its version when it starts, so that a list of runs needs no parsing.
    static func createExecutions(_ connection: GRDB.Database) throws {
        try connection.execute(
            sql: """
                CREATE TABLE runs (
                    id TEXT NOT NULL PRIMARY KEY,
                    runbook TEXT NOT NULL REFERENCES runbooks (name),
                    version TEXT NOT NULL REFERENCES runbook_sources (version),
                    section TEXT,
                    state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'waiting', 'succeeded', 'failed',
                        'cancelled', 'rejected', 'rolled-back', 'interrupted')),
                    priority TEXT NOT NULL CHECK (priority IN ('critical', 'high', 'default', 'low')),
                    -- JSON; the values of sensitive parameters stand sealed beside them.
                    parameters TEXT NOT NULL CHECK (json_valid(parameters)),
                    sealed BLOB,
                    -- JSON: what each placeholder of the scripts was filled with.
                    placeholders TEXT NOT NULL CHECK (json_valid(placeholders)),
                    -- Asked for, and carried out as soon as the running attempt has ended.
                    cancelling INTEGER NOT NULL DEFAULT 0 CHECK (cancelling IN (0, 1)),
                    created INTEGER NOT NULL,
                    started INTEGER,
                    finished INTEGER,
                    actor_kind TEXT NOT NULL,
                    actor TEXT NOT NULL,
                    actor_name TEXT NOT NULL,
                    chunks INTEGER NOT NULL DEFAULT 0
                ) STRICT, WITHOUT ROWID;
                CREATE INDEX runs_by_state ON runs (state, id);
                CREATE INDEX runs_by_runbook ON runs (runbook, id);

                CREATE TABLE run_steps (
                    run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
                    position INTEGER NOT NULL CHECK (position >= 1),
                    step TEXT NOT NULL,
                    line INTEGER NOT NULL,
                    state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'waiting', 'succeeded', 'failed',
                        'timed-out', 'cancelled', 'skipped', 'rejected', 'unknown')),
                    -- What the step handed on: a JSON object of strings; the environment for later steps is sealed.
                    outputs TEXT,
                    environment BLOB,
                    PRIMARY KEY (run, position),
                    UNIQUE (run, step)
                ) STRICT, WITHOUT ROWID;

                CREATE TABLE attempts (
                    id TEXT NOT NULL PRIMARY KEY,
                    run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
                    step TEXT NOT NULL,
                    number INTEGER NOT NULL CHECK (number >= 1),
                    state TEXT NOT NULL CHECK (state IN ('running', 'succeeded', 'failed', 'timed-out', 'cancelled',
                        'unknown')),
                    exit_status INTEGER,
                    signal INTEGER,
                    reason TEXT,
                    created INTEGER NOT NULL,
                    started INTEGER,
                    finished INTEGER,
                    -- Of which start this is: a start that provably never happened is made again in a folder of its own.
                    launch INTEGER NOT NULL DEFAULT 1,
                    output_cut INTEGER NOT NULL DEFAULT 0 CHECK (output_cut IN (0, 1)),
                    output_may_end_early INTEGER NOT NULL DEFAULT 0 CHECK (output_may_end_early IN (0, 1)),
                    UNIQUE (run, step, number)
                ) STRICT, WITHOUT ROWID;
                CREATE INDEX attempts_running ON attempts (state, id) WHERE state = 'running';

                CREATE TABLE output (
                    run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
                    n INTEGER NOT NULL CHECK (n >= 1),
                    attempt TEXT NOT NULL REFERENCES attempts (id) ON DELETE CASCADE,
                    stream INTEGER NOT NULL CHECK (stream IN (1, 2)),
                    time INTEGER NOT NULL,
                    bytes BLOB NOT NULL,
                    PRIMARY KEY (run, n)
                ) STRICT;
                CREATE INDEX output_by_attempt ON output (attempt, n);
                CREATE TRIGGER output_stays BEFORE UPDATE ON output
                BEGIN SELECT RAISE(ABORT, 'stored output is never changed'); END;
                """)
    }
}
