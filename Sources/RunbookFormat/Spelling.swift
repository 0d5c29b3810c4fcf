/// What somebody probably meant.
enum Spelling {
    /// The known word within two changes of the one given, the nearest first; nil when none is near.
    static func nearest(to word: String, in known: some Sequence<String>) -> String? {
        guard word.count <= 40 else { return nil }
        let plain = word.lowercased()
        let distances = known.map { (distance: distance(plain, $0.lowercased()), word: $0) }
        guard let best = distances.min(by: { ($0.distance, $0.word) < ($1.distance, $1.word) }) else { return nil }
        return best.distance <= min(2, word.count / 2) ? best.word : nil
    }

    /// Levenshtein's.
    private static func distance(_ a: String, _ b: String) -> Int {
        let b = Array(b)
        var row = Array(0...b.count)
        for (i, character) in a.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for j in b.indices {
                let change = diagonal + (character == b[j] ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(change, row[j + 1] + 1, row[j] + 1)
            }
        }
        return row[b.count]
    }
}
