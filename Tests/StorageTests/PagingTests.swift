import Essentials
import Storage
import Testing

struct `Paging by cursor` {
    private struct Row: Decodable, Sendable { let id: Int }

    @Test func `ten thousand rows come once each, and the last page is found as fast as the first`() async throws {
        let folder = try TemporaryFolder()
        let explainer = Explainer()
        let database = try Database(folder: folder.path, options: .init(explainer: explainer))
        try await Notes.create(in: database)
        try await database.write { transaction in
            for id in 1...10_000 { try Notes.add(id, in: transaction) }
        }
        var request = PageRequest(limit: 300)
        var seen: [Int] = []
        var pages = 0
        while true {
            let current = request
            let page = try await database.read { reader in
                let rows: [Row] = try reader.all(
                    """
                    SELECT id FROM notes WHERE id > \(current.after.flatMap(Int.init) ?? 0)
                    ORDER BY id LIMIT \(current.limit + 1)
                    """)
                return Page(rows: rows, limit: current.limit) { String($0.id) }
            }
            seen += page.items.map(\.id)
            pages += 1
            guard let next = page.next else { break }
            request = PageRequest(limit: 300, after: next)
        }
        #expect(seen == Array(1...10_000))
        #expect(pages == 34)
        let plans = explainer.plans.filter { $0.key.contains("LIMIT") && $0.key.contains("notes") }
        #expect(plans.count == 1)
        #expect(plans.first?.value == ["SEARCH notes USING INTEGER PRIMARY KEY (rowid>?)"])
    }
}
