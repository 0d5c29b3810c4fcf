package import Essentials
package import Storage

/// What happened, as a verb tells it to the journal: a kind such as `run.started`, the objects it is about, and details.
package struct Event: Sendable {
    package let kind: String
    package let objects: [ObjectReference]
    /// An object; it stands beside the chain, salted, so that it may hold names and free text.
    package let details: [String: JSONValue]

    package init(_ kind: String, on objects: ObjectReference..., details: [String: JSONValue] = [:]) {
        self.init(kind, on: objects, details: details)
    }

    package init(_ kind: String, on objects: [ObjectReference], details: [String: JSONValue] = [:]) {
        self.kind = kind
        self.objects = objects
        self.details = details
    }
}

/// One thing that events are about, written `run/01j9…` or `runbook/accunode.deploy`.
package struct ObjectReference: Sendable, Hashable, SQLBindable {
    package let text: String

    package init(text: String) { self.text = text }
    package init(_ kind: String, _ id: String) { text = "\(kind)/\(id)" }

    package var kind: String { String(text.prefix { $0 != "/" }) }
    package var id: String { String(text.drop { $0 != "/" }.dropFirst()) }
    package var sqlValue: SQL.Value { .text(text) }
}

/// An event as it stands on the journal.
package struct RecordedEvent: Sendable, Equatable {
    package let seq: Int64
    package let id: String
    /// RFC 3339, as in the body.
    package let time: String
    package let kind: String
    package let actor: Actor
    package let via: String
    package let objects: [ObjectReference]
    /// The details; empty when they were erased.
    package let details: [String: JSONValue]
    package let isErased: Bool
    /// SHA-256 of the chain up to and with this event, in hex.
    package let hash: String

    package struct Actor: Sendable, Equatable {
        package let kind: String
        package let id: String
        /// Nil when it was erased.
        package let name: String?
    }
}

/// The end of the chain: `SEQ:HASH`. Kept elsewhere, it lets `verify` find a cut tail and a full rewrite.
package struct Head: Sendable, Equatable, CustomStringConvertible {
    package let seq: Int64
    /// 64 hex digits.
    package let hash: String

    package init(seq: Int64, hash: String) {
        self.seq = seq
        self.hash = hash
    }

    /// - Throws: `Problem.invalid` when it is not `SEQ:HASH`.
    package init(parsing text: String) throws(Problem) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let seq = Int64(parts[0]), seq > 0, parts[1].count == 64,
            parts[1].allSatisfy(\.isHexDigit)
        else {
            throw .invalid(
                "\"\(text.prefix(100))\" is not a head: it is written SEQ:HASH, as `runbook audit verify` prints it.",
                fields: [.init(name: "head", message: "SEQ:HASH")])
        }
        self.init(seq: seq, hash: parts[1].lowercased())
    }

    package var description: String { "\(seq):\(hash)" }
}
