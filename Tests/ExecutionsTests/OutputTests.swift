import Essentials
@testable import Processes
import Testing

@testable import Executions

/// A generator with a seed, so that a failure can be had again.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// SplitMix64.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

private func frame(_ stream: Frame.Stream, _ bytes: [UInt8]) -> Frame {
    Frame(
        stream: stream, bootNanoseconds: 0, time: Timestamp(microseconds: 1), bytes: bytes, isCutMarker: false,
        endOffset: 0)
}

/// Cuts bytes into pieces of 0 to 6.
private func cut(_ bytes: [UInt8], _ generator: inout SeededGenerator) -> [[UInt8]] {
    var pieces: [[UInt8]] = []
    var rest = bytes[...]
    while !rest.isEmpty {
        let piece = rest.prefix(Int.random(in: 0...6, using: &generator))
        pieces.append(Array(piece))
        rest = rest.dropFirst(piece.count)
    }
    return pieces
}

@Suite struct MaskerTests {
    @Test(arguments: 0..<200 as Range<UInt64>)
    func `a secret is masked wherever the stream is cut`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let secrets = ["hunter22", "hunter22-long", "abab", "ababab", "päss wörd"]
        let words = secrets + ["hunter2", "aba", "ab", "plain", "\n", "pä"]
        let text = (0..<30).map { _ in words.randomElement(using: &generator) ?? "" }.joined()
        var whole = Masker(secrets: secrets)
        let expected = whole.feed(Array(text.utf8)) + whole.finish()
        var pieces = Masker(secrets: secrets)
        var shown: [UInt8] = []
        for piece in cut(Array(text.utf8), &generator) { shown += pieces.feed(piece) }
        shown += pieces.finish()
        #expect(shown == expected, "seed \(seed)")
        let result = String(decoding: shown, as: UTF8.self)
        for secret in secrets { #expect(!result.contains(secret), "seed \(seed): \(secret)") }
    }

    @Test func `the longest of overlapping secrets is masked whole`() {
        var masker = Masker(secrets: ["hunter22", "hunter22-long"])
        let shown = masker.feed(Array("x hunter22-long y hunter22 z".utf8)) + masker.finish()
        #expect(String(decoding: shown, as: UTF8.self) == "x •••••• y •••••• z")
    }

    @Test func `what is too short to be a secret is left alone`() {
        var masker = Masker(secrets: ["1", "yes"])
        #expect(masker.feed(Array("1 yes".utf8)) == Array("1 yes".utf8))
    }
}

@Suite struct ChunkerTests {
    @Test(arguments: 0..<200 as Range<UInt64>)
    func `no character is torn, and no byte lost`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let text = String(repeating: "aé漢🚀\n", count: 20)
        var chunker = Chunker(secrets: [])
        var chunks: [Chunk] = []
        for piece in cut(Array(text.utf8), &generator) { chunks += chunker.feed([frame(.stdout, piece)]) }
        chunks += chunker.finish(at: Timestamp(microseconds: 2))
        for chunk in chunks { #expect(String(validating: chunk.bytes, as: UTF8.self) != nil, "seed \(seed)") }
        #expect(chunks.flatMap(\.bytes) == Array(text.utf8))
    }

    @Test func `bytes that are no text pass through as they are`() {
        let bytes: [UInt8] = [0, 0xFF, 0xFE, 0xC3, 0x28, 0x80, 0xF0, 0x9F]
        var chunker = Chunker(secrets: [])
        let chunks = chunker.feed([frame(.stderr, bytes)]) + chunker.finish(at: Timestamp(microseconds: 2))
        #expect(chunks.flatMap(\.bytes) == bytes)
        #expect(chunks.allSatisfy { $0.stream == .stderr })
    }

    @Test func `neighbours of one stream are put together, and the streams kept apart in their order`() {
        var chunker = Chunker(secrets: [])
        let chunks = chunker.feed([
            frame(.stdout, Array("a\n".utf8)), frame(.stdout, Array("b\n".utf8)), frame(.stderr, Array("c\n".utf8)),
            frame(.stdout, Array("d\n".utf8)),
        ])
        #expect(chunks.map { String(decoding: $0.bytes, as: UTF8.self) } == ["a\nb\n", "c\n", "d\n"])
        #expect(chunks.map(\.stream) == [.stdout, .stderr, .stdout])
    }

    @Test func `no chunk is larger than 64 KiB`() {
        var chunker = Chunker(secrets: [])
        let bytes = [UInt8](repeating: 0x61, count: 3 * Chunker.largest + 5)
        let chunks = chunker.feed([frame(.stdout, bytes)])
        #expect(chunks.map(\.bytes.count) == [Chunker.largest, Chunker.largest, Chunker.largest, 5])
    }

    @Test(arguments: 0..<100 as Range<UInt64>)
    func `a log that is read again goes on where the database ends`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let secrets = ["s3cret-é-value"]
        let out = Array(String(repeating: "out é s3cret-é-value\n", count: 8).utf8)
        let err = Array(String(repeating: "err 🚀 s3cret-é\n", count: 8).utf8)
        var frames: [Frame] = []
        var pieces = (
            cut(out, &generator).map { (Frame.Stream.stdout, $0) },
            cut(err, &generator).map { (Frame.Stream.stderr, $0) }
        )
        while !pieces.0.isEmpty || !pieces.1.isEmpty {
            if pieces.1.isEmpty || (!pieces.0.isEmpty && Bool.random(using: &generator)) {
                frames.append(frame(pieces.0[0].0, pieces.0.removeFirst().1))
            } else {
                frames.append(frame(pieces.1[0].0, pieces.1.removeFirst().1))
            }
        }
        func text(_ chunks: [Chunk], _ stream: Frame.Stream) -> [UInt8] {
            chunks.filter { $0.stream == stream }.flatMap(\.bytes)
        }
        var whole = Chunker(secrets: secrets)
        let expected = whole.feed(frames) + whole.finish(at: Timestamp(microseconds: 2))
        // A server that died after some of the frames, and one that read the log from its beginning.
        let died = Int.random(in: 0...frames.count, using: &generator)
        var first = Chunker(secrets: secrets)
        let before = first.feed(Array(frames[..<died]))
        var second = Chunker(
            secrets: secrets,
            stored: [.stdout: text(before, .stdout).count, .stderr: text(before, .stderr).count])
        let after = second.feed(frames) + second.finish(at: Timestamp(microseconds: 2))
        for stream in [Frame.Stream.stdout, .stderr] {
            #expect(text(before, stream) + text(after, stream) == text(expected, stream), "seed \(seed)")
        }
    }
}
