import Essentials
import Storage
import Testing

@testable import Journal

struct `The tail` {
    let fixture: Fixture

    init() throws { fixture = try Fixture() }

    @Test func `a listener is told every event once, in order, from many writers`() async throws {
        let fixture = fixture
        let stream = fixture.journal.tail.listen()
        let writers = Task {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<10 {
                    group.addTask { for _ in 0..<20 { try await fixture.append(Event("thing.done")) } }
                }
                try await group.waitForAll()
            }
        }
        var seqs: [Int64] = []
        for await event in stream {
            seqs.append(event.seq)
            if seqs.count == 200 { break }
        }
        try await writers.value
        #expect(seqs == Array(1...200))
    }

    @Test func `what a listener is told is what stands on the journal`() async throws {
        var listener = fixture.journal.tail.listen().makeAsyncIterator()
        try await fixture.append(2)
        let told = [await listener.next(), await listener.next()]
        #expect(told == (try await fixture.journal.events(PageRequest(), by: fixture.ada).items))
    }

    @Test func `an event that was taken back is never told`() async throws {
        struct Failure: Error {}
        var listener = fixture.journal.tail.listen().makeAsyncIterator()
        let (journal, ada) = (fixture.journal, fixture.ada)
        await #expect(throws: Failure.self) {
            try await fixture.database.write { transaction in
                try journal.append(Event("never.happened"), by: ada, in: transaction)
                throw Failure()
            }
        }
        try await fixture.append(Event("thing.done"))
        #expect(await listener.next()?.kind == "thing.done")
    }

    @Test func `a listener that falls behind sees a gap, and reads the rest from the journal`() async throws {
        var listener = fixture.journal.tail.listen().makeAsyncIterator()
        let (journal, ada) = (fixture.journal, fixture.ada)
        try await fixture.database.write { transaction in
            for _ in 0..<600 { try journal.append(Event("thing.done"), by: ada, in: transaction) }
        }
        let first = try #require(await listener.next()?.seq)
        #expect(first > 1)
        var last = first
        while last < 600, let event = await listener.next() {
            #expect(event.seq == last + 1)
            last = event.seq
        }
        #expect(last == 600)
        #expect(try await journal.events(after: 0).first?.seq == 1)
    }

    @Test func `a listener that goes is forgotten`() async throws {
        let tail = fixture.journal.tail
        #expect(tail.count == 0)
        let stream = tail.listen()
        #expect(tail.count == 1)
        let reader = Task { for await _ in stream {} }
        reader.cancel()
        await reader.value
        #expect(tail.count == 0)
    }

    @Test func `who asks for some kinds is woken for these alone, and learns of what it may have missed`() async throws
    {
        let fixture = fixture
        var news = fixture.journal.tail.listen(for: ["rare"]).makeAsyncIterator()
        for kind in ["often", "often", "rare", "often", "rare"] { try await fixture.append(Event(kind)) }
        // Nobody knows what was there before the first.
        #expect(await news.next().map { [$0.event.seq, Int64($0.number)] } == [1, 2])
        #expect(await news.next().map { [$0.event.seq, Int64($0.number)] } == [3, 3])
        #expect(await news.next().map { [$0.event.seq, Int64($0.number)] } == [5, 4])
        // Another program appends, and tells nobody here.
        let other = Journal(database: fixture.database)
        try await fixture.database.write { transaction in
            _ = try other.append(Event("rare"), by: .system("other"), in: transaction)
        }
        try await fixture.append(Event("often"))
        #expect(await news.next().map { [$0.event.seq, Int64($0.number)] } == [7, 6])
    }

    @Test func `who falls behind the kinds that it asked for sees that by their number`() async throws {
        var news = fixture.journal.tail.listen(for: ["rare"]).makeAsyncIterator()
        let (journal, ada) = (fixture.journal, fixture.ada)
        try await fixture.database.write { transaction in
            for _ in 0..<600 { try journal.append(Event("rare"), by: ada, in: transaction) }
        }
        let first = try #require(await news.next())
        #expect(first.event.seq == 89)
        #expect(first.number > 2, "those before it were dropped")
    }

    @Test(.timeLimit(.minutes(10))) func `listeners that go while they are told hold up nobody`() async {
        let tail = Tail()
        let event = RecordedEvent(
            seq: 1, id: "a", time: "2026-11-29T00:00:00.000000Z", kind: "rare",
            actor: .init(kind: "system", id: "test", name: "test"), via: "system", objects: [], details: [:],
            isErased: false, hash: "")
        let teller = Task.detached {
            while !Task.isCancelled {
                tail.tell(event)
                await Task.yield()
            }
        }
        for _ in 0..<500 {
            let listener = Task.detached { for await _ in tail.listen(for: ["rare"]) {} }
            await Task.yield()
            listener.cancel()
            await listener.value
        }
        teller.cancel()
        await teller.value
    }
}
