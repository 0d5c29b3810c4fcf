import GRDB

extension Migrations {
    /// What a deployment says of its way back: that it was started without one, and the checklist of what is left to do once it
    /// was taken.
    static func followRollbacks(_ connection: GRDB.Database) throws {
        try connection.execute(
            sql: """
                -- Somebody has started it though nothing was known to undo it, for the reason that stands in the row.
                ALTER TABLE deployments ADD COLUMN no_rollback INTEGER NOT NULL DEFAULT 0 CHECK (no_rollback IN (0, 1));
                -- One for each deployment, however often its end is told of.
                ALTER TABLE deployments ADD COLUMN follow_up TEXT REFERENCES checklists (id);
                """)
    }
}
