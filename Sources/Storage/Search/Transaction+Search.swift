package import Essentials

extension Transaction {
    /// Lets a thing be found by its words from now on, or by others than before.
    /// - Parameters:
    ///   - object: such as `incident/01j9…`; what stands before the slash is its kind.
    ///   - text: of which the first 64 KiB are found, or as many bytes as `limit` says.
    ///   - time: shown with what is found. The order of things is that of their first entry.
    package func index(
        _ object: String, title: String, text: String, limit: Int = String.searchableBytes, at time: Timestamp
    ) throws {
        // SQLite's C interface would cut it off there, and the writer refuses it.
        let (title, text) = (title.searchable(), text.searchable(limit))
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
        let n = try integer(
            """
            INSERT INTO search_entries (object, title, time, original)
            VALUES (\(object), \(title), \(time), \(original)) RETURNING n
            """)
        try execute(
            """
            INSERT INTO search_text (rowid, kind, title, text)
            VALUES (\(n), \(kind), \(writtenTitle), \(written))
            """)
    }

    /// Lets it be found no longer.
    package func unindex(_ object: String) throws {
        guard let n = try integer("SELECT n FROM search_entries WHERE object = \(object)") else { return }
        try execute("DELETE FROM search_text WHERE rowid = \(n)")
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
