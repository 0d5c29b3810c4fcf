/// A part of a list, and where the next part begins.
package struct Page<Item: Sendable>: Sendable {
    package let items: [Item]
    /// Pass it as `after` for the next page; nil on the last.
    package let next: String?

    package init(items: [Item], next: String?) {
        self.items = items
        self.next = next
    }

    /// Makes a page of rows that were read with a limit of one more than asked for.
    package init(rows: [Item], limit: Int, cursor: (Item) -> String) {
        items = Array(rows.prefix(limit))
        next = rows.count > limit ? items.last.map(cursor) : nil
    }

    package func map<Other: Sendable>(_ transform: (Item) throws -> Other) rethrows -> Page<Other> {
        Page<Other>(items: try items.map(transform), next: next)
    }
}

/// What a list was asked for: how many, and after which cursor.
package struct PageRequest: Sendable, Equatable {
    package static let maximum = 500

    /// From 1 to `maximum`, whatever was asked for: to SQL a negative limit is none.
    package let limit: Int
    package let after: String?

    package init(limit: Int = 50, after: String? = nil) {
        self.limit = min(max(limit, 1), Self.maximum)
        self.after = after
    }
}
