/// A line that shows something as done or still to be done by a sign at its start, and not by a box: `✅ Backups are tested`.
///
/// Guides have them in lists, in sentences and in documents such as YAML. Also as two common wrong encodings show the sign:
/// UTF-8 that was read as Windows-1252, or as Mac OS Roman.
struct MarkedLine {
    /// Where the sign stands in the line, in bytes.
    let sign: Range<Int>
    let isDone: Bool
    /// What follows the sign, without blanks and Markdown's emphasis; never empty.
    let text: String

    /// Nil for a line that does not begin so; a list's marker, quotes and white space may come before the sign.
    init?(_ line: ArraySlice<UInt8>) {
        guard let start = line.firstIndex(where: { $0 >= 0x80 }), start - line.startIndex < 40 else { return nil }
        let isMargin = line[..<start].allSatisfy {
            " \t>*+-.)".utf8.contains($0) || (0x30...0x39).contains($0)
        }
        guard isMargin, let found = Self.signs.first(where: { line[start...].starts(with: $0.bytes) }) else {
            return nil
        }
        var end = start + found.bytes.count
        if line[end...].starts(with: Self.emojiForm) { end += Self.emojiForm.count }
        let text = String(decoding: line[end...], as: UTF8.self).replacing("**", with: "").replacing("`", with: "")
            .trimmingBlanks
        guard !text.isEmpty else { return nil }
        sign = start - line.startIndex..<end - line.startIndex
        isDone = found.isDone
        self.text = text
    }

    /// The sign to write for what is done, and for what is not.
    static func sign(isDone: Bool) -> [UInt8] { Array((isDone ? "✅" : "⬜").utf8) }

    private static let emojiForm: [UInt8] = [0xEF, 0xB8, 0x8F]

    private static let signs: [(bytes: [UInt8], isDone: Bool)] =
        ["✅", "☑", "✔", "âœ…", "âœ”", "â˜‘", "‚úÖ", "‚úî"].map { (Array($0.utf8), true) }
        + ["⬜", "☐", "⏳", "â¬œ", "‚¨ú", "‚òê", "‚è≥"].map { (Array($0.utf8), false) }
}
