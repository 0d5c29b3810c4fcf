import Essentials

/// What a quick look over the text says about parsing it, before cmark-gfm sees it.
///
/// Debian's cmark-gfm 0.29.0.gfm.6 takes time and memory proportional to the square of the input in a few places:
/// table cells (every row is filled up to the header's width), delimiter rows inside one paragraph, and link references
/// (the definition's text is copied for each use). A few kilobytes then take gigabytes.
struct MarkdownGuard {
    /// The first line of the block that is too wide; tables must be off then.
    private(set) var wideTableLine: Int?

    private static let maximumCells = 500_000
    private static let maximumDelimiterWork = 5_000_000
    private static let maximumReferenceBytes = 200_000_000
    private static let maximumBlockBytes = 2_000_000_000
    /// Each may become a node of its own: two million take two seconds.
    private static let maximumMarks = 2_000_000
    /// Headings, items, fences.
    private static let maximumParts = 250_000

    /// - Throws: `Problem.invalid` for text that would take seconds or gigabytes in any case.
    init(_ text: SourceText, from bodyLine: Int) throws(Problem) {
        var block = Block(line: bodyLine)
        var cells = 0
        var delimiterWork = 0
        var marks = 0
        var parts = 0
        var closingBrackets = 0
        var longestDefinition = (bytes: 0, line: bodyLine)
        var definition: (bytes: Int, line: Int)?
        /// The longest block with a definition in it: a title in quotes may hold lines that look like the next definition.
        var longestBlock = (bytes: 0, line: bodyLine)
        var hasDefinition = false

        func endDefinition() {
            if let definition, definition.bytes > longestDefinition.bytes { longestDefinition = definition }
            definition = nil
        }
        func endBlock() {
            endDefinition()
            if hasDefinition, block.bytes > longestBlock.bytes { longestBlock = (block.bytes, block.line) }
            hasDefinition = false
        }

        for number in bodyLine...max(bodyLine, text.lineCount) {
            let line = Line(text.line(number))
            marks += line.marks
            closingBrackets += line.closingBrackets
            if line.mayBeginPart { parts += 1 }
            if line.isBlank {
                endBlock()
                block = Block(line: number + 1)
                continue
            }
            if line.mayBeginDefinition { endDefinition() }
            if line.mayBeginDefinition || definition != nil {
                definition = ((definition?.bytes ?? 0) + line.count, definition?.line ?? number)
                hasDefinition = true
            }
            cells += block.cellsAdded(by: line) + line.pipes * line.pipes / 50
            if line.isDelimiterLike { delimiterWork += block.bytes }
            if wideTableLine == nil, cells > Self.maximumCells || delimiterWork > Self.maximumDelimiterWork {
                wideTableLine = block.line
            }
        }
        endBlock()

        guard marks <= Self.maximumMarks else {
            throw .invalid(
                "The guide holds \(marks) Markdown marks; \(Self.maximumMarks) is the most. Is it generated?")
        }
        guard parts <= Self.maximumParts else {
            throw .invalid(
                "The guide has \(parts) lines that begin a heading, item or fence; \(Self.maximumParts) is the most. Split it."
            )
        }
        for (part, limit) in [(longestDefinition, Self.maximumReferenceBytes), (longestBlock, Self.maximumBlockBytes)]
        where part.bytes * closingBrackets > limit {
            throw .invalid(
                "Line \(part.line) defines links in \(part.bytes) bytes, in a guide with \(closingBrackets) brackets that may "
                    + "each become a copy; write the links where they are used.",
                fields: [Problem.Field(name: "source", message: "The definition is too long.", line: part.line)])
        }
    }

    /// Consecutive lines without a blank one: as far as a table or a paragraph can reach.
    private struct Block {
        let line: Int
        private(set) var bytes = 0
        private var lines = 0
        private var widest = 0
        private var cells = 0

        init(line: Int) { self.line = line }

        mutating func cellsAdded(by line: Line) -> Int {
            lines += 1
            bytes += line.count
            widest = max(widest, line.pipes)
            let total = widest * lines
            defer { cells = total }
            return total - cells
        }
    }

    private struct Line {
        let count: Int
        private(set) var pipes = 0
        private(set) var marks = 0
        private(set) var closingBrackets = 0
        let isBlank: Bool
        let isDelimiterLike: Bool
        let mayBeginDefinition: Bool
        let mayBeginPart: Bool

        init(_ bytes: ArraySlice<UInt8>) {
            count = bytes.count
            var isBlank = true
            var isDelimiters = true
            var hasDash = false
            var hasColumn = false
            var first: UInt8?
            var start: UInt8?
            for byte in bytes {
                if start == nil, byte != 0x20, byte != 0x09, byte != 0x3E { start = byte }
                switch byte {
                case 0x20, 0x09: continue
                case 0x3E: marks += 1  // >
                case 0x7C:  // |
                    pipes += 1
                    hasColumn = true
                    isBlank = false
                case 0x3A:  // :
                    hasColumn = true
                    isBlank = false
                case 0x2D:  // -
                    hasDash = true
                    isBlank = false
                case 0x2B, 0x29, 0x2E, 0x30...0x39:  // + ) . digits: a list's marker may stand before a row
                    isBlank = false
                case 0x5D:  // ]
                    closingBrackets += 1
                    marks += 1
                    isBlank = false
                    isDelimiters = false
                case 0x21, 0x26, 0x2A, 0x3C, 0x5B, 0x5C, 0x5F, 0x60, 0x7E, 0x22, 0x27:  // ! & * < [ \ _ ` ~ " '
                    marks += 1
                    isBlank = false
                    if byte != 0x2A { isDelimiters = false }
                default:
                    isBlank = false
                    isDelimiters = false
                }
                // What may stand before a definition: quote and list marks.
                if first == nil,
                    !(byte == 0x3E || byte == 0x2D || byte == 0x2A || byte == 0x2B || (0x29...0x39).contains(byte))
                {
                    first = byte
                }
            }
            self.isBlank = isBlank
            isDelimiterLike = isDelimiters && hasDash && hasColumn
            // # - * + ` ~ = and digits
            mayBeginPart = start.map { "#-*+`~=".utf8.contains($0) || (0x30...0x39).contains($0) } ?? false
            mayBeginDefinition = first == 0x5B && closingBrackets > 0 && bytes.contains(0x3A)
        }
    }
}
