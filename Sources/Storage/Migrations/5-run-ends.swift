import GRDB

extension Migrations {
    /// Runs by their state and when they came to it: what failed in the last day and what succeeded last must not be
    /// searched for among a million runs that ended long ago.
    static func indexRunEnds(_ connection: GRDB.Database) throws {
        try connection.execute(
            sql: "CREATE INDEX runs_by_end ON runs (state, finished, id) WHERE finished IS NOT NULL")
    }
}
