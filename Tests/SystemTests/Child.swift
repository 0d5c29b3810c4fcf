import Foundation
import Glibc
import Synchronization
import Testing

/// A program that a test has started. What it prints goes to files, so that nothing waits for the end of a pipe that a
/// grandchild holds.
final class Child: Sendable {
    enum Ending: Sendable, Equatable {
        case exited(Int32)
        case signalled(Int32)
    }

    let pid: pid_t
    let outputPath: String
    let errorPath: String
    private let end = Mutex<Ending?>(nil)

    /// - Parameter log: the path that the files for standard output and error are named after.
    init(
        _ program: String, _ arguments: [String], environment: [String: String], input: String = "", log: String,
        directory: String
    ) throws {
        outputPath = log + ".out"
        errorPath = log + ".err"
        try write(input, to: log + ".in")
        try touch(outputPath)
        try touch(errorPath)
        pid = try Self.spawn(program, arguments, environment, log: log, directory: directory)
        Thread.detachNewThread { [pid, self] in
            var status: Int32 = 0
            while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
            let signal = status & 0x7f
            end.withLock { $0 = signal == 0 ? .exited(status >> 8 & 0xff) : .signalled(signal) }
        }
    }

    /// Not by Foundation, which learns of an end by a descriptor that other children may have inherited, and then
    /// waits for theirs too.
    private static func spawn(
        _ program: String, _ arguments: [String], _ environment: [String: String], log: String, directory: String
    ) throws -> pid_t {
        var files = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&files)
        defer { posix_spawn_file_actions_destroy(&files) }
        posix_spawn_file_actions_addopen(&files, 0, log + ".in", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&files, 1, log + ".out", O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_addopen(&files, 2, log + ".err", O_WRONLY | O_CREAT | O_APPEND, 0o600)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        // `env -C` goes into the folder and becomes the program.
        let words = (["env", "-C", directory, program] + arguments).map { strdup($0) } + [nil]
        let values = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in words + values { free(text) } }
        var pid: pid_t = 0
        let error = posix_spawnp(&pid, "env", &files, &attributes, words, values)
        try #require(error == 0, "\(program) can't be started: \(String(cString: strerror(error)))")
        return pid
    }

    /// How it ended; waits for it.
    var ending: Ending {
        get async throws { try await ending(within: .seconds(120)) }
    }

    /// How it ended, for what may take longer than others.
    func ending(within limit: Duration) async throws -> Ending {
        try await until("\(outputPath) is complete", within: limit) { hasEnded }
        return try #require(end.withLock { $0 })
    }

    var hasEnded: Bool { end.withLock { $0 != nil } }
    var hasSucceeded: Bool { end.withLock { $0 == .exited(0) } }

    var output: String { get throws { try content(outputPath) } }
    var error: String { get throws { try content(errorPath) } }

    func signal(_ number: Int32) {
        if !hasEnded { kill(pid, number) }
    }
}

/// The programs that were built with these tests: in the folder of the test program, or above it.
enum Programs {
    static let runbook = "runbook"
    static let shim = "runbook-shim"

    static func path(of name: String) throws -> String {
        var folder = URL(filePath: try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
        while folder.path != "/" {
            folder.deleteLastPathComponent()
            let candidate = folder.appending(path: name).path
            var isFolder: ObjCBool = false
            if FileManager.default.fileExists(atPath: candidate, isDirectory: &isFolder), !isFolder.boolValue,
                FileManager.default.isExecutableFile(atPath: candidate)
            {
                return candidate
            }
        }
        throw NotBuilt(name: name)
    }

    /// A program of the machine, by the PATH of the tests.
    static func find(_ name: String) -> String? {
        for folder in (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":") {
            let path = "\(folder)/\(name)"
            if FileManager.default.isExecutableFile(atPath: path) { return path }
        }
        return nil
    }

    struct NotBuilt: Error, CustomStringConvertible {
        let name: String
        var description: String { "Build the product \(name) before these tests." }
    }
}
