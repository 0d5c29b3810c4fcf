package import Accounts
package import Essentials
import Foundation
package import Journal
package import Storage

/// Where news goes, and the outbox that it goes through: a delivery is in the database before anything is sent, so that a
/// restart loses none, and one that may have arrived is sent again under the same id.
package struct Notifications: Sendable {
    package let database: Database
    package let journal: Journal
    let sealing: Sealing
    let time: TimeSource
    let bell: Bell

    package init(journal: Journal, sealing: Sealing, time: TimeSource = .system) {
        database = journal.database
        self.journal = journal
        self.sealing = sealing
        self.time = time
        bell = Bell()
    }

    /// - Returns: the destination, with its secret for the only time.
    /// - Throws: `Problem.invalid` with the fields `name`, `url` and `events`; `Problem.conflict` when the name is taken.
    package func add(
        name: String, kind: Destination.Kind, url: String, events: [Occasion] = Occasion.allCases,
        by principal: Principal
    ) async throws -> NewDestination {
        try principal.require(.admin, to: "add destinations")
        let address = try DestinationRules.check(name: name, url: url, events: events)
        let now = time.now()
        let id = ID<Destination>(at: now)
        let secret = kind == .webhook ? WebhookSignature.makeSecret() : nil
        let events = Occasion.allCases.filter(events.contains)
        let target = try JSONEncoder().encode(Target(url: url, secret: secret))
        let sealed = try sealing.seal(target, context: "destination/\(id)")
        let journal = journal
        return try await database.write { transaction in
            let names = try Self.destinations(in: transaction).map(\.name)
            guard !names.contains(name) else {
                throw Problem.conflict(
                    "There is a destination \(name) already: remove it, or choose another name.",
                    fields: [.init(name: "name", message: "is taken")])
            }
            guard names.count < Destination.atMost else {
                throw Problem.conflict("There are \(Destination.atMost) destinations already: remove one first.")
            }
            try transaction.execute(
                """
                INSERT INTO destinations (id, name, kind, address, sealed, events, created)
                VALUES (\(id), \(name), \(kind), \(address), \(sealed), \(Self.json(events)), \(now))
                """)
            try journal.append(
                Event(
                    "destination.added", on: .destination(name),
                    details: [
                        "kind": .string(kind.rawValue), "address": .string(address),
                        "events": .array(events.map { .string($0.rawValue) }),
                    ]), by: principal, in: transaction)
            let destination = Destination(
                id: id, name: name, kind: kind, address: address, events: events, created: now)
            return NewDestination(destination: destination, secret: secret)
        }
    }

    /// Those there are, by name.
    package func destinations(by principal: Principal) async throws -> [Destination] {
        try principal.require(.admin, to: "see destinations")
        return try await database.look { try Self.destinations(in: $0) }
    }

    /// Sends nothing there any more; what waits for it fails, and says so.
    /// - Throws: `Problem.notFound`.
    package func remove(_ name: String, by principal: Principal) async throws {
        try principal.require(.admin, to: "remove destinations")
        let (journal, now) = (journal, time.now())
        try await database.write { transaction in
            let id = try Self.destination(name, in: transaction).id
            try transaction.execute("UPDATE destinations SET removed = \(now), sealed = NULL WHERE id = \(id)")
            try transaction.execute(
                """
                UPDATE deliveries SET state = 'failed', finished = \(now), error = 'The destination was removed.'
                WHERE destination = \(id) AND state = 'pending'
                """)
            try journal.append(
                Event("destination.removed", on: .destination(name)), by: principal, in: transaction)
        }
    }

    /// Puts a test into the outbox; it goes the same way as everything else.
    /// - Throws: `Problem.notFound`.
    package func test(_ name: String, by principal: Principal) async throws -> Delivery {
        try principal.require(.admin, to: "test destinations")
        let (journal, now, bell) = (journal, time.now(), bell)
        return try await database.write { transaction in
            let destination = try Self.destination(name, in: transaction)
            let seq = try journal.append(
                Event("notification.test", on: .destination(name)), by: principal, in: transaction)
            let notice = Notice(testAt: now, event: seq, by: principal.name)
            let id = try Self.insert(notice, for: destination, at: now, in: transaction)
            transaction.afterCommit { bell.ring() }
            return try Self.delivery(id, in: transaction)
        }
    }

    /// Sends once more what could not be delivered, or at once what would be tried later: under the same id, by which a
    /// receiver knows it again, and for a day as at the first time.
    /// - Throws: `Problem.notFound`; `Problem.conflict` for what was delivered, or where its destination is gone.
    package func retry(_ id: ID<Delivery>, by principal: Principal) async throws -> Delivery {
        try principal.require(.admin, to: "send news once more")
        let (journal, now, bell) = (journal, time.now(), bell)
        return try await database.write { transaction in
            let delivery = try Self.delivery(id, in: transaction)
            guard delivery.state != .delivered else {
                throw Problem.conflict("It was delivered: to send something anew, test the destination.")
            }
            let isThere = try transaction.exists(
                "SELECT 1 FROM destinations WHERE id = \(delivery.destination) AND removed IS NULL")
            guard isThere else {
                throw Problem.conflict("The destination \(delivery.name) was removed: there is nowhere to send it.")
            }
            try transaction.execute(
                """
                UPDATE deliveries SET state = 'pending', due = \(now), finished = NULL, retried = \(now), tries = 0
                WHERE id = \(id)
                """)
            var objects = [ObjectReference.destination(delivery.name)]
            if let object = delivery.object { objects.append(ObjectReference(text: object)) }
            try journal.append(
                Event(
                    "notification.retried", on: objects,
                    details: ["delivery": .string(id.rawValue), "of": .string(delivery.kind)]),
                by: principal, in: transaction)
            transaction.afterCommit { bell.ring() }
            return try Self.delivery(id, in: transaction)
        }
    }

    /// Puts what an event tells into the outbox, once for each destination that wants it. Doing it again changes nothing.
    package func enqueue(_ event: RecordedEvent) async throws {
        guard let occasion = Occasion(rawValue: event.kind) else { return }
        let (now, bell) = (time.now(), bell)
        // A commit costs a sync, and most events nobody has asked for.
        let isWanted = try await database.look { reader in
            try Self.destinations(in: reader).contains { $0.events.contains(occasion) }
        }
        guard isWanted else { return }
        let first = try await firstDetails(of: event)
        try await database.write { transaction in
            for destination in try Self.destinations(in: transaction) where destination.events.contains(occasion) {
                try Self.insert(Notice(event, first: first), for: destination, at: now, in: transaction)
            }
            transaction.afterCommit { bell.ring() }
        }
    }

    /// A page of deliveries, the newest first.
    /// - Throws: `Problem.notFound` for a destination that there is not.
    package func deliveries(
        _ request: PageRequest, state: Delivery.State? = nil, destination name: String? = nil, by principal: Principal
    ) async throws -> Page<Delivery> {
        try principal.require(.admin, to: "see deliveries")
        let before: SQL = request.after.map { "d.id < \($0)" } ?? "TRUE"
        let stateFilter: SQL = state.map { "AND d.state = \($0)" } ?? ""
        return try await database.read { reader in
            let destination = try name.map { try Self.destination($0, in: reader).id }
            let filter: SQL = destination.map { "AND d.destination = \($0)" } ?? ""
            let rows: [Delivery] = try reader.all(
                """
                \(Delivery.select) WHERE \(before) \(stateFilter) \(filter) ORDER BY d.id DESC
                LIMIT \(request.limit + 1)
                """)
            return Page(rows: rows, limit: request.limit, cursor: \.id.rawValue)
        }
    }

    /// - Throws: `Problem.notFound`.
    package func delivery(_ id: ID<Delivery>, by principal: Principal) async throws -> Delivery {
        try principal.require(.admin, to: "see deliveries")
        return try await database.look { try Self.delivery(id, in: $0) }
    }

    /// What the incident's first event said, for those that come after it and do not repeat it.
    private func firstDetails(of event: RecordedEvent) async throws -> [String: JSONValue] {
        guard event.details["title"] == nil, let incident = event.objects.first(where: { $0.kind == "incident" }) else {
            return [:]
        }
        let first = try await journal.events(PageRequest(limit: 1), object: incident, by: .system("notifications"))
        return first.items.first?.details ?? [:]
    }
}

