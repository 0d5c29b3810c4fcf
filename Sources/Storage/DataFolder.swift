import Essentials
import Foundation
import Glibc

/// The folder that holds the database and the attempts running now.
enum DataFolder {
    /// Makes it (0700) when it is missing.
    /// - Throws: `Problem` when it is no folder or can't be written.
    static func prepare(_ folder: String) throws(Problem) {
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder) {
            guard isFolder.boolValue else {
                throw .invalid("\(folder) is a file, not a folder: name a folder with --data.")
            }
        } else {
            do {
                try FileManager.default.createDirectory(
                    atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            } catch {
                throw .unavailable("The data folder \(folder) can't be made: \(reason(errno)).")
            }
        }
        guard access(folder, W_OK | X_OK) == 0 else {
            throw .unavailable(
                """
                The data folder \(folder) can't be written: check its owner and permissions, or name another with --data.
                """)
        }
    }
}

/// A lock on the folder that lasts as long as this value; the kernel lets go of it when the process ends, however it ends.
final class FolderLock: Sendable {
    private let descriptor: Int32

    /// How long to wait for a lock whose server is dead: a program that it was just starting when it was killed holds
    /// what it inherited until its own exec.
    private static let longestInheritance: Duration = .seconds(5)

    /// Held by the server for as long as it lives; the file says its process id.
    /// - Throws: `Problem.conflict` when another one holds it.
    static func serving(_ folder: String) throws(Problem) -> FolderLock {
        let lock = try FolderLock(folder: folder, file: "runbook.lock", operation: LOCK_EX | LOCK_NB)
        lock.sign()
        return lock
    }

    /// Held while the database is opened; waits its turn, for two that migrate at once would both make the same tables.
    static func opening(_ folder: String) throws(Problem) -> FolderLock {
        try FolderLock(folder: folder, file: "runbook.opening", operation: LOCK_EX)
    }

    private init(folder: String, file name: String, operation: Int32) throws(Problem) {
        let path = folder + "/" + name
        // Close-on-exec: a step that inherited it would hold the folder after the server's end.
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else {
            throw .unavailable("The data folder \(folder) can't be written: \(reason(errno)).")
        }
        let start = ContinuousClock.now
        while flock(file, operation) != 0 {
            let error = errno
            if error == EINTR { continue }
            if error == EWOULDBLOCK, Self.isHolderDead(file), ContinuousClock.now - start < Self.longestInheritance {
                usleep(10_000)
                continue
            }
            close(file)
            guard error == EWOULDBLOCK else { throw .unavailable("\(path) can't be locked: \(reason(error)).") }
            throw .conflict(
                "Another server holds the data folder \(folder): stop it first, or name another folder with --data.")
        }
        descriptor = file
    }

    /// A lock that can't be signed holds as well.
    private func sign() {
        let text = "\(getpid())\n"
        guard ftruncate(descriptor, 0) == 0 else { return }
        _ = pwrite(descriptor, text, text.utf8.count, 0)
    }

    /// Whether the process that signed the lock is known to have ended.
    private static func isHolderDead(_ file: Int32) -> Bool {
        var bytes = [UInt8](repeating: 0, count: 20)
        let count = pread(file, &bytes, bytes.count, 0)
        guard count > 0, let line = String(decoding: bytes[..<count], as: UTF8.self).split(separator: "\n").first,
            let process = pid_t(line)
        else { return false }
        return kill(process, 0) != 0 && errno == ESRCH
    }

    deinit { close(descriptor) }
}

func reason(_ error: Int32) -> String { String(cString: strerror(error)) }
