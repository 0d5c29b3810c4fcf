import Accounts
import Essentials
import Foundation
import Journal
import Outbound
import Storage

extension Notifications {
    /// The next delivery of each destination that has one.
    func nextDeliveries() async throws -> [Delivery] {
        try await database.read { reader in
            try Self.destinations(in: reader).compactMap { destination in
                try reader.first(
                    """
                    \(Delivery.select) WHERE d.destination = \(destination.id) AND d.state = 'pending'
                    ORDER BY d.due LIMIT 1
                    """)
            }
        }
    }

    /// What is sent for a delivery, signed anew at each try.
    func letter(for delivery: Delivery) async throws -> Courier.Letter {
        struct Row: Decodable {
            let kind: Destination.Kind
            let sealed: Data?
        }
        let row: Row? = try await database.look { reader in
            try reader.first("SELECT kind, sealed FROM destinations WHERE id = \(delivery.destination)")
        }
        guard let sealed = row?.sealed else { throw Problem.notFound("The destination was removed.") }
        let target = try JSONDecoder().decode(
            Target.self, from: try sealing.open(sealed, context: "destination/\(delivery.destination)"))
        var headers = [(name: "Content-Type", value: "application/json"), (name: "User-Agent", value: "runbook")]
        if let secret = target.secret {
            headers += try WebhookSignature.headers(
                id: delivery.id.rawValue, time: time.now(), body: delivery.body, secret: secret)
        }
        return Courier.Letter(url: target.url, headers: headers, body: delivery.body)
    }

    /// Notes how a try went. What is settled is told to the journal; what is not is tried again later.
    func settle(_ delivery: Delivery, _ outcome: Courier.Outcome) async throws -> Delivery {
        let (journal, now) = (journal, time.now())
        let verdict = Verdict(
            outcome, tries: delivery.tries + 1, created: delivery.retried ?? delivery.created, now: now)
        return try await database.write { transaction in
            // It may have been removed while it was on its way.
            let changed = try transaction.execute(
                """
                UPDATE deliveries SET state = \(verdict.state), tries = \(delivery.tries + 1),
                    due = \(verdict.next ?? delivery.due), finished = \(verdict.next == nil ? now : nil),
                    status = \(verdict.status), error = \(verdict.error)
                WHERE id = \(delivery.id) AND state = 'pending'
                """)
            if changed == 1, verdict.state != .pending {
                var objects = [ObjectReference.destination(delivery.name)]
                if let object = delivery.object { objects.append(ObjectReference(text: object)) }
                var details: [String: JSONValue] = [
                    "delivery": .string(delivery.id.rawValue), "of": .string(delivery.kind),
                    "tries": .integer(Int64(delivery.tries + 1)),
                ]
                if let error = verdict.error { details["error"] = .string(error) }
                try journal.append(
                    Event("notification.\(verdict.state.rawValue)", on: objects, details: details),
                    by: .system("notifications"), in: transaction)
            }
            return try Self.delivery(delivery.id, in: transaction)
        }
    }
}

/// What follows from how a try went.
struct Verdict: Sendable, Equatable {
    let state: Delivery.State
    let status: Int?
    let error: String?
    /// When it is tried again; nil when it is settled.
    let next: Timestamp?

    init(_ outcome: Courier.Outcome, tries: Int, created: Timestamp, now: Timestamp) {
        switch outcome {
        case .answered(let answered, _) where (200..<300).contains(answered):
            (state, status, error, next) = (.delivered, answered, nil, nil)
        case .answered(let answered, let beginning):
            status = answered
            error = Self.sentence(answered, beginning)
            // Gone: Standard Webhooks says that whoever answers so wants no more.
            next = answered == 410 ? nil : Backoff.next(after: tries, created: created, now: now)
            state = next == nil ? .failed : .pending
        case .unanswered(let reason):
            (status, error) = (nil, "It was not answered: \(reason).")
            next = Backoff.next(after: tries, created: created, now: now)
            state = next == nil ? .failed : .pending
        }
    }

    private static func sentence(_ status: Int, _ beginning: String) -> String {
        if (300..<400).contains(status) {
            return "It answered \(status), and redirects are not followed: give the address that it leads to."
        }
        // One line that can be shown anywhere; a NUL could not even be kept.
        let words = beginning.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : String($0) }
            .joined().split(separator: " ").joined(separator: " ")
        return words.isEmpty ? "It answered \(status)." : "It answered \(status): \(words.prefix(200))"
    }
}
