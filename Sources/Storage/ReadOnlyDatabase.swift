import Essentials
import Foundation
import GRDB

/// A database file that is only looked at: a copy, a backup, or the live one of a running server.
package final class ReadOnlyDatabase: Sendable {
    package let instance: String
    private let queue: DatabaseQueue

    /// - Throws: `Problem` when there is no such file, or it is not a Runbook database of this version.
    package init(path: String) throws {
        guard FileManager.default.fileExists(atPath: path) else { throw Problem.notFound("There is no file \(path).") }
        do {
            try DatabaseFile.refuseForeign(path)
            var configuration = Configuration()
            configuration.readonly = true
            configuration.busyMode = .timeout(10)
            queue = try DatabaseQueue(path: path, configuration: configuration)
            guard
                let instance = try queue.read({ connection in
                    try connection.tableExists("instance")
                        ? String.fetchOne(connection, sql: "SELECT id FROM instance LIMIT 1") : nil
                })
            else { throw Problem.invalid("\(path) is not a Runbook database: it has no instance id.") }
            self.instance = instance
        } catch let error as DatabaseError
            where error.resultCode == .SQLITE_NOTADB || error.resultCode == .SQLITE_CORRUPT
        {
            throw Problem.invalid("\(path) is damaged or not a database.")
        } catch {
            throw translated(error)
        }
    }

    package func read<Value>(_ body: (Reader) throws -> Value) throws -> Value {
        do {
            return try queue.read { try body(Reader($0, explainer: nil)) }
        } catch {
            throw translated(error)
        }
    }
}
