import GRDB

extension Migrations {
    /// By how much the machine's clock was set since.
    static func followClock(_ connection: GRDB.Database) throws {
        try connection.execute(
            sql: """
                -- How far the wall clock stood before one that nobody sets, in microseconds, when a server last looked.
                CREATE TABLE clock (
                    id INTEGER PRIMARY KEY CHECK (id = 1),
                    boot TEXT NOT NULL,
                    ahead INTEGER NOT NULL
                ) STRICT;

                -- In microseconds, since it was started: what its time does not count.
                ALTER TABLE runs ADD COLUMN clock_shift INTEGER NOT NULL DEFAULT 0;
                """)
    }
}
