package import Essentials
import Foundation
package import Storage
import Synchronization

/// What happened, in order, for good. Every change appends its event here in its own transaction.
package struct Journal: Sendable {
    package let database: Database
    package let time: TimeSource
    /// Tells of each event once it is durable.
    package let tail: Tail
    private let heads = LastHead()

    package init(database: Database, time: TimeSource = .system) {
        self.database = database
        self.time = time
        tail = Tail()
    }

    /// Appends an event in the transaction of the change that it tells of.
    ///
    /// A command on the data folder may append beside a server: where the head is another than this program's last, the database
    /// refuses the event, and the head is read.
    /// - Returns: its `seq`.
    /// - Throws: `Problem.conflict` when the principal's idempotency key belongs to another request.
    @discardableResult
    package func append(_ event: Event, by principal: Principal, in transaction: Transaction) throws -> Int64 {
        let now = time.now()
        var members = event.details
        members["actor_name"] = .string(principal.name)
        if let address = principal.address { members["address"] = .string(address) }
        let data = JSONValue.object(members).text
        let salt = Data(randomBytes(32))
        let id = ID<Event>(at: now)
        let body = Chain.body(
            id: id.rawValue, time: now, event: event, by: principal, dataHash: Chain.dataHash(salt: salt, data: data))
        let link = try link(body, in: transaction)
        let seq = link.seq
        try transaction.execute("INSERT INTO journal_data (seq, salt, data) VALUES (\(seq), \(salt), \(data))")
        for object in Set(event.objects) {
            try transaction.execute("INSERT INTO journal_objects (object, seq) VALUES (\(object), \(seq))")
        }
        if let claim = principal.idempotency {
            try Idempotency.claim(claim, actor: principal, seq: seq, at: now, in: transaction)
        }
        let recorded = RecordedEvent(
            seq: seq, id: id.rawValue, time: now.rfc3339, kind: event.kind,
            actor: .init(kind: principal.kind.rawValue, id: principal.id, name: principal.name),
            via: principal.via.rawValue, objects: event.objects, details: members, isErased: false, hash: link.hash.hex)
        let tail = tail
        transaction.afterCommit { tail.tell(recorded) }
        return seq
    }

    /// Makes an event's body the next link of the chain.
    private func link(_ body: String, in transaction: Transaction) throws -> HeadRow {
        if let last = heads.last, let link = try link(body, behind: last, in: transaction) { return link }
        // There is none yet, the last was taken back, or another program has appended since.
        let head = try transaction.first("SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1", as: HeadRow.self)
        guard let link = try link(body, behind: head, in: transaction) else {
            throw Problem.unavailable("The journal takes no more events: see what `runbook audit verify` says.")
        }
        return link
    }

    /// - Returns: nil where the journal has another head.
    private func link(_ body: String, behind head: HeadRow?, in transaction: Transaction) throws -> HeadRow? {
        let seq = (head?.seq ?? 0) + 1
        let prev = head?.hash ?? Chain.origin(instance: database.instance)
        let link = HeadRow(seq: seq, hash: Chain.hash(prev: prev, seq: seq, body: body))
        let isTaken = try transaction.attempt(
            """
            INSERT INTO journal (seq, prev, hash, body) VALUES (\(seq), \(prev), \(link.hash), \(body))
            /* scan: for lost parents of foreign keys, which SQLite leaves out while there are none */
            """)
        heads.last = isTaken ? link : nil
        return isTaken ? link : nil
    }

    /// Clears the details of events, names and addresses included, and says on the journal that it did.
    /// - Throws: `Problem.notFound` when one of them is not there or was erased before; `Problem.conflict` for an event
    ///   that tells of an erasure, for without its data the erased would look tampered with.
    package func erase(_ events: [Int64], reason: String, by principal: Principal) async throws {
        try principal.require(.admin, to: "erase journal data")
        try await database.write { transaction in
            for seq in events {
                let kind = try transaction.text("SELECT kind FROM journal WHERE seq = \(seq)")
                guard kind != "journal.erased" else {
                    throw Problem.conflict("Event \(seq) tells what was erased, and stays: leave it out.")
                }
                let changed = try transaction.execute(
                    "UPDATE journal_data SET salt = NULL, data = NULL WHERE seq = \(seq) AND data IS NOT NULL")
                guard changed == 1 else { throw Problem.notFound("Event \(seq) has no data to erase.") }
            }
            transaction.afterCommit { EventMemo.events.removeAll() }
            try append(
                Event(
                    "journal.erased",
                    details: ["events": .array(events.map { .integer($0) }), "reason": .string(reason)]),
                by: principal, in: transaction)
        }
    }
}

struct HeadRow: Decodable {
    let seq: Int64
    let hash: Data
}

/// The link of the chain that this program was the last to append; one that was taken back may stand here too.
private final class LastHead: Sendable {
    private let head = Mutex<HeadRow?>(nil)

    var last: HeadRow? {
        get { head.withLock { $0 } }
        set { head.withLock { $0 = newValue } }
    }
}
