import Essentials
import Foundation
import Testing

@testable import Storage

@Suite struct SearchTests {
    private let folder: TemporaryFolder
    private let database: Database

    init() throws {
        folder = try TemporaryFolder()
        database = try Database(folder: folder.path, options: .init(explainer: Explainer()))
    }

    private func index(_ object: String, _ title: String, _ text: String = "") async throws {
        try await database.write { transaction in
            try transaction.index(object, title: title, text: text, at: Timestamp(microseconds: 1))
        }
    }

    private func results(_ words: String, kind: String? = nil, _ request: PageRequest) async throws -> SearchResults {
        let words = try SearchWords(parsing: words)
        try await database.prepareSearch()
        return try await database.read { try $0.search(words, kind: kind, request) }
    }

    private func search(_ words: String, kind: String? = nil) async throws -> [String] {
        try await results(words, kind: kind, PageRequest(limit: 500)).page.items.map(\.object)
    }

    @Test func `what has the words in its title comes first, else the newest first`() async throws {
        try await index("incident/1", "Replica lags", "orders")
        try await index("incident/2", "Orders fail", "the replica")
        try await index("runbook/a", "Orders", "how to see a replica lag")
        try await index("incident/3", "Replica is gone")
        #expect(try await search("replica") == ["incident/3", "incident/1", "runbook/a", "incident/2"])
        #expect(try await search("replica orders") == ["runbook/a", "incident/2", "incident/1"])
        #expect(try await search("replica", kind: "incident") == ["incident/3", "incident/1", "incident/2"])
        #expect(try await search("incident") == [], "a kind is no word of a thing")
    }

