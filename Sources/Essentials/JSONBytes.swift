/// Compact JSON of any `Encodable` value, written straight into bytes.
///
/// Members stand in the order in which the value encodes them, those of dictionaries in the order of their keys, so that
/// equal values have equal bytes. Foundation's encoder builds a tree of dictionaries before it writes one byte, which was
/// half the work of reading a timeline (decision 0007).
package enum JSONBytes {
    /// - Throws: `EncodingError` for a number that JSON has no word for (an infinity, not a number), and what the value
    ///   itself throws.
    package static func encode(_ value: some Encodable) throws -> [UInt8] {
        let sheet = Sheet()
        try sheet.write(value, at: 0)
        return sheet.bytes
    }
}

/// JSON that is there already, to stand in other JSON as it is.
package struct JSONText: Codable, Sendable {
    package let bytes: [UInt8]

    package init(_ value: some Encodable) throws { bytes = try JSONBytes.encode(value) }

    package init(from decoder: any Decoder) throws { try self.init(JSONValue(from: decoder)) }

    package func encode(to encoder: any Encoder) throws {
        try JSONValue(parsing: String(decoding: bytes, as: UTF8.self)).encode(to: encoder)
    }
}

/// The bytes so far, and the objects and arrays that are open. Whoever writes at a depth closes what is open below it: that
/// is how a container learns that it is complete.
private final class Sheet {
    private(set) var bytes: [UInt8] = []
    private var closers: [UInt8] = []
    private var hasMember: [Bool] = []

    init() { bytes.reserveCapacity(512) }

    var depth: Int { closers.count }

    func write<Value: Encodable>(_ value: Value, at depth: Int) throws {
        let start = bytes.count
        if Value.self == JSONText.self, let text = value as? JSONText {
            bytes += text.bytes
        } else if Value.self is any TextKeyed.Type, let members = value as? any TextKeyed {
            try members.write(to: self, at: depth)
        } else {
            try value.encode(to: Scribe(sheet: self, depth: depth))
        }
        close(to: depth)
        // A value that encodes nothing is an object without members.
        if bytes.count == start { bytes += "{}".utf8 }
    }

    func open(_ opener: Unicode.Scalar, _ closer: Unicode.Scalar) {
        bytes.append(UInt8(ascii: opener))
        closers.append(UInt8(ascii: closer))
        hasMember.append(false)
    }

    func close(to depth: Int) {
        while closers.count > depth {
            bytes.append(closers.removeLast())
            hasMember.removeLast()
        }
    }

    /// Makes room for the next member of the container whose inside is at `depth`.
    func separate(at depth: Int) {
        close(to: depth)
        if hasMember[depth - 1] { bytes.append(UInt8(ascii: ",")) } else { hasMember[depth - 1] = true }
    }

    func name(_ key: String, at depth: Int) {
        separate(at: depth)
        write(key)
        bytes.append(UInt8(ascii: ":"))
    }

    func writeNull() { bytes += "null".utf8 }

    func write(_ value: Bool) { bytes += (value ? "true" : "false").utf8 }

    func write(_ value: some BinaryInteger) { bytes += String(value).utf8 }

    func write(_ value: some BinaryFloatingPoint & LosslessStringConvertible, _ path: [any CodingKey]) throws {
        guard value.isFinite else {
            throw EncodingError.invalidValue(
                value, .init(codingPath: path, debugDescription: "JSON has no word for \(value)."))
        }
        var digits = value.description
        if digits.hasSuffix(".0") { digits.removeLast(2) }
        bytes += digits.utf8
    }

    func write(_ text: String) {
        var text = text
        text.withUTF8 { utf8 in
            bytes.append(UInt8(ascii: "\""))
            var start = utf8.startIndex
            for (index, byte) in utf8.enumerated() where byte < 0x20 || byte == 0x22 || byte == 0x5c || byte == 0x7f {
                bytes.append(contentsOf: utf8[start..<index])
                escape(byte)
                start = index + 1
            }
            bytes.append(contentsOf: utf8[start...])
            bytes.append(UInt8(ascii: "\""))
        }
    }

    private static let hexDigits = Array("0123456789abcdef".utf8)

    private func escape(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): bytes += "\\\"".utf8
        case UInt8(ascii: "\\"): bytes += "\\\\".utf8
        case UInt8(ascii: "\n"): bytes += "\\n".utf8
        case UInt8(ascii: "\r"): bytes += "\\r".utf8
        case UInt8(ascii: "\t"): bytes += "\\t".utf8
        default:
            bytes += "\\u00".utf8
            bytes.append(Self.hexDigits[Int(byte >> 4)])
            bytes.append(Self.hexDigits[Int(byte & 15)])
        }
    }
}

/// Dictionaries with text for keys: their own order differs from run to run.
private protocol TextKeyed {
    func write(to sheet: Sheet, at depth: Int) throws
}

