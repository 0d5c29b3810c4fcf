extension JSONValue {
    /// Why a text is no JSON.
    package struct ParsingError: Error, Equatable {
        /// The offset of the byte that does not belong there.
        package let offset: Int
    }

    /// Reads JSON as RFC 8259 has it, nested at most 512 deep; of a member that comes twice the first counts.
    ///
    /// By hand, for a page of the journal has hundreds of such texts, and Foundation's decoder finds out what a value is by
    /// trying each kind in turn, which takes it twenty times as long.
    package init(parsing text: String) throws(ParsingError) {
        var text = text
        text.makeContiguousUTF8()
        let read = text.utf8.withContiguousStorageIfAvailable { bytes -> Result<JSONValue, ParsingError> in
            var parser = JSONParser(bytes: bytes)
            do throws(ParsingError) {
                return .success(try parser.document())
            } catch {
                return .failure(error)
            }
        }
        guard let read else { throw ParsingError(offset: 0) }
        self = try read.get()
    }
}

private struct JSONParser {
    private static let maximumDepth = 512

    let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0
    private var depth = 0

    init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    mutating func document() throws(JSONValue.ParsingError) -> JSONValue {
        let value = try value()
        skipSpace()
        guard position == bytes.count else { throw fault }
        return value
    }

    private var fault: JSONValue.ParsingError { JSONValue.ParsingError(offset: position) }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    private mutating func value() throws(JSONValue.ParsingError) -> JSONValue {
        skipSpace()
        switch next {
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "["): return try array()
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return try number()
        }
    }

    private mutating func word(
        _ word: StaticString, _ value: JSONValue
    ) throws(JSONValue.ParsingError) -> JSONValue {
        for index in 0..<word.utf8CodeUnitCount {
            guard next == word.utf8Start[index] else { throw fault }
            position += 1
        }
        return value
    }

    private mutating func descend() throws(JSONValue.ParsingError) {
        position += 1
        depth += 1
        guard depth <= Self.maximumDepth else { throw fault }
    }

    private mutating func object() throws(JSONValue.ParsingError) -> JSONValue {
        try descend()
        defer { depth -= 1 }
        var members: [String: JSONValue] = [:]
        skipSpace()
        if next == UInt8(ascii: "}") {
            position += 1
            return .object(members)
        }
        while true {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw fault }
            let name = try string()
            skipSpace()
            guard next == UInt8(ascii: ":") else { throw fault }
            position += 1
            let value = try value()
            if let first = members.updateValue(value, forKey: name) { members[name] = first }
            skipSpace()
            switch next {
            case UInt8(ascii: ","): position += 1
            case UInt8(ascii: "}"):
                position += 1
                return .object(members)
            default: throw fault
            }
        }
    }

    private mutating func array() throws(JSONValue.ParsingError) -> JSONValue {
        try descend()
        defer { depth -= 1 }
        var values: [JSONValue] = []
        skipSpace()
        if next == UInt8(ascii: "]") {
            position += 1
            return .array(values)
        }
        while true {
            values.append(try value())
            skipSpace()
            switch next {
            case UInt8(ascii: ","): position += 1
            case UInt8(ascii: "]"):
                position += 1
                return .array(values)
            default: throw fault
            }
        }
    }

    private mutating func string() throws(JSONValue.ParsingError) -> String {
        position += 1
        let start = position
        while let byte = next, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 { position += 1 }
        var text = String(decoding: bytes[start..<position], as: UTF8.self)
        // Most texts have no escape.
        while true {
            switch next {
            case UInt8(ascii: "\""):
                position += 1
                return text
            case UInt8(ascii: "\\"): text.unicodeScalars.append(try escape())
            case let byte? where byte >= 0x20:
                let start = position
                while let byte = next, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 {
                    position += 1
                }
                text += String(decoding: bytes[start..<position], as: UTF8.self)
            default: throw fault
            }
        }
    }

    private mutating func escape() throws(JSONValue.ParsingError) -> Unicode.Scalar {
        position += 1
        guard let byte = next else { throw fault }
        position += 1
        switch byte {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{c}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            let unit = try hexadecimal()
            guard (0xD800..<0xE000).contains(unit) else {
                guard let scalar = Unicode.Scalar(unit) else { throw fault }
                return scalar
            }
            // Half of a pair alone is no character.
            guard unit < 0xDC00, next == UInt8(ascii: "\\") else { throw fault }
            position += 1
            guard next == UInt8(ascii: "u") else { throw fault }
            position += 1
            let second = try hexadecimal()
            guard (0xDC00..<0xE000).contains(second),
                let scalar = Unicode.Scalar(0x10000 + ((unit - 0xD800) << 10) + (second - 0xDC00))
            else { throw fault }
            return scalar
        default: throw fault
        }
    }

    private mutating func hexadecimal() throws(JSONValue.ParsingError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            let digit: UInt8
            switch next {
            case let byte? where (0x30...0x39).contains(byte): digit = byte - 0x30
            case let byte? where (0x41...0x46).contains(byte): digit = byte - 0x41 + 10
            case let byte? where (0x61...0x66).contains(byte): digit = byte - 0x61 + 10
            default: throw fault
            }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }

    private mutating func number() throws(JSONValue.ParsingError) -> JSONValue {
        let start = position
        if next == UInt8(ascii: "-") { position += 1 }
        let leading = next
        let whole = digits()
        guard whole > 0, whole == 1 || leading != UInt8(ascii: "0") else { throw fault }
        var isWhole = true
        if next == UInt8(ascii: ".") {
            isWhole = false
            position += 1
            guard digits() > 0 else { throw fault }
        }
        if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
            isWhole = false
            position += 1
            if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { position += 1 }
            guard digits() > 0 else { throw fault }
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if isWhole, let integer = Int64(text) { return .integer(integer) }
        guard let number = Double(text), number.isFinite else { throw fault }
        // As Foundation reads them: 1e3 and 2.0 are whole numbers.
        return Int64(exactly: number).map(JSONValue.integer) ?? .number(number)
    }

    private mutating func digits() -> Int {
        let start = position
        while let byte = next, (0x30...0x39).contains(byte) { position += 1 }
        return position - start
    }
}
