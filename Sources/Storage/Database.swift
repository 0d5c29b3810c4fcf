import Essentials
import Foundation
import GRDB
import Glibc

/// The one small door to everything that is kept: `read` sees one state, `write` changes all of it or nothing.
///
/// SQLite behind it, in WAL with FULL synchronisation: what `write` has answered survives a power cut.
package final class Database: Sendable {
    package struct Options: Sendable {
        /// Holds the folder for one server; commands that work beside a server leave it.
        package var isServer = false
        /// Explains every statement and refuses full scans; for tests.
        package var explainer: Explainer?

        package init(isServer: Bool = false, explainer: Explainer? = nil) {
            self.isServer = isServer
            self.explainer = explainer
        }
    }

    package static let fileName = "runbook.db"
    private static let surveysAtOnce = 2
    private static let readsAtOnce = 4
    /// A commit that finds so many in the log, 16 MB, folds them into the database.
    private static let foldedPages = 4000

    package let folder: String
    /// Of this database, made once; the journal's chain begins with it.
    package let instance: String

    private let pool: DatabasePool
    private let readers: Readers
    private let leader: CommitLeader
    private let surveys = OperationQueue()
    private let explainer: Explainer?
    private let lock: FolderLock?

    /// Opens `folder/runbook.db`, makes both when they are missing, and migrates.
    /// - Throws: `Problem` when the folder can't be written, another server holds it, or the file is newer than this
    ///   program or not a Runbook database.
    package init(folder: String, options: Options = Options()) throws {
        self.folder = folder
        explainer = options.explainer
        try DataFolder.prepare(folder)
        lock = options.isServer ? try FolderLock.serving(folder) : nil
        let opening = try FolderLock.opening(folder)
        defer { withExtendedLifetime(opening) {} }
        let path = folder + "/" + Self.fileName
        do {
            guard LogSync.registration == .SQLITE_OK else {
                throw DatabaseError(resultCode: LogSync.registration)
            }
            try DatabaseFile.refuseForeign(path)
            var configuration = Configuration()
            configuration.busyMode = .timeout(10)
            configuration.maximumReaderCount = Self.surveysAtOnce
            configuration.label = "runbook"
            pool = try DatabasePool(path: path, configuration: configuration)
            try Migrations.apply(to: pool)
            // GRDB's pool sets NORMAL after `prepareDatabase`, so it has to be said once more.
            try pool.writeWithoutTransaction { connection in
                try connection.execute(sql: "PRAGMA synchronous = FULL")
                // What is erased is overwritten, not left lying in a free page; FAST would leave it there.
                try connection.execute(sql: "PRAGMA secure_delete = ON")
                // A change of more than sixteen pages would copy them to a file first, for its savepoint, outside this folder.
                try connection.execute(sql: "PRAGMA temp_store = MEMORY")
                // At SQLite's 1000 every ninetieth opened incident waits 1 ms for it (decision 0025).
                try connection.execute(sql: "PRAGMA wal_autocheckpoint = \(Self.foldedPages)")
            }
            readers = try Readers(path: path, count: Self.readsAtOnce, configuration: configuration)
            guard let instance = try pool.read({ try String.fetchOne($0, sql: "SELECT id FROM instance LIMIT 1") })
            else { throw Problem.invalid("\(path) has lost its instance id: restore it from a backup.") }
            self.instance = instance
        } catch let error as DatabaseError where error.resultCode == .SQLITE_NOTADB {
            throw Problem.invalid("\(path) is not a Runbook database: name another folder with --data.")
        } catch let error as DatabaseError where error.resultCode == .SQLITE_CORRUPT {
            throw Problem.invalid("\(path) is damaged: restore it from a backup.")
        } catch {
            throw translated(error)
        }
        chmod(path, 0o600)
        surveys.maxConcurrentOperationCount = Self.surveysAtOnce
        leader = CommitLeader(pool: pool, explainer: explainer)
        // What was to be found when the server ended.
        if options.isServer { leader.absorbSearchBacklog() }
    }

    /// Reads on the thread of the caller: what is found by an index takes microseconds, less than a change of threads does
    /// (decision 0006). What reads much says `survey`.
    package func read<Value: Sendable>(_ body: @Sendable (Reader) throws -> Value) async throws -> Value {
        try readHere(isolated: true, body)
    }

    /// The same for a single statement, which sees one state by itself: it needs no transaction around it.
    package func look<Value: Sendable>(_ body: @Sendable (Reader) throws -> Value) async throws -> Value {
        try readHere(isolated: false, body)
    }

    private func readHere<Value>(isolated: Bool, _ body: (Reader) throws -> Value) throws -> Value {
        do {
            return try readers.read(isolated: isolated) { try body(Reader($0, explainer: explainer)) }
        } catch {
            throw translated(error)
        }
    }

    /// Reads much, on a thread of its own, so that others go on; a few at a time.
    package func survey<Value: Sendable>(
        _ body: @escaping @Sendable (Reader) throws -> Value
    ) async throws -> Value {
        let (pool, explainer) = (pool, explainer)
        return try await withCheckedThrowingContinuation { continuation in
            surveys.addOperation {
                do {
                    continuation.resume(returning: try pool.read { try body(Reader($0, explainer: explainer)) })
                } catch {
                    continuation.resume(throwing: translated(error))
                }
            }
        }
    }

    /// Carries out a change and returns when it is durable. Changes that arrive together share a commit.
    /// A caller that is cancelled meanwhile still gets its answer: the change is made or not, never unknown.
    package func write<Value: Sendable>(
        _ body: @escaping @Sendable (Transaction) throws -> Value
    ) async throws -> Value {
        try await leader.commit(body)
    }

    /// The same for a caller who makes an answer of what the change came to: it is made while the disk is at work, and given
    /// out, like an error of `answer`, only once the change is durable (decision 0023). `answer` reads nothing from here: nobody
    /// sees the change yet.
    /// - Parameter withholding: gives the answer out in our stead; then it is returned before the change is durable, if it can
    ///   be held (decision 0027).
    package func write<Value: Sendable, Answer: Sendable>(
        _ body: @escaping @Sendable (Transaction) throws -> Value, withholding: Withholding? = nil,
        answering answer: (Value) throws -> Answer
    ) async throws -> Answer {
        try await leader.commit(body, preparing: answer, withholding: withholding)
    }

    /// Says that a `write` will follow, in a request that is being read: what takes it is awake by then (decision 0025).
    package func expectWrite() { leader.expect() }

    /// Carries out a change a second later; of several under one name only the last. For what may be lost with the process,
    /// such as how far a reader has come that may read again.
    package func writeSoon(_ name: String, _ body: @escaping @Sendable (Transaction) throws -> Void) {
        leader.ride(name, body)
    }

    /// Lets things be found that events on the journal tell of.
    package func feedSearch(_ feed: SearchFeed) {
        leader.feed(feed)
        if lock != nil { leader.absorbSearchBacklog() }
    }

    /// Lets a search that follows find all that was committed before.
    package func prepareSearch() async throws {
        if leader.hasSearchBacklog { try await leader.absorbSearchBacklog() }
    }

    /// Folds the log into the file and closes; waits for readers and the writer.
    /// - Throws: `Problem` when the disk has no room for that. Nothing is lost: what is in the log is read from there.
    package func close() throws {
        leader.settle()
        try readers.close()
        do {
            try pool.writeWithoutTransaction { connection in
                _ = try connection.checkpoint(.truncate)
            }
        } catch {
            try pool.close()
            throw translated(error)
        }
        try pool.close()
    }

    /// What SQLite says of its writer: `synchronous` (2 is FULL) and `journal_mode`.
    package func writerSettings() throws -> (synchronous: Int, journalMode: String) {
        try pool.writeWithoutTransaction { connection in
            (
                try Int.fetchOne(connection, sql: "PRAGMA synchronous") ?? -1,
                try String.fetchOne(connection, sql: "PRAGMA journal_mode") ?? ""
            )
        }
    }

    /// Bytes of the database and its log on disk.
    package var size: Int64 {
        ["", "-wal"].reduce(0) { sum, suffix in
            var status = stat()
            return stat(folder + "/" + Self.fileName + suffix, &status) == 0 ? sum + Int64(status.st_size) : sum
        }
    }
}

extension Database {
    /// Reads and writes once, changing nothing.
    package func check() async throws {
        _ = try await read { try $0.integer("SELECT 1") }
        try await write { transaction in
            _ = try transaction.execute("DELETE FROM idempotency WHERE actor = '' AND key = ''")
        }
    }
}
