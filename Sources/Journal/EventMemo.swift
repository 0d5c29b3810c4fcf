import Essentials
import Foundation
import Storage

/// Events that were read lately, so that reading them again parses nothing: a timeline is read over and over.
///
/// An event is known by its hash, which stands for every byte of it, whichever database it comes from. Only what erasure
/// takes away is not in the hash: an erased event is another one here, and an erasure forgets all that was said.
enum EventMemo {
    /// What a page reads of an event that may be known.
    struct Key: Decodable, Hashable, Sendable {
        let hash: Data
        let erased: Bool
    }

    /// An event with more data, in bytes, is not kept.
    static let maximumData = 1024
    static let events = Recent<Key, RecordedEvent>(count: 2048)
}

extension Journal {
    /// The events of a query, parsed only where they are not known.
    /// - Parameter query: makes the query from its columns, of `journal j` and `journal_data d`.
    static func events(in reader: Reader, _ query: (_ columns: SQL) -> SQL) throws -> [RecordedEvent] {
        let keys: [EventMemo.Key] = try reader.all(query("j.hash AS hash, d.data IS NULL AS erased"))
        if let known = EventMemo.events.all(keys) { return known }
        let rows: [EventRow] = try reader.all(
            query("j.seq AS seq, j.hash AS hash, j.body AS body, d.data AS data"))
        return try rows.map { row in
            let event = try row.event()
            if row.data?.utf8.count ?? 0 <= EventMemo.maximumData {
                EventMemo.events[.init(hash: row.hash, erased: event.isErased)] = event
            }
            return event
        }
    }
}
