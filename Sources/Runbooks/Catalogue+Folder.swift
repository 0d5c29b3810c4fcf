package import Essentials
import Journal
import Storage

/// What a folder's loading made of each file.
package struct FolderReport: Sendable {
    /// The names of the runbooks that were read; those that have not changed since are left out.
    package var loaded: [String] = []
    /// Path and what is wrong with it; the others are loaded all the same.
    package var refused: [(path: String, problem: Problem)] = []
}

extension Catalogue {
    /// Who stores what stands in the folder.
    static let folderActor = "folder"
    private static let loader = Principal.system(folderActor)

    /// Stores a file of the watched folder.
    /// - Throws: `Problem` for what can't be a runbook.
    func storeFile(_ path: String, name: String) async throws(Problem) {
        do {
            _ = try await store(try SourceFile.read(path), name: name, origin: .folder, by: Self.loader)
        } catch let problem as Problem {
            throw problem
        } catch {
            throw .unavailable("\(name) could not be stored: \(error)")
        }
    }

    /// Says on the journal that a file is not what its runbook is.
    func refuse(_ path: String, name: String, _ problem: Problem) async throws -> FolderFault {
        let journal = journal
        try await database.write { transaction in
            _ = try journal.append(
                Event(
                    "runbook.refused", on: ObjectReference("runbook", name),
                    details: ["path": .string(path), "problem": .string(problem.message)]),
                by: Self.loader, in: transaction)
        }
        return FolderFault(path: path, runbook: name, message: problem.message, since: time.now())
    }

    /// Says on the journal that a file that could not be a runbook is one now, or gone.
    func accept(_ path: String, name: String) async throws {
        let journal = journal
        try await database.write { transaction in
            _ = try journal.append(
                Event("runbook.mended", on: ObjectReference("runbook", name), details: ["path": .string(path)]),
                by: Self.loader, in: transaction)
        }
    }

    /// Marks what stood in the folder and is not there any more; it can be imported over from now on.
    func release(allBut names: Set<String>) async throws {
        struct Name: Decodable { let name: String }
        let (journal, time) = (journal, time)
        try await database.write { transaction in
            let standing = try transaction.all(
                "/* scan: all of the folder's */ SELECT name FROM runbooks WHERE origin = 'folder'", as: Name.self)
            for gone in standing.map(\.name) where !names.contains(gone) {
                let now = time.now()
                try transaction.execute(
                    "UPDATE runbooks SET origin = 'import', gone = \(now), updated = \(now) WHERE name = \(gone)")
                try journal.append(
                    Event("runbook.gone", on: ObjectReference("runbook", gone), details: ["origin": "import"]),
                    by: Self.loader, in: transaction)
            }
        }
    }
}
