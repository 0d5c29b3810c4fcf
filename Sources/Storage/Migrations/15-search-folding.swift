import Foundation
import GRDB

extension Migrations {
    /// Letters that the tokenizer does not fold, the Turkish ones above all, are indexed as those that they are taken for;
    /// what is shown of such a text stands beside it. And of a guide more than its beginning is found.
    static func foldSearch(_ connection: GRDB.Database) throws {
        try connection.execute(sql: "ALTER TABLE search_entries ADD COLUMN original TEXT")
        let rows = try Row.fetchCursor(connection, sql: "SELECT rowid AS n, title, text FROM search_text")
        while let row = try rows.next() {
            let (n, title, text): (Int64, String, String) = (row["n"], row["title"], row["text"])
            // A row that is written again makes the index slower, and most stay as they are.
            guard SearchFolding.written(title) != title || SearchFolding.written(text) != text else { continue }
            try enter(n, title: title, text: text, connection)
        }
        let guides = try Row.fetchCursor(
            connection,
            sql: """
                SELECT e.n AS n, r.title AS title, r.name AS name, s.bytes AS bytes
                FROM runbooks r JOIN runbook_sources s ON s.version = r.version
                    JOIN search_entries e ON e.object = 'runbook/' || r.name
                WHERE length(s.bytes) > \(String.searchableBytes / 2)
                """)
        while let row = try guides.next() {
            let (n, title, name): (Int64, String, String) = (row["n"], row["title"], row["name"])
            let text = "\(name)\n\(String(decoding: row["bytes"] as Data, as: UTF8.self))"
            try enter(n, title: title.searchable(), text: text.searchable(String.searchableGuideBytes), connection)
        }
    }

    private static func enter(_ n: Int64, title: String, text: String, _ connection: GRDB.Database) throws {
        let (writtenTitle, written) = (SearchFolding.written(title), SearchFolding.written(text))
        try connection.execute(
            sql: "UPDATE search_text SET title = ?, text = ? WHERE rowid = ?", arguments: [writtenTitle, written, n])
        try connection.execute(
            sql: "UPDATE search_entries SET original = ? WHERE n = ?", arguments: [written == text ? nil : text, n])
    }
}
