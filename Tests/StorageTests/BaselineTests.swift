import Foundation
import GRDB
import Testing

@testable import Storage

/// Migrations are what databases out there have been through; a new one begins with what came of it.
struct `The schema of a new database` {
    private struct Content: Equatable {
        var objects: [String]
        var rows: [String]
        var settings: [Int]
    }

    private func content(_ pool: DatabasePool) throws -> Content {
        try pool.read { connection in
            Content(
                objects: try String.fetchAll(
                    connection,
                    sql: "SELECT type || ' ' || name || ' ' || tbl_name || ' ' || coalesce(sql, '') FROM sqlite_schema"
                ).sorted(),
                rows: try ["cursors", "clock", "grdb_migrations", "search_text_config", "search_notes_config"].flatMap {
                    table in
                    try Row.fetchAll(connection, sql: "SELECT * FROM \(table)").map { "\(table) \($0)" }
                }.sorted(),
                settings: try ["application_id", "user_version", "auto_vacuum", "page_size", "foreign_keys"].map {
                    try Int.fetchOne(connection, sql: "PRAGMA \($0)") ?? -1
                })
        }
    }

    @Test func `it is what the migrations make, word for word`() throws {
        let folder = try TemporaryFolder()
        let new = try DatabasePool(path: folder.file("new.db"))
        try Migrations.apply(to: new)
        let migrated = try DatabasePool(path: folder.file("migrated.db"))
        try Migrations.migrator.migrate(migrated)
        let (made, grown) = (try content(new), try content(migrated))
        #expect(Set(made.objects).symmetricDifference(grown.objects).sorted() == [])
        #expect(made == grown)
        let count = "SELECT count(*) FROM instance WHERE length(id) = 36"
        #expect(try new.read { try Int.fetchOne($0, sql: count) } == 1)
    }

    @Test func `what was found before there were feeds is not taken up by them again`() throws {
        let folder = try TemporaryFolder()
        let old = try DatabasePool(path: folder.file("old.db"))
        try Migrations.migrator.migrate(old, upTo: "61-clock-jumps")
        try old.write { connection in
            try connection.execute(
                sql: "INSERT INTO journal (seq, prev, hash, body) VALUES (1, zeroblob(32), zeroblob(32), '{}')")
        }
        try Migrations.apply(to: old)
        let place = "SELECT seq FROM cursors WHERE name = 'search/incidents'"
        #expect(try old.read { try Int.fetchOne($0, sql: place) } == 1)
    }

    @Test func `each has an id of its own`() throws {
        let (first, second) = (try TemporaryFolder(), try TemporaryFolder())
        #expect(try Database(folder: first.path).instance != Database(folder: second.path).instance)
    }

    @Test func `what is half way through its migrations goes on from there`() throws {
        let folder = try TemporaryFolder()
        let old = try DatabasePool(path: folder.file("old.db"))
        try Migrations.migrator.migrate(old, upTo: "12-deployments")
        let id = try old.read { try String.fetchOne($0, sql: "SELECT id FROM instance") }
        try Migrations.apply(to: old)
        let new = try DatabasePool(path: folder.file("new.db"))
        try Migrations.apply(to: new)
        #expect(try content(old) == content(new))
        #expect(try old.read { try String.fetchOne($0, sql: "SELECT id FROM instance") } == id)
    }

    @Test func `what is not empty is opened beside somebody who writes`() throws {
        let folder = try TemporaryFolder()
        let pool = try DatabasePool(path: folder.file("busy.db"))
        try Migrations.apply(to: pool)
        let writer = try DatabaseQueue(path: folder.file("busy.db"))
        try writer.inDatabase { connection in
            try connection.inTransaction(.immediate) {
                // Whoever would write too is refused at once.
                try Migrations.apply(to: pool)
                return .rollback
            }
        }
    }

    @Test func `what is not empty is left alone`() throws {
        let folder = try TemporaryFolder()
        let other = try DatabasePool(path: folder.file("other.db"))
        try other.write { try $0.execute(sql: "CREATE TABLE mine (a INTEGER)") }
        try Baseline.lay(in: other, migrations: Migrations.migrator.migrations)
        #expect(try other.read { try String.fetchAll($0, sql: "SELECT name FROM sqlite_schema") } == ["mine"])
    }
}
