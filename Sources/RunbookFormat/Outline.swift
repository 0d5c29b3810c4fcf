/// What one walk over the tree finds: headings, task items, fences, each with its place. Ids come afterwards, in `Guide`.
struct Outline {
    struct Task {
        /// An index into `sections`.
        let section: Int?
        let line: Int
        let box: Item.Box
        let text: String
        let isChecked: Bool
        let depth: Int
    }

    struct Fence {
        let section: Int?
        let line: Int
        let endLine: Int
        let info: FenceInfo
        let content: [UInt8]
        let isClosed: Bool
        /// The innermost task item around it, as an index into `tasks`.
        let task: Int?
    }

    private(set) var sections: [Section] = []
    private(set) var tasks: [Task] = []
    private(set) var fences: [Fence] = []
    private(set) var links: [Link] = []
    private(set) var allowances: [Allowance] = []

    private let source: SourceText
    /// The Markdown's first line, behind the front matter.
    let bodyLine: Int
    /// Lines before the Markdown.
    private let offset: Int
    private var slugs = Slugs()
    /// The sections around the current place, outermost first. A quote or list item has a scope of its own: a heading in it
    /// ends with it.
    private var scope: [Int] = []
    private var containers: [Container] = []
    private var currentTask: Int?
    private var depth = 0
    /// The block that is being read, for links and comments: text has no lines of its own.
    private var block: MarkdownNode?

    private struct Container {
        let scope: [Int]
        let task: Int?
        let depth: Int
    }

    init(_ tree: borrowing MarkdownTree, source: SourceText, bodyLine: Int) {
        self.source = source
        self.bodyLine = bodyLine
        offset = bodyLine - 1
        var fenceNodes: [(node: MarkdownNode, section: Int?, task: Int?)] = []
        tree.forEachEvent { event in
            let node = event.node
            switch (node.kind, event.isEntering) {
            case (.blockQuote, true), (.item, true):
                containers.append(Container(scope: scope, task: currentTask, depth: depth))
            case (.blockQuote, false), (.item, false):
                guard let container = containers.popLast() else { return }
                scope = container.scope
                currentTask = container.task
                depth = container.depth
            case (.heading, true):
                block = node
                addSection(node)
            case (.paragraph, true):
                block = node
                addTask(node)
            case (.tableRow, true), (.tableHeader, true): block = node
            case (.link, true): addLink(node)
            case (.htmlBlock, true): addAllowance(node, isBlock: true)
            case (.htmlInline, true): addAllowance(node, isBlock: false)
            case (.codeBlock, true):
                if node.fence != nil { fenceNodes.append((node, scope.last, currentTask)) }
            default: break
            }
        }
        let fenceLines = Set(fenceNodes.map(\.node.startLine))
        fences = fenceNodes.map { fence($0.node, section: $0.section, task: $0.task, otherFences: fenceLines) }
    }

    private mutating func addSection(_ node: MarkdownNode) {
        let title = String(node.plainText.prefix(300)).trimmingBlanks
        let slug = Slugs.slug(title)
        while let last = scope.last, sections[last].level >= node.headingLevel { scope.removeLast() }
        let parent = scope.last.map { sections[$0].slug }
        sections.append(
            Section(
                slug: slugs.unique(slug.isEmpty ? "section" : slug), title: title, level: node.headingLevel,
                line: node.startLine + offset, parent: parent))
        scope.append(sections.count - 1)
    }

    private mutating func addTask(_ paragraph: MarkdownNode) {
        guard let isChecked = TaskMarker.read(paragraph), let item = paragraph.parent else { return }
        depth += 1
        tasks.append(
            Task(
                section: scope.last, line: item.startLine + offset, box: box(in: item),
                text: TaskMarker.strip(paragraph.plainText),
                isChecked: isChecked, depth: depth))
        currentTask = tasks.count - 1
    }

    private mutating func addLink(_ node: MarkdownNode) {
        guard let block else { return }
        let isInside = node.startLine >= block.startLine && node.startLine <= max(block.startLine, block.endLine)
        let line = (isInside ? node.startLine : block.startLine) + offset
        if let link = Link(url: node.url, line: line) { links.append(link) }
    }

