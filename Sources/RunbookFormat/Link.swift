/// The address of the Markdown file that a link means, by its path relative to the guide's folder; nil to leave it as it is.
package typealias LinkTarget = @Sendable (_ path: String) -> String?

/// A link from a guide to a Markdown file beside it.
package struct Link: Sendable, Equatable {
    /// The path as it is meant, relative to the guide's folder: without fragment and escapes.
    package let path: String
    /// From 1.
    package let line: Int

    /// - Returns: nil for an address with a scheme or a host, a place in the same guide, and other kinds of file.
    init?(url: String, line: Int) {
        let path = Array(url.utf8.prefix { $0 != 0x23 && $0 != 0x3F })[...]
        guard path.count < 1000, path.first != 0x2F, !path.contains(0x3A),
            path.suffix(3).begins(withAnyOf: [Self.short]) || path.suffix(9).begins(withAnyOf: [Self.long])
        else { return nil }
        let unescaped = Self.unescaped(path)
        // No file has a NUL in its name, and what asks for one is cut there.
        guard !unescaped.utf8.contains(0) else { return nil }
        self.path = unescaped
        self.line = line
    }

    private static let short = Array(".md".utf8)
    private static let long = Array(".markdown".utf8)

    private static func unescaped(_ text: ArraySlice<UInt8>) -> String {
        var bytes: [UInt8] = []
        var rest = text
        while let byte = rest.popFirst() {
            if byte == 0x25, rest.count > 1,
                let code = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(code)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
