/// Alerts and triggers that say how much but not for how long: one bad second trips them.
///
/// What counts is told in lists, tables and sentences about alerts and triggers alone; a target such as "coverage > 80%"
/// needs no window.
struct ThresholdRule {
    private(set) var findings: [Finding] = []

    private let text: SourceText
    private let fences: FenceLines
    /// In order, each heading's line, and whether what follows is about alerts.
    private var headings: [(line: Int, isAbout: Bool)] = []

    init(_ text: SourceText, sections: [Section], fences: FenceLines) {
        self.text = text
        self.fences = fences
        var bySlug: [String: Bool] = [:]
        for section in sections {
            let isInherited = section.parent.flatMap { bySlug[$0] } ?? false
            let isAbout = isInherited || !Self.linesAbout(Array(section.title.utf8)[...]).isEmpty
            // A guide's own title, such as an alert's name, does not make every list in it one of alerts.
            bySlug[section.slug] = isAbout && section.level > 1
            headings.append((section.line, isAbout))
        }
        let lines = Self.linesAbout(text.bytes[...])
        if !lines.isEmpty { lint(lines[...], headings[...]) }
    }

    /// One list or table about alerts.
    private struct Group {
        /// Lines with a threshold that has no window.
        var open: [Int] = []
        /// Lines with neither.
        var bare: [Int] = []
        var hasWindowColumn = false
        /// The indent of what opened it, or of its first item under a heading.
        let indent: Int
        /// What opened it is an item, so that only deeper ones belong to it.
        let isOpenedByItem: Bool

        func contains(item isItem: Bool, indent: Int) -> Bool {
            isItem && !isOpenedByItem ? indent >= self.indent : indent > self.indent
        }
    }

    /// - Parameter about: the lines that speak of alerts, headings among them, in order.
    private mutating func lint(_ about: ArraySlice<Int>, _ headings: ArraySlice<(line: Int, isAbout: Bool)>) {
        var about = about
        var headings = headings
        var isSectionAbout = false
        var group: Group?
        for number in 1...max(1, text.lineCount) {
            while let first = about.first, first < number { about.removeFirst() }
            if let heading = headings.first, heading.line == number {
                headings.removeFirst()
                close(&group)
                isSectionAbout = heading.isAbout
                continue
            }
            let isAbout = about.first == number
            guard group != nil || isSectionAbout || isAbout, fences[number] == .prose else { continue }
            let line = Self.lowercased(text.line(number))
            guard !line.isEmpty, line.count < 2000 else { continue }
            let indent = line.prefix { $0 == 0x20 }.count
            let isItem = Self.isItem(line.dropFirst(indent))
            let isRow = line.dropFirst(indent).first == 0x7C
            if let opened = group, !isRow, !opened.contains(item: isItem, indent: indent) { close(&group) }
            if group != nil || isSectionAbout && (isItem || isRow) {
                group = group ?? Group(indent: indent, isOpenedByItem: false)
                judge(line, number, isItem: isItem, isRow: isRow, in: &group)
            } else if isAbout {
                if Self.opensList(line) {
                    group = Group(indent: indent, isOpenedByItem: isItem)
                } else if line.holds(anyOf: Self.orders), Self.isOpen(line), !isContinuedWithTime(number) {
                    note(number)
                }
            }
        }
        close(&group)
    }

    /// Whether the window stands further on in the same item or paragraph.
    private func isContinuedWithTime(_ number: Int) -> Bool {
        for next in number + 1..<number + 4 {
            let line = Self.lowercased(text.line(next).prefix(2000))
            let body = line.drop { $0 == 0x20 }
            guard fences[next] == .prose, let first = body.first, !Self.isItem(body), first != 0x7C, first != 0x23
            else {
                return false
            }
            if Self.hasDuration(line) || line.holds(anyOf: Self.steadiness) { return true }
        }
        return false
    }

    private func judge(
        _ line: ArraySlice<UInt8>, _ number: Int, isItem: Bool, isRow: Bool, in group: inout Group?
    ) {
        if Self.hasThreshold(line) {
            if Self.isOpen(line), isRow || !isContinuedWithTime(number) { group?.open.append(number) }
        } else if isRow {
            if line.holds(anyOf: Self.windowColumns) { group?.hasWindowColumn = true }
        } else if isItem, !Self.hasDuration(line), line.count < 70, line.last != 0x3A {
            group?.bare.append(number)
        }
    }

    private mutating func close(_ group: inout Group?) {
        guard let closed = group else { return }
        group = nil
        guard !closed.hasWindowColumn else { return }
        for line in closed.open { note(line) }
        // Where most are thresholds, one without a number is a threshold that nobody wrote down.
        guard closed.open.count > 1, closed.open.count > closed.bare.count * 2 else { return }
        for line in closed.bare {
            findings.append(
                Finding(
                    .thresholdWithoutWindow, .info, line: line,
                    "It names neither a number nor a time, so that nobody can tell when it holds; write both, as in \"> 3 in 5 minutes\"."
                ))
        }
    }

    private mutating func note(_ line: Int) {
        findings.append(
            Finding(
                .thresholdWithoutWindow, .info, line: line,
                "It says how much but not for how long, so that one bad second trips it; add a window, as in \"for 5 minutes\"."
            ))
    }

