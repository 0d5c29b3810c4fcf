import Glibc

/// A program that a test starts and listens to; its errors go where the tests' own go.
///
/// Not by Foundation, whose `Process` walks all open descriptors when it starts one, and reads beyond the end of the list
/// when there are more than some 1,350 of them; tests that run side by side have thousands.
public final class Conversation {
    /// What the kernel refused.
    public struct Failure: Error, CustomStringConvertible {
        public let description: String
    }

    private let pid: pid_t
    private let output: Int32
    /// Its standard input, where that stays open until the end.
    private var input: Int32?

    /// - Parameters:
    ///   - words: the program, found by PATH, and its arguments. It gets the tests' own environment.
    ///   - text: all that it reads; nil for an input that stays open, and empty, until `finish()`.
    /// - Throws: `Failure` when it can't be started.
    public init(_ words: [String], reads text: [UInt8]? = []) throws {
        let (ourOutput, theirOutput) = try Self.pipe()
        output = ourOutput
        defer { close(theirOutput) }
        let theirInput: Int32
        if let text {
            theirInput = try Self.file(of: text)
        } else {
            let ends = try Self.pipe()
            theirInput = ends.reading
            input = ends.writing
        }
        defer { close(theirInput) }
        var files = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&files)
        defer { posix_spawn_file_actions_destroy(&files) }
        posix_spawn_file_actions_adddup2(&files, theirInput, STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&files, theirOutput, STDOUT_FILENO)
        let arguments = words.map { strdup($0) } + [nil]
        defer { for text in arguments { free(text) } }
        var child: pid_t = 0
        let code = posix_spawnp(&child, words[0], &files, nil, arguments, environ)
        pid = child
        guard code == 0 else { throw Failure(description: "\(words[0]): \(String(cString: strerror(code)))") }
    }

    deinit {
        close(output)
        if let input { close(input) }
    }

    /// `RUNBOOK_PYTHON`, or the first `python3` of the path, with these arguments.
    public static func python(_ arguments: [String], reads text: [UInt8]? = []) throws -> Conversation {
        try Conversation([getenv("RUNBOOK_PYTHON").map { String(cString: $0) } ?? "python3"] + arguments, reads: text)
    }

    /// Ends that no program keeps but the one that gets them; sockets, for a pipe can't be made so from here.
    private static func pipe() throws -> (reading: Int32, writing: Int32) {
        var ends: [Int32] = [0, 0]
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
            throw Failure(description: String(cString: strerror(errno)))
        }
        return (ends[0], ends[1])
    }

    /// A file without a name, to be read from its start.
    private static func file(of text: [UInt8]) throws -> Int32 {
        let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        let path = "\(folder)/conversation-\(UInt64.random(in: 0 ... .max))"
        let file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        unlink(path)
        guard file >= 0, write(file, text, text.count) == text.count, lseek(file, 0, SEEK_SET) == 0 else {
            throw Failure(description: "its input can't be written: \(String(cString: strerror(errno)))")
        }
        return file
    }

    /// What it printed, up to the end of the line, which is left out; empty at the end.
    public func line() -> String {
        var line: [UInt8] = []
        var byte: UInt8 = 0
        while read(output, &byte, 1) == 1, byte != UInt8(ascii: "\n") { line.append(byte) }
        return String(decoding: line, as: UTF8.self)
    }

    /// Ends it, whatever it does.
    public func stop() {
        kill(pid, SIGKILL)
        _ = finish()
    }

    /// Ends its input and waits for its own end. Once.
    /// - Returns: what it printed and `line()` has not read, and its exit status; 128 and more for a signal.
    public func finish() -> (output: String, status: Int32) {
        if let input { close(input) }
        input = nil
        var printed: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(output, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            if count <= 0 { break }
            printed += buffer[..<count]
        }
        var ending: Int32 = 0
        while waitpid(pid, &ending, 0) < 0 && errno == EINTR {}
        let status = ending & 0x7F == 0 ? ending >> 8 & 0xFF : 128 + ending & 0x7F
        return (String(decoding: printed, as: UTF8.self), status)
    }
}
