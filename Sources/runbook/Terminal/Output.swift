import Foundation
import Glibc

/// The reader of a pipe went away.
struct BrokenPipe: Error {}

/// One of the two places that a command writes to. Nothing is held back: what is written is visible at once.
struct Output: Sendable {
    /// Standard output, for data.
    static let data = Output(descriptor: STDOUT_FILENO)
    /// Standard error, for talk.
    static let talk = Output(descriptor: STDERR_FILENO)

    let descriptor: Int32
    let isTerminal: Bool

    init(descriptor: Int32) {
        self.init(descriptor: descriptor, isTerminal: isatty(descriptor) == 1)
    }

    init(descriptor: Int32, isTerminal: Bool) {
        self.descriptor = descriptor
        self.isTerminal = isTerminal
    }

    /// Whether lines can be redrawn in place.
    func canRedraw(environment: [String: String]) -> Bool {
        guard isTerminal, let kind = environment["TERM"] else { return false }
        return !kind.isEmpty && kind != "dumb"
    }

    /// Writes all of it, exactly.
    /// - Throws: `BrokenPipe` when nobody reads any more, a POSIX error when the disk is full.
    func write(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes
        while !rest.isEmpty {
            let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
            if count >= 0 {
                rest = UnsafeRawBufferPointer(rebasing: rest[count...])
                continue
            }
            switch errno {
            case EINTR: continue
            case EAGAIN:
                // A terminal shared with a program that made it non-blocking.
                var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&wait, 1, -1)
            case EPIPE: throw BrokenPipe()
            default: throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO)
            }
        }
    }

    func write(_ text: String) throws {
        var text = text
        try text.withUTF8 { try write(UnsafeRawBufferPointer($0)) }
    }

    /// Text that came from elsewhere: made safe where a terminal would act on it, unchanged in a file or pipe.
    func writeForeign(_ text: String) throws {
        try write(isTerminal ? text.safeForTerminal : text)
    }

    /// A line of our own making that may quote what came from elsewhere.
    func line(_ text: String = "") throws {
        try writeForeign(text + "\n")
    }

    /// One sentence on one line, whatever it quotes.
    func say(_ sentence: String) throws {
        try line(sentence.split(whereSeparator: \.isNewline).joined(separator: " "))
    }
}
