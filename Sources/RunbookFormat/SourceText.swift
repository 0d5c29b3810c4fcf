import Essentials

/// A guide's text, checked: valid UTF-8 without byte order mark or NUL, every line ended by a line feed.
struct SourceText: Sendable {
    /// Ends with a line feed.
    let bytes: [UInt8]
    /// The offset of each line's first byte, and one past the end.
    private let starts: [Int]

    /// - Throws: `Problem.invalid` that names the first wrong byte.
    init(_ source: [UInt8], maximum: Int) throws(Problem) {
        guard source.count <= maximum else {
            throw .invalid(
                "The guide is \(source.count) bytes long; \(maximum) is the most. Split it, or link what is generated.")
        }
        if let offset = source.firstIndex(of: 0) {
            throw Self.wrong(
                "a NUL byte", at: offset, in: source, advice: "a guide is text; is this file something else?")
        }
        guard String(validating: source, as: UTF8.self) != nil else {
            let offset = Self.firstInvalidOffset(in: source)
            throw Self.wrong("a byte that is not UTF-8", at: offset, in: source, advice: "save the file as UTF-8.")
        }
        let body = source.starts(with: [0xEF, 0xBB, 0xBF]) ? source.dropFirst(3) : source[...]
        let isBlank = body.allSatisfy { $0 == 0x20 || (0x09...0x0D).contains($0) }
        guard !isBlank else {
            throw .invalid(
                "The guide is empty; write a heading and a step.",
                fields: [Problem.Field(name: "source", message: "a heading and a step")])
        }
        bytes = Self.withLineFeeds(body)
        var starts = [0]
        starts.reserveCapacity(bytes.count / 30)
        for index in bytes.indices where bytes[index] == 0x0A { starts.append(index + 1) }
        self.starts = starts
    }

    /// The number of lines.
    var lineCount: Int { starts.count - 1 }

    /// A line by its number, from 1, without its end; empty outside of the text.
    func line(_ number: Int) -> ArraySlice<UInt8> {
        guard number >= 1, number <= lineCount else { return [] }
        return bytes[starts[number - 1]..<(starts[number] - 1)]
    }

    /// The text from a line on.
    func from(line number: Int) -> ArraySlice<UInt8> {
        number > lineCount ? bytes[bytes.endIndex...] : bytes[starts[max(1, number) - 1]...]
    }

    /// CommonMark ends a line at LF, CR LF and a lone CR. The last line gets an end if it has none.
    private static func withLineFeeds(_ body: ArraySlice<UInt8>) -> [UInt8] {
        var bytes: [UInt8]
        if body.contains(0x0D) {
            bytes = []
            bytes.reserveCapacity(body.count + 1)
            var isAfterReturn = false
            for byte in body {
                if byte == 0x0D {
                    bytes.append(0x0A)
                } else if !(byte == 0x0A && isAfterReturn) {
                    bytes.append(byte)
                }
                isAfterReturn = byte == 0x0D
            }
        } else {
            bytes = Array(body)
        }
        if bytes.last != 0x0A { bytes.append(0x0A) }
        return bytes
    }

    private static func firstInvalidOffset(in source: [UInt8]) -> Int {
        var parser = Unicode.UTF8.ForwardParser()
        var iterator = source.makeIterator()
        var offset = 0
        while case .valid(let scalar) = parser.parseScalar(from: &iterator) { offset += scalar.count }
        return offset
    }

    private static func wrong(_ what: String, at offset: Int, in source: [UInt8], advice: String) -> Problem {
        let line = source[..<offset].count { $0 == 0x0A } + 1
        let message = "There is \(what) at offset \(offset)."
        return .invalid(
            "Line \(line) holds \(what), at byte offset \(offset); \(advice)",
            fields: [Problem.Field(name: "source", message: message, line: line)])
    }
}
