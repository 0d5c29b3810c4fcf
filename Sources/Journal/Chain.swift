import Crypto
import Essentials
package import Foundation

/// The rules of the hash chain, and nothing else: which bytes are signed by which.
package enum Chain {
    /// What the first event's `prev` is: SHA-256 of the instance id.
    package static func origin(instance: String) -> Data { Data(SHA256.hash(data: Data(instance.utf8))) }

    /// `SHA-256("runbook-journal/1\n" ‖ prev ‖ decimal seq ‖ "\n" ‖ body)`
    package static func hash(prev: Data, seq: Int64, body: String) -> Data {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(100 + body.utf8.count)
        bytes += "runbook-journal/1\n".utf8
        bytes += prev
        bytes += "\(seq)\n".utf8
        bytes += body.utf8
        return Data(SHA256.hash(data: bytes))
    }

    /// `SHA-256(salt ‖ data)` in hex, as the body names it.
    package static func dataHash(salt: Data, data: String) -> String {
        var bytes = Array(salt)
        bytes += data.utf8
        return Data(SHA256.hash(data: bytes)).hex
    }

    /// The exact UTF-8 JSON that is stored and signed.
    static func body(
        id: String, time: Timestamp, event: Event, by principal: Principal, dataHash: String
    ) -> String {
        var text = ""
        text.reserveCapacity(400)
        text += "{\"v\":1,\"id\":"
        JSONValue.quote(id, to: &text)
        text += ",\"time\":\"\(time.rfc3339)\",\"kind\":"
        JSONValue.quote(event.kind, to: &text)
        text += ",\"actor\":{\"kind\":\"\(principal.kind.rawValue)\",\"id\":"
        JSONValue.quote(principal.id, to: &text)
        text += "},\"via\":\"\(principal.via.rawValue)\",\"objects\":["
        for (index, object) in event.objects.enumerated() {
            if index > 0 { text += "," }
            JSONValue.quote(object.text, to: &text)
        }
        text += "],\"data_sha256\":\"\(dataHash)\"}"
        return text
    }
}

/// The members of a stored body.
struct Body {
    /// A member is missing, or is of another kind.
    struct Unreadable: Error {}

    struct Actor {
        let kind: String
        let id: String
    }

    let v: Int
    let id: String
    let time: String
    let kind: String
    let actor: Actor
    let via: String
    let objects: [String]
    let dataHash: String

    init(parsing text: String) throws {
        let body = try JSONValue(parsing: text)
        guard let v = body["v"]?.integer, let id = body["id"]?.string, let time = body["time"]?.string,
            let kind = body["kind"]?.string, let actor = body["actor"], let actorKind = actor["kind"]?.string,
            let actorID = actor["id"]?.string, let via = body["via"]?.string,
            case .array(let objects)? = body["objects"], let dataHash = body["data_sha256"]?.string
        else { throw Unreadable() }
        self.v = Int(v)
        self.id = id
        self.time = time
        self.kind = kind
        self.actor = Actor(kind: actorKind, id: actorID)
        self.via = via
        self.objects = try objects.map { object throws(Unreadable) in
            guard let text = object.string else { throw Unreadable() }
            return text
        }
        self.dataHash = dataHash
    }
}

extension Data {
    /// Lower-case hexadecimal.
    package var hex: String {
        String(unsafeUninitializedCapacity: count * 2) { text in
            for (index, byte) in enumerated() {
                text[2 * index] = hexDigit(byte >> 4)
                text[2 * index + 1] = hexDigit(byte & 15)
            }
            return count * 2
        }
    }
}

private func hexDigit(_ value: UInt8) -> UInt8 { value + (value < 10 ? UInt8(ascii: "0") : UInt8(ascii: "a") - 10) }
