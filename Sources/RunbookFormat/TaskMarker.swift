/// The box at the start of a task item: `[ ]`, `[x]` or `[X]` and white space, in the source of the item's first paragraph.
///
/// The source decides and not the tree, because `\[ ]` looks the same in the tree and is none, and because with a link
/// definition `[x]: …` in the guide the tree holds a link where the author drew a ticked box.
enum TaskMarker {
    /// Whether the box at the start of a list item's first paragraph is ticked; nil where there is none.
    static func read(_ paragraph: MarkdownNode) -> Bool? {
        guard paragraph.kind == .paragraph, paragraph.previous == nil, paragraph.parent?.kind == .item else {
            return nil
        }
        let start = paragraph.contentPrefix(4)
        guard start.count == 4, start[0] == 0x5B, start[2] == 0x5D, isBlank(start[3]) else { return nil }
        // The end of a line is white space too, but only between the box and something else.
        guard paragraph.contentPrefix(.max).dropFirst(4).contains(where: { !isBlank($0) }) else { return nil }
        switch start[1] {
        case 0x20: return false
        case 0x78, 0x58: return true
        default: return nil
        }
    }

    /// The item's text, from the plain text of its paragraph.
    static func strip(_ plainText: String) -> String {
        let isLink = !plainText.hasPrefix("[")
        var text = plainText.unicodeScalars.dropFirst(isLink ? 1 : 3)
        while let first = text.first, first.properties.isWhitespace { text.removeFirst() }
        while let last = text.last, last.properties.isWhitespace { text.removeLast() }
        return String(String.UnicodeScalarView(text))
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
}
