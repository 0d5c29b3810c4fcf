import GRDB

extension Migrations {
    /// People, their sessions, and tokens. Nothing here can be used to sign in by who reads it: passwords are scrypt,
    /// sessions, tokens and links are kept as SHA-256 of 256 random bits.
    static func createAccounts(_ connection: GRDB.Database) throws {
        try connection.execute(
            sql: """
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

                -- `person` is null for the bootstrap token, which belongs to nobody, and for tokens made with it.
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
                """)
    }
}
