package import Essentials
import Foundation
package import Storage

extension Journal {
    package enum Order: Sendable { case oldestFirst, newestFirst }

    /// A page of events, by their `seq`.
    /// - Throws: `Problem.invalid` when the cursor is not a number.
    package func events(
        _ request: PageRequest, order: Order = .oldestFirst, kind: String? = nil, object: ObjectReference? = nil,
        by principal: Principal
    ) async throws -> Page<RecordedEvent> {
        try principal.require(.read, to: "read the journal")
        var after: Int64?
        if let text = request.after {
            guard let seq = Int64(text) else {
                throw Problem.invalid(
                    "\"\(text.prefix(40))\" is not a cursor of the journal.",
                    fields: [.init(name: "after", message: "the next of the part before")])
            }
            after = seq
        }
        let (start, limit) = (after, request.limit)
        return try await database.read { reader in
            let events = try Self.events(
                after: start, order: order, kind: kind, object: object, limit: limit + 1, in: reader)
            return Page(rows: events, limit: limit) { String($0.seq) }
        }
    }

    /// Up to 500 events after one, oldest first: what a listener of `tail` reads to catch up.
    package func events(after seq: Int64, about object: ObjectReference? = nil) async throws -> [RecordedEvent] {
        try await database.read { reader in
            try Self.events(after: seq, order: .oldestFirst, kind: nil, object: object, limit: 500, in: reader)
        }
    }

    package func head() async throws -> Head? { try await database.look(Self.head) }

    package static func head(_ reader: Reader) throws -> Head? {
        try reader.first("SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1", as: HeadRow.self)
            .map { Head(seq: $0.seq, hash: $0.hash.hex) }
    }

    private static func events(
        after: Int64?, order: Order, kind: String?, object: ObjectReference?, limit: Int, in reader: Reader
    ) throws -> [RecordedEvent] {
        let beyond: SQL =
            switch (order, after) {
            case (.oldestFirst, let after): "> \(after ?? 0)"
            case (.newestFirst, let after): "< \(after ?? Int64.max)"
            }
        let direction: SQL = order == .oldestFirst ? "ASC" : "DESC"
        let kindFilter: SQL = kind.map { "AND j.kind = \($0)" } ?? ""
        if let object {
            return try events(in: reader) { columns in
                """
                SELECT \(columns) FROM journal_objects o CROSS JOIN journal j ON j.seq = o.seq
                LEFT JOIN journal_data d ON d.seq = j.seq
                WHERE o.object = \(object) AND o.seq \(beyond) \(kindFilter)
                ORDER BY o.seq \(direction) LIMIT \(limit)
                """
            }
        }
        return try events(in: reader) { columns in
            """
            SELECT \(columns) FROM journal j LEFT JOIN journal_data d ON d.seq = j.seq
            WHERE j.seq \(beyond) \(kindFilter) ORDER BY j.seq \(direction) LIMIT \(limit)
            """
        }
    }
}

struct EventRow: Decodable {
    let seq: Int64
    let hash: Data
    let body: String
    let data: String?

    func event() throws -> RecordedEvent {
        let body = try Body(parsing: body)
        var details: [String: JSONValue] = [:]
        if let data, case .object(let members) = try JSONValue(parsing: data) {
            details = members
        }
        return RecordedEvent(
            seq: seq, id: body.id, time: body.time, kind: body.kind,
            actor: .init(kind: body.actor.kind, id: body.actor.id, name: details["actor_name"]?.string),
            via: body.via, objects: body.objects.map(ObjectReference.init(text:)), details: details,
            isErased: data == nil, hash: hash.hex)
    }
}

extension Journal {
    /// The kinds of event that there are so far, by name: a step of the index for each, however many events.
    package func kinds() async throws -> [String] {
        try await database.read { reader in
            var kinds: [String] = []
            while let next = try reader.text(
                "SELECT kind FROM journal WHERE kind > \(kinds.last ?? "") ORDER BY kind LIMIT 1")
            {
                kinds.append(next)
            }
            return kinds
        }
    }
}