    /// Letters beyond ASCII stay as they are; most lines have no capital.
    private static func lowercased(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        line.contains { (0x41...0x5A).contains($0) }
            ? line.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }[...] : line
    }

    private static func isItem(_ line: ArraySlice<UInt8>) -> Bool {
        guard let first = line.first else { return false }
        if first == 0x2D || first == 0x2A || first == 0x2B { return line.dropFirst().first == 0x20 }
        let digits = line.prefix { (0x30...0x39).contains($0) }.count
        return digits > 0 && digits < 10 && [0x2E, 0x29].contains(line.dropFirst(digits).first ?? 0)
    }

    /// The lines, from 1, that speak of alerts or triggers: one pass over the text, for most guides have none.
    private static func linesAbout(_ text: ArraySlice<UInt8>) -> [Int] {
        var lines: [Int] = []
        var line = 1
        for index in text.indices {
            let words: [[UInt8]]
            switch text[index] {
            case 0x0A:
                line += 1
                continue
            case 0x41, 0x61: words = wordsByA
            case 0x54, 0x74: words = wordsByT
            case 0x52, 0x72, 0x50, 0x70, 0x45, 0x65: words = otherWords
            default: continue
            }
            guard lines.last != line, text[index...].begins(withAnyOf: words) else { continue }
            lines.append(line)
        }
        return lines
    }

    private static let wordsByA = ["alert", "alarm"].map { Array($0.utf8) }
    private static let wordsByT = ["trigger", "tetik"].map { Array($0.utf8) }
    private static let otherWords = ["roll back if", "roll back when", "page when", "page if", "eşik"].map {
        Array($0.utf8)
    }
    /// A sentence that tells what to do, and not how an alert came about.
    private static let orders = [
        "roll back if", "roll back when", "page if", "page when", "alert if", "alert when", "alert on", "trigger if",
    ].map { Array($0.utf8) }
    private static let windowColumns = ["window", "duration", "| for", "|for", "period", "süre"].map { Array($0.utf8) }
    private static let steadiness = [
        "consecutive", "in a row", "sustained", "per minute", "per hour", "/min", "ardışık", "moving average",
    ].map { Array($0.utf8) }

    /// `Alert when:`, `**Triggers**`
    private static func opensList(_ line: ArraySlice<UInt8>) -> Bool {
        line.last == 0x3A || line.suffix(2).elementsEqual("**".utf8) || line.suffix(2).elementsEqual(":*".utf8)
    }
}

extension ThresholdRule {
    /// Where the number of a comparison ends.
    private static func thresholdEnd(_ line: ArraySlice<UInt8>) -> Int? {
        for index in line.indices {
            var after: Int
            switch line[index] {
            case 0x3E, 0x3C: after = index + 1  // > <
            case 0xE2
            where line[index...].starts(with: [0xE2, 0x89, 0xA5]) || line[index...].starts(with: [0xE2, 0x89, 0xA4]):
                after = index + 3
            case 0x61, 0x62, 0x65, 0x6F, 0x75, 0x6D:
                guard let word = words.first(where: { line[index...].starts(with: $0) }),
                    index == line.startIndex || line[index - 1] == 0x20
                else { continue }
                after = index + word.count
            default: continue
            }
            while after < line.endIndex, " =*`$€".utf8.contains(line[after]) { after += 1 }
            guard after < line.endIndex, (0x30...0x39).contains(line[after]) else { continue }
            let end =
                line[after...].firstIndex { !((0x30...0x39).contains($0) || $0 == 0x2E || $0 == 0x2C) } ?? line.endIndex
            // "for more than 15 minutes" is a window itself.
            let isWord = line[index] != 0x3E && line[index] != 0x3C && line[index] < 0x80
            let unit = line[end...].drop { $0 == 0x20 }.prefix { $0.isSmallLetter }
            if isWord, line[index...].begins(withAnyOf: spans), isTime(unit) { continue }
            return end
        }
        return nil
    }

    private static let words: [[UInt8]] = [
        "above ", "below ", "exceeds ", "exceed ", "over ", "under ", "more than ",
    ].map { Array($0.utf8) }

    private static let spans = ["over", "under", "more than"].map { Array($0.utf8) }

    private static func hasThreshold(_ line: ArraySlice<UInt8>) -> Bool { thresholdEnd(line) != nil }

    /// A threshold, and no time anywhere but in the threshold itself.
    private static func isOpen(_ line: ArraySlice<UInt8>) -> Bool {
        guard let end = thresholdEnd(line) else { return false }
        if line.holds(anyOf: steadiness) { return false }
        // The threshold's own unit is no window: its number stands before the end.
        let before = line[..<end].reversed().drop { (0x30...0x39).contains($0) || $0 == 0x2E || $0 == 0x2C }
        return !hasDuration(line[end...]) && !hasDuration(line.prefix(before.count))
    }

    /// A number and a unit of time: `5m`, `5 minutes`, `10-minute`.
    private static func hasDuration(_ text: ArraySlice<UInt8>) -> Bool {
        var index = text.startIndex
        while index < text.endIndex {
            guard (0x30...0x39).contains(text[index]) else {
                index += 1
                continue
            }
            let isNamed = index > text.startIndex && text[index - 1].isSmallLetter
            while index < text.endIndex, (0x30...0x39).contains(text[index]) { index += 1 }
            var rest = text[index...]
            if rest.first == 0x20 || rest.first == 0x2D { rest.removeFirst() }
            // `P95` is a name.
            if !isNamed, isTime(rest.prefix { $0.isSmallLetter }) { return true }
        }
        return false
    }

    private static func isTime(_ unit: ArraySlice<UInt8>) -> Bool {
        guard !unit.isEmpty, unit.count < 9 else { return false }
        return units.contains(String(decoding: unit, as: UTF8.self))
    }

    private static let units: Set<String> = [
        "s", "sec", "secs", "second", "seconds", "m", "min", "mins", "minute", "minutes", "h", "hr", "hrs", "hour",
        "hours", "d", "day", "days", "w", "week", "weeks", "ms", "saniye", "dakika", "dk", "saat",
    ]
}

extension UInt8 {
    fileprivate var isSmallLetter: Bool { (0x61...0x7A).contains(self) }
}
