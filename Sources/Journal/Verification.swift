import Essentials
import Foundation
package import Storage

/// What a walk over the whole chain found.
package struct Verification: Sendable, Equatable {
    package struct Fault: Sendable, Equatable {
        /// The first bad event.
        package let seq: Int64
        package let reason: String
    }

    package let events: Int64
    package let head: Head?
    package let fault: Fault?
    /// What is odd without being wrong: the clock went backwards, data was erased.
    package let warnings: [String]

    package var isGood: Bool { fault == nil }
}

/// Checks what an event says of things outside the journal, such as the output that a step left.
package protocol EventWitness {
    /// - Returns: what is wrong, in a sentence, or nil.
    mutating func examine(_ event: RecordedEvent, in reader: Reader) throws -> String?
    /// After the last event: what no event spoke of.
    mutating func finish(in reader: Reader) throws -> String?
}

extension Verification {
    /// Walks the chain from the first event to the last and stops at the first bad one.
    ///
    /// - Parameters:
    ///   - anchor: a head noted earlier; with it a cut tail and a full rewrite are found too.
    ///   - witness: what checks the stored output against its events.
    package static func run(
        in reader: Reader, instance: String, anchor: Head?, witness: consuming some EventWitness
    ) throws -> Verification {
        var walk = Walk(instance: instance, anchor: anchor, erasures: try erasures(in: reader))
        var fault: Fault?
        do {
            try reader.each(
                """
                /* scan: verification reads everything */
                SELECT \(ChainRow.columns)
                FROM journal j LEFT JOIN journal_data d ON d.seq = j.seq ORDER BY j.seq
                """, as: ChainRow.self
            ) { row in
                if let reason = try walk.take(row) ?? walk.compareObjects(of: row, in: reader) {
                    throw Found(fault: Fault(seq: min(row.seq, walk.last + 1), reason: reason))
                }
                if let event = walk.event, let reason = try witness.examine(event, in: reader) {
                    throw Found(fault: Fault(seq: row.seq, reason: reason))
                }
                walk.accept(row)
            }
            fault = try walk.finish(in: reader)
            if fault == nil, let reason = try witness.finish(in: reader) {
                fault = Fault(seq: walk.last, reason: reason)
            }
        } catch let found as Found {
            fault = found.fault
            // A row that was moved to an event before it is found here only.
            if found.fault.reason == Walk.changedIndex {
                let first = try Walk.misplaced(before: found.fault.seq, in: reader) ?? found.fault.seq
                fault = Fault(seq: first, reason: found.fault.reason)
            }
        }
        return Verification(
            events: walk.count, head: walk.last > 0 ? Head(seq: walk.last, hash: walk.prev.hex) : nil, fault: fault,
            warnings: walk.warnings)
    }

    /// Which event erased the data of which.
    private static func erasures(in reader: Reader) throws -> [Int64: Int64] {
        var erasures: [Int64: Int64] = [:]
        let rows: [EventRow] = try reader.all(
            """
            SELECT j.seq AS seq, j.hash AS hash, j.body AS body, d.data AS data
            FROM journal j LEFT JOIN journal_data d ON d.seq = j.seq WHERE j.kind = 'journal.erased' ORDER BY j.seq
            """)
        for row in rows {
            // A body or data that can't be read is found by the walk itself.
            guard let event = try? row.event(), case .array(let events)? = event.details["events"] else { continue }
            for seq in events.compactMap(\.integer) where seq < row.seq { erasures[seq] = row.seq }
        }
        return erasures
    }

    private struct Found: Error {
        let fault: Fault
    }
}

struct ChainRow: Decodable {
    let seq: Int64
    let prev: Data
    let hash: Data
    let body: String
    let dataSeq: Int64?
    let salt: Data?
    let data: String?

    /// The texts are read as bytes: as text, SQLite's answer would end at a NUL, and what was added behind it be missed.
    static let columns: SQL = """
        j.seq AS seq, j.prev AS prev, j.hash AS hash, CAST(j.body AS BLOB) AS body, d.seq AS dataSeq, d.salt AS salt,
        CAST(d.data AS BLOB) AS data
        """

    private enum Column: CodingKey { case seq, prev, hash, body, dataSeq, salt, data }

    init(from decoder: any Decoder) throws {
        let row = try decoder.container(keyedBy: Column.self)
        seq = try row.decode(Int64.self, forKey: .seq)
        prev = try row.decode(Data.self, forKey: .prev)
        hash = try row.decode(Data.self, forKey: .hash)
        body = String(decoding: try row.decode(Data.self, forKey: .body), as: UTF8.self)
        dataSeq = try row.decodeIfPresent(Int64.self, forKey: .dataSeq)
        salt = try row.decodeIfPresent(Data.self, forKey: .salt)
        data = try row.decodeIfPresent(Data.self, forKey: .data).map { String(decoding: $0, as: UTF8.self) }
    }
}

