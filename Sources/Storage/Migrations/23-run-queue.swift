import GRDB

extension Migrations {
    /// What the queue decides by: the limit that a run keeps to, and indexes for what waits, what holds a limit, and how
    /// long the runs of each priority took, so that a thousand that wait and a million that ended cost nothing.
    static func createRunQueue(_ connection: GRDB.Database) throws {
        try connection.execute(
            sql: """
                -- What it is limited with, such as `service/accunode`, and how many of these may be under way.
                ALTER TABLE runs ADD COLUMN limited TEXT;
                ALTER TABLE runs ADD COLUMN at_most INTEGER CHECK (at_most >= 1);
                CREATE INDEX runs_queued ON runs (priority, id, limited, at_most, created) WHERE state = 'queued';
                CREATE INDEX runs_limited ON runs (limited, state, id) WHERE limited IS NOT NULL;
                CREATE INDEX runs_by_priority ON runs (priority, finished, state, created, started)
                    WHERE finished IS NOT NULL AND is_check = 0;
                """)
    }
}
