import GRDB

extension Migrations {
    /// What a team says of its services. A service that depends on another may name one that nobody has recorded yet, so
    /// that a dependency is a name and no reference.
    static func createServices(_ connection: GRDB.Database) throws {
        try connection.execute(
            sql: """
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
                """)
    }
}
