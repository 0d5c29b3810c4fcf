import Glibc

/// A program that is asked something and answers soon, such as a checker: its input is empty, its errors are not read, and it
/// is killed when it takes too long or says too much.
package enum Inquiry {
    package struct Answer: Sendable, Equatable {
        package let output: [UInt8]
        /// The exit status; nil for a program that a signal ended.
        package let status: Int32?
    }

    /// - Parameters:
    ///   - path: the program, with its folder.
    ///   - environment: all that it gets, each `NAME=value`.
    /// - Returns: nil when it ran out of time or said more than `maximumBytes`.
    /// - Throws: the `SystemError` of what could not be started or read.
    package static func ask(
        _ path: String, _ arguments: [String], environment: [String], within limit: Duration, maximumBytes: Int
    ) throws(SystemError) -> Answer? {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw SystemError(errno, "pipe") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let reading = Descriptor(owning: ends[0])
        let child: pid_t
        do {
            // Closed here once the child has it, or the end of its output would never be seen.
            let writing = Descriptor(owning: ends[1])
            child = try start(path, [path] + arguments, environment, output: writing.raw)
        }
        let output = read(reading.raw, until: ContinuousClock.now + limit, maximumBytes: maximumBytes)
        if output == nil { kill(child, SIGKILL) }
        var ending: Int32 = 0
        while waitpid(child, &ending, 0) < 0 && errno == EINTR {}
        guard let output else { return nil }
        return Answer(output: output, status: ending & 0x7F == 0 ? ending >> 8 & 0xFF : nil)
    }

    private static func start(
        _ path: String, _ arguments: [String], _ environment: [String], output: Int32
    ) throws(SystemError) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
        let argumentPointers = arguments.map { strdup($0) } + [nil]
        let environmentPointers = environment.map { strdup($0) } + [nil]
        defer { for pointer in argumentPointers + environmentPointers { free(pointer) } }
        var child: pid_t = 0
        let code = posix_spawn(&child, path, &actions, nil, argumentPointers, environmentPointers)
        guard code == 0 else { throw SystemError(code, "posix_spawn \(path)") }
        return child
    }

    /// - Returns: nil at the limit of time or size, and when reading fails.
    private static func read(_ descriptor: Int32, until limit: ContinuousClock.Instant, maximumBytes: Int) -> [UInt8]? {
        var output: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let (seconds, attoseconds) = (limit - .now).components
            let milliseconds = seconds * 1000 + attoseconds / 1_000_000_000_000_000
            guard milliseconds > 0, output.count <= maximumBytes else { return nil }
            var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let ready = poll(&waiting, 1, Int32(clamping: milliseconds))
            if ready == 0 || ready < 0 && errno == EINTR { continue }
            guard ready > 0 else { return nil }
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return nil }
            if count == 0 { return output }
            output += buffer[..<count]
        }
    }
}
