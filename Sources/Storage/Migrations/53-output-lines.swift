import GRDB

extension Migrations {
    /// How many lines an attempt has ended up to and with each piece of its output, so that line 900,000 of a million is found
    /// without those before it. NULL for what was stored earlier: there they are counted by whoever asks.
    static func countOutputLines(_ connection: GRDB.Database) throws {
        try connection.execute(
            sql: """
                ALTER TABLE output ADD COLUMN lines INTEGER CHECK (lines >= 0);
                DROP INDEX output_by_attempt;
                CREATE INDEX output_by_attempt ON output (attempt, n, lines);
                """)
    }
}
