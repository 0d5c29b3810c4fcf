/// One `{{…}}` of a template, as it is written.
///
/// Mustache renders what it doesn't know as nothing; this is how a wrong name is found before a reader finds the gap.
struct TemplateTag: Equatable, Sendable {
    enum Kind: Sendable { case variable, unescaped, section, inverted, end, partial }

    let kind: Kind
    let name: String
    /// From 1.
    let line: Int

    /// The tags of a template in order, comments left out.
    /// - Throws: `TemplateError` for a tag that isn't closed, and for what our templates do without: other delimiters,
    ///   pragmas, inheritance.
    static func scan(_ text: String, of template: String) throws -> [TemplateTag] {
        var tags: [TemplateTag] = []
        var line = 1
        var rest = text[...]
        while let opening = rest.firstRange(of: "{{") {
            line += rest[..<opening.lowerBound].count { $0.isNewline }
            rest = rest[opening.upperBound...]
            let isTriple = rest.first == "{"
            guard let closing = rest.firstRange(of: isTriple ? "}}}" : "}}") else {
                throw TemplateError(template: template, line: line, reason: "a tag is not closed")
            }
            let content = rest[..<closing.lowerBound]
            rest = rest[closing.upperBound...]
            if let tag = try parse(content, of: template, at: line) { tags.append(tag) }
            line += content.count { $0.isNewline }
        }
        return tags
    }

    private static func parse(_ content: Substring, of template: String, at line: Int) throws -> TemplateTag? {
        let kind: Kind? =
            switch content.first {
            case "{", "&": .unescaped
            case "#": .section
            case "^": .inverted
            case "/": .end
            case ">": .partial
            case "!": nil
            case "=", "%", "<", "$":
                throw TemplateError(template: template, line: line, reason: "{{\(content)}} is not used here")
            default: .variable
            }
        guard let kind else { return nil }
        let name = kind == .variable ? content : content.dropFirst()
        return TemplateTag(kind: kind, name: name.filter { !$0.isWhitespace }, line: line)
    }
}
