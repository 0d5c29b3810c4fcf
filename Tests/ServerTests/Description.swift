import Essentials
import Foundation
import HTTPTypes
import Server

@testable import Server

/// The API's description as a client reads it, to hold requests and answers against it.
enum Description {
    static let document: JSONValue = {
        do {
            return try JSONDecoder().decode(JSONValue.self, from: Data(OpenAPIDocument.json))
        } catch {
            preconditionFailure("The description is no JSON: \(error)")
        }
    }()

    static let schemas = JSONSchemas(of: document)

    /// `GET /api/v1/runs/{id}` and what is said of it, for each operation.
    static let operations: [String: JSONValue] = {
        var operations: [String: JSONValue] = [:]
        guard case .object(let paths) = document["paths"] else { return [:] }
        for (path, item) in paths {
            guard case .object(let methods) = item else { continue }
            for (method, operation) in methods { operations["\(method.uppercased()) \(path)"] = operation }
        }
        return operations
    }()

    /// What is said of a request's operation; nil when it is none of the description's.
    static func operation(_ method: HTTPRequest.Method, _ uri: String) -> JSONValue? {
        let path = uri.prefix { $0 != "?" }.split(separator: "/", omittingEmptySubsequences: false)
        let fitting = operations.filter { name, _ in
            let parts = name.split(separator: " ", maxSplits: 1)
            let template = parts[1].split(separator: "/", omittingEmptySubsequences: false)
            return template.count == path.count
                && zip(template, path).allSatisfy { $0 == $1 || ($0.hasPrefix("{") && !$1.isEmpty) }
        }
        // What a path says in words comes before what it leaves open, as in the router, whatever methods it takes.
        let openness = { (name: String) in name.count { $0 == "{" } }
        let least = fitting.keys.map(openness).min()
        return fitting.first { $0.key.hasPrefix("\(method.rawValue) ") && openness($0.key) == least }?.value
    }

    /// Where an answer is not what the description says; for what it does not describe, where a problem is not one.
    static func faults(of answer: Answer, to method: HTTPRequest.Method, _ uri: String, _ body: Body) -> [String] {
        guard let operation = operation(method, uri) else {
            let isJSON = answer.contentType.hasPrefix("application/problem+json")
            if uri.hasPrefix("/api/"), !isJSON { return ["\(answer.status) is no problem: \(answer.contentType)"] }
            return isJSON ? schemas.faults(of: answer, against: "ProblemDetails") : []
        }
        var faults = schemas.faults(of: answer, in: operation)
        if answer.status < 300, let value = body.json {
            let schema = operation["requestBody"]?["content"]?["application/json"]?["schema"]
            faults += schema.map { schemas.faults(of: value, against: $0, at: "the request") } ?? ["it takes no JSON"]
        }
        return faults
    }
}

/// Schemas of a document, as far as the description uses JSON Schema. Objects are closed: a member that no schema names
/// is a fault, for then the description lacks it.
struct JSONSchemas: Sendable {
    private let document: JSONValue

    init(of document: JSONValue) { self.document = document }

    func named(_ name: String) -> JSONValue? { document["components"]?["schemas"]?[name] }

    func faults(of answer: Answer, against name: String) -> [String] {
        do {
            return faults(of: try answer.json(), against: named(name) ?? .null, at: name)
        } catch {
            return ["the body is no JSON: \(answer.text.prefix(200))"]
        }
    }

    func faults(of answer: Answer, in operation: JSONValue) -> [String] {
        guard var response = operation["responses"]?[String(answer.status)] else {
            return ["\(answer.status) is not described: \(answer.text.prefix(300))"]
        }
        if let reference = response["$ref"]?.string {
            response =
                document["components"]?["responses"]?[String(reference.split(separator: "/").last ?? "")] ?? .null
        }
        guard case .object(let content) = response["content"] else {
            return answer.bytes.isEmpty ? [] : ["\(answer.status) has a body, and none is described"]
        }
        let type = String(answer.contentType.prefix { $0 != ";" })
        guard let schema = content[type]?["schema"] else {
            return ["\(answer.status) is \(type), and not as described"]
        }
        if type == "text/event-stream" { return EventText.faults(in: answer.text, against: self) }
        guard type.hasSuffix("json"), !type.hasPrefix("application/x-") else { return [] }
        do {
            return faults(of: try answer.json(), against: schema, at: "the answer")
        } catch {
            return ["the body is no JSON: \(answer.text.prefix(200))"]
        }
    }

