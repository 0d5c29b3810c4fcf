package import Essentials
import Foundation
import Glibc
import RunbookFormat

/// Reads a guide's file, never more of it than a guide may have.
package enum GuideFile {
    /// - Throws: `Problem` with the path when it is missing, a folder, no plain file, unreadable, or too large.
    package static func read(_ path: String) throws(Problem) -> [UInt8] {
        // Non-blocking, or a named pipe would hang here until somebody writes to it.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw .invalid("\(path) can't be read: \(String(cString: strerror(errno))).") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .invalid("\(path) can't be read.") }
        switch status.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFDIR: throw .invalid("\(path) is a folder, not a Markdown file.")
        default: throw .invalid("\(path) is not a plain file.")
        }
        guard Int(status.st_size) <= Guide.maximumBytes else { throw tooLarge(path) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            guard count >= 0 else { throw .invalid("\(path) can't be read: \(String(cString: strerror(errno))).") }
            if count == 0 { return bytes }
            bytes += chunk[..<count]
            if bytes.count > Guide.maximumBytes { throw tooLarge(path) }
        }
    }

    private static func tooLarge(_ path: String) -> Problem {
        .invalid("\(path) is larger than 5 MB, the most that a runbook may have.")
    }
}
