import Essentials
import RunbookFormat

extension SafeHTML {
    /// Markdown that somebody wrote into a field, as a guide's prose is rendered: raw HTML is shown and not obeyed, and
    /// nothing in it runs. Nil when there is nothing.
    /// - Throws: `Problem` for what no guide could hold either, such as a NUL.
    static func markdown(_ text: String) throws(Problem) -> SafeHTML? {
        guard text.contains(where: { !$0.isWhitespace }) else { return nil }
        // The line before it keeps a rule of dashes at its beginning from being read as front matter.
        let guide = try Guide(parsing: Array("\n\(text)".utf8), name: "text")
        return SafeHTML(guide.rendered().map(\.html).joined())
    }
}
