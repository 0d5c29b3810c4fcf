import Dispatch
import Essentials
import Glibc

/// What is typed, or stands on standard input.
enum Keyboard {
    /// Whether somebody is there to be asked: both ends of the conversation are a terminal.
    static var isThere: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1 }

    /// One line without its end; nil at the end of the input.
    static func line() -> String? {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        // Byte by byte: what follows the line belongs to whoever reads next.
        while bytes.count < 1024 * 1024 {
            let count = read(STDIN_FILENO, &byte, 1)
            if count < 0, errno == EINTR { continue }
            guard count == 1 else { return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self) }
            if byte == UInt8(ascii: "\n") { break }
            bytes.append(byte)
        }
        if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Reads a line on a thread of its own: reading blocks, and the line may never come.
    static func readLine(then handle: @escaping @Sendable (String?) -> Void) {
        DispatchQueue.global().async { handle(line()) }
    }

    /// Asks on standard error and reads a line.
    /// - Throws: `Problem.invalid` when nobody is there.
    static func ask(_ question: String) throws -> String {
        guard isThere else { throw Problem.invalid("\(question)? Nobody is there to be asked.") }
        try Output.talk.writeForeign("\(question): ")
        guard let answer = line() else {
            try Output.talk.line()
            throw CancellationError()
        }
        return answer
    }

    /// Asks without showing what is typed. Ctrl-C restores the terminal and ends the program.
    static func askSecret(_ question: String) throws -> String {
        var terminal = termios()
        guard isThere, tcgetattr(STDIN_FILENO, &terminal) == 0 else {
            throw Problem.invalid("\(question)? Nobody is there to be asked.")
        }
        let before = terminal
        terminal.c_lflag &= ~tcflag_t(ECHO)
        signal(SIGINT, SIG_IGN)
        let interrupt = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
        interrupt.setEventHandler {
            var restored = before
            tcsetattr(STDIN_FILENO, TCSANOW, &restored)
            _exit(ExitStatus.interrupted.rawValue)
        }
        interrupt.resume()
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &terminal)
        defer {
            var restored = before
            tcsetattr(STDIN_FILENO, TCSANOW, &restored)
            interrupt.cancel()
            signal(SIGINT, SIG_DFL)
        }
        try Output.talk.writeForeign("\(question): ")
        let answer = line()
        try Output.talk.line()
        guard let answer else { throw CancellationError() }
        return answer
    }
}
