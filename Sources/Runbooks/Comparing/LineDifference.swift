/// Which lines of one text another has others for.
///
/// Lines that stand once in both hold the two together, as in Bram Cohen's patience diff; what lies between is compared by
/// Myers' algorithm, which needs texts times differences: the steps that it may take are counted, and what is left when
/// they are used up counts as changed whole. So no pair of texts takes longer than reading them and `effort`.
package struct LineDifference: Sendable {
    /// Lines that were replaced: from 0, either may be empty.
    package struct Change: Sendable, Equatable {
        package let old: Range<Int>
        package let new: Range<Int>
    }

    /// About 50 ms of a release build.
    package static let usualEffort = 3_000_000

    package let old: TextLines
    package let new: TextLines
    /// In order, never two that touch.
    package private(set) var changes: [Change] = []

    package var removed: Int { changes.reduce(0) { $0 + $1.old.count } }
    package var added: Int { changes.reduce(0) { $0 + $1.new.count } }

    package init(from old: some Sequence<UInt8>, to new: some Sequence<UInt8>, effort: Int = usualEffort) {
        self.old = TextLines(old)
        self.new = TextLines(new)
        var numbers: [TextLines.Line: Int32] = [:]
        func numbered(_ lines: TextLines) -> [Int32] {
            (0..<lines.count).map { index in
                let (line, next) = (lines.line(index), Int32(numbers.count))
                if let number = numbers[line] { return number }
                numbers[line] = next
                return next
            }
        }
        let (old, new) = (numbered(self.old), numbered(self.new))
        var search = Search(old: old, new: new, effort: effort + old.count + new.count)
        search.compare()
        changes = search.changes
    }

    private struct Search {
        /// Beyond it what lies between the lines that hold is compared directly.
        private static let deepest = 12
        /// Differences in one place; the way back to each is kept.
        private static let furthest = 600

        let old: [Int32]
        let new: [Int32]
        var effort: Int
        var changes: [Change] = []

        init(old: [Int32], new: [Int32], effort: Int) {
            self.old = old
            self.new = new
            self.effort = effort
        }

        mutating func compare() { compare(old.indices, new.indices, depth: 0) }

        private mutating func compare(_ oldLines: Range<Int>, _ newLines: Range<Int>, depth: Int) {
            var (a, b) = (oldLines, newLines)
            while let first = a.first, let other = b.first, old[first] == new[other] {
                a = a.dropFirst()
                b = b.dropFirst()
            }
            while let last = a.last, let other = b.last, old[last] == new[other] {
                a = a.dropLast()
                b = b.dropLast()
            }
            guard !a.isEmpty, !b.isEmpty else { return note(a, b) }
            let anchors = depth < Self.deepest && effort > 0 ? anchors(a, b) : []
            guard !anchors.isEmpty else { return compareDirectly(a, b) }
            var (start, other) = (a.lowerBound, b.lowerBound)
            for anchor in anchors {
                compare(start..<anchor.old, other..<anchor.new, depth: depth + 1)
                (start, other) = (anchor.old + 1, anchor.new + 1)
            }
            compare(start..<a.upperBound, other..<b.upperBound, depth: depth + 1)
        }

        private mutating func note(_ a: Range<Int>, _ b: Range<Int>) {
            guard !a.isEmpty || !b.isEmpty else { return }
            if let last = changes.last, last.old.upperBound == a.lowerBound, last.new.upperBound == b.lowerBound {
                changes[changes.count - 1] = Change(
                    old: last.old.lowerBound..<a.upperBound, new: last.new.lowerBound..<b.upperBound)
            } else {
                changes.append(Change(old: a, new: b))
            }
        }

        /// The lines that stand once in each and in the same order.
        private mutating func anchors(_ a: Range<Int>, _ b: Range<Int>) -> [(old: Int, new: Int)] {
            effort -= a.count + b.count
            var places: [Int32: (old: Int?, new: Int?)] = [:]
            places.reserveCapacity(a.count)
            // -1 for what stands there twice.
            for index in a {
                let isFirst = places[old[index]] == nil
                places[old[index]] = (isFirst ? index : -1, nil)
            }
            for index in b {
                guard let place = places[new[index]] else { continue }
                places[new[index]] = (place.old, place.new == nil ? index : -1)
            }
            let pairs = a.compactMap { index -> (old: Int, new: Int)? in
                guard let place = places[old[index]], place.old == index, let other = place.new, other >= 0 else {
                    return nil
                }
                return (index, other)
            }
            return LongestRise.of(pairs.map(\.new)).map { pairs[$0] }
        }

        /// Myers, "An O(ND) Difference Algorithm and Its Variations" (1986), the greedy one.
        private mutating func compareDirectly(_ a: Range<Int>, _ b: Range<Int>) {
            let limit = min(a.count + b.count, Self.furthest)
            var reach = Reach(limit: limit)
            var trace: [Reach] = []
            for distance in 0...limit {
                for diagonal in stride(from: -distance, through: distance, by: 2) {
                    let isDown = reach.isDown(diagonal, distance)
                    var x = isDown ? reach[diagonal + 1] : reach[diagonal - 1] + 1
                    let start = x
                    while x < a.count, x - diagonal < b.count,
                        old[a.lowerBound + x] == new[b.lowerBound + x - diagonal]
                    {
                        x += 1
                    }
                    effort -= 1 + x - start
                    reach[diagonal] = x
                    if x >= a.count, x - diagonal >= b.count { return walkBack(trace, a, b) }
                }
                if effort <= 0 { break }
                trace.append(reach.kept(distance))
            }
            note(a, b)
        }

        /// - Parameter trace: how far each distance but the last one reached.
        private mutating func walkBack(_ trace: [Reach], _ a: Range<Int>, _ b: Range<Int>) {
            var (x, y) = (a.count, b.count)
            var steps: [Change] = []
            for (distance, reach) in trace.enumerated().reversed() {
                let isDown = reach.isDown(x - y, distance + 1)
                let before = x - y + (isDown ? 1 : -1)
                (x, y) = (reach[before], reach[before] - before)
                let (oldLine, newLine) = (a.lowerBound + x, b.lowerBound + y)
                steps.append(
                    Change(old: oldLine..<oldLine + (isDown ? 0 : 1), new: newLine..<newLine + (isDown ? 1 : 0)))
            }
            for step in steps.reversed() { note(step.old, step.new) }
        }
    }

    /// How far into the old text one has come on each diagonal.
    private struct Reach {
        private var ends: [Int32]
        private let middle: Int

        init(limit: Int) {
            ends = Array(repeating: 0, count: 2 * limit + 3)
            middle = limit + 1
        }

        private init(ends: [Int32], middle: Int) {
            self.ends = ends
            self.middle = middle
        }

        subscript(diagonal: Int) -> Int {
            get { Int(ends[middle + diagonal]) }
            set { ends[middle + diagonal] = Int32(newValue) }
        }

        /// Whether the furthest way to a diagonal comes from the one above, by a line that is new.
        func isDown(_ diagonal: Int, _ distance: Int) -> Bool {
            diagonal == -distance || (diagonal != distance && self[diagonal - 1] < self[diagonal + 1])
        }

        /// What the next distance asks for.
        func kept(_ distance: Int) -> Reach {
            Reach(ends: Array(ends[middle - distance - 1...middle + distance + 1]), middle: distance + 1)
        }
    }
}

