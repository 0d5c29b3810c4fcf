package import Essentials

/// An event of the journal. Also the data of each `event: journal` in the stream.
package struct JournalEvent: Codable, Sendable {
    package let seq: Int64
    package let id: String
    package let time: String
    package let kind: String
    package let actor: Actor
    package let via: String
    /// `run/ID`, `runbook/NAME`, …
    package let objects: [String]
    package let data: [String: JSONValue]
    package let hash: String

    package init(
        seq: Int64, id: String, time: String, kind: String, actor: Actor, via: String, objects: [String],
        data: [String: JSONValue], hash: String
    ) {
        self.seq = seq
        self.id = id
        self.time = time
        self.kind = kind
        self.actor = actor
        self.via = via
        self.objects = objects
        self.data = data
        self.hash = hash
    }
}

/// What `GET /api/v1/journal/verification` answers, and `runbook audit verify --json` prints.
package struct JournalVerification: Codable, Sendable {
    package struct Fault: Codable, Sendable {
        package let seq: Int64
        package let reason: String

        package init(seq: Int64, reason: String) {
            self.seq = seq
            self.reason = reason
        }
    }

    package let ok: Bool
    package let events: Int64
    /// `SEQ:HASH`, to be kept elsewhere; null for an empty journal.
    package let head: String?
    package let first_bad: Fault?
    package let warnings: [String]

    package init(ok: Bool, events: Int64, head: String?, first_bad: Fault?, warnings: [String]) {
        self.ok = ok
        self.events = events
        self.head = head
        self.first_bad = first_bad
        self.warnings = warnings
    }
}
