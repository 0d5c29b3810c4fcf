import Mustache

/// A page, or a part of one, as its template looks into it: each field is found by its name at once.
///
/// Mustache looks into a struct by reflection, all its fields anew for each tag, and again for what surrounds it; that was
/// nine tenths of a page of the journal. Here every part says its fields once, as it says them to JSON.
struct TemplateObject: MustacheParent {
    fileprivate let members: [String: Any]

    func child(named name: String) -> Any? { members[name] }

    /// What a template can use of a value: structs as objects, lists as arrays; texts, numbers, truths and safe HTML as they
    /// are. A field that is nil is left out.
    /// - Throws: what the value throws when it is encoded.
    static func of<Value: Encodable>(_ value: Value) throws -> Any {
        if Value.self == String.self || Value.self == SafeHTML.self || Value.self == Bool.self
            || Value.self == Int.self
        {
            return value
        }
        let easel = Easel()
        try value.encode(to: easel)
        return easel.picture
    }
}

/// What one value has said of itself so far: its fields, its elements, or itself alone.
private final class Easel: Encoder {
    var members: [String: Any] = [:]
    var elements: [Any]?
    var alone: Any?
    /// Containers that it asked for by a field's name.
    var parts: [String: Easel] = [:]

    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    var picture: Any {
        if let alone { return alone }
        if let elements { return elements.map { ($0 as? Easel)?.picture ?? $0 } }
        for (name, part) in parts { members[name] = part.picture }
        return TemplateObject(members: members)
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        KeyedEncodingContainer(Members<Key>(easel: self))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        if elements == nil { elements = [] }
        return Elements(easel: self)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { Alone(easel: self) }
}

private struct Members<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let easel: Easel
    var codingPath: [any CodingKey] { [] }

    func encodeNil(forKey key: Key) {}

    func encode(_ value: String, forKey key: Key) { easel.members[key.stringValue] = value }

    func encode(_ value: Bool, forKey key: Key) { easel.members[key.stringValue] = value }

    func encode(_ value: some Encodable, forKey key: Key) throws {
        easel.members[key.stringValue] = try TemplateObject.of(value)
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Nested> { part(key.stringValue).container(keyedBy: type) }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        part(key.stringValue).unkeyedContainer()
    }

    func superEncoder() -> any Encoder { part("super") }
    func superEncoder(forKey key: Key) -> any Encoder { part(key.stringValue) }

    private func part(_ name: String) -> Easel {
        let part = easel.parts[name] ?? Easel()
        easel.parts[name] = part
        return part
    }
}

private struct Elements: UnkeyedEncodingContainer {
    let easel: Easel
    var codingPath: [any CodingKey] { [] }
    var count: Int { easel.elements?.count ?? 0 }

    func encodeNil() {}

    func encode(_ value: some Encodable) throws { easel.elements?.append(try TemplateObject.of(value)) }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        part().container(keyedBy: type)
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { part().unkeyedContainer() }
    func superEncoder() -> any Encoder { part() }

    private func part() -> Easel {
        let part = Easel()
        easel.elements?.append(part)
        return part
    }
}

private struct Alone: SingleValueEncodingContainer {
    let easel: Easel
    var codingPath: [any CodingKey] { [] }

    func encodeNil() {}

    func encode(_ value: String) { easel.alone = value }

    func encode(_ value: Bool) { easel.alone = value }

    func encode(_ value: some BinaryInteger & Encodable) { easel.alone = value }

    func encode(_ value: some BinaryFloatingPoint & Encodable) { easel.alone = value }

    func encode(_ value: some Encodable) throws { easel.alone = try TemplateObject.of(value) }
}
