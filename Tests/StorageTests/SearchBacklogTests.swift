import Essentials
import Foundation
import Testing

@testable import Storage

/// What is committed to be found and is taken up by the index of words beside the commits.
@Suite struct SearchBacklogTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func open(isServer: Bool = false) throws -> Database {
        try Database(folder: folder.path, options: .init(isServer: isServer, explainer: Explainer()))
    }

    private func index(_ number: Int, _ text: String = "", in transaction: Transaction) throws {
        try transaction.index("a/\(number)", title: "word \(number)", text: text, at: Timestamp(microseconds: 1))
    }

    private func waiting(_ database: Database) async throws -> Int64? {
        try await database.read { try $0.integer("SELECT count(*) FROM search_backlog /* scan: what waits */") }
    }

    private func found(_ database: Database) async throws -> Int {
        let words = try SearchWords(parsing: "word")
        return try await database.read { try $0.search(words, PageRequest(limit: 1000)).page.items.count }
    }

    @Test func `a commit leaves the index alone, and a search finds all that was committed before`() async throws {
        let database = try open()
        try await database.prepareSearch()
        for number in 1...3 {
            try await database.write { transaction in
                for part in 1...150 { try index(number * 1000 + part, in: transaction) }
            }
        }
        try await database.prepareSearch()
        #expect(try await found(database) == 450)
        #expect(try await waiting(database) == 0)
    }

    @Test func `what nobody looks for is taken up by itself, long texts in parts`() async throws {
        let database = try open()
        try await database.write { transaction in
            for number in 1...250 { try index(number, in: transaction) }
            for number in 251...260 {
                try index(number, String(repeating: "long text ", count: 6_000), in: transaction)
            }
        }
        while try await waiting(database) != 0 { try await Task.sleep(for: .milliseconds(5)) }
        #expect(try await found(database) == 260)
    }

    @Test func `a server that was killed takes up what it had committed`() async throws {
        let database = try open()
        try await database.write { transaction in
            for number in 1...3 { try index(number, in: transaction) }
        }
        // As a kill leaves it: nothing was closed, and nothing was taken up.
        let copy = try TemporaryFolder()
        try FileManager.default.removeItem(atPath: copy.path)
        try FileManager.default.copyItem(atPath: folder.path, toPath: copy.path)
        let next = try Database(folder: copy.path, options: .init(isServer: true, explainer: Explainer()))
        try await next.prepareSearch()
        #expect(try await found(next) == 3)
    }

    @Test func `what was taken back is not found, and who wrote last is`() async throws {
        struct Refusal: Error {}
        let database = try open()
        await #expect(throws: Refusal.self) {
            try await database.write { transaction in
                try index(1, in: transaction)
                throw Refusal()
            }
        }
        try await database.write { transaction in
            try index(2, in: transaction)
            try transaction.unindex("a/2")
            try transaction.unindex("a/3")
            try index(3, in: transaction)
            try index(4, in: transaction)
            try transaction.index("a/4", title: "other", text: "", at: Timestamp(microseconds: 2))
        }
        try await database.prepareSearch()
        #expect(try await found(database) == 1)
        let words = try SearchWords(parsing: "other")
        let hits = try await database.read { try $0.search(words, PageRequest()).page.items }
        #expect(hits.map(\.object) == ["a/4"])
    }

    /// A table of things whose number tells when they came.
    private func fed(_ folder: TemporaryFolder) async throws -> Database {
        let database = try Database(folder: folder.path, options: .init(explainer: Explainer()))
        database.feedSearch(
            SearchFeed(cursor: "search/notes") { seq, limit in
                """
                SELECT id AS place, 'note/' || id AS object, text AS title, '' AS text, id AS time FROM notes
                WHERE id > \(seq) ORDER BY id LIMIT \(limit)
                """
            })
        return database
    }

    private func objects(_ database: Database) async throws -> [String] {
        let words = try SearchWords(parsing: "word")
        return try await database.read { try $0.search(words, PageRequest(limit: 500)).page.items.map(\.object) }
    }

    @Test func `what a feed tells of is taken up once, in the order in which all came`() async throws {
        let database = try await fed(folder)
        try await Notes.create(in: database)
        try await database.write { try $0.execute("INSERT INTO cursors (name, seq) VALUES ('search/notes', 3)") }
        var expected: [String] = []
        for number in 1...460 {
            // Every third is a thing that is written to the backlog.
            if number % 3 == 0 {
                try await database.write { transaction in
                    try transaction.index(
                        "a/\(number)", title: "word", text: "", at: Timestamp(microseconds: Int64(number)))
                }
                expected.append("a/\(number)")
            } else {
                try await database.write { transaction in
                    try Notes.add(number, "word", in: transaction)
                    transaction.feedsSearch()
                }
                if number > 3 { expected.append("note/\(number)") }
            }
        }
        try await database.prepareSearch()
        #expect(try await objects(database) == expected.reversed())
        #expect(try await waiting(database) == 0)
        try await database.write { transaction in
            try Notes.add(461, "word", in: transaction)
            transaction.feedsSearch()
        }
        try await database.prepareSearch()
        #expect(try await objects(database) == ["note/461"] + expected.reversed())
        let place = try await database.read { try $0.integer("SELECT seq FROM cursors WHERE name = 'search/notes'") }
        #expect(place == 461)
    }

    @Test func `what a feed told of before a kill is found after it`() async throws {
        let database = try await fed(folder)
        try await Notes.create(in: database)
        try await database.write { transaction in
            try transaction.execute("INSERT INTO cursors (name, seq) VALUES ('search/notes', 0)")
            try Notes.add(1, "word", in: transaction)
            transaction.feedsSearch()
        }
        let copy = try TemporaryFolder()
        try FileManager.default.removeItem(atPath: copy.path)
        try FileManager.default.copyItem(atPath: folder.path, toPath: copy.path)
        let next = try await fed(copy)
        try await next.prepareSearch()
        #expect(try await objects(next) == ["note/1"])
    }
}
