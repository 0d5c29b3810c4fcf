import Essentials
import Foundation
import Journal
import Storage
import Testing

struct `Erasing` {
    let fixture: Fixture

    init() async throws {
        fixture = try Fixture()
        // Long enough for pages of its own, which an erasure frees.
        let text = String(repeating: "the-very-private-text ", count: 1000)
        try await fixture.append(Event("note.added", details: ["text": .string(text)]))
        try await fixture.append(2)
    }

    @Test func `what was erased is gone from the answers and from the file, and the chain stays whole`() async throws {
        try await fixture.journal.erase([1, 2], reason: "the person asked", by: fixture.ada)
        let events = try await fixture.journal.events(PageRequest(), by: fixture.ada).items
        #expect(events.map(\.isErased) == [true, true, false, false])
        #expect(events[0].details.isEmpty)
        #expect(events[0].actor.name == nil)
        #expect(events[3].kind == "journal.erased")
        #expect(events[3].details["events"] == [1, 2])
        #expect(try fixture.verify().warnings == ["event 1: erased by 4", "event 2: erased by 4"])
        try fixture.database.close()
        let file = try Data(contentsOf: URL(fileURLWithPath: fixture.path))
        #expect(file.range(of: Data("the-very-private-text".utf8)) == nil)
    }

    @Test func `what was erased is no longer found by its words, whose index forgets them too`() async throws {
        let long = String(repeating: "the-very-private-text ", count: 1000)
        let now = fixture.clock.source.now()
        func index(_ text: String, of seq: Int64) async throws {
            try await fixture.database.write {
                try $0.index(record: "note/incident/1/1", title: "x", text: text, at: now, writtenWith: seq)
            }
        }
        func found(_ words: String) async throws -> Int {
            let words = try SearchWords(parsing: words)
            return try await fixture.database.read { try $0.search(words, PageRequest()).page.items.count }
        }
        try await index(long, of: 1)
        #expect(try await found("private") == 1)
        // Edited since: the index holds the old words until they are erased.
        try await index("mended", of: 2)
        #expect(try await found("private") == 0)
        #expect(try await found("mended") == 1)
        try await fixture.journal.erase([1], reason: "the person asked", by: fixture.ada)
        #expect(try await found("mended") == 1, "the edit stays")
        try await fixture.journal.erase([2], reason: "the person asked", by: fixture.ada)
        #expect(try await found("mended") == 0)
        // News of it that comes late brings nothing back.
        try await index("mended", of: 2)
        #expect(try await found("mended") == 0)
        try fixture.database.close()
        let file = try Data(contentsOf: URL(fileURLWithPath: fixture.path))
        #expect(file.range(of: Data("the-very-private".utf8)) == nil)
        #expect(file.range(of: Data("private".utf8)) == nil, "nor as a word of the index")
    }

    @Test func `what was read before it was erased is gone from the answers too`() async throws {
        try await fixture.append(Event("note.added", details: ["text": "short and private"]))
        let read = { try await fixture.journal.events(PageRequest(), by: fixture.ada).items }
        let before = try await read()
        #expect(before[3].details["text"] == "short and private")
        // Once more, without parsing.
        #expect(try await read() == before)
        try await fixture.journal.erase([4], reason: "the person asked", by: fixture.ada)
        let after = try await read()
        #expect(after[3].isErased && after[3].details.isEmpty && after[3].actor.name == nil)
        #expect(after[3].hash == before[3].hash)
        #expect(Array(after.prefix(3)) == Array(before.prefix(3)))
    }

    @Test(arguments: [[9], [1, 9], [1, 1]] as [[Int64]])
    func `an event that has no data to erase is named, and nothing is erased`(events: [Int64]) async throws {
        let problem = await #expect(throws: Problem.self) {
            try await fixture.journal.erase(events, reason: "x", by: fixture.ada)
        }
        #expect(problem?.code == .notFound)
        #expect(try await fixture.journal.head()?.seq == 3)
        #expect(try fixture.verify().warnings == [])
    }

    @Test func `what tells of an erasure is not erased itself`() async throws {
        try await fixture.journal.erase([1], reason: "the person asked", by: fixture.ada)
        let problem = await #expect(throws: Problem.self) {
            try await fixture.journal.erase([4], reason: "tracks", by: fixture.ada)
        }
        #expect(problem?.code == .conflict)
        try fixture.expectGood()
    }

    @Test func `only an admin erases`() async throws {
        let viewer = Principal(kind: .person, id: "1", name: "Bob", permissions: [.read, .operate, .author], via: .web)
        let problem = await #expect(throws: Problem.self) {
            try await fixture.journal.erase([1], reason: "x", by: viewer)
        }
        #expect(problem?.code == .forbidden)
    }
}
