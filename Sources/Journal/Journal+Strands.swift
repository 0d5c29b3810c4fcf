package import Essentials
import Foundation
package import Storage

extension Journal {
    /// The events about one object, of some kinds: one strand of a story that several objects tell together.
    package struct Strand: Sendable, Equatable {
        package let object: ObjectReference
        /// Kinds whole (`run.failed`) or by their first word (`run.`); empty for every kind.
        package let kinds: [String]

        package init(_ object: ObjectReference, kinds: [String] = []) {
            self.object = object
            self.kinds = kinds
        }
    }

    /// Up to `limit` events of any of the strands, each once.
    ///
    /// Each strand is read in the order of its index, no further than the limit: what is asked for costs the strands times
    /// the limit, however long the journal is.
    /// - Parameters:
    ///   - seq: where to go on from: only later events, or, newest first, earlier ones.
    ///   - kinds: only these; as those of a strand.
    package static func events(
        of strands: [Strand], after seq: Int64?, order: Order = .oldestFirst, kinds: [String] = [], limit: Int,
        in reader: Reader
    ) throws -> [RecordedEvent] {
        var found: [Int64: RecordedEvent] = [:]
        for strand in strands {
            let beyond: SQL =
                switch (order, seq) {
                case (.oldestFirst, let seq): "> \(seq ?? 0)"
                case (.newestFirst, let seq): "< \(seq ?? Int64.max)"
                }
            let direction: SQL = order == .oldestFirst ? "ASC" : "DESC"
            let events = try events(in: reader) { columns in
                """
                SELECT \(columns)
                FROM journal_objects o CROSS JOIN journal j ON j.seq = o.seq LEFT JOIN journal_data d ON d.seq = j.seq
                WHERE o.object = \(strand.object) AND o.seq \(beyond) \(Self.filter(strand.kinds)) \(Self.filter(kinds))
                ORDER BY o.seq \(direction) LIMIT \(limit)
                """
            }
            for event in events { found[event.seq] = event }
        }
        let sorted = found.values.sorted { order == .oldestFirst ? $0.seq < $1.seq : $0.seq > $1.seq }
        return Array(sorted.prefix(limit))
    }

    private static func filter(_ kinds: [String]) -> SQL {
        guard let first = kinds.first else { return "" }
        return "AND (" + kinds.dropFirst().reduce(test(first)) { $0 + " OR " + test($1) } + ")"
    }

    private static func test(_ kind: String) -> SQL {
        // What begins with "run." lies before "run/", for "/" follows "." in ASCII.
        kind.hasSuffix(".") ? "(j.kind >= \(kind) AND j.kind < \(kind.dropLast() + "/"))" : "j.kind = \(kind)"
    }

    /// The other objects of some kinds (`deployment`, say) that events about an object are about too.
    package static func objects(
        of kinds: [String], besides object: ObjectReference, in reader: Reader
    ) throws -> [ObjectReference] {
        struct Row: Decodable { let object: String }
        var found: [ObjectReference] = []
        for kind in kinds {
            let rows = try reader.all(
                """
                SELECT DISTINCT other.value AS object FROM journal_objects o
                    CROSS JOIN journal j ON j.seq = o.seq CROSS JOIN json_each(j.body, '$.objects') other
                WHERE o.object = \(object) AND other.value >= \(kind + "/") AND other.value < \(kind + "0")
                """, as: Row.self)
            found += rows.map { ObjectReference(text: $0.object) }
        }
        return found.sorted { $0.text < $1.text }
    }

    /// The last event before an instant, by the clock that wrote them; 0 when there is none. Halves the journal, for the
    /// times are not indexed.
    package static func last(before instant: Timestamp, in reader: Reader) throws -> Int64 {
        let text = instant.rfc3339
        var (low, high): (Int64, Int64) = (0, try head(reader)?.seq ?? 0)
        while low < high {
            let middle = (low + high + 1) / 2
            if let time = try reader.text("SELECT time FROM journal WHERE seq = \(middle)"), time < text {
                low = middle
            } else {
                high = middle - 1
            }
        }
        return low
    }
}
