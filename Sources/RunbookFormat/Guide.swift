import Crypto
package import Essentials

/// A runbook as it is read from its Markdown: what runs, what is ticked, what is shown, and what a reader should know first.
package struct Guide: Sendable {
    /// The largest file that is read.
    package static let maximumBytes = 5_000_000
    /// Rises whenever the same bytes are read otherwise than before: what is stored of a guide is then read again.
    package static let revision = 3

    /// The front matter's title, or the first heading, or the name given.
    package let title: String
    /// The length of the source as it came.
    package let bytes: Int
    /// SHA-256 of the source as it came, as 64 hexadecimal digits.
    package let sha256: String
    package let metadata: Metadata
    package let sections: [Section]
    /// Every fence in a shell's or console's language, every gate, and every fence that asks to be executed.
    package let steps: [Step]
    package let checklist: [Item]
    /// Lines that show by a sign, such as `✅`, what is done; where there is no box, a checklist starts from them.
    package let marked: [Item]
    package let documents: [DocumentFence]
    /// To Markdown files beside this one.
    package let links: [Link]
    /// In the order of the source.
    package let findings: [Finding]

    /// As it is laid out for people, where that was asked for; else it is parsed once more when somebody wants to see it: a
    /// tree of a million nodes is not worth keeping.
    private(set) var layout: [RenderedPart]?
    let source: SourceText
    let bodyLine: Int
    let hasTables: Bool
    let allowances: Allowances

    /// - Parameters:
    ///   - name: the title of a guide that has none.
    ///   - layingOut: whether to lay it out along with reading it, for those who will show it.
    ///   - linking: where links to Markdown files lead then.
    /// - Throws: `Problem.invalid` for what is no text, empty, larger than `maximumBytes`, or has unreadable front matter.
    package init(
        parsing source: [UInt8], name: String, layingOut: Bool = false, linking: LinkTarget? = nil
    ) throws(Problem) {
        let text = try SourceText(source, maximum: Self.maximumBytes)
        let frontMatter = try FrontMatter(of: text)
        let markdownGuard = try MarkdownGuard(text, from: frontMatter.bodyLine)
        let reader = MetadataReader(frontMatter.root)
        let tree = try MarkdownTree(
            parsing: text.from(line: frontMatter.bodyLine), withTables: markdownGuard.wideTableLine == nil)
        let outline = Outline(tree, source: text, bodyLine: frontMatter.bodyLine)
        let model = GuideModel(outline, metadata: reader.metadata, text: text)
        let allowances = Allowances(outline.allowances)

        bytes = source.count
        sha256 = SHA256.hash(data: source).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
        metadata = reader.metadata
        sections = outline.sections
        steps = model.steps
        checklist = model.items
        marked = model.marked
        documents = model.documents
        title = reader.metadata.title ?? outline.sections.lazy.map(\.title).first { !$0.isEmpty } ?? name
        var findings =
            reader.findings + model.findings + StepGraph.findings(in: model.steps, sections: outline.sections)
            + WayBackRule.findings(in: model.steps, sections: outline.sections, reader.metadata)
        if let line = markdownGuard.wideTableLine {
            findings.append(
                Finding(
                    .wideTable, .warning, line: line,
                    "The table is too wide or too long to lay out, so tables are shown as text; split it."))
        }
        if frontMatter.isUnclosed {
            findings.append(
                Finding(
                    .invalidFrontMatter, .warning, line: 1,
                    "The first line opens front matter that nothing closes; add a line of ---."))
        }
        self.findings = (findings.filter { !allowances.allows($0) } + allowances.findings).inOrder()
        self.allowances = allowances
        links = outline.links
        self.source = text
        bodyLine = frontMatter.bodyLine
        hasTables = markdownGuard.wideTableLine == nil
        if layingOut { layout = laidOut(tree, isWithinPage: false, linking) }
    }

    /// About as many bytes as it takes in memory.
    package var footprint: Int {
        let shown = layout?.reduce(0) { $0 + $1.html.utf8.count + 80 } ?? 0
        return 5 * bytes + shown
            + 500 * (steps.count + checklist.count + sections.count + findings.count + links.count + documents.count)
    }

    package func step(_ id: String) -> Step? { steps.first { $0.id == id } }
    package func section(_ slug: String) -> Section? { sections.first { $0.slug == slug } }
    package func item(_ id: String) -> Item? { checklist.first { $0.id == id } }

    /// Why nothing of this guide may run: front matter that can't be meant, parameters above all; nil when it may.
    package var refusal: Problem? {
        let wrong = findings.filter { $0.rule == .invalidFrontMatter && $0.severity == .error }
        guard !wrong.isEmpty else { return nil }
        return .invalid(
            "The runbook can't run before its front matter is mended.",
            fields: wrong.map { Problem.Field(name: "front matter", message: $0.message, line: $0.line) })
    }
}
