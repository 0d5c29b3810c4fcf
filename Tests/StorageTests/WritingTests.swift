import Essentials
import Storage
import Synchronization
import Testing

struct `Changes that arrive together` {
    let folder: TemporaryFolder
    let database: Database

    init() async throws {
        folder = try TemporaryFolder()
        database = try await Notes.database(in: folder)
    }

    @Test func `they share commits`() async throws {
        let before = try WriteAheadLog(of: folder).commits
        let results = try await HeldWriter(database).crowd(of: 100) { [database] number in
            try await database.write { try Notes.add(number, in: $0) }
        }
        for result in results { try result.get() }
        #expect(try await Notes.ids(in: database) == Array(0..<100))
        // One for the hundred; a few tasks may have been overtaken between their arrival and their write.
        let commits = try WriteAheadLog(of: folder).commits - before
        #expect((1...20).contains(commits))
    }

    @Test func `changes that come one after the other are a commit each`() async throws {
        let before = try WriteAheadLog(of: folder).commits
        for number in 0..<10 { try await database.write { try Notes.add(number, in: $0) } }
        #expect(try WriteAheadLog(of: folder).commits - before == 10)
    }

    @Test func `what nobody waits for is committed at once a while later, the last of its name alone`() async throws {
        let before = try WriteAheadLog(of: folder).commits
        for number in 0..<5 { database.writeSoon("a") { try Notes.add(number, in: $0) } }
        database.writeSoon("b") { try Notes.add(10, in: $0) }
        // It costs nobody else's commit anything.
        try await database.write { try Notes.add(20, in: $0) }
        #expect(try await Notes.ids(in: database) == [20])
        while try await Notes.ids(in: database).count < 3 { try await Task.sleep(for: .milliseconds(20)) }
        #expect(try await Notes.ids(in: database) == [4, 10, 20])
        #expect(try WriteAheadLog(of: folder).commits - before == 2)
    }

    @Test func `what rides and fails takes nothing with it`() async throws {
        database.writeSoon("odd") { transaction in
            try Notes.add(1, in: transaction)
            throw Odd(number: 1)
        }
        database.writeSoon("even") { try Notes.add(4, in: $0) }
        try await database.write { try Notes.add(2, in: $0) }
        await #expect(throws: Odd.self) {
            try await database.write { transaction in
                try Notes.add(3, in: transaction)
                throw Odd(number: 3)
            }
        }
        while try await Notes.ids(in: database).count < 2 { try await Task.sleep(for: .milliseconds(20)) }
        #expect(try await Notes.ids(in: database) == [2, 4])
    }

    @Test func `what rides goes by itself when nobody commits, and before the database is closed`() async throws {
        database.writeSoon("a") { try Notes.add(1, in: $0) }
        while try await Notes.ids(in: database).isEmpty { try await Task.sleep(for: .milliseconds(20)) }
        database.writeSoon("a") { try Notes.add(2, in: $0) }
        try database.close()
        let reopened = try Database(folder: folder.path)
        #expect(try await Notes.ids(in: reopened) == [1, 2])
        try reopened.close()
    }

    @Test func `one that fails takes back what it did, and nothing else`() async throws {
        let results = try await HeldWriter(database).crowd(of: 40) { [database] number in
            try await database.write { transaction in
                try Notes.add(number, in: transaction)
                if number % 2 == 1 { throw Odd(number: number) }
                return number
            }
        }
        for (number, result) in results.enumerated() {
            switch result {
            case .success(let value): #expect(value == number && number % 2 == 0)
            case .failure(let error): #expect(error as? Odd == Odd(number: number))
            }
        }
        #expect(try await Notes.ids(in: database) == stride(from: 0, to: 40, by: 2).map { $0 })
    }

    @Test func `one that breaks a rule of the database takes nothing with it`() async throws {
        let results = try await HeldWriter(database).crowd(of: 20) { [database] number in
            try await database.write { transaction in
                try Notes.add(100 + number, in: transaction)
                try Notes.add(number / 2, in: transaction)
            }
        }
        let succeeded = results.indices.filter { index in
            if case .success = results[index] { true } else { false }
        }
        #expect(succeeded.count == 10)
        #expect(try await Notes.ids(in: database) == Array(0..<10) + succeeded.map { 100 + $0 })
    }

    @Test func `one alone that fails leaves nothing either`() async throws {
        await #expect(throws: Odd(number: 1)) {
            try await database.write { transaction in
                try Notes.add(1, in: transaction)
                throw Odd(number: 1)
            }
        }
        #expect(try await Notes.ids(in: database) == [])
    }

    @Test func `a caller that is cancelled gets its answer, and the others theirs`() async throws {
        let writer = await HeldWriter(database)
        let cancelled = Task { [database] in
            try await database.write { transaction in
                try Notes.add(1, in: transaction)
                try Notes.add(2, in: transaction)
                return "made"
            }
        }
        cancelled.cancel()
        let others = try await writer.crowd(of: 10) { [database] number in
            try await database.write { try Notes.add(10 + number, in: $0) }
        }
        #expect(try await cancelled.value == "made")
        for other in others { try other.get() }
        #expect(try await Notes.ids(in: database) == [1, 2] + Array(10..<20))
    }

    @Test func `what follows a commit is done before the caller is answered, and never for a change that failed`()
        async throws
    {
        let done = Log()
        let results = try await HeldWriter(database).crowd(of: 20) { [database] number in
            try await database.write { transaction in
                transaction.afterCommit { done.add(number) }
                if number % 2 == 1 { throw Odd(number: number) }
            }
            #expect(done.numbers.contains(number))
        }
        #expect(results.count == 20)
        #expect(done.numbers.sorted() == stride(from: 0, to: 20, by: 2).map { $0 })
    }

    @Test func `what follows a commit comes in the order of the commits`() async throws {
        let done = Log()
        let results = try await HeldWriter(database).crowd(of: 50) { [database] _ in
            try await database.write { transaction in
                let next = (try transaction.integer("SELECT max(id) FROM notes") ?? 0) + 1
                try Notes.add(Int(next), in: transaction)
                transaction.afterCommit { done.add(Int(next)) }
            }
        }
        for result in results { try result.get() }
        #expect(done.numbers == Array(1...50))
    }
}

private final class Log: Sendable {
    private let entries = Mutex<[Int]>([])

    var numbers: [Int] { entries.withLock { $0 } }

    func add(_ number: Int) { entries.withLock { $0.append(number) } }
}
