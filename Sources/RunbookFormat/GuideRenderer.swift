/// Writes a guide's tree as HTML, part by part.
struct GuideRenderer {
    private let guide: Guide
    /// A text within a page of its own headings: its headings are none of the page's, and nobody jumps to them.
    private let isWithinPage: Bool
    private let linking: LinkTarget?
    private var parts: [RenderedPart] = []
    private var html: [UInt8] = []

    private let sectionsByLine: [Int: Section]
    private let stepsByLine: [Int: Step]
    private let documentsByLine: [Int: String]
    private let slugs: Set<String>
    private var nextItem = 0
    private var margins: Margins

    private var depth = 0
    private var linkDepth = 0
    private var imageDepth = 0
    private var alignments: [[UInt8]] = []
    private var column = 0
    /// The scalars of a task's box that are still to be left out of its paragraph.
    private var boxRest = 0
    /// A browser lays out no page of ten thousand quotes in each other; from here on the text alone goes on.
    private static let maximumDepth = 100

    init(_ guide: Guide, isWithinPage: Bool = false, linking: LinkTarget? = nil) {
        self.guide = guide
        self.linking = linking
        self.isWithinPage = isWithinPage
        sectionsByLine = Dictionary(guide.sections.map { ($0.line, $0) }, uniquingKeysWith: { first, _ in first })
        stepsByLine = Dictionary(guide.steps.map { ($0.line, $0) }, uniquingKeysWith: { first, _ in first })
        documentsByLine = Dictionary(
            guide.documents.map { ($0.line, $0.language) }, uniquingKeysWith: { first, _ in first })
        slugs = Set(guide.sections.map(\.slug))
        margins = Margins(of: guide, isWithinPage: isWithinPage)
    }

    mutating func finished() -> [RenderedPart] {
        flush()
        return parts
    }

    private mutating func flush() {
        guard !html.isEmpty else { return }
        parts.append(.html(String(decoding: html, as: UTF8.self)))
        html.removeAll(keepingCapacity: true)
    }

    private mutating func write(_ text: String) { html += text.utf8 }

    private func line(of node: MarkdownNode) -> Int { node.startLine + guide.bodyLine - 1 }

    mutating func render(_ event: MarkdownEvent) {
        lay(event.node, event.isEntering)
        guard !margins.isEmpty else { return }
        switch (event.node.kind, event.isEntering) {
        case (.paragraph, false), (.heading, false), (.table, false), (.codeBlock, _), (.htmlBlock, _),
            (.thematicBreak, _):
            guard let lines = margins.lines(below: event.node) else { return }
            flush()
            parts.append(.margin(lines: lines))
        default: break
        }
    }

    private mutating func lay(_ node: MarkdownNode, _ isEntering: Bool) {
        switch node.kind {
        case .blockQuote: container(isEntering, "<blockquote>\n", "</blockquote>\n")
        case .list: list(node, isEntering)
        case .item: item(node, isEntering)
        case .paragraph: paragraph(node, isEntering)
        case .heading: heading(node, isEntering)
        case .thematicBreak: write("<hr>\n")
        case .codeBlock: codeBlock(node)
        case .htmlBlock:
            write("<pre class=\"raw\">")
            node.withLiteral { HTML.escape($0, into: &html) }
            write("</pre>\n")
        case .table: table(node, isEntering)
        case .tableHeader:
            column = 0
            write(isEntering ? "<thead><tr>" : "</tr></thead>\n")
        case .tableRow: row(node, isEntering)
        case .tableCell: cell(node, isEntering)
        case .text, .code, .htmlInline, .softBreak, .lineBreak: leaf(node)
        case .emphasis: inline("em", isEntering)
        case .strong: inline("strong", isEntering)
        case .strikethrough: inline("del", isEntering)
        case .link: link(node, isEntering)
        case .image: image(node, isEntering)
        case .document, .other: break
        }
    }

    private mutating func container(_ isEntering: Bool, _ opening: String, _ closing: String) {
        if isEntering { depth += 1 }
        if depth <= Self.maximumDepth { write(isEntering ? opening : closing) }
        if !isEntering { depth -= 1 }
    }

