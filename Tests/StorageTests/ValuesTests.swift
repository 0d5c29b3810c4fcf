import Essentials
import Foundation
import Testing

@testable import Storage

/// What is bound comes back as it was, and what does not fit is an error, never another value.
@Suite struct ValuesTests {
    private let folder: TemporaryFolder
    private let database: Database

    private struct Everything: Decodable, Equatable {
        let text: String
        let none: String?
        let number: Int64
        let small: Int
        let real: Double
        let flag: Bool
        let bytes: Data
        let no_bytes: Data?
        let time: Timestamp
    }

    private struct Small: Decodable { let number: Int8 }
    private struct Text: Decodable { let text: String }
    private struct Number: Decodable, Equatable { let number: Int }

    init() throws {
        folder = try TemporaryFolder()
        database = try Database(folder: folder.path, options: .init(explainer: Explainer()))
    }

    @Test(arguments: ["", "ä", "a 'quoted' \"text\"; --", "\u{1F525}\u{301}", String(repeating: "ş", count: 70_000)])
    func `values come back as they were`(text: String) async throws {
        let everything = Everything(
            text: text, none: nil, number: .min, small: -1, real: 0.1, flag: true, bytes: Data([0, 255, 0]),
            no_bytes: Data(),
            time: Timestamp(microseconds: 1_764_000_000_000_001))
        let none: String? = nil
        let found: Everything? = try await database.read { reader in
            // Not in the order of the properties.
            try reader.first(
                """
                SELECT \(everything.bytes) AS bytes, \(everything.no_bytes) AS no_bytes, \(everything.time) AS time,
                    \(everything.text) AS text, \(none) AS none, \(everything.number) AS number,
                    \(everything.small) AS small, \(everything.real) AS real, \(everything.flag) AS flag
                """)
        }
        #expect(found == everything)
        #expect(try await database.read { try $0.text("SELECT typeof(\(text))") } == "text")
    }

    @Test func `what does not fit is an error`() async throws {
        await #expect(throws: DecodingError.self) {
            let _: Small? = try await database.read { try $0.first("SELECT 128 AS number") }
        }
        await #expect(throws: DecodingError.self) {
            let _: Text? = try await database.read { try $0.first("SELECT 1 AS text") }
        }
        await #expect(throws: DecodingError.self) {
            let _: Text? = try await database.read { try $0.first("SELECT NULL AS text") }
        }
        await #expect(throws: DecodingError.self) {
            let _: Text? = try await database.read { try $0.first("SELECT 'a' AS other") }
        }
        await #expect(throws: DecodingError.self) {
            let _: Number? = try await database.read { try $0.first("SELECT 1.5 AS number") }
        }
        let whole: Number? = try await database.read { try $0.first("SELECT 2.0 AS number") }
        #expect(whole == Number(number: 2))
    }

    @Test func `a statement that failed works the next time, with other values`() async throws {
        let insert = { (name: String) in
            try await database.write { transaction in
                _ = try transaction.execute("INSERT INTO cursors (name, seq) VALUES (\(name), 1)")
            }
        }
        try await insert("a")
        await #expect(throws: (any Error).self) { try await insert("a") }
        try await insert("b")
        await #expect(throws: Problem.self) { try await insert("nul\0") }
        try await insert("c")
        let names: [String] = try await database.read { reader in
            struct Row: Decodable { let name: String }
            let rows: [Row] = try reader.all("SELECT name FROM cursors WHERE name < 'd' ORDER BY name LIMIT 10")
            return rows.map(\.name)
        }
        #expect(names == ["a", "b", "c"])
    }

    @Test func `a statement may run within the rows of the same one`() async throws {
        let pairs = try await database.read { reader in
            var pairs: [[Int]] = []
            let numbers: SQL = "SELECT value AS number FROM json_each('[1,2,3]') LIMIT 3"
            try reader.each(numbers, as: Number.self) { outer in
                try reader.each(numbers, as: Number.self) { pairs.append([outer.number, $0.number]) }
            }
            return pairs
        }
        #expect(pairs == [1, 2, 3].flatMap { a in [1, 2, 3].map { [a, $0] } })
    }
}
