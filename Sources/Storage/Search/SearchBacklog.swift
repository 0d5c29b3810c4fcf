import Essentials

/// A thing that is to be found, or without a title no longer is.
struct SearchEntry: Decodable {
    /// Where it stands in what it was read from: `search_backlog`, or the journal.
    let place: Int64
    let object: String
    let title: String?
    let text: String?
    let time: Timestamp?
}

/// Things that are to be found as soon as an event on the journal tells of them: with them nothing is written for the search.
package struct SearchFeed: Sendable {
    /// Under which it is kept how far they are taken up. A migration names it, so that older things are not taken up again.
    let cursor: String
    let query: @Sendable (_ seq: Int64, _ limit: Int) -> SQL

    /// - Parameter query: asks for up to `limit` things that events after `seq` tell of, in the order of these. Of each it gives
    ///   the event's number as `place`, `object` such as `incident/01j9…`, `title`, `text`, and the `time` that is shown with it.
    package init(cursor: String, query: @escaping @Sendable (_ seq: Int64, _ limit: Int) -> SQL) {
        self.cursor = cursor
        self.query = query
    }
}

/// Takes up a part of what was committed to be found and is not in the index of words yet.
struct SearchBacklog {
    /// As much as holds up other changes for a few milliseconds.
    static let atOnce = 200
    private static let bytesAtOnce = 256 << 10

    /// Things of one origin, the oldest first, of which some are taken up.
    private struct Queue {
        let entries: [SearchEntry]
        let settle: (_ place: Int64) throws -> Void
        var next = 0

        var front: SearchEntry? { next < entries.count ? entries[next] : nil }
        /// Behind the last may stand others.
        var mayHaveMore: Bool { entries.count == atOnce }
    }

    private let transaction: Transaction
    private var queues: [Queue] = []

    init(_ feeds: [SearchFeed], in transaction: Transaction) throws {
        self.transaction = transaction
        queues.append(
            Queue(
                entries: try transaction.all(
                    """
                    SELECT n AS place, object, title, text, time FROM search_backlog ORDER BY n LIMIT \(Self.atOnce)
                    """)
            ) { try transaction.execute("DELETE FROM search_backlog WHERE n <= \($0)") })
        for feed in feeds {
            let seen = try transaction.integer("SELECT seq FROM cursors WHERE name = \(feed.cursor)") ?? 0
            queues.append(
                Queue(entries: try transaction.all(feed.query(seen, Self.atOnce))) {
                    try transaction.execute(
                        """
                        INSERT INTO cursors (name, seq) VALUES (\(feed.cursor), \($0))
                        ON CONFLICT (name) DO UPDATE SET seq = excluded.seq
                        """)
                })
        }
    }

    /// In the order in which they were committed, for the order of things is that of their first entry.
    /// - Returns: whether something is left.
    mutating func takeUp() throws -> Bool {
        var bytes = 0
        while let index = oldest, let entry = queues[index].front {
            bytes += entry.text?.utf8.count ?? 0
            if bytes > Self.bytesAtOnce, queues.contains(where: { $0.next > 0 }) { break }
            try transaction.take(up: entry)
            queues[index].next += 1
        }
        for queue in queues where queue.next > 0 { try queue.settle(queue.entries[queue.next - 1].place) }
        return queues.contains { $0.front != nil || $0.mayHaveMore }
    }

    /// The queue with the oldest thing; nil where there is none, or an older one may not have been read.
    private var oldest: Int? {
        if queues.contains(where: { $0.front == nil && $0.mayHaveMore }) { return nil }
        return queues.indices.filter { queues[$0].front != nil }.min { left, right in
            (queues[left].front?.time?.microseconds ?? .min) < (queues[right].front?.time?.microseconds ?? .min)
        }
    }
}
