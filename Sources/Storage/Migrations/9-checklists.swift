import GRDB

extension Migrations {
    /// Checklists that are worked through, and the state of each of their items.
    ///
    /// The items are copied from the version when the checklist starts, so that neither a page nor a tick parses a guide.
    static func createChecklists(_ connection: GRDB.Database) throws {
        try connection.execute(
            sql: """
                CREATE TABLE checklists (
                    id TEXT NOT NULL PRIMARY KEY,
                    runbook TEXT NOT NULL REFERENCES runbooks (name),
                    version TEXT NOT NULL REFERENCES runbook_sources (version),
                    section TEXT,
                    title TEXT NOT NULL,
                    -- What it is started for: in words, and as an object of ours such as deployment/ID.
                    occasion TEXT NOT NULL,
                    object TEXT,
                    -- JSON: what the checks are given. Sensitive values are not kept here.
                    parameters TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(parameters)),
                    state TEXT NOT NULL CHECK (state IN ('open', 'completed')),
                    -- How often it changed: of the whole, as the items have their own.
                    changes INTEGER NOT NULL DEFAULT 0,
                    created INTEGER NOT NULL,
                    completed INTEGER,
                    -- Why it was completed with required items open.
                    override TEXT,
                    actor_kind TEXT NOT NULL,
                    actor TEXT NOT NULL,
                    actor_name TEXT NOT NULL,
                    person TEXT,
                    CHECK ((state = 'completed') = (completed IS NOT NULL))
                ) STRICT, WITHOUT ROWID;
                CREATE INDEX checklists_by_state ON checklists (state, id);
                CREATE INDEX checklists_by_person ON checklists (person, state, id);
                CREATE INDEX checklists_by_runbook ON checklists (runbook, id);
                CREATE INDEX checklists_by_object ON checklists (object, id) WHERE object IS NOT NULL;

                CREATE TABLE checklist_items (
                    checklist TEXT NOT NULL REFERENCES checklists (id) ON DELETE CASCADE,
                    position INTEGER NOT NULL CHECK (position >= 1),
                    item TEXT NOT NULL,
                    section TEXT NOT NULL,
                    heading TEXT NOT NULL,
                    line INTEGER NOT NULL,
                    depth INTEGER NOT NULL CHECK (depth >= 1),
                    text TEXT NOT NULL,
                    required INTEGER NOT NULL CHECK (required IN (0, 1)),
                    state TEXT NOT NULL CHECK (state IN ('open', 'ticked', 'not-applicable', 'failed')),
                    -- Counts its changes: who changes an item says which version it saw.
                    version INTEGER NOT NULL DEFAULT 1 CHECK (version >= 1),
                    note TEXT,
                    by_kind TEXT,
                    by TEXT,
                    by_name TEXT,
                    at INTEGER,
                    -- The step that proves it, the run that does so, and what came of it.
                    check_step TEXT,
                    check_run TEXT REFERENCES runs (id),
                    checking INTEGER NOT NULL DEFAULT 0 CHECK (checking IN (0, 1)),
                    evidence TEXT CHECK (evidence IS NULL OR json_valid(evidence)),
                    PRIMARY KEY (checklist, position),
                    UNIQUE (checklist, item)
                ) STRICT, WITHOUT ROWID;
                CREATE INDEX checklist_items_by_run ON checklist_items (check_run) WHERE check_run IS NOT NULL;
                """)
    }
}
