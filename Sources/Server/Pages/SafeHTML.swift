import Mustache

/// HTML that needs no escaping, because our own renderer made it of what others wrote. Only such a field may stand in
/// `{{{…}}}`, and a test holds the list of them.
struct SafeHTML: Encodable, Sendable, Equatable {
    let html: String

    init(_ html: String) { self.html = html }
}

extension SafeHTML: MustacheCustomRenderable {
    var renderText: String { html }
    var isNull: Bool { html.isEmpty }
}