    private mutating func inline(_ tag: String, _ isEntering: Bool) {
        if isEntering { depth += 1 }
        if depth <= Self.maximumDepth, imageDepth == 0 { write(isEntering ? "<\(tag)>" : "</\(tag)>") }
        if !isEntering { depth -= 1 }
    }

    private mutating func list(_ node: MarkdownNode, _ isEntering: Bool) {
        let start = node.isOrderedList && node.listStart != 1 ? " start=\"\(node.listStart)\"" : ""
        container(
            isEntering, node.isOrderedList ? "<ol\(start)>\n" : "<ul>\n", node.isOrderedList ? "</ol>\n" : "</ul>\n")
    }

    private mutating func item(_ node: MarkdownNode, _ isEntering: Bool) {
        let isTask = isEntering && node.firstChild.flatMap(TaskMarker.read) != nil
        container(isEntering, isTask ? "<li class=\"task\">" : "<li>", "</li>\n")
    }

    private mutating func paragraph(_ node: MarkdownNode, _ isEntering: Bool) {
        let isTight = node.parent?.kind == .item && node.parent?.parent?.isTightList == true
        if !isTight { write(isEntering ? "<p>" : "</p>\n") } else if !isEntering, node.next != nil { write("\n") }
        if isEntering, TaskMarker.read(node) != nil { box(node) }
    }

    /// Tasks are met in the order in which the outline found them.
    private mutating func box(_ paragraph: MarkdownNode) {
        guard nextItem < guide.checklist.count else { return }
        let item = guide.checklist[nextItem]
        nextItem += 1
        flush()
        let state = item.isChecked ? " checked aria-label=\"ticked\"" : " aria-label=\"not ticked\""
        parts.append(.item(id: item.id, html: "<input type=\"checkbox\" disabled\(state)>"))
        boxRest = paragraph.firstChild?.kind == .link ? 1 : 3
    }

    private mutating func heading(_ node: MarkdownNode, _ isEntering: Bool) {
        if isWithinPage { return write(isEntering ? "<p><strong>" : "</strong></p>\n") }
        guard isEntering else {
            write("</h\(node.headingLevel)>\n")
            return
        }
        let id = sectionsByLine[line(of: node)].map { " id=\"\(HTML.escape($0.slug))\"" } ?? ""
        write("<h\(node.headingLevel)\(id)>")
    }

    private mutating func codeBlock(_ node: MarkdownNode) {
        let content = node.literalBytes
        guard node.fence != nil, let step = stepsByLine[line(of: node)] else {
            document(content, language: documentsByLine[line(of: node)] ?? "")
            return
        }
        flush()
        parts.append(.step(id: step.id, html: StepRenderer.html(of: step, content: content)))
        margins.pass(through: step.endLine)
    }

    /// What is shown as it stands, below its language. A diagram that nobody draws here says so.
    private mutating func document(_ content: [UInt8], language: String) {
        let name = StepRenderer.cssName(language)
        if !language.isEmpty {
            let isDiagram = language.lowercased() == "mermaid"
            let title = isDiagram ? "Mermaid diagram, as its source" : String(language.prefix(40))
            write("<figure class=\"code\"><figcaption>\(HTML.escape(title))</figcaption>")
        }
        write(name.isEmpty ? "<pre><code>" : "<pre class=\"language-\(name)\"><code>")
        HTML.escape(content, into: &html)
        write(language.isEmpty ? "</code></pre>\n" : "</code></pre></figure>\n")
    }

    private mutating func table(_ node: MarkdownNode, _ isEntering: Bool) {
        if isEntering {
            alignments.append(node.columnAlignments)
            write("<table>\n")
        } else {
            alignments.removeLast()
            // Rows after the head stand in one body.
            write(node.firstChild?.next == nil ? "</table>\n" : "</tbody></table>\n")
        }
    }

    private mutating func row(_ node: MarkdownNode, _ isEntering: Bool) {
        column = 0
        if isEntering, node.previous?.kind == .tableHeader { write("<tbody>\n") }
        write(isEntering ? "<tr>" : "</tr>\n")
    }

