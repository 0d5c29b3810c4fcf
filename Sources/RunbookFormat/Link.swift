/// A link from a guide to a Markdown file beside it.
package struct Link: Sendable, Equatable {
    /// The path as it is meant, relative to the guide's folder: without fragment and escapes.
    package let path: String
    /// From 1.
    package let line: Int

    /// - Returns: nil for an address with a scheme or a host, a place in the same guide, and other kinds of file.
    init?(url: String, line: Int) {
        let path = url.prefix { $0 != "#" && $0 != "?" }
        guard !path.isEmpty, path.count < 1000, !path.hasPrefix("/"), !path.contains(":") else { return nil }
        let lower = path.lowercased()
        guard lower.hasSuffix(".md") || lower.hasSuffix(".markdown") else { return nil }
        let unescaped = Self.unescaped(path)
        // No file has a NUL in its name, and what asks for one is cut there.
        guard !unescaped.utf8.contains(0) else { return nil }
        self.path = unescaped
        self.line = line
    }

    private static func unescaped(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
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
