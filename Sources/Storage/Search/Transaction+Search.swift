package import Essentials
import GRDB

extension Transaction {
    /// Lets a thing be found by its words, or by others than before: by each search that begins after the commit.
    /// - Parameters:
    ///   - object: such as `incident/01j9…`; what stands before the slash is its kind.
    ///   - text: of which the first 64 KiB are found, or as many bytes as `limit` says.
    ///   - time: shown with what is found. The order of things is that of their first entry.
    package func index(
        _ object: String, title: String, text: String, limit: Int = String.searchableBytes, at time: Timestamp
    ) throws {
        // SQLite's C interface would cut it off there, and the writer refuses it.
        let (title, text) = (title.searchable(), text.searchable(limit))
        try execute(
            """
            INSERT INTO search_backlog (object, title, text, time)
            VALUES (\(object), \(title), \(text), \(time))
            """)
        hasSearchBacklog = true
    }

    /// Lets it be found no longer.
    package func unindex(_ object: String) throws {
        try execute("INSERT INTO search_backlog (object) VALUES (\(object))")
        hasSearchBacklog = true
    }

    /// Says that something is to be found which a feed tells of.
    package func feedsSearch() { hasSearchBacklog = true }

    func take(up entry: SearchEntry) throws {
        if let title = entry.title, let text = entry.text, let time = entry.time {
            try enter(entry.object, title: title, text: text, at: time)
        } else {
            try leaveOut(entry.object)
        }
    }

    private func enter(_ object: String, title: String, text: String, at time: Timestamp) throws {
        let (writtenTitle, written) = (SearchFolding.written(title), SearchFolding.written(text))
        let original = written == text ? nil : text
        if let n = try integer("SELECT n FROM search_entries WHERE object = \(object)") {
            try execute(
                "UPDATE search_entries SET title = \(title), time = \(time), original = \(original) WHERE n = \(n)")
            try execute(
                "UPDATE search_text SET title = \(writtenTitle), text = \(written) WHERE rowid = \(n)")
            return
        }
        let kind = String(object.prefix { $0 != "/" })
        try execute(
            """
            INSERT INTO search_entries (object, title, time, original)
            VALUES (\(object), \(title), \(time), \(original))
            """)
        // Not by RETURNING, which begins a savepoint, for which the index of words would put down what it holds each time.
        let n = connection.lastInsertedRowID
        try execute(
            """
            INSERT INTO search_text (rowid, kind, title, text)
            VALUES (\(n), \(kind), \(writtenTitle), \(written))
            """)
    }

    /// Lets what somebody wrote, or what a run printed, be found by its words, and no longer by those before. It is a change of its
    /// own, for which nobody waits, so that the index has it at once.
    /// - Parameters:
    ///   - object: begins with `note/` or `run/`.
    ///   - title: shown with what is found, and not itself found: what it is about is found by its own entry.
    ///   - seq: of a note the event that it was written with. Where that has been erased, or later is, it is not found.
    package func index(
        record object: String, title: String, text: String, limit: Int = String.searchableBytes, at time: Timestamp,
        writtenWith seq: Int64? = nil
    ) throws {
        if let seq, try !exists("SELECT 1 FROM journal_data WHERE seq = \(seq) AND data IS NOT NULL") {
            return try unindex(record: object)
        }
        let table = SearchShelf(of: object).table
        let (title, text) = (title.searchable(), text.searchable(limit))
        let written = SearchFolding.written(text)
        let original = written == text ? nil : text
        if let n = try integer("SELECT n FROM search_entries WHERE object = \(object)") {
            try execute(
                """
                UPDATE search_entries SET title = \(title), time = \(time), original = \(original), seq = \(seq)
                WHERE n = \(n)
                """)
            try execute("UPDATE \(table) SET text = \(written) WHERE rowid = \(n)")
            return
        }
        try execute(
            """
            INSERT INTO search_entries (object, title, time, original, seq)
            VALUES (\(object), \(title), \(time), \(original), \(seq))
            """)
        let n = connection.lastInsertedRowID
        try execute("INSERT INTO \(table) (rowid, text) VALUES (\(n), \(written))")
    }

    /// Lets such a record be found no longer.
    package func unindex(record object: String) throws { try leaveOut(object) }

    private func leaveOut(_ object: String) throws {
        guard let n = try integer("SELECT n FROM search_entries WHERE object = \(object)") else { return }
        try execute("DELETE FROM \(SearchShelf(of: object).table) WHERE rowid = \(n)")
        try execute("DELETE FROM search_entries WHERE n = \(n)")
    }
}

extension String {
    package static let searchableBytes = 64 << 10
    /// A guide is what is searched most, and may be long.
    package static let searchableGuideBytes = 512 << 10

    /// As much of a text as is indexed, without NULs, which no text column takes.
    func searchable(_ limit: Int = searchableBytes) -> String {
        let beginning = utf8.count > limit ? prefixBytes(limit) : self
        return beginning.utf8.contains(0) ? beginning.replacing("\0", with: " ") : beginning
    }

    private func prefixBytes(_ count: Int) -> String {
        String(decoding: Array(utf8.prefix(count)), as: UTF8.self)
    }
}