    private mutating func cell(_ node: MarkdownNode, _ isEntering: Bool) {
        let tag = node.parent?.kind == .tableHeader ? "th" : "td"
        guard isEntering else {
            write("</\(tag)>")
            column += 1
            return
        }
        let letters = alignments.last ?? []
        let letter = column < letters.count ? letters[column] : 0
        let alignment: String? =
            switch letter {
            case 0x63: "center"
            case 0x72: "right"
            default: nil
            }
        write("<\(tag)\(alignment.map { " class=\"align-\($0)\"" } ?? "")>")
    }

    private mutating func leaf(_ node: MarkdownNode) {
        switch node.kind {
        case .text: node.withLiteral { text($0) }
        case .code:
            if imageDepth == 0 { write("<code>") }
            node.withLiteral { HTML.escape($0, into: &html) }
            if imageDepth == 0 { write("</code>") }
        case .htmlInline:
            let tag = node.literal
            let isBreak = ["<br>", "<br/>", "<br />"].contains(tag.lowercased())
            if isBreak, imageDepth == 0 { write("<br>") } else { HTML.escape(tag.utf8, into: &html) }
        case .softBreak: write("\n")
        case .lineBreak: write(imageDepth == 0 ? "<br>\n" : "\n")
        default: break
        }
    }

    private mutating func text(_ bytes: UnsafeBufferPointer<UInt8>) {
        var rest = bytes[...]
        while boxRest > 0, rest.popFirst() != nil {
            // What begins with these bits goes on with the same scalar.
            if rest.first.map({ $0 & 0xC0 != 0x80 }) ?? true { boxRest -= 1 }
        }
        if linkDepth == 0, imageDepth == 0, rest.contains(0x3A) {
            Autolink.html(Array(rest), into: &html)
        } else {
            HTML.escape(UnsafeBufferPointer(rebasing: rest), into: &html)
        }
    }

    private mutating func link(_ node: MarkdownNode, _ isEntering: Bool) {
        // The box of a task, where the guide defines a link named x.
        if boxRest > 0 && isEntering || linkDepth < 0 {
            linkDepth = isEntering ? -1 : 0
            return
        }
        openLink(isEntering, to: node.url, isImage: false)
    }

    /// A picture from elsewhere would tell that elsewhere who reads the guide, and the pages' policy forbids it: a link to it.
    private mutating func image(_ node: MarkdownNode, _ isEntering: Bool) {
        if isEntering, node.firstChild == nil, imageDepth == 0 {
            openLink(true, to: node.url, isImage: true)
            HTML.escape(node.url.utf8, into: &html)
            openLink(false, to: node.url, isImage: true)
            imageDepth += 1
            return
        }
        if isEntering {
            if imageDepth == 0 { openLink(true, to: node.url, isImage: true) }
            imageDepth += 1
        } else {
            imageDepth -= 1
            if imageDepth == 0, node.firstChild != nil { openLink(false, to: node.url, isImage: true) }
        }
    }

    private mutating func openLink(_ isEntering: Bool, to url: String, isImage: Bool) {
        if !isEntering {
            linkDepth -= 1
            if linkDepth == 0 { write("</a>") }
            return
        }
        linkDepth += 1
        guard linkDepth == 1 else { return }
        guard let target = HTML.link(url) else {
            write("<a>")
            return
        }
        let kind = isImage ? " class=\"image\"" : ""
        write("<a href=\"\(fragment(url) ?? file(url) ?? target)\"\(kind) rel=\"noopener noreferrer\">")
    }

    /// A Markdown file beside this one, as whoever shows the guide calls it.
    private func file(_ url: String) -> String? {
        guard let linking, let link = Link(url: url, line: 1), let target = linking(link.path) else { return nil }
        return HTML.link(target + url[(url.firstIndex(of: "#") ?? url.endIndex)...])
    }

    /// GitHub keeps hyphens at a slug's ends, where an emoji stood; ours go.
    private func fragment(_ url: String) -> String? {
        guard url.hasPrefix("#") else { return nil }
        let name = url.dropFirst()
        let decoded = name.removingPercents ?? String(name)
        if slugs.contains(decoded) { return nil }
        let trimmed = Slugs.slug(decoded)
        return slugs.contains(trimmed) ? HTML.link("#" + trimmed) : nil
    }
}

extension Substring {
    /// Percent-encoded bytes resolved; nil when they are no UTF-8.
    fileprivate var removingPercents: String? {
        var bytes: [UInt8] = []
        var rest = utf8[...]
        while let byte = rest.popFirst() {
            if byte == 0x25, rest.count >= 2,
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
