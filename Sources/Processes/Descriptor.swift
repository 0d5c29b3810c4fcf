import Glibc

/// An open file, closed with its last owner.
final class Descriptor: Sendable {
    let raw: Int32

    init(owning raw: Int32) { self.raw = raw }

    deinit { close(raw) }

    /// - Throws: the `SystemError` of `open`, about the path.
    static func open(_ path: String, _ flags: Int32, mode: mode_t = 0) throws(SystemError) -> Descriptor {
        let raw = Glibc.open(path, flags | O_CLOEXEC, mode)
        guard raw >= 0 else { throw SystemError(errno, "open \(path)") }
        return Descriptor(owning: raw)
    }
}

/// A system call that failed: internal, for the log.
package struct SystemError: Error, Equatable, CustomStringConvertible {
    /// The errno.
    package let code: Int32
    let action: String

    init(_ code: Int32, _ action: String) {
        self.code = code
        self.action = action
    }

    package var description: String { "\(action): \(reason(code))" }
}

/// The C library's words for an errno.
func reason(_ code: Int32) -> String { String(cString: strerror(code)) }