    /// A comment that stands alone speaks of the block after it, or, above the first heading, of the whole guide; one in a text
    /// speaks of that text.
    private mutating func addAllowance(_ node: MarkdownNode, isBlock: Bool) {
        guard let names = Allowance.names(in: node.literal) else { return }
        let spoken = isBlock ? node.next : block
        let line = (isBlock ? node.startLine : spoken?.startLine ?? 1) + offset
        let isAtTop = isBlock && sections.isEmpty && containers.isEmpty
        let lines = spoken.map { $0.startLine + offset...max($0.startLine, $0.endLine) + offset }
        allowances.append(Allowance(names: names, line: line, lines: isAtTop ? nil : lines ?? line...line))
    }

    /// The box is the first thing of the item's paragraph, behind the item's marker; link definitions may come before it.
    private func box(in item: MarkdownNode) -> Item.Box {
        let first = item.startLine + offset
        for number in first...max(first, source.lineCount) {
            let line = source.line(number)
            // On the first line what stands before it is the marker, on later ones indentation and quotes.
            var column = number == first ? Self.contentColumn(of: line, from: item.startColumn - 1) : 0
            while column < line.count, [0x20, 0x09, 0x3E].contains(line[line.startIndex + column]) { column += 1 }
            let rest = line.dropFirst(column).prefix(4).map(\.self)
            // What follows it is white space, also the end of the line: a colon would make it a definition.
            let isBox =
                rest.count >= 3 && rest[0] == 0x5B && rest[2] == 0x5D && [0x20, 0x78, 0x58].contains(rest[1])
                && (rest.count == 3 || rest[3] == 0x20 || (0x09...0x0D).contains(rest[3]))
            if isBox { return Item.Box(line: number, column: column + 1) }
        }
        return Item.Box(line: first, column: item.startColumn)
    }

    /// Behind a list item's marker: a bullet, or digits and a dot or parenthesis. The paragraph's own place can't be had:
    /// the table extension makes paragraphs without one.
    private static func contentColumn(of line: ArraySlice<UInt8>, from start: Int) -> Int {
        var column = max(0, start)
        while column < line.count, line[line.startIndex + column] == 0x20 { column += 1 }
        while column < line.count, (0x30...0x39).contains(line[line.startIndex + column]) { column += 1 }
        return column + 1
    }

    private func fence(_ node: MarkdownNode, section: Int?, task: Int?, otherFences: Set<Int>) -> Fence {
        let content = node.literalBytes
        let lineCount = content.count { $0 == 0x0A }
        let fence = node.fence ?? (length: 3, character: 0x60)
        // A line that opens another fence closes none, as after a list item that ended without its fence being closed.
        let closingLine = node.startLine + lineCount + 1
        let isClosed =
            !otherFences.contains(closingLine)
            && Self.isClosing(source.line(closingLine + offset), length: fence.length, character: fence.character)
        return Fence(
            section: section, line: node.startLine + offset,
            endLine: node.startLine + offset + lineCount + (isClosed ? 1 : 0),
            info: FenceInfo(info(of: node, fence: fence)), content: content, isClosed: isClosed, task: task)
    }

    /// The text behind the opening fence as it stands in the source: the tree's has its backslashes and entities resolved,
    /// which breaks JSON and patterns.
    private func info(of node: MarkdownNode, fence: (length: Int, character: UInt8)) -> String {
        var line = source.line(node.startLine + offset).dropFirst(max(0, node.startColumn - 1))
        while line.first == fence.character { line.removeFirst() }
        return String(decoding: line, as: UTF8.self).trimmingBlanks
    }

    private static func isClosing(_ line: ArraySlice<UInt8>, length: Int, character: UInt8) -> Bool {
        let rest = line.drop { $0 == 0x20 || $0 == 0x09 || $0 == 0x3E }
        let run = rest.prefix { $0 == character }.count
        return run >= length && rest.dropFirst(run).allSatisfy { $0 == 0x20 || $0 == 0x09 }
    }
}

extension StringProtocol {
    /// Without white space at both ends.
    var trimmingBlanks: String {
        let scalars = unicodeScalars
        guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return "" }
        return String(self[first...last])
    }
}