    @Test func `a word finds what it begins, whatever its case and its accents`() async throws {
        try await index("a/1", "Deployment of Zürich", "ÉTÉ naïve")
        for words in [
            "d", "de", "dep", "depl", "DEPLOY", "deployment", "zur", "zurich", "Zürich", "été", "ete", "naïv",
        ] {
            #expect(try await search(words) == ["a/1"], "\(words)")
        }
        for words in ["ployment", "deployments", "zz"] { #expect(try await search(words).isEmpty, "\(words)") }
    }

    @Test func `letters that no decomposition takes apart are found either way, and shown as they are written`()
        async throws
    {
        try await index("a/1", "Önbelleği sıfırla", "İPTAL et: IŞIK ve ılık; Straße, søk, łódź, Æsir")
        for words in [
            "sifirla", "sıfırla", "SIFIRLA", "SİFİRLA", "sıfır", "onbellegi", "ÖNBELLEĞİ", "iptal", "İptal", "ıptal",
            "isik", "ışık", "IŞIK", "ilik", "ILIK", "strasse", "straße", "STRASSE", "sok", "søk", "lodz", "łódź",
            "aesir",
            "\"onbellegi sifirla\"", "\"önbelleği sıfırla\"",
        ] {
            #expect(try await search(words) == ["a/1"], "\(words)")
        }
        let hit = try await results("sifirla", PageRequest()).page.items.first
        #expect(hit?.title == "Önbelleği sıfırla")
        #expect(hit?.text.contains("İPTAL et: IŞIK ve ılık") == true)
        try await index("a/1", "Plain", "plain")
        #expect(try await results("plain", PageRequest()).page.items.first?.text == "plain")
    }

    @Test func `a text between quotes stands as it is`() async throws {
        try await index("a/1", "", "connection refused by peer")
        try await index("a/2", "", "refused: the connection")
        #expect(try await search("connection refused") == ["a/2", "a/1"])
        #expect(try await search("\"connection refused\"") == ["a/1"])
        #expect(try await search("“connection refused” peer") == ["a/1"])
        #expect(try await search("\"connection ref\"") == [])
        #expect(try await search("\"connection refused") == ["a/1"], "a quote that nothing closes goes on to the end")
    }

    @Test(arguments: [
        "OR", "NOT fail", "fail AND", "NEAR(orders fail)", "title: orders", "{title} : orders", "orders*", "*orders",
        "orders + fail", "^orders", "-orders", "(orders", "orders)", "\"orders\"\"", "'; DROP TABLE runs; --",
        "orders\0fail", "kind : incident", "\u{1}orders", "orders~2", "ord?rs", "%orders_", "\\orders",
    ])
    func `nothing that is typed is an operator`(typed: String) async throws {
        try await index("a/1", "Orders fail", "title kind incident drop table runs near and or not ord rs 2")
        #expect(try await search(typed) == ["a/1"])
    }

    @Test(arguments: ["", " ", "\"\"", "*", "!?", "🔥", String(repeating: "a", count: 301), "a b c d e f g h i j k"])
    func `what has no word, or too many, is refused`(typed: String) async throws {
        let problem = try await #require(throws: Problem.self) { try await self.search(typed) }
        #expect(problem.code == .invalid)
        #expect(problem.fields.map(\.name) == ["q"])
    }

    @Test func `what is indexed again is found by its new words alone, in its old place`() async throws {
        try await index("a/1", "one", "first")
        try await index("a/2", "one")
        try await index("a/1", "two one", "second")
        #expect(try await search("first").isEmpty)
        #expect(try await search("second") == ["a/1"])
        #expect(try await search("one") == ["a/2", "a/1"])
        try await database.write { try $0.unindex("a/1") }
        #expect(try await search("one") == ["a/2"])
        try await database.write { try $0.unindex("a/1") }
    }

    @Test func `of a long text the beginning is found, and a NUL ends nothing`() async throws {
        try await index("a/1", "long", "start \(String(repeating: "ä ", count: 40_000)) end")
        try await index("a/2", "nul\0title", "before\0after")
        #expect(try await search("start") == ["a/1"])
        #expect(try await search("end").isEmpty)
        #expect(try await search("after") == ["a/2"])
    }

    @Test func `the newest thousand are ranked, and listed page by page without a gap`() async throws {
        try await database.write { transaction in
            for number in 1...1200 {
                try transaction.index(
                    "a/\(number)", title: number.isMultiple(of: 10) ? "word" : "other", text: "word",
                    at: Timestamp(microseconds: 1))
            }
        }
        var (found, next): ([String], String?) = ([], nil)
        repeat {
            let page = try await results("word", PageRequest(limit: 300, after: next)).page
            found += page.items.map(\.object)
            next = page.next
        } while next != nil
        let ranked = (201...1200).reversed().map { $0 }
        let expected = ranked.filter { $0.isMultiple(of: 10) } + ranked.filter { !$0.isMultiple(of: 10) }
        #expect(found == expected.map { "a/\($0)" })
    }

    @Test func `notes stand among things and what was printed behind them, however new and however much it is`()
        async throws
    {
        try await index("runbook/a", "Retries", "how often")
        try await index("runbook/b", "Other", "retries")
        try await database.prepareSearch()
        try await database.write { transaction in
            for number in 1...1100 {
                try transaction.index(
                    record: "run/\(number)", title: "retries", text: "retries printed", at: Timestamp(microseconds: 1))
            }
            try transaction.index(
                record: "note/incident/1/7", title: "Retries", text: "many retries", at: Timestamp(microseconds: 1))
        }
        let found = try await search("retries")
        #expect(found.count == 500)
        #expect(found.prefix(5) == ["runbook/a", "note/incident/1/7", "runbook/b", "run/1100", "run/1099"])
        #expect(try await search("retries", kind: "note") == ["note/incident/1/7"])
        #expect(try await search("retries", kind: "runbook") == ["runbook/a", "runbook/b"])
        #expect(try await search("printed", kind: "run").count == 500)
        #expect(try await search("printed many").isEmpty, "words of two things are in none")
        let words = try SearchWords(parsing: "retr")
        var (all, next): ([String], String?) = ([], nil)
        repeat {
            let request = PageRequest(limit: 2, after: next)
            let page = try await database.read { try $0.search(words, request).page }
            all += page.items.map(\.object)
            next = page.next
        } while next != nil && all.count < 9
        #expect(all.prefix(5) == found.prefix(5) && Set(all).count == all.count, "by pages as well")
    }

    @Test func `a record is found by what it says now, in any letters, and not by its title`() async throws {
        func write(_ text: String) async throws {
            try await database.write {
                try $0.index(record: "run/1", title: "deploy", text: text, at: Timestamp(microseconds: 1))
            }
        }
        try await write("Önbellek sıfırlandı")
        #expect(try await search("onbellek SIFIRLANDI") == ["run/1"])
        #expect(try await search("deploy").isEmpty)
        let words = try SearchWords(parsing: "sifir")
        let hit = try await database.read { try $0.search(words, PageRequest()).page.items.first }
        #expect(hit?.text == "Önbellek sıfırlandı" && hit?.title == "deploy")
        try await write("done")
        #expect(try await search("sifir").isEmpty)
        #expect(try await search("done") == ["run/1"])
        try await database.write { try $0.unindex(record: "run/1") }
        #expect(try await search("done").isEmpty)
    }

    @Test func `a word that begins too many others says so`() async throws {
        try await database.write { transaction in
            for number in 1000..<1100 {
                try transaction.index("a/\(number)", title: "host\(number)", text: "", at: Timestamp(microseconds: 1))
            }
        }
        let many = try await results("host", PageRequest(limit: 500))
        #expect(many.broad == ["host"])
        #expect(many.page.items.count == 64)
        let exact = try await results("host1099", PageRequest())
        #expect(exact.broad.isEmpty)
        #expect(exact.page.items.map(\.object) == ["a/1099"])
        #expect(try await search("hos").count == 100, "three letters have an index of their own")
    }

    @Test(arguments: ["x", "1", "3-5", "0-", "0-x", "-1-5"]) func `a cursor that is none is refused`(cursor: String)
        async throws
    {
        let problem = try await #require(throws: Problem.self) {
            try await results("a", PageRequest(after: cursor))
        }
        #expect(problem.fields.map(\.name) == ["after"])
    }
}
