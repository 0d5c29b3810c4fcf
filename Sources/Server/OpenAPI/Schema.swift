import Essentials

/// A JSON Schema (2020-12), as far as payloads need it.
struct Schema: Sendable {
    let json: JSONValue

    /// A schema among the document's components.
    static func ref(_ name: String) -> Schema { Schema(json: ["$ref": .string("#/components/schemas/\(name)")]) }

    static func text(_ description: String? = nil) -> Schema { Schema("string", description) }

    static func nullableText(_ description: String) -> Schema {
        Schema(json: ["type": ["string", "null"], "description": .string(description)])
    }

    /// RFC 3339 in UTC.
    static func moment(_ description: String) -> Schema { Schema("string", description, ["format": "date-time"]) }

    /// SHA-256 in hex.
    static func digest(_ description: String) -> Schema { Schema("string", description, ["pattern": "^[0-9a-f]{64}$"]) }

    static func oneOf(_ values: [String], _ description: String? = nil) -> Schema {
        Schema("string", description, ["enum": .array(values.map { .string($0) })])
    }

    static func oneOf<Values: CaseIterable & RawRepresentable>(
        _ values: Values.Type, _ description: String? = nil
    ) -> Schema where Values.RawValue == String {
        oneOf(values.allCases.map(\.rawValue), description)
    }

    static func integer(_ description: String, from minimum: Int64? = nil, through maximum: Int64? = nil) -> Schema {
        var rules: [String: JSONValue] = [:]
        if let minimum { rules["minimum"] = .integer(minimum) }
        if let maximum { rules["maximum"] = .integer(maximum) }
        return Schema("integer", description, rules)
    }

    static func number(_ description: String) -> Schema { Schema("number", description) }

    static func flag(_ description: String) -> Schema { Schema("boolean", description) }

    static func list(of item: Schema, _ description: String? = nil) -> Schema {
        Schema("array", description, ["items": item.json])
    }

    /// An object whose keys are not known before.
    static func map(of value: Schema, _ description: String) -> Schema {
        Schema("object", description, ["additionalProperties": value.json])
    }

    /// An object of somebody else's shape.
    static func anything(_ description: String) -> Schema { Schema(json: ["description": .string(description)]) }

    static func anyObject(_ description: String) -> Schema { Schema("object", description) }

    /// A part of a list.
    static func page(of item: String) -> Schema {
        .object(
            "A part of a list.",
            [
                "items": .list(of: .ref(item)),
                "next": .nullableText("Pass it as `after` for the next part; null on the last."),
            ])
    }

    /// - Parameters:
    ///   - required: members that are always there.
    ///   - optional: members that are left out when there is nothing to say.
    static func object(
        _ description: String, _ required: KeyValuePairs<String, Schema>,
        optional: KeyValuePairs<String, Schema> = [:]
    ) -> Schema {
        var properties: [String: JSONValue] = [:]
        for (name, schema) in required { properties[name] = schema.json }
        for (name, schema) in optional { properties[name] = schema.json }
        var rules: [String: JSONValue] = ["properties": .object(properties)]
        if !required.isEmpty { rules["required"] = .array(required.map { .string($0.key) }) }
        return Schema("object", description, rules)
    }

    private init(_ type: String, _ description: String?, _ rules: [String: JSONValue] = [:]) {
        var members = rules
        members["type"] = .string(type)
        if let description { members["description"] = .string(description) }
        json = .object(members)
    }

    private init(json: JSONValue) { self.json = json }
}
