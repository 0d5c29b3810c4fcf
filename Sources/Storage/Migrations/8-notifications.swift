import GRDB

extension Migrations {
    /// Where news is sent, and the outbox: a delivery stands here before anything is sent, and stays when it has been.
    static func createNotifications(_ connection: GRDB.Database) throws {
        try connection.execute(
            sql: """
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
                    error TEXT,
                    UNIQUE (destination, event),
                    CHECK ((state = 'pending') = (finished IS NULL))
                ) STRICT, WITHOUT ROWID;
                CREATE INDEX deliveries_due ON deliveries (destination, due) WHERE state = 'pending';
                CREATE INDEX deliveries_by_state ON deliveries (state, id);
                CREATE INDEX deliveries_by_destination ON deliveries (destination, id);
                """)
    }
}
