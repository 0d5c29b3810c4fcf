import Foundation
import GRDB

extension Migrations {
    /// What is found by its words: a row for each thing, and its text. The rows' numbers grow with time, so that the newest
    /// come first without being sorted; the first three letters of words have an index of their own, and the vocabulary
    /// is there to find the words that begin with more (a prefix of four letters would be gathered from every word of
    /// every row: 100 ms among a million rows, where an index takes 1).
    static func createSearch(_ connection: GRDB.Database) throws {
        try connection.execute(
            sql: """
                CREATE TABLE search_entries (
                    n INTEGER NOT NULL PRIMARY KEY,
                    object TEXT NOT NULL UNIQUE,
                    title TEXT NOT NULL,
                    time INTEGER NOT NULL
                ) STRICT;
                CREATE VIRTUAL TABLE search_text USING fts5 (
                    kind, title, text, tokenize = 'unicode61 remove_diacritics 2', prefix = '1 2 3'
                );
                CREATE VIRTUAL TABLE search_vocabulary USING fts5vocab (search_text, instance);
                """)
        let guides = try Row.fetchCursor(
            connection,
            sql: """
                SELECT r.name AS name, r.title AS title, r.updated AS updated, s.bytes AS bytes
                FROM runbooks r JOIN runbook_sources s ON s.version = r.version ORDER BY r.updated, r.name
                """)
        while let row = try guides.next() {
            try enter(
                "runbook", row["name"], title: row["title"], at: row["updated"],
                text: "\(row["name"] as String)\n\(String(decoding: row["bytes"] as Data, as: UTF8.self))", connection)
        }
        let services = try Row.fetchCursor(
            connection, sql: "SELECT name, description, owner, updated FROM services ORDER BY updated, name")
        while let row = try services.next() {
            try enter(
                "service", row["name"], title: row["name"], at: row["updated"],
                text: "\(row["owner"] as String? ?? "")\n\(row["description"] as String)", connection)
        }
    }

    private static func enter(
        _ kind: String, _ id: String, title: String, at time: Int64, text: String, _ connection: GRDB.Database
    ) throws {
        try connection.execute(
            sql: "INSERT INTO search_entries (object, title, time) VALUES (?, ?, ?)",
            arguments: ["\(kind)/\(id)", title, time])
        try connection.execute(
            sql: "INSERT INTO search_text (rowid, kind, title, text) VALUES (?, ?, ?, ?)",
            arguments: [connection.lastInsertedRowID, kind, title, text.searchable()])
    }
}
