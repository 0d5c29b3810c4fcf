import GRDB

extension Migrations {
    /// A checklist that nobody works through any more is neither open nor completed: `abandoned`. SQLite changes no CHECK of
    /// a table that is there, so that it is made anew; its items go on naming it.
    static func abandonChecklists(_ connection: GRDB.Database) throws {
        try connection.execute(
            sql: """
                CREATE TABLE checklists_anew (
                    id TEXT NOT NULL PRIMARY KEY,
                    runbook TEXT NOT NULL REFERENCES runbooks (name),
                    version TEXT NOT NULL REFERENCES runbook_sources (version),
                    section TEXT,
                    title TEXT NOT NULL,
                    occasion TEXT NOT NULL,
                    object TEXT,
                    parameters TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(parameters)),
                    state TEXT NOT NULL CHECK (state IN ('open', 'completed', 'abandoned')),
                    changes INTEGER NOT NULL DEFAULT 0,
                    created INTEGER NOT NULL,
                    -- When it was completed or abandoned.
                    completed INTEGER,
                    -- Why it was completed with required items open, or abandoned.
                    override TEXT,
                    actor_kind TEXT NOT NULL,
                    actor TEXT NOT NULL,
                    actor_name TEXT NOT NULL,
                    person TEXT,
                    CHECK ((state = 'open') = (completed IS NULL))
                ) STRICT, WITHOUT ROWID;
                INSERT INTO checklists_anew (id, runbook, version, section, title, occasion, object, parameters, state,
                    changes, created, completed, override, actor_kind, actor, actor_name, person)
                SELECT id, runbook, version, section, title, occasion, object, parameters, state, changes, created,
                    completed, override, actor_kind, actor, actor_name, person FROM checklists;
                DROP TABLE checklists;
                ALTER TABLE checklists_anew RENAME TO checklists;
                CREATE INDEX checklists_by_state ON checklists (state, id);
                CREATE INDEX checklists_by_person ON checklists (person, state, id);
                CREATE INDEX checklists_by_runbook ON checklists (runbook, id);
                CREATE INDEX checklists_by_object ON checklists (object, id) WHERE object IS NOT NULL;
                """)
    }
}
