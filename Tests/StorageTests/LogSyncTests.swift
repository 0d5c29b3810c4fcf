import Essentials
import Foundation
import Storage
import Synchronization
import Testing

struct `What a commit appends to the log` {
    let folder: TemporaryFolder
    let database: Database

    init() async throws {
        folder = try TemporaryFolder()
        database = try await Notes.database(in: folder)
    }

    /// Of another program, which shares neither this process nor what it does with the log.
    private static let stranger = """
        import sqlite3, sys
        path, number = sys.argv[1].rsplit(":", 1)
        other = sqlite3.connect(path)
        assert other.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        with other:
            other.execute("INSERT INTO notes (id, text) VALUES (?, 'of another program')", (int(number),))
            for page in range(4):
                other.execute("UPDATE notes SET text = ? WHERE id = ?", (f"{number}" * 1900, 1000550 + page))
        """

    private static let visitor = """
        import sqlite3, sys
        path, number = sys.argv[1].rsplit(":", 1)
        other = sqlite3.connect(path)
        with other:
            other.execute("INSERT INTO guarded (id) VALUES (?)", (int(number),))
        """

    private static func text(_ character: Character) -> String { String(repeating: character, count: 4000) }

    /// Changes as many pages of notes, and takes that back.
    private static func takeBack(_ count: Int, of database: Database, _ error: Odd) async throws {
        try await database.write { transaction in
            for id in 0..<count {
                try transaction.execute("UPDATE notes SET text = \(text("z")) WHERE id = \(1_000_000 + id)")
            }
            throw error
        }
    }

    @Test func `it hands over together, and not page by page`() async throws {
        await #expect(processExitsWith: .success) { [folder = folder.path as String] in
            func calls() throws -> Int {
                let counts = try String(contentsOfFile: "/proc/self/io", encoding: .utf8)
                let line = try #require(counts.split(separator: "\n").first { $0.hasPrefix("syscw: ") })
                return try #require(Int(line.dropFirst("syscw: ".count)))
            }
            let database = try Database(folder: folder)
            try await database.write { try Notes.add(1, in: $0) }
            let before = try calls()
            try await database.write { transaction in
                for id in 2...41 { try Notes.add(id, String(repeating: "x", count: 3000), in: transaction) }
            }
            // Forty pages, whose frames would be eighty writes.
            try #require(try calls() - before < 20)
        }
    }

    @Test func `what is taken back comes to stand over nothing that others wrote after it`() async throws {
        let path = folder.file("runbook.db")
        let pages = 1_000_000..<1_000_600
        try await database.write { transaction in
            for id in pages { try Notes.add(id, Self.text("y"), in: transaction) }
        }
        // With the notes in the database and not in the log: to read one hands over what was gathered.
        try self.database.close()
        let database = try Database(folder: folder.path)
        var kept: [Int] = []
        for round in 0..<36 {
            // About as many as the writer's cache holds: of some changes a few pages go to the log before they are taken back.
            await #expect(throws: Odd(number: round)) {
                try await Self.takeBack(416 + round * 2, of: database, Odd(number: round))
            }
            if round % 3 < 2 {
                try Python.run(Self.stranger, "\(path):\(round * 2)")
                kept.append(round * 2)
            }
            if round % 3 > 0 {
                try await database.write { try Notes.add(round * 2 + 1, in: $0) }
                kept.append(round * 2 + 1)
            }
            #expect(try await Notes.ids(in: database) == kept.sorted() + pages)
        }
        #expect(try await database.read { try $0.text("PRAGMA integrity_check") } == "ok")
        try database.close()
        let again = try Database(folder: folder.path)
        #expect(try await Notes.ids(in: again) == kept.sorted() + pages)
        let changed = try await again.read { reader in
            try reader.integer("SELECT count(*) FROM notes WHERE text = \(Self.text("z")) /* scan: a test wants all */")
        }
        #expect(changed == 0)
    }

    /// A statement that fails with a full disk takes back itself alone, where it may also be refused; and then there is room again.
    @Test(.enabled(if: SmallDisk.isPermitted, "mounting needs root"))
    func `what the disk did not take of a change is missed when it is committed`() async throws {
        let disk = try SmallDisk(at: folder.file("disk"), megabytes: 24)
        defer { disk.unmount() }
        let pages = 0..<600
        let first = try Database(folder: disk.path)
        try await Notes.create(in: first)
        try await first.write { transaction in
            for id in pages { try Notes.add(id, Self.text("y"), in: transaction) }
            try transaction.execute("CREATE TABLE guarded (id INTEGER NOT NULL PRIMARY KEY) STRICT")
            try transaction.execute(
                """
                CREATE TRIGGER guarded_ids BEFORE INSERT ON guarded WHEN NEW.id < 0
                BEGIN SELECT RAISE(ABORT, 'guarded'); END
                """)
        }
        try first.close()
        var refusals = 0
        let gaps = Mutex(0)
        for round in 0..<28 {
            // With an empty log, in which then the page stands that the change will read.
            let database = try Database(folder: disk.path)
            defer { #expect(throws: Never.self) { try database.close() } }
            try Python.run(Self.visitor, "\(disk.path)/runbook.db:\(round * 2)")
            let mark = "\(round)"
            try disk.fill(leaving: 8192)
            let result: Result<Void, any Error>
            do {
                try await database.write { transaction in
                    for id in pages.prefix(412 + round * 2) {
                        try transaction.execute(
                            "UPDATE notes SET text = \(Self.text("z") + mark) WHERE id = \(id)")
                    }
                    do {
                        try transaction.execute("INSERT INTO guarded (id) VALUES (\(round * 2 + 1))")
                    } catch {
                        // The caller thinks that it can do without.
                        gaps.withLock { $0 += 1 }
                        try disk.empty()
                    }
                }
                result = .success(())
            } catch {
                result = .failure(error)
            }
            if FileManager.default.fileExists(atPath: disk.path + "/ballast") { try disk.empty() }
            let changed = try await database.read { reader in
                try reader.integer(
                    "SELECT count(*) FROM notes WHERE text = \(Self.text("z") + mark) /* scan: a test wants all */")
            }
            switch result {
            case .success: #expect(changed == Int64(412 + round * 2))
            case .failure(let error):
                refusals += 1
                #expect(changed == 0 && (error as? Problem)?.code == .unavailable, "\(error)")
            }
            #expect(try await database.read { try $0.text("PRAGMA integrity_check") } == "ok")
        }
        #expect(refusals > 0 && gaps.withLock { $0 } > 0)
    }

    @Test func `a change that is larger than what is gathered stands there whole`() async throws {
        let texts = (0..<1500).map { String(repeating: Character(Unicode.Scalar(97 + UInt8($0 % 26))), count: $0 * 7) }
        try await database.write { transaction in
            for (id, text) in texts.enumerated() { try Notes.add(id, text, in: transaction) }
        }
        #expect(try WriteAheadLog(of: folder).commits >= 2)
        struct Row: Decodable { let text: String }
        let reopened = try Database(folder: folder.path)
        let stored = try await reopened.read { reader in
            try reader.all("SELECT text FROM notes ORDER BY id /* scan: a test wants all */", as: Row.self).map(\.text)
        }
        #expect(stored == texts)
    }
}
