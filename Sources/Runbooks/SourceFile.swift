package import Essentials
import Foundation
import Glibc
import RunbookFormat

/// Reads a guide's file, never more of it than a guide may have.
package enum SourceFile {
    /// The bytes, as they are.
    /// - Throws: `Problem.invalid` for what is not a readable, regular file of at most 5 MB.
    package static func read(_ path: String) throws(Problem) -> [UInt8] {
        // Without O_NONBLOCK, opening a named pipe would wait for its writer.
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw problem(with: path, errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw problem(with: path, errno) }
        switch status.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFDIR: throw .invalid("\(path) is a folder: name a file in it.")
        default: throw .invalid("\(path) is not a regular file: write the guide to a file first.")
        }
        guard status.st_size <= Guide.maximumBytes else { throw tooLong(path, Int(status.st_size)) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 256 * 1024)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count == 0 { return bytes }
            if count < 0 {
                if errno == EINTR { continue }
                throw problem(with: path, errno)
            }
            bytes += chunk[..<count]
            guard bytes.count <= Guide.maximumBytes else { throw tooLong(path, bytes.count) }
        }
    }

    /// Why a path can't be opened.
    package static func problem(with path: String, _ code: Int32) -> Problem {
        switch code {
        case ENOENT, ENOTDIR: .invalid("There is no file \(path).")
        case EACCES, EPERM: .invalid("\(path) cannot be read: its permissions do not allow it.")
        case ELOOP: .invalid("\(path) is a link that leads back to itself.")
        default: .invalid("\(path) cannot be read: \(String(cString: strerror(code))).")
        }
    }

    private static func tooLong(_ path: String, _ count: Int) -> Problem {
        .invalid("\(path) has \(count) bytes or more and a guide may have \(Guide.maximumBytes): split it.")
    }
}
