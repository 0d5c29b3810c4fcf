package import API
import Accounts
import Essentials
import Executions
import Foundation
import Journal
import Server
import Storage

/// What can be done on a data folder without the server, or beside it.
package enum DataFolder {
    /// - Throws: `Problem` when the file is missing, foreign or newer, or `head` is not `SEQ:HASH`.
    package static func verify(path: String, head: String?) throws -> JournalVerification {
        let anchor = try head.map { text throws(Problem) in try Head(parsing: text) }
        let database = try ReadOnlyDatabase(path: path)
        return try database.read { reader in
            JournalVerification(
                try Verification.run(in: reader, instance: database.instance, anchor: anchor, witness: OutputWitness()))
        }
    }

    /// - Throws: `Problem` when there is no database, nobody is called so, or the password is refused.
    package static func resetPassword(name: String, folder: String, password: String) async throws {
        guard FileManager.default.fileExists(atPath: folder + "/" + Database.fileName) else {
            throw Problem.notFound(
                "There is no \(Database.fileName) in \(folder): name the server's folder with --data.")
        }
        let database = try Database(folder: folder)
        try await Accounts(journal: Journal(database: database)).resetPassword(name: name, to: password)
        try database.close()
    }
}