    func faults(of value: JSONValue, against schema: JSONValue, at place: String) -> [String] {
        guard case .object(let rules) = schema else { return ["\(place) has no schema"] }
        if let reference = schema["$ref"]?.string {
            return faults(
                of: value, against: named(String(reference.split(separator: "/").last ?? "")) ?? .null, at: place)
        }
        let types = rules["type"].map { type -> [String] in
            guard case .array(let several) = type else { return [type.string ?? ""] }
            return several.compactMap(\.string)
        }
        // A whole number is a number too.
        let isOfType = types.map {
            $0.contains(Self.type(of: value)) || ($0.contains("number") && Self.type(of: value) == "integer")
        }
        guard isOfType == true else {
            return ["\(place) is \(value.text.prefix(80)) and not \(types ?? [])"]
        }
        var faults: [String] = []
        for (rule, demand) in rules where !Self.satisfies(value, rule, demand) {
            faults.append("\(place) is \(value.text.prefix(80)), against \(rule) \(demand.text)")
        }
        if case .array(let items) = value, let schema = rules["items"] {
            for (index, item) in items.enumerated() {
                faults += self.faults(of: item, against: schema, at: "\(place)/\(index)")
            }
        }
        if case .object(let members) = value { faults += self.faults(of: members, against: rules, at: place) }
        return faults
    }

    private func faults(
        of members: [String: JSONValue], against rules: [String: JSONValue], at place: String
    ) -> [String] {
        guard rules["properties"] != nil || rules["additionalProperties"] != nil else { return [] }
        var faults: [String] = []
        for (name, value) in members {
            if let schema = rules["properties"]?[name] ?? rules["additionalProperties"] {
                faults += self.faults(of: value, against: schema, at: "\(place)/\(name)")
            } else {
                faults.append("\(place) has \(name), which is not described")
            }
        }
        return faults
    }

    private static func type(of value: JSONValue) -> String {
        switch value {
        case .null: "null"
        case .bool: "boolean"
        case .integer: "integer"
        case .number: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }

    private static func satisfies(_ value: JSONValue, _ rule: String, _ demand: JSONValue) -> Bool {
        switch (rule, demand) {
        case ("type", _), ("description", _), ("items", _), ("properties", _), ("additionalProperties", _): true
        case ("required", .array(let names)): names.allSatisfy { $0.string.flatMap { value[$0] } != nil }
        case ("enum", .array(let values)): values.contains(value)
        case ("minimum", .integer(let minimum)): value.integer.map { $0 >= minimum } ?? false
        case ("maximum", .integer(let maximum)): value.integer.map { $0 <= maximum } ?? false
        case ("format", "date-time"):
            value.string.map { $0.hasSuffix("Z") && Timestamp(rfc3339: $0) != nil } ?? false
        case ("pattern", "^[0-9a-f]{64}$"):
            value.string.map { $0.utf8.count == 64 && $0.allSatisfy { "0123456789abcdef".contains($0) } } ?? false
        // A rule that nothing checks would make everything right.
        default: false
        }
    }
}

/// Server-sent events as they go over the wire.
enum EventText {
    struct Event {
        var name = ""
        var id = ""
        var data = ""
    }

    private static let schemas = ["run": "Run", "step": "RunStep", "output": "OutputChunk", "journal": "JournalEvent"]

    /// The events that are complete; comments are left out.
    static func events(in text: String) -> [Event] {
        text.split(separator: "\n\n", omittingEmptySubsequences: true).compactMap { block in
            var event = Event()
            for line in block.split(separator: "\n") {
                if line.hasPrefix("event: ") { event.name = String(line.dropFirst(7)) }
                if line.hasPrefix("id: ") { event.id = String(line.dropFirst(4)) }
                if line.hasPrefix("data: ") { event.data = String(line.dropFirst(6)) }
            }
            return event.name.isEmpty ? nil : event
        }
    }

    static func faults(in text: String, against schemas: JSONSchemas) -> [String] {
        events(in: text).flatMap { event -> [String] in
            guard let schema = Self.schemas[event.name] else { return ["there is no event \(event.name)"] }
            do {
                let value = try JSONDecoder().decode(JSONValue.self, from: Data(event.data.utf8))
                return schemas.faults(of: value, against: schemas.named(schema) ?? .null, at: event.name)
            } catch {
                return ["the data of \(event.name) is no JSON: \(event.data.prefix(80))"]
            }
        }
    }
}
