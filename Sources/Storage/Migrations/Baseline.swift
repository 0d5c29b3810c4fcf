import Foundation
import GRDB

/// What a new database begins with: what the migrations up to `last` make of an empty one, made at once of `schema.sql`.
///
/// Replayed, they take ten times as long, for each change of a table reads the whole schema anew. A test holds this one against
/// them, word for word; who adds a migration leaves it as it is, and the new one runs on top.
enum Baseline {
    static let last = "61-clock-jumps"

    /// Fills an empty database; leaves any other as it is, without waiting for who writes to it.
    static func lay(in pool: DatabasePool, migrations: [String]) throws {
        try pool.writeWithoutTransaction { connection in
            let isEmpty = try Int.fetchOne(connection, sql: "SELECT count(*) FROM sqlite_schema") == 0
            guard isEmpty else { return }
            try connection.inTransaction(.immediate) {
                try connection.execute(sql: "PRAGMA application_id = \(DatabaseFile.applicationID)")
                try connection.execute(sql: schema)
                try connection.execute(
                    sql: "INSERT INTO instance (id) VALUES (?)", arguments: [UUID().uuidString.lowercased()])
                try connection.execute(sql: "INSERT INTO cursors (name, seq) VALUES ('search', 0)")
                // As GRDB notes what it has run.
                try connection.execute(sql: "CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY)")
                for migration in migrations.prefix(while: { $0 != last }) + [last] {
                    try connection.execute(
                        sql: "INSERT INTO grdb_migrations (identifier) VALUES (?)", arguments: [migration])
                }
                return .commit
            }
        }
    }

    private static var schema: String { String(decoding: PackageResources.schema_sql, as: UTF8.self) }
}
