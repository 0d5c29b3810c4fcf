extension Guide {
    /// The guide as safe HTML: no scripts, no styles, no raw HTML, only `http`, `https`, `mailto` and relative links.
    ///
    /// Headings carry their slugs as `id`, so that a page's own ids had better begin with `page-`.
    package func rendered() -> [RenderedPart] {
        let text = source.from(line: bodyLine)
        // It was parsed before, so that only a lack of memory is left to fail: then the source is shown as it is.
        guard let tree = try? MarkdownTree(parsing: text, withTables: hasTables) else {
            return [.html("<pre>\(HTML.escape(String(decoding: text, as: UTF8.self)))</pre>")]
        }
        var renderer = GuideRenderer(self)
        tree.forEachEvent { renderer.render($0) }
        return renderer.finished()
    }
}
