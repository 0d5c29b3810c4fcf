-- What a new database begins with: word for word what the migrations make, see Baseline.swift.

CREATE TABLE instance (
    id TEXT NOT NULL PRIMARY KEY CHECK (length(id) >= 26)
) STRICT;

CREATE TABLE journal (
    seq INTEGER NOT NULL PRIMARY KEY CHECK (seq >= 1),
    prev BLOB NOT NULL CHECK (length(prev) = 32),
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    body TEXT NOT NULL CHECK (json_valid(body)),
    kind TEXT GENERATED ALWAYS AS (json_extract(body, '$.kind')) VIRTUAL,
    time TEXT GENERATED ALWAYS AS (json_extract(body, '$.time')) VIRTUAL
) STRICT;

CREATE INDEX journal_by_kind ON journal (kind, seq);

CREATE TABLE journal_objects (
    object TEXT NOT NULL,
    seq INTEGER NOT NULL REFERENCES journal (seq),
    PRIMARY KEY (object, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE journal_data (
    seq INTEGER NOT NULL PRIMARY KEY REFERENCES journal (seq),
    salt BLOB CHECK (length(salt) = 32),
    data TEXT,
    CHECK ((salt IS NULL) = (data IS NULL))
) STRICT;

CREATE TRIGGER journal_grows BEFORE INSERT ON journal
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM journal)
    OR (NEW.seq > 1 AND NEW.prev IS NOT (SELECT hash FROM journal ORDER BY seq DESC LIMIT 1))
BEGIN SELECT RAISE(ABORT, 'the journal only grows by its next event'); END;

CREATE TRIGGER journal_stays BEFORE UPDATE ON journal
BEGIN SELECT RAISE(ABORT, 'the journal is never changed'); END;

CREATE TRIGGER journal_keeps BEFORE DELETE ON journal
BEGIN SELECT RAISE(ABORT, 'the journal is never deleted from'); END;

CREATE TRIGGER journal_objects_grow BEFORE INSERT ON journal_objects
WHEN NEW.seq IS NOT (SELECT max(seq) FROM journal)
    OR EXISTS (SELECT 1 FROM journal_objects WHERE object = NEW.object AND seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'the journal only grows by its next event'); END;

CREATE TRIGGER journal_objects_stay BEFORE UPDATE ON journal_objects
BEGIN SELECT RAISE(ABORT, 'the journal is never changed'); END;

CREATE TRIGGER journal_objects_keep BEFORE DELETE ON journal_objects
BEGIN SELECT RAISE(ABORT, 'the journal is never deleted from'); END;

CREATE TRIGGER journal_data_grows BEFORE INSERT ON journal_data
WHEN NEW.seq IS NOT (SELECT max(seq) FROM journal)
    OR EXISTS (SELECT 1 FROM journal_data WHERE seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'the journal only grows by its next event'); END;

CREATE TRIGGER journal_data_stays BEFORE UPDATE ON journal_data
WHEN NEW.seq IS NOT OLD.seq OR NEW.data IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'journal data is only ever erased whole'); END;

CREATE TRIGGER journal_data_keeps BEFORE DELETE ON journal_data
BEGIN SELECT RAISE(ABORT, 'the journal is never deleted from'); END;