extension Notifications {
    /// What it takes to send something.
    struct Target: Codable, Sendable {
        let url: String
        let secret: String?
    }

    private struct Row: Decodable {
        let id: ID<Destination>
        let name: String
        let kind: Destination.Kind
        let address: String
        let events: String
        let created: Timestamp

        func destination() throws -> Destination {
            let events = try JSONDecoder().decode([String].self, from: Data(events.utf8))
            return Destination(
                id: id, name: name, kind: kind, address: address, events: events.compactMap(Occasion.init),
                created: created)
        }
    }

    private static let select: SQL =
        "SELECT id, name, kind, address, events, created FROM destinations WHERE removed IS NULL"

    static func destinations(in reader: Reader) throws -> [Destination] {
        try reader.all("\(select) ORDER BY name LIMIT \(Destination.atMost + 1)", as: Row.self)
            .map { try $0.destination() }
    }

    private static func destination(_ name: String, in reader: Reader) throws -> Destination {
        guard let row: Row = try reader.first("\(select) AND name = \(name)") else {
            throw Problem.notFound("There is no destination \(name): `runbook notify list` shows those there are.")
        }
        return try row.destination()
    }

    static func delivery(_ id: ID<Delivery>, in reader: Reader) throws -> Delivery {
        guard let delivery: Delivery = try reader.first("\(Delivery.select) WHERE d.id = \(id)") else {
            throw Problem.notFound("There is no delivery \(id): `runbook notify deliveries` shows those there are.")
        }
        return delivery
    }

    @discardableResult
    private static func insert(
        _ notice: Notice, for destination: Destination, at now: Timestamp, in transaction: Transaction
    ) throws -> ID<Delivery> {
        let id = ID<Delivery>(at: now)
        let object = notice.incident.map { "incident/\($0)" }
        try transaction.execute(
            """
            INSERT INTO deliveries (id, destination, event, kind, object, body, state, created, due)
            VALUES (\(id), \(destination.id), \(notice.event), \(notice.kind), \(object),
                \(notice.body(for: destination.kind)), 'pending', \(now), \(now))
            ON CONFLICT (destination, event) DO NOTHING
            """)
        return id
    }

    private static func json(_ events: [Occasion]) -> String {
        JSONValue.array(events.map { .string($0.rawValue) }).text
    }
}

extension ObjectReference {
    package static func destination(_ name: String) -> ObjectReference { ObjectReference("destination", name) }
}
