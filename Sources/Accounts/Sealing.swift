import Crypto
package import Essentials
package import Foundation
import Glibc

/// Encrypts what must not stand readable in the database, under a key that is not in it.
///
/// AES-GCM with a random nonce. The context (`run/01j9…`, say) is authenticated along: what was sealed for one thing does
/// not open as another's. A database without its `sealing.key` has lost what was sealed.
package struct Sealing: Sendable {
    package static let fileName = "sealing.key"

    /// The form of what is sealed; its first byte.
    private static let form: UInt8 = 1

    private let key: SymmetricKey

    /// Reads `folder/sealing.key`, or makes it when there is none.
    /// - Throws: `Problem.unavailable` when it is not 32 bytes in a file that its owner alone can read.
    package init(folder: String) throws(Problem) {
        let file = KeyFile(path: folder + "/" + Self.fileName)
        if let bytes = try file.read() {
            key = SymmetricKey(data: bytes)
        } else {
            key = SymmetricKey(data: try file.make())
        }
    }

    package func seal(_ data: Data, context: String) throws -> Data {
        let box = try AES.GCM.seal(data, using: key, authenticating: Data(context.utf8))
        guard let combined = box.combined else { throw CryptoKitError.incorrectParameterSize }
        return [Self.form] + combined
    }

    /// - Throws: `Problem.unavailable` when it was sealed under another key or for another context, or was changed.
    package func open(_ sealed: Data, context: String) throws -> Data {
        do {
            guard sealed.first == Self.form else { throw CryptoKitError.authenticationFailure }
            let box = try AES.GCM.SealedBox(combined: sealed.dropFirst())
            return try AES.GCM.open(box, using: key, authenticating: Data(context.utf8))
        } catch is CryptoKitError {
            throw Problem.unavailable(
                "A sealed value can't be opened: put back the \(Self.fileName) that belongs to this database.")
        }
    }
}

/// The file that holds the key: 32 bytes, for its owner only.
private struct KeyFile {
    let path: String

    /// - Returns: nil when there is no such file.
    func read() throws(Problem) -> Data? {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw unusable("it can't be read: \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw unusable("it is no file")
        }
        guard status.st_mode & 0o077 == 0 else {
            throw unusable("others than its owner may read or write it; if nobody has, `chmod 600` it")
        }
        var bytes = [UInt8](repeating: 0, count: 33)
        guard status.st_size == 32, Glibc.read(descriptor, &bytes, 33) == 32 else {
            throw unusable("it does not hold 32 bytes; restore it from a backup")
        }
        return Data(bytes.prefix(32))
    }

    /// Makes a key. Linked into place whole and on disk, so that nobody ever finds half of it, and whoever comes first wins.
    func make() throws(Problem) -> Data {
        let draft = path + "." + Secret.random(bytes: 8).map { String($0, radix: 16) }.joined()
        defer { unlink(draft) }
        let descriptor = Glibc.open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw unusable("it can't be made: \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        let key = [UInt8](Secret.random(bytes: 32))
        guard write(descriptor, key, 32) == 32, fsync(descriptor) == 0 else {
            throw unusable("it can't be written: \(String(cString: strerror(errno)))")
        }
        guard link(draft, path) == 0 else {
            if errno == EEXIST, let other = try read() { return other }
            throw unusable("it can't be made: \(String(cString: strerror(errno)))")
        }
        try syncFolder()
        return Data(key)
    }

    private func syncFolder() throws(Problem) {
        let folder = (path as NSString).deletingLastPathComponent
        let descriptor = Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unusable("its folder can't be opened") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw unusable("its folder can't be written") }
    }

    private func unusable(_ why: String) -> Problem {
        .unavailable("The sealing key \(path) can't be used: \(why).")
    }
}
