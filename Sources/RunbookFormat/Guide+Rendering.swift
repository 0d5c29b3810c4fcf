extension Guide {
    /// The guide as safe HTML: no scripts, no styles, no raw HTML, only `http`, `https`, `mailto` and relative links.
    ///
    /// Headings carry their slugs as `id`, so that a page's own ids had better begin with `page-`.
    ///
    /// - Parameter linking: where links to Markdown files lead; what was laid out along with reading has its own.
    package func rendered(linking: LinkTarget? = nil) -> [RenderedPart] {
        layout ?? rendered(isWithinPage: false, linking)
    }

    fileprivate func rendered(isWithinPage: Bool, _ linking: LinkTarget? = nil) -> [RenderedPart] {
        let text = source.from(line: bodyLine)
        // It was parsed before, so that only a lack of memory is left to fail: then the source is shown as it is.
        guard let tree = try? MarkdownTree(parsing: text, withTables: hasTables) else {
            return [.html("<pre>\(HTML.escape(String(decoding: text, as: UTF8.self)))</pre>")]
        }
        return laidOut(tree, isWithinPage: isWithinPage, linking)
    }

    func laidOut(
        _ tree: borrowing MarkdownTree, isWithinPage: Bool, _ linking: LinkTarget?
    ) -> [RenderedPart] {
        var renderer = GuideRenderer(self, isWithinPage: isWithinPage, linking: linking)
        tree.forEachEvent { renderer.render($0) }
        return renderer.finished()
    }
}

/// Markdown that people write about something, such as a note: nothing of it is a step or an item.
package enum Prose {
    /// Safe HTML, as a guide's, without anything that has an id. What can't be laid out is shown as it was written.
    package static func html(of markdown: String) -> String {
        // The empty line keeps what begins with three hyphens from being taken for front matter.
        let source = [UInt8](("\n" + markdown).utf8)
        do {
            return try Guide(parsing: source, name: "").rendered(isWithinPage: true).map { part in
                switch part {
                case .html(let html), .step(_, let html): html
                case .item(_, let html): html.contains(" checked") ? "☑ " : "☐ "
                case .margin: ""
                }
            }.joined()
        } catch {
            return "<pre>\(HTML.escape(markdown))</pre>"
        }
    }
}
