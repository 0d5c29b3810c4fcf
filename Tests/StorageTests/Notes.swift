import Storage

/// The table that these tests write to.
enum Notes {
    /// A database with the table in it, of which every statement is explained.
    static func database(in folder: TemporaryFolder) async throws -> Database {
        let database = try Database(folder: folder.path, options: .init(explainer: Explainer()))
        try await create(in: database)
        return database
    }

    static func create(in database: Database) async throws {
        _ = try await database.write { transaction in
            try transaction.execute("CREATE TABLE notes (id INTEGER NOT NULL PRIMARY KEY, text TEXT NOT NULL) STRICT")
        }
    }

    static func add(_ id: Int, _ text: String = "", in transaction: Transaction) throws {
        try transaction.execute("INSERT INTO notes (id, text) VALUES (\(id), \(text))")
    }

    static func ids(in database: Database) async throws -> [Int] {
        struct Row: Decodable { let id: Int }
        return try await database.read { reader in
            try reader.all("SELECT id FROM notes ORDER BY id /* scan: a test wants all */", as: Row.self).map(\.id)
        }
    }
}

/// What a change of these tests fails with.
struct Odd: Error, Equatable { let number: Int }
