import Essentials
import Logging
import Storage
import Synchronization
import Testing

@testable import Journal

@Suite struct ReactionTests {
    private static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// What a reaction was called with, and a wait for it.
    private final class Calls: Sendable {
        private let seqs = Mutex<[Int64]>([])
        private let stream = AsyncStream<Int64>.makeStream()

        var all: [Int64] { seqs.withLock { $0 } }

        func note(_ seq: Int64) {
            seqs.withLock { $0.append(seq) }
            stream.continuation.yield(seq)
        }

        func reached(_ last: Int64) async {
            for await seq in stream.stream where seq >= last { return }
        }
    }

    private func append(_ kinds: String..., to journal: Journal) async throws {
        for kind in kinds {
            try await journal.database.write { transaction in
                _ = try journal.append(Event(kind), by: .system("test"), in: transaction)
            }
        }
    }

    /// Reacts until it was called with an event.
    private func react(_ reaction: Reaction, _ journal: Journal, _ calls: Calls, until last: Int64) async throws {
        let task = Task { try await journal.react(reaction, logger: Self.logger) }
        await calls.reached(last)
        task.cancel()
        _ = await task.result
    }

    @Test func `a reaction answers what happened while nobody listened, and nothing from before it was enrolled`()
        async throws
    {
        let fixture = try Fixture()
        let journal = fixture.journal
        let calls = Calls()
        let reaction = Reaction("count", on: ["b"]) { calls.note($0.seq) }
        try await append("b", "a", to: journal)
        try await journal.enrol([reaction])
        try await append("a", "b", "b", to: journal)
        try await react(reaction, journal, calls, until: 5)
        #expect(calls.all == [4, 5])
    }

    @Test func `after a restart a reaction goes on from its place, also when it is enrolled again`() async throws {
        let fixture = try Fixture()
        let journal = fixture.journal
        let calls = Calls()
        let reaction = Reaction("count", on: ["b"]) { calls.note($0.seq) }
        try await journal.enrol([reaction])
        try await append("b", "b", to: journal)
        try await react(reaction, journal, calls, until: 2)
        try await journal.enrol([reaction])
        try await append("b", to: journal)
        let first = calls.all
        try await react(reaction, journal, calls, until: 3)
        // What came within a second before an end may come twice, none is left out.
        let second = Array(calls.all.dropFirst(first.count))
        #expect(first == [1, 2] && second.last == 3)
        #expect([[3], [2, 3], [1, 2, 3]].contains(second), "in order: \(second)")
    }

    @Test func `an event that a verb refuses holds up none of those after it`() async throws {
        let fixture = try Fixture()
        let journal = fixture.journal
        let calls = Calls()
        let reaction = Reaction("count", on: ["b"]) { event in
            if event.seq == 1 { throw Problem.conflict("No.") }
            calls.note(event.seq)
        }
        try await journal.enrol([reaction])
        try await append("b", "b", to: journal)
        try await react(reaction, journal, calls, until: 2)
        #expect(calls.all == [2])
    }

    @Test func `thousands of events of other kinds move its place too`() async throws {
        let fixture = try Fixture()
        let journal = fixture.journal
        let calls = Calls()
        let reaction = Reaction("count", on: ["b"]) { calls.note($0.seq) }
        try await journal.enrol([reaction])
        try await journal.database.write { transaction in
            for _ in 0..<1200 { _ = try journal.append(Event("a"), by: .system("test"), in: transaction) }
        }
        try await append("b", to: journal)
        try await react(reaction, journal, calls, until: 1201)
        #expect(calls.all == [1201])
    }

    @Test func `one that is woken now and then answers all that came meanwhile, each once and in order`() async throws {
        let fixture = try Fixture()
        let journal = fixture.journal
        let calls = Calls()
        let reaction = Reaction("count", on: ["b"], pause: .milliseconds(30)) { calls.note($0.seq) }
        try await journal.enrol([reaction])
        let task = Task { try await journal.react(reaction, logger: Self.logger) }
        try await append("b", to: journal)
        await calls.reached(1)
        // Some come alone, some together, and more at once than are held back.
        for _ in 0..<20 { try await append("b", to: journal) }
        try await journal.database.write { transaction in
            for _ in 0..<1500 { _ = try journal.append(Event("b"), by: .system("test"), in: transaction) }
        }
        for _ in 0..<20 { try await append("b", "a", to: journal) }
        await calls.reached(1559)
        task.cancel()
        _ = await task.result
        #expect(calls.all == (1...1521).map { $0 } + stride(from: 1522, through: 1560, by: 2).map { $0 })
    }
}
