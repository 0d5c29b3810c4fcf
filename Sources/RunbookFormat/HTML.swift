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
        for byte in text {
            switch byte {
            case 0x26: bytes += "&amp;".utf8
            case 0x3C: bytes += "&lt;".utf8
            case 0x3E: bytes += "&gt;".utf8
            case 0x22: bytes += "&quot;".utf8
            case 0x27: bytes += "&#39;".utf8
            // HTML has no form feed or other controls in text.
            case 0x00...0x08, 0x0B, 0x0C, 0x0E...0x1F, 0x7F: bytes += "\u{FFFD}".utf8
            default: bytes.append(byte)
            }
        }
    }

    /// A link's target, ready for an attribute; nil for a scheme that could run something or leave the browser.
    static func link(_ url: String) -> String? {
        // Browsers drop blanks and controls before they look for the scheme: `java\tscript:`.
        let seen = url.unicodeScalars.filter { $0.value > 0x20 && $0.value != 0x7F }
        if let colon = seen.firstIndex(of: ":"), !seen[..<colon].contains(where: { "/?#".unicodeScalars.contains($0) }) {
            guard ["http", "https", "mailto"].contains(String(String.UnicodeScalarView(seen[..<colon])).lowercased()) else { return nil }
        }
        var encoded: [UInt8] = []
        for byte in String(String.UnicodeScalarView(seen)).utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: encoded.append(byte)
            case 0x26: encoded += "&amp;".utf8
            case 0x27: encoded += "&#39;".utf8
            default:
                if "-._~:/?#[]@!$()*+,;=%".utf8.contains(byte) {
                    encoded.append(byte)
                } else {
                    let digits = String(byte, radix: 16, uppercase: true)
                    encoded += "%\(digits.count == 1 ? "0" : "")\(digits)".utf8
                }
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }
}
