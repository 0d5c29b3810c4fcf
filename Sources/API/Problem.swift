/// RFC 9457 problem details: every answer of 400 and above, as `application/problem+json`.
package struct ProblemDetails: Codable, Sendable, Equatable {
    package struct FieldError: Codable, Sendable, Equatable {
        /// A JSON pointer's last part, a parameter, a placeholder or a step.
        package let name: String
        package let message: String
        /// The line in the runbook, from 1, when it is about one.
        package let line: Int?

        package init(name: String, message: String, line: Int?) {
            self.name = name
            self.message = message
            self.line = line
        }
    }

    /// `about:blank` followed by nothing: the status says it all.
    package let type: String
    package let title: String
    package let status: Int
    /// A sentence that says what to do.
    package let detail: String
    /// `invalid`, `unauthenticated`, `forbidden`, `not-found`, `conflict`, `limited`, `unavailable` or `internal`.
    package let code: String
    package let errors: [FieldError]?
    /// Names the request in the server's log.
    package let request: String?

    package init(
        title: String, status: Int, detail: String, code: String, errors: [FieldError]? = nil, request: String? = nil
    ) {
        type = "about:blank"
        self.title = title
        self.status = status
        self.detail = detail
        self.code = code
        self.errors = errors
        self.request = request
    }
}

/// A part of a list: `{"items": […], "next": "cursor" | null}`.
package struct List<Item: Codable & Sendable>: Codable, Sendable {
    package let items: [Item]
    package let next: String?

    package init(items: [Item], next: String?) {
        self.items = items
        self.next = next
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(items, forKey: .items)
        // Said also when it is null, so that clients need not tell "no next" from "no such field".
        try container.encode(next, forKey: .next)
    }
}
