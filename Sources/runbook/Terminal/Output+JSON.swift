import API
import Essentials
import Foundation

extension Output {
    /// One JSON value on a line of its own.
    func json(_ value: JSONValue) throws {
        try json(text: value.text)
    }

    func json(_ payload: some Encodable) throws {
        try json(text: Output.text(of: payload))
    }

    static func text(of payload: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(payload), as: UTF8.self)
    }

    func json(_ list: List<JSONValue>) throws {
        try json(.object(["items": .array(list.items), "next": list.next.map(JSONValue.string) ?? .null]))
    }

    /// JSON as it came: line breaks stand between its tokens only, so they may become spaces.
    func json(text: String) throws {
        let line = text.utf8.contains(0x0A) ? text.replacing("\n", with: " ") : text
        try write((isTerminal ? line.safeJSONForTerminal : line) + "\n")
    }
}

extension JSONValue {
    /// - Throws: `Problem.unavailable` for what is not JSON.
    init(jsonText text: String) throws(Problem) {
        do {
            self = try JSONValue(parsing: text)
        } catch {
            throw .unavailable("The server sent what is not JSON: is it a Runbook server?")
        }
    }

    /// Reads the value as a payload.
    func decoded<Payload: Decodable>(as type: Payload.Type = Payload.self) throws -> Payload {
        do {
            return try JSONDecoder().decode(type, from: Data(text.utf8))
        } catch {
            throw Problem.unavailable("The server answered in a way that this client does not know: update the client.")
        }
    }
}
