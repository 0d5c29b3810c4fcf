/// Replaces known secrets in one stream of bytes: as they are, percent-encoded and in base64, also where a chunk's end splits
/// them.
///
/// What might be the beginning of a secret is held back until more arrives, so the bytes that come out are the same
/// however the stream is cut into chunks: a restarted server relies on that when it reads a log again.
struct Masker: Sendable {
    /// Shorter values stand in any output by chance, and hiding them would make it unreadable.
    static let shortest = 4
    static let mask = Array("••••••".utf8)

    private let patterns: [SecretPattern]
    /// Whether a pattern may begin with a byte.
    private let begins: [Bool]
    private var held: [UInt8] = []

    init(secrets: [String]) {
        // A secret of several lines is often printed line by line.
        let lines = secrets.flatMap { $0.split(whereSeparator: \.isNewline).map(String.init) }
        // The longest first: one secret may be the beginning of another.
        let all = Set(secrets + lines).map { Array($0.utf8) }.filter { $0.count >= Self.shortest }
            .sorted { $0.count != $1.count ? $0.count > $1.count : $0.lexicographicallyPrecedes($1) }
        patterns = all.map(SecretPattern.plain) + all.flatMap(SecretPattern.encoded)
        var begins = [Bool](repeating: false, count: 256)
        for byte in patterns.flatMap(\.firstBytes) { begins[Int(byte)] = true }
        self.begins = begins
    }

    /// - Returns: what can be shown by now.
    mutating func feed(_ bytes: [UInt8]) -> [UInt8] {
        guard !patterns.isEmpty else { return bytes }
        held += bytes
        return release(isLast: false)
    }

    mutating func finish() -> [UInt8] { release(isLast: true) }

    static func masked(_ text: String, secrets: [String]) -> String {
        var masker = Masker(secrets: secrets)
        let begun = masker.feed(Array(text.utf8))
        return String(decoding: begun + masker.finish(), as: UTF8.self)
    }

    private mutating func release(isLast: Bool) -> [UInt8] {
        var shown: [UInt8] = []
        shown.reserveCapacity(held.count)
        var index = 0
        scan: while index < held.count {
            guard begins[Int(held[index])] else {
                shown.append(held[index])
                index += 1
                continue
            }
            let rest = held[index...]
            for pattern in patterns {
                switch pattern.match(rest) {
                case .none: continue
                case .whole(let count):
                    shown += Self.mask
                    index += count
                    continue scan
                case .beginning:
                    if !isLast { break scan }
                }
            }
            shown.append(held[index])
            index += 1
        }
        held.removeFirst(index)
        return shown
    }
}
