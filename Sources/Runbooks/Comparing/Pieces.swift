import RunbookFormat

/// A step or an item, as two versions of a guide are held against each other.
protocol Piece {
    /// What its author called it, which outlives every other change.
    var givenName: String? { get }
    /// The slug of its section.
    var section: String { get }
    /// The same for two that say the same.
    var contents: String { get }
}

extension RunbookFormat.Step: Piece {
    var givenName: String? { attributes["name"] }
    var contents: String { "\(language)\n\(script)" }
}

extension Item: Piece {
    var givenName: String? { nil }
    var contents: String { text }
}

/// Which pieces of two versions are the same ones.
struct Pairs {
    /// Pieces that were changed are looked for among so many pairs at most: each is compared word by word.
    private static let likenesses = 20_000
    /// What two have in common, for them to be one that was changed.
    private static let leastLikeness = 0.5

    /// The place in the new version of each piece of the old one; nil for what is gone.
    private(set) var new: [Int?]
    /// The place in the old version of each piece of the new one; nil for what was added.
    private(set) var old: [Int?]
    /// Those that stand elsewhere among the others than before, by their place in the old version.
    private(set) var moved: Set<Int> = []
    /// Sections that have another slug now, with their pieces.
    private(set) var renamed: [String: String] = [:]

    init<P: Piece>(_ before: [P], _ after: [P]) {
        new = Array(repeating: nil, count: before.count)
        old = Array(repeating: nil, count: after.count)
        match(before, after) { $0.givenName }
        match(before, after) { "\($0.section)\n\($0.contents)" }
        match(before, after) { $0.contents }
        matchLike(before, after)
        findRenamedSections(before, after)
        for (place, piece) in before.enumerated() {
            guard let other = new[place] else { continue }
            if renamed[piece.section] ?? piece.section != after[other].section { moved.insert(place) }
        }
        // Among those that stayed in their section, as few as possible are called moved.
        let places = new.indices.filter { new[$0] != nil && !moved.contains($0) }
        let still = LongestRise.of(places.compactMap { new[$0] }).map { places[$0] }
        moved.formUnion(Set(places).subtracting(still))
    }

    private mutating func pair(_ place: Int, _ other: Int) {
        new[place] = other
        old[other] = place
    }

    /// Pairs what has the same key, the first with the first.
    private mutating func match<P: Piece>(_ before: [P], _ after: [P], by key: (P) -> String?) {
        var waiting: [String: [Int]] = [:]
        for place in before.indices.reversed() where new[place] == nil {
            if let key = key(before[place]) { waiting[key, default: []].append(place) }
        }
        for other in after.indices where old[other] == nil {
            if let key = key(after[other]), let place = waiting[key]?.popLast() { pair(place, other) }
        }
    }

    /// Pairs what is left and much alike, the likest first; within a section.
    private mutating func matchLike<P: Piece>(_ before: [P], _ after: [P]) {
        var left = Self.likenesses
        let gone = Dictionary(grouping: before.indices.filter { new[$0] == nil }) { before[$0].section }
        let added = Dictionary(grouping: after.indices.filter { old[$0] == nil }) { after[$0].section }
        for (section, places) in gone.sorted(by: { $0.key < $1.key }) {
            guard let others = added[section], places.count * others.count <= left else { continue }
            left -= places.count * others.count
            let words = others.map { Self.words(after[$0].contents) }
            var likenesses: [(likeness: Double, place: Int, other: Int)] = []
            for place in places {
                let mine = Self.words(before[place].contents)
                for (index, other) in others.enumerated() {
                    let common = 2 * mine.intersection(words[index]).count
                    let likeness = Double(common) / Double(max(1, mine.count + words[index].count))
                    if likeness >= Self.leastLikeness { likenesses.append((likeness, place, other)) }
                }
            }
            likenesses.sort { ($1.likeness, $0.place, $0.other) < ($0.likeness, $1.place, $1.other) }
            for (_, place, other) in likenesses where new[place] == nil && old[other] == nil { pair(place, other) }
        }
    }

    /// By their bytes, of which a hostile word may have millions.
    private static func words(_ text: String) -> Set<[UInt8]> {
        Set(text.utf8.prefix(16 << 10).split { $0 <= 0x20 }.prefix(300).map(Array.init))
    }

    private mutating func findRenamedSections<P: Piece>(_ before: [P], _ after: [P]) {
        let (gone, here) = (Set(before.map(\.section)), Set(after.map(\.section)))
        for (place, piece) in before.enumerated() where renamed[piece.section] == nil {
            guard let other = new[place], !here.contains(piece.section), !gone.contains(after[other].section) else {
                continue
            }
            renamed[piece.section] = after[other].section
        }
    }
}
