import Foundation
import GRDBSQLite

/// Decodes a row into a value by the names of its columns.
///
/// The columns of a statement mostly stand in the order of the properties that they fill, so that each is found by one
/// comparison. GRDB's decoder compares with every name, without case, which costs more than the lookup of the row.
struct RowDecoder: Decoder {
    let statement: OpaquePointer
    let names: [String]
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(Columns<Key>(statement, names))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer { throw Column.mismatch("a list") }

    func singleValueContainer() throws -> any SingleValueDecodingContainer {
        Column(value: ColumnValue(statement: statement, column: 0))
    }
}

private final class Columns<Key: CodingKey>: KeyedDecodingContainerProtocol {
    private let statement: OpaquePointer
    private let names: [String]
    /// Where the next column is looked for first.
    private var next = 0

    init(_ statement: OpaquePointer, _ names: [String]) {
        self.statement = statement
        self.names = names
    }

    var codingPath: [any CodingKey] { [] }
    var allKeys: [Key] { names.compactMap { Key(stringValue: $0) } }

    private func place(of key: Key) -> Int? {
        let name = key.stringValue
        guard next >= names.count || names[next] != name else {
            next += 1
            return next - 1
        }
        guard let place = names.firstIndex(of: name) else { return nil }
        next = place + 1
        return place
    }

    private func column(_ key: Key) throws -> Column {
        guard let place = place(of: key) else {
            throw DecodingError.keyNotFound(
                key, .init(codingPath: [], debugDescription: "no column \(key.stringValue) among \(names)"))
        }
        return column(at: place)
    }

    private func column(at place: Int) -> Column {
        Column(value: ColumnValue(statement: statement, column: Int32(place)))
    }

    func contains(_ key: Key) -> Bool { names.contains(key.stringValue) }

    func decodeNil(forKey key: Key) throws -> Bool { try column(key).decodeNil() }

    func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool { try column(key).decode(type) }
    func decode(_ type: String.Type, forKey key: Key) throws -> String { try column(key).decode(type) }
    func decode(_ type: Double.Type, forKey key: Key) throws -> Double { try column(key).decode(type) }
    func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try column(key).decode(type) }
    func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 { try column(key).decode(type) }
    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T { try column(key).decode(type) }

    func decodeIfPresent<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T? {
        guard let place = place(of: key) else { return nil }
        let column = column(at: place)
        return column.decodeNil() ? nil : try column.decode(type)
    }

    func decodeIfPresent(_ type: String.Type, forKey key: Key) throws -> String? {
        guard let place = place(of: key) else { return nil }
        let column = column(at: place)
        return column.decodeNil() ? nil : try column.decode(type)
    }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<NestedKey> { throw Column.mismatch("members") }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        throw Column.mismatch("a list")
    }

    func superDecoder() throws -> any Decoder { throw Column.mismatch("a superclass") }
    func superDecoder(forKey key: Key) throws -> any Decoder { throw Column.mismatch("a superclass") }
}

/// One value of a row.
private struct Column: SingleValueDecodingContainer, Decoder {
    let value: ColumnValue
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    static func mismatch(_ wanted: String) -> DecodingError {
        .dataCorrupted(.init(codingPath: [], debugDescription: "a column holds no \(wanted)"))
    }

    func decodeNil() -> Bool { value.isNull }

    func decode(_ type: Bool.Type) throws -> Bool { try decode(Int64.self) != 0 }

    func decode(_ type: String.Type) throws -> String {
        guard let text = value.text else { throw Self.mismatch("text") }
        return text
    }

    func decode(_ type: Double.Type) throws -> Double {
        guard let number = value.real else { throw Self.mismatch("number") }
        return number
    }

    func decode(_ type: Int64.Type) throws -> Int64 {
        guard let number = value.integer else { throw Self.mismatch("whole number") }
        return number
    }

    private func whole<Number: FixedWidthInteger>() throws -> Number {
        guard let number = Number(exactly: try decode(Int64.self)) else { throw Self.mismatch("number of this size") }
        return number
    }

    func decode(_ type: Int.Type) throws -> Int { try whole() }
    func decode(_ type: Int8.Type) throws -> Int8 { try whole() }
    func decode(_ type: Int16.Type) throws -> Int16 { try whole() }
    func decode(_ type: Int32.Type) throws -> Int32 { try whole() }
    func decode(_ type: UInt.Type) throws -> UInt { try whole() }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try whole() }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try whole() }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try whole() }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try whole() }
    func decode(_ type: Float.Type) throws -> Float { Float(try decode(Double.self)) }

    func decode<T: Decodable>(_ type: T.Type) throws -> T {
        guard type == Data.self else { return try T(from: self) }
        guard let bytes = value.data as? T else { throw Self.mismatch("bytes") }
        return bytes
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        throw Self.mismatch("members")
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer { throw Self.mismatch("list") }

    func singleValueContainer() throws -> any SingleValueDecodingContainer { self }
}
