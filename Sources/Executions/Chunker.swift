import Essentials
import Processes

/// A piece of output on its way into the database.
struct Chunk: Sendable, Equatable {
    let stream: Frame.Stream
    let time: Timestamp
    var bytes: [UInt8]
}

/// Turns the frames of a shim's log into chunks: masked, never ending inside a character, neighbours of one stream put
/// together.
///
/// The bytes that come out of each stream do not depend on how the frames were cut. So after a restart the log is read
/// again from its beginning, and what is stored already, counted in bytes, is passed over: the count and the chunks
/// are the same rows, and can't disagree.
struct Chunker: Sendable {
    static let largest = 1 << 16

    private var maskers: [Frame.Stream: Masker]
    private var incomplete: [Frame.Stream: [UInt8]] = [:]
    private var stored: [Frame.Stream: Int]
    private var lastTime: [Frame.Stream: Timestamp] = [:]

    /// - Parameter stored: how many bytes of each stream the database has already.
    init(secrets: [String], stored: [Frame.Stream: Int] = [:]) {
        let masker = Masker(secrets: secrets)
        maskers = [.stdout: masker, .stderr: masker]
        self.stored = stored
    }

    mutating func feed(_ frames: [Frame]) -> [Chunk] {
        var chunks: [Chunk] = []
        for frame in frames where !frame.isCutMarker {
            feed(frame.bytes, frame.stream, at: frame.time, into: &chunks)
        }
        return chunks
    }

    mutating func feed(_ bytes: [UInt8], _ stream: Frame.Stream, at time: Timestamp) -> [Chunk] {
        var chunks: [Chunk] = []
        feed(bytes, stream, at: time, into: &chunks)
        return chunks
    }

    private mutating func feed(
        _ bytes: [UInt8], _ stream: Frame.Stream, at time: Timestamp, into chunks: inout [Chunk]
    ) {
        lastTime[stream] = time
        let shown = maskers[stream]?.feed(bytes) ?? bytes
        add(completed(shown, of: stream), stream, time, to: &chunks)
    }

    /// What was held back, once nothing more comes.
    mutating func finish(at time: Timestamp) -> [Chunk] {
        var chunks: [Chunk] = []
        for stream in [Frame.Stream.stdout, .stderr] {
            let rest = maskers[stream]?.finish() ?? []
            let bytes = (incomplete.removeValue(forKey: stream) ?? []) + rest
            add(bytes, stream, lastTime[stream] ?? time, to: &chunks)
        }
        return chunks
    }

    private mutating func add(_ bytes: [UInt8], _ stream: Frame.Stream, _ time: Timestamp, to chunks: inout [Chunk]) {
        var rest = bytes[...]
        if let already = stored[stream], already > 0 {
            let passed = min(already, rest.count)
            rest = rest.dropFirst(passed)
            stored[stream] = already - passed
        }
        while !rest.isEmpty {
            if let last = chunks.indices.last, chunks[last].stream == stream,
                chunks[last].bytes.count + rest.count <= Self.largest
            {
                chunks[last].bytes += rest
                return
            }
            let piece = rest.prefix(rest.count <= Self.largest ? rest.count : Self.cut(rest, at: Self.largest))
            chunks.append(Chunk(stream: stream, time: time, bytes: Array(piece)))
            rest = rest.dropFirst(piece.count)
        }
    }

    /// Holds back a character whose last bytes have not arrived.
    private mutating func completed(_ bytes: [UInt8], of stream: Frame.Stream) -> [UInt8] {
        var whole = bytes
        if let held = incomplete.removeValue(forKey: stream) { whole = held + whole }
        let cut = Self.cut(whole[...], at: whole.count)
        if cut < whole.count {
            incomplete[stream] = Array(whole[cut...])
            whole.removeSubrange(cut...)
        }
        return whole
    }

    /// The largest count of bytes up to `limit` that does not end inside a UTF-8 sequence; bytes that are no UTF-8 are
    /// cut anywhere.
    private static func cut(_ bytes: ArraySlice<UInt8>, at limit: Int) -> Int {
        var index = bytes.startIndex + limit - 1
        let lowest = max(bytes.startIndex, index - 3)
        while index >= lowest {
            let byte = bytes[index]
            if byte & 0b1100_0000 != 0b1000_0000 {
                let length = byte < 0x80 ? 1 : byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1
                let present = bytes.startIndex + limit - index
                // A cut of zero would make no progress.
                return present < length && limit > present ? limit - present : (present < length ? 0 : limit)
            }
            index -= 1
        }
        return limit
    }
}