CREATE TABLE idempotency (
    actor TEXT NOT NULL,
    key TEXT NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
    fingerprint TEXT NOT NULL,
    request TEXT NOT NULL,
    seq INTEGER NOT NULL,
    created INTEGER NOT NULL,
    status INTEGER,
    content_type TEXT,
    location TEXT,
    body BLOB,
    PRIMARY KEY (actor, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX idempotency_by_age ON idempotency (created);

CREATE TABLE people (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    -- The name folded: what two names must differ in.
    name_key TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL CHECK (role IN ('admin', 'operator', 'viewer')),
    author INTEGER NOT NULL CHECK (author IN (0, 1)),
    password TEXT NOT NULL,
    disabled INTEGER NOT NULL DEFAULT 0 CHECK (disabled IN (0, 1)),
    created INTEGER NOT NULL
) STRICT;

CREATE INDEX people_by_role ON people (role, disabled);

CREATE TABLE sessions (
    hash BLOB NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
    person TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    csrf TEXT NOT NULL,
    created INTEGER NOT NULL,
    expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX sessions_by_person ON sessions (person);

CREATE INDEX sessions_by_expiry ON sessions (expires);

CREATE TABLE tokens (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
    person TEXT REFERENCES people (id) ON DELETE CASCADE,
    scopes TEXT NOT NULL,
    created INTEGER NOT NULL,
    expires INTEGER,
    revoked INTEGER
) STRICT;

CREATE INDEX tokens_by_person ON tokens (person, id);

CREATE TABLE first_admin_links (
    hash BLOB NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
    created INTEGER NOT NULL,
    expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE runbook_sources (
    version TEXT NOT NULL PRIMARY KEY CHECK (length(version) = 64),
    bytes BLOB NOT NULL
) STRICT;

CREATE TABLE runbooks (
    name TEXT NOT NULL PRIMARY KEY CHECK (length(name) BETWEEN 1 AND 200),
    version TEXT NOT NULL REFERENCES runbook_sources (version),
    title TEXT NOT NULL,
    service TEXT,
    steps INTEGER NOT NULL,
    items INTEGER NOT NULL,
    findings INTEGER NOT NULL,
    -- Where it comes from: the watched folder (and then nothing is imported over it) or an import.
    origin TEXT NOT NULL CHECK (origin IN ('folder', 'import')),
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL
, alerts TEXT CHECK (alerts IS NULL OR json_valid(alerts)), gone INTEGER) STRICT, WITHOUT ROWID;

CREATE INDEX runbooks_by_service ON runbooks (service, name);

CREATE TABLE runbook_versions (
    runbook TEXT NOT NULL REFERENCES runbooks (name),
    number INTEGER NOT NULL CHECK (number >= 1),
    version TEXT NOT NULL REFERENCES runbook_sources (version),
    created INTEGER NOT NULL,
    actor_kind TEXT NOT NULL,
    actor TEXT NOT NULL, steps INTEGER, items INTEGER,
    PRIMARY KEY (runbook, number)
) STRICT, WITHOUT ROWID;

CREATE INDEX runbook_versions_by_version ON runbook_versions (version);

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
, is_check INTEGER NOT NULL DEFAULT 0 CHECK (is_check IN (0, 1)), cleanup_cancelled INTEGER NOT NULL DEFAULT 0
    CHECK (cleanup_cancelled IN (0, 1)), person TEXT, rests_until INTEGER, limited TEXT, at_most INTEGER CHECK (at_most >= 1), parent TEXT REFERENCES runs (id), parent_step TEXT, rollback TEXT CHECK (rollback IS NULL OR json_valid(rollback)), rollback_run TEXT REFERENCES runs (id), is_rollback INTEGER NOT NULL DEFAULT 0 CHECK (is_rollback IN (0, 1)), reason TEXT, clock_shift INTEGER NOT NULL DEFAULT 0) STRICT, WITHOUT ROWID;

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
    environment BLOB, tries INTEGER NOT NULL DEFAULT 0 CHECK (tries >= 0), tries_in_all INTEGER NOT NULL DEFAULT 1 CHECK (tries_in_all >= 1), due INTEGER, reason TEXT, is_always INTEGER NOT NULL DEFAULT 0 CHECK (is_always IN (0, 1)), may_fail INTEGER NOT NULL DEFAULT 0 CHECK (may_fail IN (0, 1)), asks TEXT CHECK (asks IN ('approval', 'manual', 'confirmation')), question TEXT, is_answered INTEGER NOT NULL DEFAULT 0 CHECK (is_answered IN (0, 1)), approver TEXT CHECK (approver IN ('operator', 'admin')), approvals INTEGER NOT NULL DEFAULT 0 CHECK (approvals >= 0), not_starter INTEGER NOT NULL DEFAULT 0 CHECK (not_starter IN (0, 1)), comes_after TEXT, skipped_by TEXT, is_conditional INTEGER NOT NULL DEFAULT 1 CHECK (is_conditional IN (0, 1)), round INTEGER NOT NULL DEFAULT 1 CHECK (round >= 1), expires_after INTEGER CHECK (expires_after > 0), reminds_after INTEGER CHECK (reminds_after > 0), expires INTEGER, reminds INTEGER, reminded INTEGER NOT NULL DEFAULT 0 CHECK (reminded >= 0), is_background INTEGER NOT NULL DEFAULT 0 CHECK (is_background IN (0, 1)), is_ready INTEGER NOT NULL DEFAULT 0 CHECK (is_ready IN (0, 1)), lasts INTEGER CHECK (lasts > 0), lasts_until INTEGER, call TEXT CHECK (call IS NULL OR json_valid(call)), child TEXT REFERENCES runs (id), rolls_back INTEGER NOT NULL DEFAULT 0 CHECK (rolls_back IN (0, 1)), item TEXT, repeats TEXT CHECK ((repeats IS NULL) = (item IS NULL)), host TEXT CHECK (host IS NULL OR host = item), max_failures INTEGER
    CHECK ((max_failures IS NULL) = (host IS NULL) AND (max_failures IS NULL OR max_failures >= 0)), is_held_back INTEGER NOT NULL DEFAULT 0
    CHECK (is_held_back IN (0, 1) AND (is_held_back = 0 OR host IS NOT NULL)),
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
    output_may_end_early INTEGER NOT NULL DEFAULT 0 CHECK (output_may_end_early IN (0, 1)), output_bytes INTEGER NOT NULL DEFAULT 0 CHECK (output_bytes >= 0), output_expired INTEGER,
    UNIQUE (run, step, number)
) STRICT, WITHOUT ROWID;

CREATE INDEX attempts_running ON attempts (state, id) WHERE state = 'running';

CREATE TABLE output (
    run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    n INTEGER NOT NULL CHECK (n >= 1),
    attempt TEXT NOT NULL REFERENCES attempts (id) ON DELETE CASCADE,
    stream INTEGER NOT NULL CHECK (stream IN (1, 2)),
    time INTEGER NOT NULL,
    bytes BLOB NOT NULL, lines INTEGER CHECK (lines >= 0),
    PRIMARY KEY (run, n)
) STRICT;

CREATE TRIGGER output_stays BEFORE UPDATE ON output
BEGIN SELECT RAISE(ABORT, 'stored output is never changed'); END;

CREATE INDEX runs_by_end ON runs (state, finished, id) WHERE finished IS NOT NULL;

CREATE TABLE run_occasions (
    run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    object TEXT NOT NULL,
    PRIMARY KEY (run, object)
) STRICT, WITHOUT ROWID;

CREATE INDEX run_occasions_by_object ON run_occasions (object, run);

CREATE TABLE cursors (
    name TEXT NOT NULL PRIMARY KEY,
    seq INTEGER NOT NULL CHECK (seq >= 0)
) STRICT, WITHOUT ROWID;

CREATE TABLE services (
    name TEXT NOT NULL PRIMARY KEY CHECK (length(name) BETWEEN 1 AND 63),
    description TEXT NOT NULL,
    owner TEXT,
    -- JSON lists: they are shown, and nothing is looked up by them.
    contacts TEXT NOT NULL CHECK (json_valid(contacts)),
    links TEXT NOT NULL CHECK (json_valid(links)),
    environments TEXT NOT NULL CHECK (json_valid(environments)),
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE service_dependencies (
    service TEXT NOT NULL REFERENCES services (name) ON DELETE CASCADE,
    dependency TEXT NOT NULL CHECK (length(dependency) BETWEEN 1 AND 63),
    PRIMARY KEY (service, dependency)
) STRICT, WITHOUT ROWID;

CREATE INDEX service_dependants ON service_dependencies (dependency, service);

CREATE TABLE destinations (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 63),
    kind TEXT NOT NULL CHECK (kind IN ('webhook', 'slack')),
    -- Scheme and host: the rest of an address is often a secret, and stands sealed with the signing key.
    address TEXT NOT NULL,
    sealed BLOB,
    -- A JSON list.
    events TEXT NOT NULL CHECK (json_valid(events)),
    created INTEGER NOT NULL,
    removed INTEGER,
    -- A removed one keeps its deliveries and nothing to send with.
    CHECK ((removed IS NULL) = (sealed IS NOT NULL))
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX destinations_by_name ON destinations (name) WHERE removed IS NULL;

CREATE TABLE deliveries (
    id TEXT NOT NULL PRIMARY KEY,
    destination TEXT NOT NULL REFERENCES destinations (id),
    -- The journal's event that it tells of.
    event INTEGER NOT NULL,
    kind TEXT NOT NULL,
    -- What the event is about, such as incident/01j9….
    object TEXT,
    -- The very bytes that are sent, at each try.
    body TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'delivered', 'failed')),
    tries INTEGER NOT NULL DEFAULT 0,
    created INTEGER NOT NULL,
    due INTEGER NOT NULL,
    finished INTEGER,
    status INTEGER,
    error TEXT, retried INTEGER,
    UNIQUE (destination, event),
    CHECK ((state = 'pending') = (finished IS NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX deliveries_due ON deliveries (destination, due) WHERE state = 'pending';

CREATE INDEX deliveries_by_state ON deliveries (state, id);

CREATE INDEX deliveries_by_destination ON deliveries (destination, id);

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
    evidence TEXT CHECK (evidence IS NULL OR json_valid(evidence)), assignee TEXT, assignee_name TEXT, assigned INTEGER, role TEXT CHECK (role IN ('operator', 'admin')), pre_ticked INTEGER NOT NULL DEFAULT 0
    CHECK (pre_ticked IN (0, 1)),
    PRIMARY KEY (checklist, position),
    UNIQUE (checklist, item)
) STRICT, WITHOUT ROWID;

CREATE INDEX checklist_items_by_run ON checklist_items (check_run) WHERE check_run IS NOT NULL;

CREATE TABLE search_entries (
    n INTEGER NOT NULL PRIMARY KEY,
    object TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    time INTEGER NOT NULL
, original TEXT, seq INTEGER) STRICT;

CREATE VIRTUAL TABLE search_text USING fts5 (
    kind, title, text, tokenize = 'unicode61 remove_diacritics 2', prefix = '1 2 3'
);

CREATE VIRTUAL TABLE search_vocabulary USING fts5vocab (search_text, instance);

CREATE TABLE incidents (
    id TEXT NOT NULL PRIMARY KEY,
    title TEXT NOT NULL CHECK (length(title) BETWEEN 1 AND 300),
    severity TEXT NOT NULL CHECK (severity IN ('sev1', 'sev2', 'sev3', 'sev4')),
    state TEXT NOT NULL CHECK (state IN ('triggered', 'acknowledged', 'mitigated', 'resolved')),
    -- JSON: a list of names. For filters they stand in incident_services too.
    services TEXT NOT NULL CHECK (json_valid(services)),
    opened INTEGER NOT NULL,
    acknowledged INTEGER,
    mitigated INTEGER,
    resolved INTEGER,
    acknowledged_by TEXT,
    actor_kind TEXT NOT NULL,
    actor TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    -- The sender's key of the group of alerts that opened it, hashed.
    alert_group TEXT, deployment TEXT REFERENCES deployments (id), deployment_said INTEGER NOT NULL DEFAULT 0
    CHECK (deployment_said IN (0, 1) AND (deployment IS NULL OR deployment_said = 1)),
    CHECK ((state = 'resolved') = (resolved IS NOT NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX incidents_by_alert_group ON incidents (alert_group, id)
    WHERE alert_group IS NOT NULL AND state <> 'resolved';

CREATE TABLE incident_services (
    service TEXT NOT NULL,
    incident TEXT NOT NULL REFERENCES incidents (id),
    state TEXT NOT NULL,
    severity TEXT NOT NULL,
    PRIMARY KEY (service, incident)
) STRICT, WITHOUT ROWID;

CREATE TABLE incident_roles (
    incident TEXT NOT NULL REFERENCES incidents (id),
    role TEXT NOT NULL CHECK (role IN ('commander', 'communications', 'scribe')),
    person TEXT NOT NULL,
    name TEXT NOT NULL,
    since INTEGER NOT NULL,
    PRIMARY KEY (incident, role)
) STRICT, WITHOUT ROWID;

CREATE TABLE incident_runbooks (
    incident TEXT NOT NULL REFERENCES incidents (id),
    runbook TEXT NOT NULL REFERENCES runbooks (name),
    section TEXT,
    position INTEGER NOT NULL,
    PRIMARY KEY (incident, runbook)
) STRICT, WITHOUT ROWID;

CREATE INDEX incident_runbooks_by_runbook ON incident_runbooks (runbook);

CREATE TABLE incident_notes (
    incident TEXT NOT NULL REFERENCES incidents (id),
    id TEXT NOT NULL,
    -- How often it was edited.
    edits INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (incident, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE incident_alerts (
    incident TEXT NOT NULL REFERENCES incidents (id),
    fingerprint TEXT NOT NULL,
    name TEXT NOT NULL,
    summary TEXT,
    link TEXT,
    firing INTEGER NOT NULL CHECK (firing IN (0, 1)),
    starts INTEGER NOT NULL,
    ends INTEGER,
    PRIMARY KEY (incident, fingerprint)
) STRICT, WITHOUT ROWID;

CREATE INDEX incident_alerts_by_fingerprint ON incident_alerts (fingerprint, incident);

CREATE INDEX runbooks_with_alerts ON runbooks (name) WHERE alerts IS NULL OR alerts <> '[]';

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
    person TEXT, no_rollback INTEGER NOT NULL DEFAULT 0 CHECK (no_rollback IN (0, 1)), follow_up TEXT REFERENCES checklists (id),
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

CREATE INDEX runs_by_version ON runs (version, runbook, id);

CREATE TABLE runbook_places (
    version TEXT NOT NULL PRIMARY KEY REFERENCES runbook_sources (version),
    -- Of the program that read them; what another one read counts no longer.
    revision INTEGER NOT NULL,
    -- A line each: `12 deploy` for a section from line 12 on, `14 20 smoke` for a step on lines 14 to 20.
    places TEXT NOT NULL
) STRICT, WITHOUT ROWID;

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

CREATE TRIGGER run_gates_begin_shut BEFORE INSERT ON run_steps
WHEN NEW.asks = 'approval' AND NEW.state <> 'queued'
BEGIN SELECT RAISE(ABORT, 'a gate opens when enough people have approved'); END;

CREATE TRIGGER run_gates_stay BEFORE UPDATE OF run, step, asks, approver, approvals, not_starter ON run_steps
BEGIN SELECT RAISE(ABORT, 'what a gate asks is never changed'); END;

CREATE TRIGGER run_starters_stay BEFORE UPDATE OF actor, person ON runs
BEGIN SELECT RAISE(ABORT, 'who started a run is never changed'); END;

CREATE TRIGGER run_graph_stays BEFORE UPDATE OF comes_after ON run_steps
BEGIN SELECT RAISE(ABORT, 'what a step comes after is never changed'); END;

CREATE INDEX runs_queued ON runs (priority, id, limited, at_most, created) WHERE state = 'queued';

CREATE INDEX runs_limited ON runs (limited, state, id) WHERE limited IS NOT NULL;

CREATE INDEX runs_by_priority ON runs (priority, finished, state, created, started)
    WHERE finished IS NOT NULL AND is_check = 0;

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

CREATE UNIQUE INDEX hook_deliveries_started ON hook_deliveries (hook, message) WHERE outcome = 'started';

CREATE INDEX search_entries_by_seq ON search_entries (seq) WHERE seq IS NOT NULL;

CREATE VIRTUAL TABLE search_notes USING fts5 (
    text, tokenize = 'unicode61 remove_diacritics 2', prefix = '1 2 3'
);

CREATE VIRTUAL TABLE search_notes_vocabulary USING fts5vocab (search_notes, instance);

CREATE VIRTUAL TABLE search_output USING fts5 (
    text, tokenize = 'unicode61 remove_diacritics 2', prefix = '1 2 3'
);

CREATE VIRTUAL TABLE search_output_vocabulary USING fts5vocab (search_output, instance);

CREATE TRIGGER search_forgets AFTER UPDATE ON journal_data WHEN NEW.data IS NULL AND OLD.data IS NOT NULL
BEGIN
    DELETE FROM search_notes WHERE rowid IN (SELECT n FROM search_entries WHERE seq = NEW.seq);
    DELETE FROM search_entries WHERE seq = NEW.seq;
    INSERT INTO search_notes (search_notes) VALUES ('optimize');
END;

CREATE TABLE "run_approvals" (
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

CREATE INDEX attempts_with_output ON attempts (finished, id, run, output_bytes) WHERE output_bytes > 0;

CREATE TRIGGER run_background_stays BEFORE UPDATE OF is_background ON run_steps
BEGIN SELECT RAISE(ABORT, 'how a step stands in its run is never changed'); END;

CREATE INDEX incidents_by_deployment ON incidents (deployment, id) WHERE deployment IS NOT NULL;

CREATE INDEX checklist_items_by_assignee ON checklist_items (assignee, state, checklist)
    WHERE assignee IS NOT NULL;

CREATE TABLE "checklists" (
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

CREATE INDEX checklists_by_state ON checklists (state, id);

CREATE INDEX checklists_by_person ON checklists (person, state, id);

CREATE INDEX checklists_by_runbook ON checklists (runbook, id);

CREATE INDEX checklists_by_object ON checklists (object, id) WHERE object IS NOT NULL;

CREATE TABLE search_backlog (
    n INTEGER NOT NULL PRIMARY KEY,
    object TEXT NOT NULL,
    -- Without a title it is to be found no longer.
    title TEXT,
    text TEXT,
    time INTEGER,
    CHECK ((title IS NULL) = (text IS NULL) AND (title IS NULL) = (time IS NULL))
) STRICT;

CREATE INDEX run_steps_by_child ON run_steps (child) WHERE child IS NOT NULL;

CREATE INDEX runs_by_parent ON runs (parent, id) WHERE parent IS NOT NULL;

CREATE TRIGGER runs_tell_parents AFTER UPDATE OF state ON runs
WHEN NEW.parent IS NOT NULL AND NEW.state <> OLD.state
    AND NEW.state NOT IN ('queued', 'running', 'waiting')
BEGIN UPDATE runs SET rests_until = NULL WHERE id = NEW.parent AND state = 'running'; END;

CREATE TABLE run_limits (
    run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    key TEXT NOT NULL,
    at_most INTEGER NOT NULL CHECK (at_most >= 1),
    PRIMARY KEY (run, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX run_limits_by_key ON run_limits (key, run);

CREATE UNIQUE INDEX runs_one_child ON runs (parent, parent_step)
    WHERE parent IS NOT NULL AND is_rollback = 0 AND state IN ('queued', 'running', 'waiting');

CREATE UNIQUE INDEX runs_one_rollback ON runs (parent)
    WHERE is_rollback = 1 AND state IN ('queued', 'running', 'waiting');

CREATE TRIGGER runs_roll_back_by_a_run BEFORE UPDATE OF state ON runs
WHEN NEW.state = 'rolled-back' AND OLD.state <> 'rolled-back'
    AND NOT EXISTS (SELECT 1 FROM runs r WHERE r.id = NEW.rollback_run AND r.parent = NEW.id
        AND r.is_rollback = 1 AND r.state = 'succeeded')
BEGIN SELECT RAISE(ABORT, 'a run is rolled back by a run that succeeded'); END;

CREATE TRIGGER run_rollbacks_stay BEFORE UPDATE OF rolls_back ON run_steps
BEGIN SELECT RAISE(ABORT, 'how a step stands in its run is never changed'); END;

CREATE TRIGGER run_items_stay BEFORE UPDATE OF item, repeats ON run_steps
BEGIN SELECT RAISE(ABORT, 'what a step runs for is never changed'); END;

CREATE INDEX output_by_attempt ON output (attempt, n, lines);

CREATE TRIGGER run_hosts_stay BEFORE UPDATE OF host, max_failures ON run_steps
BEGIN SELECT RAISE(ABORT, 'where a step runs is never changed'); END;

CREATE INDEX incidents_by_state ON incidents (state, severity, id);

CREATE TABLE service_links (
    service TEXT NOT NULL REFERENCES services (name) ON DELETE CASCADE,
    url TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('reachable', 'failing')),
    -- Since when it is so, and when that was looked at last.
    since INTEGER NOT NULL,
    checked INTEGER NOT NULL,
    -- Of the answer, where there was one.
    status INTEGER,
    milliseconds INTEGER,
    -- A sentence, where it fails.
    reason TEXT,
    PRIMARY KEY (service, url),
    CHECK ((state = 'failing') = (reason IS NOT NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE clock (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    boot TEXT NOT NULL,
    ahead INTEGER NOT NULL
) STRICT;
