import GRDB

extension Migrations {
    /// Steps that run on several machines: each is a step of the run, and so many may fail before the step has.
    static func addHosts(_ connection: GRDB.Database) throws {
        try connection.execute(
            sql: """
                -- The machine that it runs on, as the list has it; how many of the list may fail.
                ALTER TABLE run_steps ADD COLUMN host TEXT CHECK (host IS NULL OR host = item);
                ALTER TABLE run_steps ADD COLUMN max_failures INTEGER
                    CHECK ((max_failures IS NULL) = (host IS NULL) AND (max_failures IS NULL OR max_failures >= 0));
                -- It was left out because too many of the others had failed.
                ALTER TABLE run_steps ADD COLUMN is_held_back INTEGER NOT NULL DEFAULT 0
                    CHECK (is_held_back IN (0, 1) AND (is_held_back = 0 OR host IS NOT NULL));

                CREATE TRIGGER run_hosts_stay BEFORE UPDATE OF host, max_failures ON run_steps
                BEGIN SELECT RAISE(ABORT, 'where a step runs is never changed'); END;
                """)
    }
}
