/// Something that was found.
package struct Found: Codable, Sendable, Equatable {
    /// `runbook`, `incident`, …
    package let kind: String
    /// Its id; of runbooks and services the name.
    package let id: String
    package let title: String
    /// What stands around the words; empty when they stand in the title alone.
    package let excerpt: String
    package let time: String

    package init(kind: String, id: String, title: String, excerpt: String, time: String) {
        self.kind = kind
        self.id = id
        self.title = title
        self.excerpt = excerpt
        self.time = time
    }
}

/// What `GET /api/v1/search` answers.
package struct SearchAnswer: Codable, Sendable {
    package let items: [Found]
    package let next: String?
    /// Words that begin too many others: only the first 64 of those were looked for.
    package let broad: [String]

    package init(items: [Found], next: String?, broad: [String]) {
        self.items = items
        self.next = next
        self.broad = broad
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(items, forKey: .items)
        // Always there, as in every list.
        try container.encode(next, forKey: .next)
        try container.encode(broad, forKey: .broad)
    }

    private enum CodingKeys: String, CodingKey { case items, next, broad }
}
