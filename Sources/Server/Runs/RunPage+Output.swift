extension RunPage {
    /// A piece of output as it was stored: several lines, or a part of one.
    struct Chunk: Encodable, Sendable {
        let isError: Bool
        let text: String
    }

    /// Makes numbered lines of chunks. `run.js` goes on by the same rules where the page ends.
    ///
    /// A line that one stream has not ended yet stays open while the other writes, so that neither loses a byte or gets
    /// the other's.
    struct OutputLines: Encodable, Sendable {
        struct Line: Encodable, Sendable, Equatable {
            let number: Int
            let isError: Bool
            var raw: String
            var isEnded: Bool
        }

        private(set) var lines: [Line] = []
        private let firstNumber: Int
        private var openLines: [Bool: Int] = [:]

        init(firstNumber: Int = 1) { self.firstNumber = firstNumber }

        mutating func append(_ chunk: Chunk) {
            // By scalars: "\r\n" is one Character, and not equal to "\n".
            var rest = Substring(chunk.text).unicodeScalars
            while !rest.isEmpty {
                let end = rest.firstIndex(of: "\n")
                extend(chunk.isError, with: String(rest[..<(end ?? rest.endIndex)]), isEnded: end != nil)
                rest = end.map { rest[rest.index(after: $0)...] } ?? rest[rest.endIndex...]
            }
        }

        private mutating func extend(_ isError: Bool, with text: String, isEnded: Bool) {
            if let index = openLines[isError] {
                lines[index].raw += text
                lines[index].isEnded = isEnded
            } else {
                openLines[isError] = lines.count
                lines.append(Line(number: firstNumber + lines.count, isError: isError, raw: text, isEnded: isEnded))
            }
            if isEnded { openLines[isError] = nil }
        }
    }

    /// How much output a page may hold: 46 KB with the steps and what surrounds each line, so that a page stays below
    /// 100 KB.
    struct OutputBudget {
        /// Without the name of the step, which stands in it twice.
        static let markupPerLine = 68
        private static let markupPerStep = 520
        /// Also a hundred steps leave room for the end of the last one.
        private static let least = 4_000
        private var remaining: Int

        init(steps: Int) { remaining = max(Self.least, 46_000 - steps * Self.markupPerStep) }

        /// The last of the lines, as many as there is room for.
        mutating func latest(of lines: [OutputLines.Line], step: String) -> ArraySlice<OutputLines.Line> {
            let markup = Self.markupPerLine + step.utf8.count + Paths.fragment(step).utf8.count
            var start = lines.endIndex
            while start > lines.startIndex {
                let cost = markup + min(lines[start - 1].size, 6 * OutputLines.Line.longest)
                guard cost <= remaining else { break }
                remaining -= cost
                start -= 1
            }
            return lines[start...]
        }
    }
}

extension RunPage.OutputLines.Line {
    /// In scalars. A longer line is cut in the page; the download has it whole.
    static let longest = 2000

    /// In bytes, as a page writes it.
    var size: Int {
        raw.utf8.reduce(0) { $0 + (Self.escaped.contains($1) ? 6 : 1) }
    }

    private static let escaped = Set("&<>\"'`".utf8)

    /// What a terminal would show in the end: without colours and other escape sequences, what a carriage return
    /// overwrote left out, and other control characters as pictures (U+2400…).
    var displayed: String {
        var shown = String.UnicodeScalarView()
        var state = Escape.none
        var returned = false
        for scalar in raw.unicodeScalars {
            switch (state, scalar) {
            case (.none, "\u{1B}"): state = .started
            case (.none, "\r"): returned = true
            case (.none, _):
                if returned { shown.removeAll() }
                returned = false
                shown.append(scalar == "\t" || scalar.value >= 0x20 && scalar.value != 0x7F ? scalar : picture(scalar))
            case (.started, "["): state = .control
            case (.started, "]"): state = .command
            case (.started, _): state = (0x20...0x2F).contains(scalar.value) ? .started : .none
            case (.control, _): if (0x40...0x7E).contains(scalar.value) { state = .none }
            case (.command, "\u{7}"): state = .none
            case (.command, "\u{1B}"): state = .started
            case (.command, _): break
            }
        }
        return shown.count <= Self.longest
            ? String(shown) : String(String.UnicodeScalarView(shown.prefix(Self.longest))) + "…"
    }

    private enum Escape { case none, started, control, command }

    private func picture(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        Unicode.Scalar(scalar.value == 0x7F ? 0x2421 : 0x2400 + scalar.value) ?? "\u{FFFD}"
    }
}
