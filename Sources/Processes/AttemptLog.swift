import CProcess
import Glibc

/// Reads an attempt's log while its shim appends to it. All of it blocks.
struct AttemptLog: Sendable {
    /// About what one batch holds: enough to be quick, little enough to be kept in memory for every run at once.
    private static let batchBytes = 1 << 20
    private static let headerBytes = MemoryLayout<runbook_frame_header>.size

    private let file: Descriptor
    private let clock: FrameClock

    init(path: String, clock: FrameClock) throws(SystemError) {
        file = try Descriptor.open(path, O_RDONLY | O_NOFOLLOW)
        self.clock = clock
    }

    struct Batch: Sendable {
        let frames: [Frame]
        /// How far the log reached when it was read.
        let logBytes: Int64
    }

    /// The whole frames from the offset on, as many as one batch holds; none when there is no whole one.
    func read(from offset: Int64) throws(SystemError) -> Batch {
        var facts = stat()
        guard fstat(file.raw, &facts) == 0 else { throw SystemError(errno, "fstat the log") }
        let size = Int64(facts.st_size)
        guard size > offset else { return Batch(frames: [], logBytes: size) }
        let wanted = Int(min(size - offset, Int64(Self.batchBytes)))
        var failure: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: wanted) { buffer, count in
            while count < wanted {
                let got = pread(file.raw, buffer.baseAddress.map { $0 + count }, wanted - count, Int(offset) + count)
                if got < 0 && errno == EINTR { continue }
                if got < 0 { failure = errno }
                guard got > 0 else { return }
                count += got
            }
        }
        guard failure == 0 else { throw SystemError(failure, "read the log") }
        return Batch(frames: frames(in: bytes, at: offset), logBytes: size)
    }

    private func frames(in bytes: [UInt8], at offset: Int64) -> [Frame] {
        var frames: [Frame] = []
        var position = 0
        while position + Self.headerBytes <= bytes.count {
            let header = bytes.withUnsafeBytes {
                $0.loadUnaligned(fromByteOffset: position, as: runbook_frame_header.self)
            }
            let start = position + Self.headerBytes
            // What is no frame can only be the end of a log that a power cut spoilt.
            guard header.mark == UInt16(RUNBOOK_FRAME_MARK), let stream = Frame.Stream(rawValue: header.stream),
                header.length <= UInt32(RUNBOOK_FRAME_MAXIMUM), start + Int(header.length) <= bytes.count
            else { break }
            position = start + Int(header.length)
            frames.append(
                Frame(
                    stream: stream, bootNanoseconds: header.boot_ns, time: clock.time(ofBoot: header.boot_ns),
                    bytes: Array(bytes[start..<position]),
                    isCutMarker: header.flags & UInt8(RUNBOOK_FRAME_CUT) != 0,
                    endOffset: offset + Int64(position)))
        }
        return frames
    }
}
