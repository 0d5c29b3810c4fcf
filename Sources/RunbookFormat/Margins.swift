/// Below which blocks there is something to say: the lines with findings and links, handed out once, in order, to blocks that
/// come in the order of their lines.
struct Margins {
    private let lines: [Int]
    private var next = 0
    /// The last line that has been handed out.
    private var last: Int
    private let offset: Int

    /// - Parameter isWithinPage: a text within a page says nothing of itself.
    init(of guide: Guide, isWithinPage: Bool) {
        offset = guide.bodyLine - 1
        last = offset
        let told = isWithinPage ? [] : Set(guide.findings.map(\.line)).union(guide.links.map(\.line))
        lines = told.filter { [offset] in $0 > offset }.sorted()
    }

    var isEmpty: Bool { next == lines.count }

    /// What was said elsewhere.
    mutating func pass(through line: Int) {
        last = max(last, line)
        while next < lines.count, lines[next] <= last { next += 1 }
    }

    /// The lines from the last block's to the next block's, where something is said of one of them; else nil.
    mutating func lines(below node: MarkdownNode) -> ClosedRange<Int>? {
        guard next < lines.count else { return nil }
        let end = Self.nextStart(after: node).map { $0 + offset - 1 } ?? .max
        guard lines[next] <= end else { return nil }
        let range = last + 1...end
        pass(through: end)
        return range
    }

    /// The line, in the text that was parsed, on which the next block begins. Climbing, each container is left once.
    private static func nextStart(after node: MarkdownNode) -> Int? {
        var node: MarkdownNode? = node
        while let current = node {
            guard let next = current.next else {
                node = current.parent
                continue
            }
            // The table extension makes paragraphs without a place.
            if next.startLine > 0 { return next.startLine }
            node = next
        }
        return nil
    }
}
