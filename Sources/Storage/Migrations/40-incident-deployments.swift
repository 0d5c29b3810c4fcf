import GRDB

extension Migrations {
    /// Which deployment an incident is laid to, where somebody has said so: without it a rule goes by the times.
    static func layIncidentsToDeployments(_ connection: GRDB.Database) throws {
        try connection.execute(
            sql: """
                ALTER TABLE incidents ADD COLUMN deployment TEXT REFERENCES deployments (id);
                -- Somebody has said which one it was, or that it was none.
                ALTER TABLE incidents ADD COLUMN deployment_said INTEGER NOT NULL DEFAULT 0
                    CHECK (deployment_said IN (0, 1) AND (deployment IS NULL OR deployment_said = 1));
                CREATE INDEX incidents_by_deployment ON incidents (deployment, id) WHERE deployment IS NOT NULL;
                """)
    }
}
