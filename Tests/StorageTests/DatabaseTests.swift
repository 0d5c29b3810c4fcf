import Essentials
import Foundation
import Storage
import Testing

struct `A database` {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func open() throws -> Database {
        try Database(folder: folder.file("data"), options: .init(explainer: Explainer()))
    }

    private func mode(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    @Test func `a missing folder is made, and its owner alone may look into it`() throws {
        _ = try open()
        #expect(try mode(folder.file("data")) == 0o700)
        #expect(try mode(folder.file("data/runbook.db")) == 0o600)
    }

    @Test func `the writer waits until the disk has it`() throws {
        let settings = try open().writerSettings()
        #expect(settings.synchronous == 2)
        #expect(settings.journalMode == "wal")
    }

    @Test func `the log is folded into the database when it has 4000 pages, and begun again`() async throws {
        let database = try open()
        try await Notes.create(in: database)
        let text = String(repeating: "x", count: 4 << 20)
        for id in 1...12 { try await database.write { try Notes.add(id, text, in: $0) } }
        let log = try FileManager.default.attributesOfItem(atPath: folder.file("data/runbook.db-wal"))
        let size = try #require(log[.size] as? Int)
        #expect((4000 * 4096..<5100 * 4120).contains(size))
    }

    @Test func `a large change copies nothing into files outside the folder`() async throws {
        let database = try open()
        try await Notes.create(in: database)
        try await database.write { transaction in
            for id in 1...2000 { try Notes.add(id, in: transaction) }
        }
        // Of changes that share a commit each has a savepoint, and this one more pages than SQLite copies in memory.
        let results = try await HeldWriter(database).crowd(of: 8) { number in
            try await database.write { transaction in
                let text = String(repeating: "\(number)", count: 500)
                try transaction.execute("UPDATE notes SET text = \(text) /* scan: a test changes all */")
                let files = "/proc/self/fd"
                return try FileManager.default.contentsOfDirectory(atPath: files).compactMap {
                    try? FileManager.default.destinationOfSymbolicLink(atPath: "\(files)/\($0)")
                }
            }
        }
        let names = try results.flatMap { try $0.get() }
        #expect(names.contains { $0.contains("runbook.db-wal") })
        #expect(!names.contains { $0.contains("etilqs_") }, "SQLite's temporary files are called so")
    }

    @Test func `what was written is there after opening again, under the same instance`() async throws {
        let first = try open()
        try await Notes.create(in: first)
        try await first.write { try Notes.add(1, in: $0) }
        let instance = first.instance
        try first.close()
        let second = try open()
        #expect(second.instance == instance)
        #expect(try await Notes.ids(in: second) == [1])
    }

    @Test func `no two databases are the same instance`() throws {
        let other = try TemporaryFolder()
        #expect(try open().instance != Database(folder: other.path).instance)
    }

    @Test func `several that open a new folder at the same moment make one database`() async throws {
        for round in 0..<5 {
            let path = folder.file("round\(round)")
            let instances = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<4 { group.addTask { try Database(folder: path).instance } }
                return try await group.reduce(into: Set<String>()) { $0.insert($1) }
            }
            #expect(instances.count == 1)
        }
    }

    @Test(arguments: [
        "'); DROP TABLE notes; --", "\"; DELETE FROM notes WHERE \"\"=\"", "?", "\\'", "💥\u{202E}", "",
    ])
    func `a value is bound whatever is in it, and comes back as it was`(text: String) async throws {
        let database = try open()
        try await Notes.create(in: database)
        try await database.write { transaction in
            try Notes.add(1, text, in: transaction)
            try Notes.add(2, "other", in: transaction)
        }
        let (found, count) = try await database.read { reader in
            (
                try reader.integer("SELECT id FROM notes WHERE id < 9 AND text = \(text) AND id > 0"),
                try reader.integer("SELECT count(*) FROM notes WHERE id > 0")
            )
        }
        #expect(found == 1)
        #expect(count == 2)
    }

    @Test func `a text that would be cut at a NUL is refused, in writing and in reading`() async throws {
        let database = try open()
        try await Notes.create(in: database)
        let inWriting = await #expect(throws: Problem.self) {
            try await database.write { try Notes.add(1, "Ada\0Eve", in: $0) }
        }
        #expect(inWriting?.code == .invalid)
        let inReading = await #expect(throws: Problem.self) {
            try await database.read { try $0.exists("SELECT 1 WHERE \("Ada\0Eve") = 'Ada'") }
        }
        #expect(inReading == inWriting)
        #expect(try await Notes.ids(in: database) == [])
    }

    @Test func `a fragment brings its own values along, in their order`() async throws {
        let database = try open()
        let filter: SQL = "AND \(2) = \(2)"
        let none: String? = nil
        let text = try await database.read { reader in
            try reader.text("SELECT 'yes' WHERE \(1) = \(1) \(filter) AND \(none) IS NULL AND \(3) = 3")
        }
        #expect(text == "yes")
    }

    @Test func `values come back as what they went in as`() async throws {
        struct Row: Decodable, Equatable {
            let text: String
            let bytes: Data
            let time: Timestamp
            let id: ID<Row>
            let yes: Bool
            let big: Int64
            let real: Double
            let none: String?
            let role: Role
        }
        let row = Row(
            text: "ü", bytes: Data([0, 255]), time: Timestamp(microseconds: -7), id: ID("x"), yes: true, big: .min,
            real: 0.1, none: nil, role: .viewer)
        let read = try await open().read { reader in
            try reader.first(
                """
                SELECT \(row.text) AS text, \(row.bytes) AS bytes, \(row.time) AS time, \(row.id) AS id,
                    \(row.yes) AS yes, \(row.big) AS big, \(row.real) AS real, \(row.none) AS none, \(row.role) AS role
                """, as: Row.self)
        }
        #expect(read == row)
    }

    @Test func `a reader sees one state, whatever is written meanwhile`() async throws {
        let database = try open()
        let side = ThreadExecutor()
        try await Notes.create(in: database)
        let (before, after) = try await database.read { reader in
            let before = try reader.integer("SELECT count(*) FROM notes WHERE id > 0")
            // The write goes through while this reader is open: readers never wait for the writer, nor it for them.
            let isWritten = DispatchSemaphore(value: 0)
            // On a thread of its own: this one is blocked, and a test of another suite may hold the other one of two.
            Task(executorPreference: side) {
                try await database.write { try Notes.add(1, in: $0) }
                isWritten.signal()
            }
            isWritten.wait()
            return (before, try reader.integer("SELECT count(*) FROM notes WHERE id > 0"))
        }
        #expect(before == 0)
        #expect(after == 0)
        #expect(try await Notes.ids(in: database) == [1])
    }

    @Test func `rows can be taken one at a time, and the taking ended`() async throws {
        struct Enough: Error {}
        struct Row: Decodable { let id: Int }
        let database = try open()
        try await Notes.create(in: database)
        try await database.write { transaction in
            for id in 1...100 { try Notes.add(id, in: transaction) }
        }
        let taken = try await database.read { reader in
            var taken: [Int] = []
            #expect(throws: Enough.self) {
                try reader.each("SELECT id FROM notes WHERE id > 0 ORDER BY id", as: Row.self) { row in
                    taken.append(row.id)
                    if taken.count == 3 { throw Enough() }
                }
            }
            return taken
        }
        #expect(taken == [1, 2, 3])
    }
}

/// Runs tasks on a thread that nothing else uses.
private final class ThreadExecutor: TaskExecutor {
    private let queue = DispatchQueue(label: "runbook.test")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
