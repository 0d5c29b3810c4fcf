/// Replaces known secrets in one stream of bytes, also where a chunk's end splits them.
///
/// What might be the beginning of a secret is held back until more arrives, so the bytes that come out are the same
/// however the stream is cut into chunks: a restarted server relies on that when it reads a log again.
struct Masker: Sendable {
    /// Shorter values stand in any output by chance, and hiding them would make it unreadable.
    static let shortest = 4
    static let mask = Array("••••••".utf8)

    private let secrets: [[UInt8]]
    private let firstBytes: Set<UInt8>
    private var held: [UInt8] = []

    init(secrets: [String]) {
        // The longest first: one secret may be the beginning of another.
        self.secrets = Set(secrets).map { Array($0.utf8) }.filter { $0.count >= Self.shortest }
            .sorted { $0.count > $1.count }
        firstBytes = Set(self.secrets.compactMap(\.first))
    }

    /// - Returns: what can be shown by now.
    mutating func feed(_ bytes: [UInt8]) -> [UInt8] {
        guard !secrets.isEmpty else { return bytes }
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
            guard firstBytes.contains(held[index]) else {
                shown.append(held[index])
                index += 1
                continue
            }
            for secret in secrets {
                let rest = held.count - index
                if rest >= secret.count {
                    if held[index..<index + secret.count].elementsEqual(secret) {
                        shown += Self.mask
                        index += secret.count
                        continue scan
                    }
                } else if !isLast, secret.starts(with: held[index...]) {
                    break scan
                }
            }
            shown.append(held[index])
            index += 1
        }
        held.removeFirst(index)
        return shown
    }
}
