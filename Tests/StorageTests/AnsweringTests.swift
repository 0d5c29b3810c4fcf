import Dispatch
import Essentials
import Storage
import Synchronization
import Testing

struct `Answers that are made while the disk is at work` {
    let folder: TemporaryFolder
    let database: Database

    init() async throws {
        folder = try TemporaryFolder()
        database = try await Notes.database(in: folder)
    }

    private func add(_ number: Int, answering answer: (Int) throws -> String = { "\($0)" }) async throws -> String {
        try await database.write(
            { transaction in
                try Notes.add(number, in: transaction)
                return number
            }, answering: answer)
    }

    @Test func `it is given once the change can be read`() async throws {
        #expect(try await add(1) == "1")
        #expect(try await Notes.ids(in: database) == [1])
    }

    @Test func `a lone change's is made before what follows the commit`() async throws {
        let made = DispatchSemaphore(value: 0)
        let outcomes = Mutex<[DispatchTimeoutResult]>([])
        _ = try await database.write(
            { transaction in
                try Notes.add(1, in: transaction)
                transaction.afterCommit {
                    let outcome = made.wait(timeout: .now() + 300)
                    outcomes.withLock { $0.append(outcome) }
                }
            }, answering: { made.signal() })
        #expect(outcomes.withLock { $0 } == [.success])
    }

    @Test func `it is not given when the commit fails`() async throws {
        try await database.write { transaction in
            try transaction.execute(
                "CREATE TABLE replies (note INTEGER REFERENCES notes (id) DEFERRABLE INITIALLY DEFERRED) STRICT")
            try transaction.execute("CREATE INDEX replies_by_note ON replies (note)")
        }
        let made = Mutex(0)
        let error = await #expect(throws: (any Error).self) {
            try await database.write(
                { transaction in
                    try Notes.add(1, in: transaction)
                    try transaction.execute("INSERT INTO replies (note) VALUES (99)")
                }, answering: { made.withLock { $0 += 1 } })
        }
        #expect(error.map { "\($0)" }?.contains("FOREIGN KEY") == true)
        #expect(made.withLock { $0 } == 0)
        #expect(try await Notes.ids(in: database) == [])
        #expect(try await add(2) == "2")
    }

    @Test func `one that can't be made leaves the change as it is`() async throws {
        await #expect(throws: Odd(number: 1)) {
            try await add(1) { throw Odd(number: $0) }
        }
        #expect(try await Notes.ids(in: database) == [1])
    }

    @Test func `a change that fails has none`() async throws {
        let made = Mutex(0)
        await #expect(throws: Odd(number: 1)) {
            try await database.write(
                { transaction in
                    try Notes.add(1, in: transaction)
                    throw Odd(number: 1)
                }, answering: { made.withLock { $0 += 1 } })
        }
        #expect(made.withLock { $0 } == 0)
        #expect(try await Notes.ids(in: database) == [])
    }

    /// What is said of the answers that are given out before their changes are durable.
    private final class Holder: Sendable {
        enum Event: Equatable { case held, durable, failed }

        private let events = Mutex<[Event]>([])
        private let isAble: Bool

        init(isAble: Bool = true) { self.isAble = isAble }

        var told: [Event] { events.withLock { $0 } }

        var withholding: Withholding {
            Withholding { [self] in
                guard isAble else { return nil }
                events.withLock { $0.append(.held) }
                return { [self] outcome in
                    let event: Event = if case .success = outcome { .durable } else { .failed }
                    events.withLock { $0.append(event) }
                }
            }
        }
    }

    private func add(_ number: Int, _ holder: Holder, isFailing: Bool = false) async throws -> String {
        try await database.write(
            { transaction in
                try Notes.add(number, in: transaction)
                if isFailing { throw Odd(number: number) }
                return number
            }, withholding: holder.withholding, answering: { "\($0)" })
    }

    @Test func `one that somebody holds is given before, and let go when the change is durable`() async throws {
        for number in 0..<20 {
            let holder = Holder()
            #expect(try await add(number, holder) == "\(number)")
            // Behind it in the queue: it is durable then.
            try await database.write { _ in }
            #expect([[.held, .durable], []].contains(holder.told), "held, or known to be durable before")
        }
        #expect(try await Notes.ids(in: database) == Array(0..<20))
    }

    @Test func `where it can't be held, or there is none, nobody is told`() async throws {
        let unable = Holder(isAble: false)
        #expect(try await add(1, unable) == "1")
        #expect(try await Notes.ids(in: database) == [1])
        let holder = Holder()
        await #expect(throws: Odd(number: 2)) { try await add(2, holder, isFailing: true) }
        await #expect(throws: Odd(number: 3)) {
            try await database.write(
                { try Notes.add(3, in: $0) }, withholding: holder.withholding, answering: { throw Odd(number: 3) })
        }
        #expect(unable.told == [] && holder.told == [])
        #expect(try await Notes.ids(in: database) == [1, 3])
    }

    @Test func `those that share a commit get theirs too, and who fails an error`() async throws {
        let results = try await HeldWriter(database).crowd(of: 40) { [database] number in
            try await database.write(
                { transaction in
                    try Notes.add(number, in: transaction)
                    if number % 2 == 1 { throw Odd(number: number) }
                    return number
                }, answering: { "\($0)" })
        }
        for (number, result) in results.enumerated() {
            switch result {
            case .success(let value): #expect(value == "\(number)" && number % 2 == 0)
            case .failure(let error): #expect(error as? Odd == Odd(number: number))
            }
        }
        #expect(try await Notes.ids(in: database) == stride(from: 0, to: 40, by: 2).map { $0 })
    }

    @Test func `a caller that is cancelled gets it all the same`() async throws {
        let writer = await HeldWriter(database)
        let cancelled = Task { [database] in
            try await database.write(
                { transaction in
                    try Notes.add(1, in: transaction)
                    return "made"
                }, answering: { $0 })
        }
        cancelled.cancel()
        try await writer.letGo()
        #expect(try await cancelled.value == "made")
        #expect(try await Notes.ids(in: database) == [1])
    }
}
