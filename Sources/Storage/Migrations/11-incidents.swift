import GRDB

extension Migrations {
    /// Incidents, who plays which part in them, the runbooks that fit, their notes, and the alerts that they come from.
    ///
    /// What happened in an incident is on the journal alone; notes have their texts there, so that erasing reaches them.
    static func createIncidents(_ connection: GRDB.Database) throws {
        try connection.execute(
            sql: """
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
                    alert_group TEXT,
                    CHECK ((state = 'resolved') = (resolved IS NOT NULL))
                ) STRICT, WITHOUT ROWID;
                CREATE INDEX incidents_by_state ON incidents (state, id);
                CREATE INDEX incidents_by_severity ON incidents (severity, id);
                CREATE INDEX incidents_by_severity_and_state ON incidents (severity, state, id);
                -- Those that are open: by time, counted without a look at their rows, and the worst first.
                CREATE INDEX incidents_open ON incidents (id, state) WHERE state <> 'resolved';
                CREATE INDEX incidents_burning ON incidents (severity, id, state) WHERE state <> 'resolved';
                -- Alerts open one of a group at most; who reopens an older one may make it two.
                CREATE INDEX incidents_by_alert_group ON incidents (alert_group, id)
                    WHERE alert_group IS NOT NULL AND state <> 'resolved';

                -- State and severity stand here too, so that a service's incidents are filtered in the index alone.
                CREATE TABLE incident_services (
                    service TEXT NOT NULL,
                    incident TEXT NOT NULL REFERENCES incidents (id),
                    state TEXT NOT NULL,
                    severity TEXT NOT NULL,
                    PRIMARY KEY (service, incident)
                ) STRICT, WITHOUT ROWID;
                CREATE INDEX incident_services_by_incident ON incident_services (incident);

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

                -- The front matter's `alerts`, as JSON; null where it has not been read since this column is there.
                ALTER TABLE runbooks ADD COLUMN alerts TEXT CHECK (alerts IS NULL OR json_valid(alerts));
                CREATE INDEX runbooks_with_alerts ON runbooks (name) WHERE alerts IS NULL OR alerts <> '[]';
                """)
    }
}
