import Essentials
import Storage
import Testing

struct `Changes that are expected` {
    let folder: TemporaryFolder
    let database: Database

    init() async throws {
        folder = try TemporaryFolder()
        database = try await Notes.database(in: folder)
    }

    @Test func `one that comes is a commit like others`() async throws {
        let before = try WriteAheadLog(of: folder).commits
        for number in 0..<50 {
            database.expectWrite()
            try await database.write { try Notes.add(number, in: $0) }
        }
        #expect(try await Notes.ids(in: database) == Array(0..<50))
        #expect(try WriteAheadLog(of: folder).commits - before == 50)
    }

    @Test func `one whose answer is made beside the disk's work is read when it is given`() async throws {
        for number in 0..<50 {
            database.expectWrite()
            let answer = try await database.write({ try Notes.add(number, in: $0) }, answering: { "made" })
            #expect(answer == "made")
            #expect(try await Notes.ids(in: database).last == number)
        }
    }

    @Test func `where none comes nothing has changed, and others write`() async throws {
        let before = try WriteAheadLog(of: folder).commits
        for _ in 0..<20 { database.expectWrite() }
        // Opened beside it, as a command on the data folder does.
        let other = try Database(folder: folder.path)
        try await other.write { try Notes.add(1, in: $0) }
        try other.close()
        #expect(try await Notes.ids(in: database) == [1])
        try await database.write { try Notes.add(2, in: $0) }
        #expect(try await Notes.ids(in: database) == [1, 2])
        #expect(try WriteAheadLog(of: folder).commits - before <= 2)
    }

    @Test func `one that fails takes back what it did`() async throws {
        for number in 0..<20 {
            database.expectWrite()
            await #expect(throws: Odd(number: number)) {
                try await database.write { transaction in
                    try Notes.add(number, in: transaction)
                    throw Odd(number: number)
                }
            }
        }
        #expect(try await Notes.ids(in: database) == [])
    }

    @Test func `many at once are each made once`() async throws {
        await withThrowingTaskGroup(of: Void.self) { [database] group in
            for number in 0..<400 {
                group.addTask {
                    database.expectWrite()
                    // As a request that is refused.
                    if number % 4 == 3 { return }
                    try await database.write { try Notes.add(number, in: $0) }
                }
            }
        }
        #expect(try await Notes.ids(in: database) == (0..<400).filter { $0 % 4 != 3 })
    }

    @Test func `one that comes while another program holds the database is refused with a sentence`() async throws {
        let other = try Python.start(
            """
            import sqlite3, sys
            database = sqlite3.connect(sys.argv[1], isolation_level=None)
            database.execute("BEGIN IMMEDIATE")
            print("held", flush=True)
            sys.stdin.read()
            """, folder.file("runbook.db"))
        #expect(other.line() == "held")
        database.expectWrite()
        let problem = await #expect(throws: Problem.self) {
            try await database.write { try Notes.add(1, in: $0) }
        }
        #expect(problem?.code == .unavailable)
        #expect(problem?.message.contains("Another program holds the database") == true)
        try other.end()
        try await database.write { try Notes.add(2, in: $0) }
        #expect(try await Notes.ids(in: database) == [2])
    }

    @Test func `one is waited for when the database is closed, and is none afterwards`() async throws {
        database.expectWrite()
        try database.close()
        database.expectWrite()
        await #expect(throws: (any Error).self) {
            try await database.write { try Notes.add(1, in: $0) }
        }
        let reopened = try Database(folder: folder.path)
        #expect(try await Notes.ids(in: reopened) == [])
        try reopened.close()
    }
}
