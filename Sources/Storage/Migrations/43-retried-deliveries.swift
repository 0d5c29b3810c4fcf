import GRDB

extension Migrations {
    /// When somebody last asked for news to be sent once more: its patience begins anew then.
    static func retryDeliveries(_ connection: GRDB.Database) throws {
        try connection.execute(sql: "ALTER TABLE deliveries ADD COLUMN retried INTEGER")
    }
}