/// A text's lines, without their ends; what follows the last end is a line when it is not empty.
package struct TextLines: Sendable {
    /// By its bytes: Swift takes two spellings of one letter for the same, and a shell does not.
    struct Line: Hashable {
        let bytes: ArraySlice<UInt8>

        static func == (one: Line, other: Line) -> Bool {
            one.bytes.count == other.bytes.count && one.bytes.elementsEqual(other.bytes)
        }

        func hash(into hasher: inout Hasher) { bytes.withUnsafeBytes { hasher.combine(bytes: $0) } }
    }

    private let bytes: [UInt8]
    private let starts: [Int]

    init(_ text: some Sequence<UInt8>) {
        var bytes = Array(text)
        if let last = bytes.last, last != UInt8(ascii: "\n") { bytes.append(UInt8(ascii: "\n")) }
        self.bytes = bytes
        var starts = [0]
        for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") { starts.append(index + 1) }
        self.starts = starts
    }

    package var count: Int { starts.count - 1 }

    /// - Parameter index: from 0.
    package func text(_ index: Int) -> String { String(decoding: line(index).bytes, as: UTF8.self) }

    func line(_ index: Int) -> Line { Line(bytes: bytes[starts[index]..<starts[index + 1] - 1]) }
}

enum LongestRise {
    /// The indices of a longest rising sequence among the values, in n·log n.
    static func of(_ values: [Int]) -> [Int] {
        var ends: [Int] = []
        var previous = [Int?](repeating: nil, count: values.count)
        for index in values.indices {
            var (low, high) = (0, ends.count)
            while low < high {
                let middle = (low + high) / 2
                if values[ends[middle]] < values[index] { low = middle + 1 } else { high = middle }
            }
            previous[index] = low > 0 ? ends[low - 1] : nil
            if low == ends.count { ends.append(index) } else { ends[low] = index }
        }
        var rise: [Int] = []
        var next = ends.last
        while let index = next {
            rise.append(index)
            next = previous[index]
        }
        return rise.reversed()
    }
}