/// The state of a walk: what the next event must continue.
private struct Walk {
    let anchor: Head?
    let erasures: [Int64: Int64]
    var last: Int64 = 0
    var count: Int64 = 0
    var prev: Data
    var time = ""
    var warnings: [String] = []
    var event: RecordedEvent?
    /// How many rows the index of the objects must have.
    var objects: Int64 = 0

    static let changedIndex = "the index of its objects was changed"

    init(instance: String, anchor: Head?, erasures: [Int64: Int64]) {
        self.anchor = anchor
        self.erasures = erasures
        prev = Chain.origin(instance: instance)
    }

    /// - Returns: what is wrong with the row, or nil.
    mutating func take(_ row: ChainRow) -> String? {
        event = nil
        guard row.seq == last + 1 else {
            return row.seq > last + 1 ? "event \(last + 1) is missing" : "the number \(row.seq) is out of order"
        }
        guard row.prev == prev else {
            return last == 0
                ? "it does not begin this instance's chain" : "it does not follow the event before it"
        }
        guard row.hash == Chain.hash(prev: row.prev, seq: row.seq, body: row.body) else {
            return "its content does not match its hash"
        }
        guard let body = try? Body(parsing: row.body), body.v == 1 else { return "its body can't be read" }
        if let reason = examineData(row, body) { return reason }
        if body.time < time {
            warnings.append("event \(row.seq): the clock went backwards, from \(time) to \(body.time)")
        }
        time = body.time
        if let anchor, anchor.seq == row.seq, anchor.hash != row.hash.hex {
            return "it is not the event that was the head \(anchor.seq) once: the journal was rewritten"
        }
        do {
            event = try EventRow(seq: row.seq, hash: row.hash, body: row.body, data: row.data).event()
        } catch {
            return "its data can't be read"
        }
        return nil
    }

    /// The row is good in every respect: the next must follow it.
    mutating func accept(_ row: ChainRow) {
        last = row.seq
        prev = row.hash
        count += 1
    }

    private mutating func examineData(_ row: ChainRow, _ body: Body) -> String? {
        guard row.dataSeq != nil else { return "its data is missing" }
        switch (row.salt, row.data) {
        case (let salt?, let data?):
            return Chain.dataHash(salt: salt, data: data) == body.dataHash ? nil : "its data does not match its hash"
        case (nil, nil):
            guard let eraser = erasures[row.seq] else {
                return "its data is missing, and no event says that it was erased"
            }
            warnings.append("event \(row.seq): erased by \(eraser)")
            return nil
        default:
            return "its data or its salt is missing"
        }
    }

    /// Whether each object of the event finds it by the index. That nothing else does is seen at the end, by the number.
    mutating func compareObjects(of row: ChainRow, in reader: Reader) throws -> String? {
        guard let event else { return nil }
        let objects = Set(event.objects)
        for object in objects {
            let found = try reader.integer(
                "SELECT 1 FROM journal_objects WHERE object = \(object) AND seq = \(row.seq)")
            if found == nil { return Self.changedIndex }
        }
        self.objects += Int64(objects.count)
        return nil
    }

    /// The first event before a number that the index finds by an object that it does not name; nil when there is none.
    /// - Parameter end: the events before it were good.
    static func misplaced(before end: Int64, in reader: Reader) throws -> Int64? {
        try reader.integer(
            """
            /* scan: verification reads everything, this only where something is wrong */
            SELECT min(o.seq) FROM journal_objects o LEFT JOIN journal j ON j.seq = o.seq
            WHERE o.seq < \(end) AND (j.seq IS NULL OR NOT EXISTS (
                SELECT 1 FROM json_each(j.body, '$.objects') WHERE CAST(value AS BLOB) = CAST(o.object AS BLOB)))
            """)
    }

    func finish(in reader: Reader) throws -> Verification.Fault? {
        if let anchor, anchor.seq > last {
            let reason = "the journal ends at \(last), but it had \(anchor.seq) events: its tail was cut"
            return .init(seq: last + 1, reason: reason)
        }
        let indexed = try reader.integer(
            "SELECT count(*) FROM journal_objects /* scan: verification reads everything */")
        if indexed != objects, let seq = try Self.misplaced(before: .max, in: reader) {
            return seq > last
                ? .init(seq: seq, reason: "there is data for an event that is not there")
                : .init(seq: seq, reason: Self.changedIndex)
        }
        let stray = try reader.integer(
            """
            /* scan: verification reads everything */
            SELECT min(seq) FROM journal_data WHERE seq NOT IN (SELECT seq FROM journal)
            """)
        return stray.map { .init(seq: $0, reason: "there is data for an event that is not there") }
    }
}
