/// Turns bare `https://…` in prose into links, in one pass. cmark-gfm's own extension looks back from every `@`, `w` and `:`
/// and so takes seconds for a few hundred kilobytes of them.
enum Autolink {
    /// A text in UTF-8 as HTML, its addresses linked.
    static func html(_ utf8: [UInt8], into bytes: inout [UInt8]) {
        var start = 0
        var index = 0
        while index < utf8.count {
            guard utf8[index] == 0x68, let length = addressLength(in: utf8, at: index) else {
                index += 1
                continue
            }
            HTML.escape(utf8[start..<index], into: &bytes)
            let address = utf8[index..<(index + length)]
            if let target = HTML.link(String(decoding: address, as: UTF8.self)) {
                bytes += "<a href=\"\(target)\" rel=\"noopener noreferrer\">".utf8
                HTML.escape(address, into: &bytes)
                bytes += "</a>".utf8
            }
            index += length
            start = index
        }
        HTML.escape(utf8[start...], into: &bytes)
    }

    private static func addressLength(in text: [UInt8], at index: Int) -> Int? {
        if index > 0,
            (0x30...0x39).contains(text[index - 1]) || (0x61...0x7A).contains(text[index - 1])
                || (0x41...0x5A).contains(text[index - 1])
        {
            return nil
        }
        let scheme =
            text[index...].starts(with: "https://".utf8) ? 8 : text[index...].starts(with: "http://".utf8) ? 7 : 0
        guard scheme > 0 else { return nil }
        var end = index + scheme
        var open = 0
        while end < text.count, end - index < 2000, text[end] > 0x20, text[end] != 0x3C, text[end] != 0x3E,
            text[end] != 0x22, text[end] != 0x60
        {
            if text[end] == 0x28 { open += 1 }
            if text[end] == 0x29 {
                if open == 0 { break }
                open -= 1
            }
            end += 1
        }
        while end > index + scheme, ".,:;!?'*_~".utf8.contains(text[end - 1]) { end -= 1 }
        return end > index + scheme ? end - index : nil
    }
}
