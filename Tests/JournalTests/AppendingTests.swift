import Essentials
import Foundation
import Journal
import Storage
import Testing

struct `Appending` {
    let fixture: Fixture

    init() throws { fixture = try Fixture() }

    @Test func `an event is read as it was written, with who, from where and when`() async throws {
        try await fixture.append(
            Event(
                "run.started", on: ObjectReference("run", "01r"), ObjectReference("runbook", "a/b"),
                details: ["why": "because \"so\""]))
        let events = try await fixture.journal.events(PageRequest(), by: fixture.ada).items
        let event = try #require(events.first)
        #expect(event.seq == 1)
        #expect(event.time == "2026-01-19T08:30:00.000000Z")
        #expect(event.kind == "run.started")
        #expect([event.actor.kind, event.actor.id, event.actor.name] == ["person", "01ada", "Ada Lovelace"])
        #expect(event.via == "web")
        #expect(event.objects.map(\.text) == ["run/01r", "runbook/a/b"])
        #expect(event.objects.map(\.kind) == ["run", "runbook"])
        #expect(event.objects.map(\.id) == ["01r", "a/b"])
        #expect(event.details["why"]?.string == #"because "so""#)
        #expect(event.details["address"]?.string == "192.0.2.7")
        #expect(!event.isErased)
        #expect(try await fixture.journal.head() == Head(seq: 1, hash: event.hash))
    }

    @Test func `after what was taken back, and after what somebody else appended, the chain goes on`() async throws {
        struct Refusal: Error {}
        let (journal, ada) = (fixture.journal, fixture.ada)
        // It knows nothing of what the other appends.
        let other = Journal(database: fixture.database, time: fixture.clock.source)
        for _ in 0..<3 {
            try await fixture.append(2)
            await #expect(throws: Refusal.self) {
                try await fixture.database.write { transaction in
                    for _ in 0..<3 { try journal.append(Event("thing.lost"), by: ada, in: transaction) }
                    throw Refusal()
                }
            }
            try await fixture.append(1)
            try await fixture.database.write { transaction in
                try other.append(Event("thing.else"), by: ada, in: transaction)
                try journal.append(Event("thing.more"), by: ada, in: transaction)
            }
        }
        let kinds = try await journal.events(PageRequest(limit: 100), by: ada).items.map(\.kind)
        let round = ["thing.done", "thing.done", "thing.done", "thing.else", "thing.more"]
        #expect(kinds.sorted() == (round + round + round).sorted())
        try fixture.expectGood()
    }

    @Test func `names, addresses and free text stand beside the chain, never in it`() async throws {
        try await fixture.append(Event("note.added", details: ["text": "a private matter"]))
        let body = try #require(
            try await fixture.database.read { try $0.text("SELECT body FROM journal WHERE seq = 1") })
        for text in ["Ada", "Lovelace", "192.0.2.7", "private"] { #expect(!body.contains(text)) }
        #expect(body.contains("01ada"))
    }

    @Test func `an event stands in the transaction of its change: both or neither`() async throws {
        struct Failure: Error {}
        let (journal, ada) = (fixture.journal, fixture.ada)
        await #expect(throws: Failure.self) {
            try await fixture.database.write { transaction in
                try journal.append(Event("thing.done"), by: ada, in: transaction)
                throw Failure()
            }
        }
        #expect(try await fixture.journal.head() == nil)
        try await fixture.append(1)
        #expect(try await fixture.journal.head()?.seq == 1)
    }

    @Test func `one transaction may tell of several things`() async throws {
        let (journal, ada) = (fixture.journal, fixture.ada)
        let seqs = try await fixture.database.write { transaction in
            try (0..<3).map { try journal.append(Event("thing.\($0)"), by: ada, in: transaction) }
        }
        #expect(seqs == [1, 2, 3])
        try fixture.expectGood()
    }

    @Test func `an object named twice is one object`() async throws {
        try await fixture.append(Event("thing.done", on: ObjectReference("a", "1"), ObjectReference("a", "1")))
        try fixture.expectGood()
    }

    @Test func `texts of all kinds leave the chain whole`() async throws {
        let texts = [
            "", "\u{7f}\u{1}\n\r\t", "\"\\", "e\u{301}", "💥\u{202E}\u{2028}", String(repeating: "x", count: 100_000),
        ]
        for text in texts {
            let principal = Principal(
                kind: .token, id: text, name: text + "\0", permissions: [.read], via: .api, address: text)
            try await fixture.append(
                Event(text, on: ObjectReference(text, text), details: [text: .string(text + "\0")]), by: principal)
        }
        try fixture.expectGood()
        let events = try await fixture.journal.events(PageRequest(), by: fixture.ada).items
        #expect(events.map(\.kind) == texts)
        #expect(events.map(\.actor.name) == texts.map { $0 + "\0" })
        #expect(events.map { $0.details[$0.kind]?.string } == texts.map { $0 + "\0" })
    }

    @Test func `fifty writers at once make a chain without a gap`() async throws {
        let fixture = fixture
        let seqs = try await withThrowingTaskGroup(of: [Int64].self) { group in
            for writer in 0..<50 {
                group.addTask {
                    var seqs: [Int64] = []
                    for number in 0..<10 { seqs.append(try await fixture.append(Event("thing.\(writer).\(number)"))) }
                    return seqs
                }
            }
            return try await group.reduce(into: [Int64]()) { $0 += $1 }
        }
        #expect(seqs.sorted() == Array(1...500))
        let verification = try fixture.verify()
        #expect(verification.fault == nil)
        #expect(verification.events == 500)
    }

    @Test func `two programs on one folder append by turns`() async throws {
        let other = try Database(folder: fixture.folder.path, options: .init(explainer: Explainer()))
        let journal = Journal(database: other)
        for _ in 0..<20 {
            try await fixture.append(Event("thing.here"))
            try await other.write { _ = try journal.append(Event("thing.there"), by: .system("other"), in: $0) }
        }
        let kinds = try await journal.events(PageRequest(limit: 100), by: fixture.ada).items.map(\.kind)
        #expect(kinds == Array(repeating: ["thing.here", "thing.there"], count: 20).flatMap { $0 })
        try fixture.expectGood()
    }

    @Test func `two processes on one folder append at the same time`() async throws {
        let fixture = fixture
        let here = Task {
            for _ in 0..<200 { try await fixture.append(Event("thing.here")) }
        }
        await #expect(processExitsWith: .success) { [folder = fixture.folder.path as String] in
            let database = try Database(folder: folder)
            let journal = Journal(database: database)
            for _ in 0..<200 {
                try await database.write { _ = try journal.append(Event("thing.there"), by: .system("x"), in: $0) }
            }
        }
        try await here.value
        let verification = try fixture.verify()
        #expect(verification.fault == nil)
        #expect(verification.events == 400)
    }
}
