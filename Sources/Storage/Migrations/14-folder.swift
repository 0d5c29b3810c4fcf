import GRDB

extension Migrations {
    /// When a runbook's file left the watched folder; null for what stands there and for what was imported. What has runs
    /// and versions stays readable, and says so.
    static func rememberGoneFiles(_ connection: GRDB.Database) throws {
        try connection.execute(sql: "ALTER TABLE runbooks ADD COLUMN gone INTEGER")
    }
}
