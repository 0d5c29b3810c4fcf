import GRDB

extension Migrations {
    /// Deployments, their stages, and who approved what.
    ///
    /// A stage's steps and gates are copied from the runbook's version when the deployment is accepted, so that a list that
    /// says what each one waits for needs no parsing.
    static func createDeployments(_ connection: GRDB.Database) throws {
        try connection.execute(
            sql: """
                CREATE TABLE deployments (
                    id TEXT NOT NULL PRIMARY KEY,
                    service TEXT NOT NULL CHECK (service <> ''),
                    environment TEXT NOT NULL CHECK (environment <> ''),
                    version TEXT NOT NULL CHECK (version <> ''),
                    commit_id TEXT,
                    strategy TEXT NOT NULL CHECK (strategy IN ('rolling', 'canary', 'blue-green')),
                    reason TEXT,
                    state TEXT NOT NULL CHECK (state IN ('planned', 'running', 'waiting', 'succeeded', 'failed',
                        'rolling-back', 'rolled-back', 'rollback-failed', 'aborted')),
                    -- One that was made elsewhere has no runbook.
                    runbook TEXT REFERENCES runbooks (name),
                    runbook_version TEXT REFERENCES runbook_sources (version),
                    -- JSON, of those that are not sensitive; all of them stand sealed beside it where one is.
                    parameters TEXT NOT NULL CHECK (json_valid(parameters)),
                    sealed BLOB,
                    -- What the pipeline that made it calls it.
                    external_id TEXT,
                    -- The good version that ran there when this one began.
                    previous_version TEXT,
                    rollback_run TEXT REFERENCES runs (id),
                    rollback_reason TEXT,
                    created INTEGER NOT NULL,
                    started INTEGER,
                    -- When it came to the state that it has, where nothing more happens by itself.
                    finished INTEGER,
                    -- When it was first known to have gone wrong.
                    failed INTEGER,
                    actor_kind TEXT NOT NULL,
                    actor TEXT NOT NULL,
                    actor_name TEXT NOT NULL,
                    -- The person behind the actor, where there is one.
                    person TEXT,
                    CHECK ((runbook IS NULL) = (runbook_version IS NULL)),
                    CHECK ((finished IS NULL) = (state IN ('planned', 'running', 'waiting', 'rolling-back')))
                ) STRICT, WITHOUT ROWID;
                CREATE UNIQUE INDEX deployments_unfinished ON deployments (service, environment)
                    WHERE state IN ('planned', 'running', 'waiting', 'rolling-back');
                CREATE UNIQUE INDEX deployments_external ON deployments (service, environment, external_id)
                    WHERE external_id IS NOT NULL;
                CREATE INDEX deployments_by_place ON deployments (service, environment, id);
                CREATE INDEX deployments_by_service ON deployments (service, id);
                CREATE INDEX deployments_by_environment ON deployments (environment, id);
                CREATE INDEX deployments_by_state ON deployments (state, id);
                CREATE INDEX deployments_by_runbook ON deployments (runbook, id) WHERE runbook IS NOT NULL;
                CREATE INDEX deployments_by_end ON deployments (service, environment, state, finished)
                    WHERE finished IS NOT NULL;
                CREATE INDEX deployments_ended ON deployments (state, finished) WHERE finished IS NOT NULL;
                CREATE INDEX deployments_by_rollback ON deployments (rollback_run) WHERE rollback_run IS NOT NULL;

                CREATE TABLE deployment_stages (
                    deployment TEXT NOT NULL REFERENCES deployments (id) ON DELETE CASCADE,
                    position INTEGER NOT NULL CHECK (position >= 1),
                    -- The section's slug; empty for what stands before the first heading.
                    section TEXT NOT NULL,
                    title TEXT NOT NULL,
                    -- Whether the sections in it belong to it.
                    is_whole INTEGER NOT NULL CHECK (is_whole IN (0, 1)),
                    -- JSON: the ids of its steps, the ids of its task items, its approvals.
                    steps TEXT NOT NULL CHECK (json_valid(steps)),
                    items TEXT NOT NULL CHECK (json_valid(items)),
                    gates TEXT NOT NULL CHECK (json_valid(gates)),
                    state TEXT NOT NULL CHECK (state IN ('pending', 'waiting', 'running', 'succeeded', 'failed',
                        'skipped')),
                    checklist TEXT,
                    run TEXT REFERENCES runs (id),
                    -- A sentence, where the state alone does not say why.
                    reason TEXT,
                    started INTEGER,
                    finished INTEGER,
                    PRIMARY KEY (deployment, position)
                ) STRICT, WITHOUT ROWID;
                CREATE UNIQUE INDEX deployment_stages_by_run ON deployment_stages (run) WHERE run IS NOT NULL;
                CREATE UNIQUE INDEX deployment_stages_by_checklist ON deployment_stages (checklist)
                    WHERE checklist IS NOT NULL;

                CREATE TABLE deployment_approvals (
                    deployment TEXT NOT NULL,
                    stage INTEGER NOT NULL,
                    -- The id of the approval's fence.
                    gate TEXT NOT NULL,
                    -- Nobody counts twice.
                    person TEXT NOT NULL,
                    name TEXT NOT NULL,
                    note TEXT,
                    time INTEGER NOT NULL,
                    PRIMARY KEY (deployment, stage, gate, person),
                    FOREIGN KEY (deployment, stage) REFERENCES deployment_stages (deployment, position) ON DELETE CASCADE
                ) STRICT, WITHOUT ROWID;
                """)
    }
}
