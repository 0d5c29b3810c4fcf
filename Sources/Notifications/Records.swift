package import Essentials
import Storage

/// What is told to a destination.
package enum Occasion: String, Sendable, CaseIterable, Codable {
    case opened = "incident.opened"
    case acknowledged = "incident.acknowledged"
    case resolved = "incident.resolved"
    /// A run waits for an approval that nobody has given yet.
    case reminded = "run.reminded"

    /// The kinds of event that are told.
    package static var kinds: Set<String> { Set(allCases.map(\.rawValue)) }
}

/// Where news is sent.
package struct Destination: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable, Codable, SQLBindable {
        /// JSON, signed as Standard Webhooks says.
        case webhook
        /// A message for a Slack incoming webhook, or what takes the same.
        case slack
    }

    /// As many as anybody needs; each is asked for its next delivery, one by one.
    package static let atMost = 50

    package let id: ID<Destination>
    package let name: String
    package let kind: Kind
    /// Scheme and host; the whole address is sealed.
    package let address: String
    package let events: [Occasion]
    package let created: Timestamp
}

/// A destination with the secret that signs what is sent there; nobody is ever shown it again. Slack has none.
package struct NewDestination: Sendable, Equatable {
    package let destination: Destination
    package let secret: String?
}

/// One piece of news for one destination.
package struct Delivery: Sendable, Equatable, Decodable {
    package enum State: String, Sendable, CaseIterable, Codable, SQLBindable {
        case pending, delivered, failed
    }

    package let id: ID<Delivery>
    /// The destination's id and name.
    package let destination: ID<Destination>
    package let name: String
    /// The journal's event.
    package let event: Int64
    package let kind: String
    package let object: String?
    package let body: String
    package let state: State
    package let tries: Int
    package let created: Timestamp
    /// When somebody last asked for it once more.
    package let retried: Timestamp?
    /// When it is tried next, while it is pending.
    package let due: Timestamp
    package let finished: Timestamp?
    /// Of the last answer, if there was one.
    package let status: Int?
    /// What was wrong with the last try.
    package let error: String?

    static let select: SQL = """
        SELECT d.id AS id, d.destination AS destination, t.name AS name, d.event AS event, d.kind AS kind,
            d.object AS object, d.body AS body, d.state AS state, d.tries AS tries, d.created AS created,
            d.retried AS retried, d.due AS due, d.finished AS finished, d.status AS status, d.error AS error
        FROM deliveries d JOIN destinations t ON t.id = d.destination
        """
}
