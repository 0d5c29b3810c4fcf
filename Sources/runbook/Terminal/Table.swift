/// Rows in aligned columns, for people; the last column is cut at the terminal's edge rather than wrapped.
struct Table {
    let headings: [String]
    private(set) var rows: [[String]] = []

    init(_ headings: String...) { self.headings = headings }

    /// Adds a row; a cell is made safe and put on one line.
    mutating func add(_ cells: String...) { rows.append(cells.map(\.safeForCell)) }

    /// - Parameter width: of the terminal in columns; nil for none, then nothing is cut.
    func lines(width: Int?) -> [String] {
        let widths = headings.indices.map { column in
            ([headings] + rows).map { $0[column].displayWidth }.max() ?? 0
        }
        return ([headings] + rows).map { cells in
            var line = ""
            for (column, cell) in cells.enumerated() {
                line += column == cells.count - 1 ? cell : cell.padded(to: widths[column] + 2)
            }
            while line.last == " " { line.removeLast() }
            return width.map(line.cut(to:)) ?? line
        }
    }

    func print(to output: Output) throws {
        for line in lines(width: output.width) { try output.line(line) }
    }
}

extension String {
    /// How many columns a terminal gives it: two for East Asian wide characters and emoji, none for combining marks.
    var displayWidth: Int { reduce(0) { $0 + $1.displayWidth } }

    func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - displayWidth))
    }

    /// At most `width` columns; what was cut is marked by an ellipsis.
    func cut(to width: Int) -> String {
        guard displayWidth > width else { return self }
        var result = ""
        var used = 0
        for character in self {
            guard used + character.displayWidth < width else { break }
            used += character.displayWidth
            result.append(character)
        }
        return width > 0 ? result + "…" : ""
    }
}

extension Character {
    fileprivate var displayWidth: Int {
        guard let first = unicodeScalars.first else { return 0 }
        switch first.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format, .control: return 0
        default: break
        }
        // The blocks that UAX #11 calls wide, and the emoji that terminals draw over two columns.
        switch first.value {
        case 0x1100...0x115f, 0x2e80...0x303e, 0x3041...0xa4cf, 0xa960...0xa97f, 0xac00...0xd7a3, 0xf900...0xfaff,
            0xfe30...0xfe6f, 0xff00...0xff60, 0xffe0...0xffe6, 0x1f300...0x1f64f, 0x1f680...0x1f6ff,
            0x1f900...0x1faff, 0x20000...0x3fffd:
            return 2
        default: return first.properties.isEmojiPresentation ? 2 : 1
        }
    }
}
