/// Something that was found.
package struct Found: Codable, Sendable, Equatable {
    /// `runbook`, `incident`, …
    package let kind: String
    /// Its id; of runbooks and services the name; of a note its event on an incident, or its item's place on a checklist.
    package let id: String
    package let title: String
    /// What stands around the words; empty when they stand in the title alone.
    package let excerpt: String
    /// Of the words the first that stands in the excerpt, as it is written there; empty when none does.
    package let match: String
    /// Of a runbook the slug of the section that it stands in.
    package let section: String?
    /// Of a runbook the id of the step that it stands in.
    package let step: String?
    /// Of a runbook the line of the source, from 1.
    package let line: Int?
    /// Of a note what it stands on, such as `incident/01j9…`.
    package let of: String?
    package let time: String

    package init(
        kind: String, id: String, title: String, excerpt: String, match: String = "", section: String? = nil,
        step: String? = nil, line: Int? = nil, of: String? = nil, time: String
    ) {
        self.kind = kind
        self.id = id
        self.title = title
        self.excerpt = excerpt
        self.match = match
        self.section = section
        self.step = step
        self.line = line
        self.of = of
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
