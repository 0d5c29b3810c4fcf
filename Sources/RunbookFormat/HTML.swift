/// Text made safe for HTML, by unicode scalars: a quote followed by a combining mark is still a quote.
enum HTML {
    /// For text and for attribute values in double quotes.
    static func escape(_ text: some StringProtocol) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count + 16)
        escape(text.utf8, into: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    static func escape(_ text: some Sequence<UInt8>, into bytes: inout [UInt8]) {
        let isDone: Void? = text.withContiguousStorageIfAvailable { escape($0, into: &bytes) }
        if isDone == nil { Array(text).withUnsafeBufferPointer { escape($0, into: &bytes) } }
    }

    /// What needs no escaping is taken over in one piece: most of a guide does not.
    static func escape(_ text: UnsafeBufferPointer<UInt8>, into bytes: inout [UInt8]) {
        var start = 0
        for index in text.indices {
            guard let replacement = replacement(for: text[index]) else { continue }
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[start..<index]))
            bytes.append(contentsOf: replacement.utf8)
            start = index + 1
        }
        bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[start...]))
    }

    @inline(__always) private static func replacement(for byte: UInt8) -> String? {
        if byte > 0x3E, byte != 0x7F { return nil }
        return switch byte {
        case 0x26: "&amp;"
        case 0x3C: "&lt;"
        case 0x3E: "&gt;"
        case 0x22: "&quot;"
        case 0x27: "&#39;"
        // HTML has no form feed or other controls in text.
        case 0x00...0x08, 0x0B, 0x0C, 0x0E...0x1F, 0x7F: "\u{FFFD}"
        default: nil
        }
    }

    /// A link's target, ready for an attribute; nil for a scheme that could run something or leave the browser.
    static func link(_ url: String) -> String? {
        // Browsers drop blanks and controls before they look for the scheme: `java\tscript:`.
        let seen = url.utf8.filter { $0 > 0x20 && $0 != 0x7F }
        if let end = seen.firstIndex(where: { $0 == 0x3A || $0 == 0x2F || $0 == 0x3F || $0 == 0x23 }), seen[end] == 0x3A
        {
            let scheme = String(decoding: seen[..<end], as: UTF8.self).lowercased()
            guard scheme == "http" || scheme == "https" || scheme == "mailto" else { return nil }
        }
        var encoded: [UInt8] = []
        encoded.reserveCapacity(seen.count + 16)
        for byte in seen {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: encoded.append(byte)
            case 0x26: encoded += "&amp;".utf8
            case 0x27: encoded += "&#39;".utf8
            // - . _ ~ : / ? # [ ] @ ! $ ( ) * + , ; = %
            case 0x2D...0x2F, 0x5F, 0x7E, 0x3A, 0x3F, 0x23, 0x5B, 0x5D, 0x40, 0x21, 0x24, 0x25, 0x28...0x2C, 0x3B, 0x3D:
                encoded.append(byte)
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                encoded += "%\(digits.count == 1 ? "0" : "")\(digits)".utf8
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }
}
