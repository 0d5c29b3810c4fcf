import GRDB

extension Migrations {
    /// How much output of each attempt is stored, and when it was removed: what is oldest, and how much there is in all, must
    /// not be searched for among the output itself.
    static func addOutputRetention(_ connection: GRDB.Database) throws {
        try connection.execute(
            sql: """
                ALTER TABLE attempts ADD COLUMN output_bytes INTEGER NOT NULL DEFAULT 0 CHECK (output_bytes >= 0);
                ALTER TABLE attempts ADD COLUMN output_expired INTEGER;
                UPDATE attempts SET output_bytes =
                    (SELECT coalesce(sum(length(o.bytes)), 0) FROM output o WHERE o.attempt = attempts.id)
                    WHERE finished IS NOT NULL;
                CREATE INDEX attempts_with_output ON attempts (finished, id, run, output_bytes) WHERE output_bytes > 0;
                """)
    }
}
