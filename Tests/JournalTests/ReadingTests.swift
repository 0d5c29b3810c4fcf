import Essentials
import Foundation
import Journal
import Storage
import Testing

struct `Reading the journal` {
    let fixture: Fixture

    init() async throws {
        fixture = try Fixture()
        for number in 1...25 {
            try await fixture.append(
                Event(number % 5 == 0 ? "fifth.done" : "thing.done", on: ObjectReference("parity", "\(number % 2)")))
        }
    }

    private func all(
        _ order: Journal.Order, kind: String? = nil, object: ObjectReference? = nil
    ) async throws -> [Int64] {
        var seqs: [Int64] = []
        var after: String?
        repeat {
            let page = try await fixture.journal.events(
                PageRequest(limit: 4, after: after), order: order, kind: kind, object: object, by: fixture.ada)
            #expect(page.items.count <= 4)
            seqs += page.items.map(\.seq)
            after = page.next
        } while after != nil
        return seqs
    }

    @Test func `pages that are read again say the same, also when more was read than is remembered`() async throws {
        let fixture = try Fixture()
        try await fixture.database.write { transaction in
            for number in 0..<5000 {
                // Some with more data than is remembered.
                let text = String(repeating: "x", count: number % 100 == 0 ? 2000 : 3) + " \(number)"
                let thing = ObjectReference("thing", "\(number % 7)")
                try fixture.journal.append(
                    Event("thing.done", on: thing, details: ["text": .string(text)]), by: fixture.ada, in: transaction)
            }
        }
        func all() async throws -> [RecordedEvent] {
            var (events, after): ([RecordedEvent], String?) = ([], nil)
            repeat {
                let page = try await fixture.journal.events(PageRequest(limit: 200, after: after), by: fixture.ada)
                events += page.items
                after = page.next
            } while after != nil
            return events
        }
        let first = try await all()
        #expect(first.map(\.seq) == Array(1...5000))
        #expect(first.enumerated().allSatisfy { $1.details["text"]?.string?.hasSuffix(" \($0)") == true })
        #expect(try await all() == first)
        let last = try await fixture.journal.events(after: 4990)
        #expect(try await fixture.journal.events(after: 4990) == last)
        #expect(last == Array(first.suffix(10)))
    }

    @Test func `pages hold every event once, in either order`() async throws {
        #expect(try await all(.oldestFirst) == Array(1...25))
        #expect(try await all(.newestFirst) == Array(1...25).reversed())
    }

    @Test func `a kind, an object, and both pick their events`() async throws {
        #expect(try await all(.oldestFirst, kind: "fifth.done") == [5, 10, 15, 20, 25])
        #expect(
            try await all(.newestFirst, object: ObjectReference("parity", "0"))
                == stride(from: 24, to: 0, by: -2).map { $0 })
        #expect(try await all(.oldestFirst, kind: "fifth.done", object: ObjectReference("parity", "1")) == [5, 15, 25])
        #expect(try await all(.oldestFirst, kind: "none") == [])
    }

    @Test func `what is no cursor is refused`() async throws {
        let problem = await #expect(throws: Problem.self) {
            try await fixture.journal.events(PageRequest(after: "1 OR 1=1"), by: fixture.ada)
        }
        #expect(problem?.code == .invalid)
    }

    @Test func `reading needs the permission to read`() async throws {
        let alerts = Principal(kind: .token, id: "1", name: "alerts", permissions: [.alerts], via: .api)
        let problem = await #expect(throws: Problem.self) {
            try await fixture.journal.events(PageRequest(), by: alerts)
        }
        #expect(problem?.code == .forbidden)
    }

    @Test func `a listener catches up from where it was`() async throws {
        #expect(try await fixture.journal.events(after: 20).map(\.seq) == Array(21...25))
        #expect(try await fixture.journal.events(after: 25).isEmpty)
    }
}

struct `An export` {
    let fixture: Fixture

    init() async throws {
        fixture = try Fixture()
        try await fixture.append(20)
        try await fixture.append(Event("note.added", details: ["text": "ü 💥 \u{2028} \"\\\0"]))
        try await fixture.journal.erase([3, 4], reason: "asked for", by: fixture.ada)
    }

    private func export() async throws -> [String] {
        var lines = [Export.firstLine(instance: fixture.database.instance)]
        var last: Int64 = 0
        while true {
            let start = last
            let part = try await fixture.database.read { try Export.lines(after: start, limit: 7, in: $0) }
            lines += part.lines
            guard let end = part.last else { return lines }
            last = end
        }
    }

    private func verify(_ lines: [String]) throws -> (output: String, status: Int32) {
        let program = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Independent/verify_export.py").path
        return try Python.run([program], input: lines.map { $0 + "\n" }.joined())
    }

    @Test func `a program that shares nothing with ours finds it good, with the same head`() async throws {
        let head = try #require(try await fixture.journal.head())
        let (output, status) = try verify(try await export())
        #expect(output == "good 22 \(head.hash)\n")
        #expect(status == 0)
    }

    @Test(arguments: [("number 6", "number 7", 7), ("01ada", "01eve", 1), ("thing/9", "thing/8", 10)])
    func `and finds the first line that was changed`(text: String, other: String, bad: Int) async throws {
        let lines = try await export().map { $0.replacing(text, with: other) }
        let (output, status) = try verify(lines)
        #expect(output == "bad \(bad)\n")
        #expect(status == 1)
    }

    @Test func `and finds a line that was taken out`() async throws {
        var lines = try await export()
        lines.remove(at: 6)
        #expect(try verify(lines).output == "bad 6\n")
    }
}
