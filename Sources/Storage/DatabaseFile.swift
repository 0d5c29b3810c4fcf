import Essentials
import Foundation
import GRDB

/// Tells a Runbook database from other files before anything is written to it.
enum DatabaseFile {
    /// "Rnbk", at offset 68 of the file; see https://www.sqlite.org/fileformat.html#application_id
    static let applicationID: Int32 = 0x526E_626B

    /// Looks at the file without changing a byte of it.
    /// - Throws: `Problem` when there is a file that is not ours, or one of a newer program. A missing or empty file is
    ///   fine.
    static func refuseForeign(_ path: String) throws {
        guard let file = FileHandle(forReadingAtPath: path) else { return }
        defer { try? file.close() }  // Read only: a failing close loses nothing.
        let header = try file.read(upToCount: 100) ?? Data()
        if header.isEmpty { return }
        guard header.count == 100, header.starts(with: Array("SQLite format 3\0".utf8)) else {
            throw Problem.invalid("\(path) is not a Runbook database: name another folder with --data.")
        }
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(10)
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        // Asked of SQLite, not of the header: after a kill, all that a young database holds may stand in its log.
        let (id, isEmpty) = try queue.read { connection in
            (
                try Int32.fetchOne(connection, sql: "PRAGMA application_id"),
                try Int.fetchOne(connection, sql: "SELECT count(*) FROM sqlite_schema") == 0
            )
        }
        guard id == applicationID || (id == 0 && isEmpty) else {
            throw Problem.invalid(
                "\(path) belongs to another program, not to Runbook: name another folder with --data.")
        }
        try Migrations.refuseNewer(queue, path: path)
    }
}
