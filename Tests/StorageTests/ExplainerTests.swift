import Storage
import Testing

struct `The explainer` {
    let folder: TemporaryFolder
    let database: Database
    let explainer = Explainer()

    init() async throws {
        folder = try TemporaryFolder()
        database = try Database(folder: folder.path, options: .init(explainer: explainer))
        try await Notes.create(in: database)
    }

    @Test(
        arguments: [
            "SELECT id FROM notes WHERE text = 'x'", "SELECT count(*) FROM notes", "SELECT id FROM notes ORDER BY id",
            "SELECT text FROM notes ORDER BY text",
        ] as [SQL])
    func `a statement that reads the whole table is refused`(sql: SQL) async throws {
        await #expect(throws: Explainer.FullScan.self) { try await database.read { try $0.exists(sql) } }
    }

    @Test func `a change that reads the whole table is refused before it is made`() async throws {
        try await database.write { try Notes.add(1, in: $0) }
        await #expect(throws: Explainer.FullScan.self) {
            try await database.write { try $0.execute("DELETE FROM notes WHERE text = ''") }
        }
        #expect(try await Notes.ids(in: database) == [1])
    }

    @Test(
        arguments: [
            "SELECT id FROM notes WHERE id = 3", "SELECT id FROM notes WHERE id > 3 ORDER BY id",
            "SELECT id FROM notes ORDER BY id LIMIT 10", "SELECT count(*) FROM notes /* scan: a test */", "SELECT 1",
        ] as [SQL])
    func `a statement that uses an index, ends at a limit or says why passes`(sql: SQL) async throws {
        _ = try await database.read { try $0.exists(sql) }
    }

    @Test(
        arguments: [
            ("SELECT seq FROM journal ORDER BY time LIMIT 10", true),
            ("SELECT seq FROM journal ORDER BY seq LIMIT 10", false),
            ("SELECT seq FROM journal ORDER BY time LIMIT 10 /* sort: a test */", false),
        ] as [(String, Bool)])
    func `a list that is sorted before its first row is a fault, unless it says why`(sql: String, isFault: Bool)
        async throws
    {
        _ = try await database.read { try $0.exists(SQL(stringLiteral: sql)) }
        let faults = try explainer.faults().filter { $0.sql == sql }
        #expect(faults.map(\.isAnalysed) == (isFault ? [false, true] : []))
        #expect(faults.allSatisfy { $0.what.hasPrefix("sorts all") })
    }

    @Test func `the plans can be read afterwards`() async throws {
        _ = try await database.read { try $0.exists("SELECT id FROM notes WHERE id = \(1)") }
        #expect(explainer.plans["SELECT id FROM notes WHERE id = ?"]?.first?.hasPrefix("SEARCH notes") == true)
    }
}