extension Dictionary: TextKeyed where Key == String, Value: Encodable {
    fileprivate func write(to sheet: Sheet, at depth: Int) throws {
        sheet.open("{", "}")
        for (key, value) in sorted(by: { $0.key < $1.key }) {
            sheet.name(key, at: depth + 1)
            try sheet.write(value, at: depth + 1)
        }
    }
}

/// Where one value is written: `depth` containers are open around it.
private struct Scribe: Encoder {
    let sheet: Sheet
    let depth: Int
    let codingPath: [any CodingKey] = []
    let userInfo: [CodingUserInfoKey: Any] = [:]

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        begin("{", "}")
        return KeyedEncodingContainer(Members<Key>(sheet: sheet, depth: depth + 1))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        begin("[", "]")
        return Elements(sheet: sheet, depth: depth + 1)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { Single(sheet: sheet, depth: depth) }

    /// A value that asks for its container twice goes on in the one that it has.
    private func begin(_ opener: Unicode.Scalar, _ closer: Unicode.Scalar) {
        if sheet.depth > depth { sheet.close(to: depth + 1) } else { sheet.open(opener, closer) }
    }
}

private struct Members<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let sheet: Sheet
    /// Of its inside.
    let depth: Int
    let codingPath: [any CodingKey] = []

    private func name(_ key: some CodingKey) { sheet.name(key.stringValue, at: depth) }

    func encodeNil(forKey key: Key) {
        name(key)
        sheet.writeNull()
    }

    func encode(_ value: Bool, forKey key: Key) {
        name(key)
        sheet.write(value)
    }

    func encode(_ value: String, forKey key: Key) {
        name(key)
        sheet.write(value)
    }

    func encode(_ value: Int, forKey key: Key) {
        name(key)
        sheet.write(value)
    }

    func encode(_ value: Int64, forKey key: Key) {
        name(key)
        sheet.write(value)
    }

    func encode(_ value: Double, forKey key: Key) throws {
        name(key)
        try sheet.write(value, [key])
    }

    func encode(_ value: some Encodable, forKey key: Key) throws {
        name(key)
        try sheet.write(value, at: depth)
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Nested> {
        name(key)
        return Scribe(sheet: sheet, depth: depth).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        name(key)
        return Scribe(sheet: sheet, depth: depth).unkeyedContainer()
    }

    func superEncoder() -> any Encoder {
        sheet.name("super", at: depth)
        return Scribe(sheet: sheet, depth: depth)
    }

    func superEncoder(forKey key: Key) -> any Encoder {
        name(key)
        return Scribe(sheet: sheet, depth: depth)
    }
}

private struct Elements: UnkeyedEncodingContainer {
    let sheet: Sheet
    /// Of its inside.
    let depth: Int
    let codingPath: [any CodingKey] = []
    private(set) var count = 0

    init(sheet: Sheet, depth: Int) {
        self.sheet = sheet
        self.depth = depth
    }

    private mutating func next() {
        sheet.separate(at: depth)
        count += 1
    }

    mutating func encodeNil() {
        next()
        sheet.writeNull()
    }

    mutating func encode(_ value: String) {
        next()
        sheet.write(value)
    }

    mutating func encode(_ value: some Encodable) throws {
        next()
        try sheet.write(value, at: depth)
    }

    mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        next()
        return Scribe(sheet: sheet, depth: depth).container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        next()
        return Scribe(sheet: sheet, depth: depth).unkeyedContainer()
    }

    mutating func superEncoder() -> any Encoder {
        next()
        return Scribe(sheet: sheet, depth: depth)
    }
}

private struct Single: SingleValueEncodingContainer {
    let sheet: Sheet
    let depth: Int
    let codingPath: [any CodingKey] = []

    func encodeNil() { sheet.writeNull() }
    func encode(_ value: Bool) { sheet.write(value) }
    func encode(_ value: String) { sheet.write(value) }
    func encode(_ value: Double) throws { try sheet.write(value, codingPath) }
    func encode(_ value: Float) throws { try sheet.write(value, codingPath) }
    func encode(_ value: Int) { sheet.write(value) }
    func encode(_ value: Int8) { sheet.write(value) }
    func encode(_ value: Int16) { sheet.write(value) }
    func encode(_ value: Int32) { sheet.write(value) }
    func encode(_ value: Int64) { sheet.write(value) }
    func encode(_ value: UInt) { sheet.write(value) }
    func encode(_ value: UInt8) { sheet.write(value) }
    func encode(_ value: UInt16) { sheet.write(value) }
    func encode(_ value: UInt32) { sheet.write(value) }
    func encode(_ value: UInt64) { sheet.write(value) }
    func encode(_ value: some Encodable) throws { try sheet.write(value, at: depth) }
}
