import Essentials
import Foundation
package import Storage

/// The journal as lines of JSON that anybody can verify without this program: first `{"instance": …}`, then an event a
/// line with `seq, prev, hash, body, salt, data`; binary values in hex, `body` and `data` as the exact strings.
package enum Export {
    package static func firstLine(instance: String) -> String { JSONValue.object(["instance": .string(instance)]).text }

    /// Up to `limit` lines after a `seq`, and the last `seq` among them.
    package static func lines(
        after seq: Int64, limit: Int, in reader: Reader
    ) throws -> (lines: [String], last: Int64?) {
        let rows: [ChainRow] = try reader.all(
            """
            SELECT \(ChainRow.columns)
            FROM journal j LEFT JOIN journal_data d ON d.seq = j.seq WHERE j.seq > \(seq) ORDER BY j.seq LIMIT \(limit)
            """)
        let lines = rows.map { row in
            JSONValue.object([
                "seq": .integer(row.seq), "prev": .string(row.prev.hex), "hash": .string(row.hash.hex),
                "body": .string(row.body), "salt": row.salt.map { .string($0.hex) } ?? .null,
                "data": row.data.map { .string($0) } ?? .null,
            ]).text
        }
        return (lines, rows.last?.seq)
    }
}
