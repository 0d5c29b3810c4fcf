import Essentials
package import Journal
import Storage

extension Checklists {
    /// The events that change what is noted at an item.
    package static let worded: Set<String> = [
        "item.noted", "item.ticked", "item.opened", "item.waived", "item.failed",
    ]

    /// Lets what stands at an item be found, and no longer what stood there before. It follows the journal, so that no tick
    /// waits for it; done again it changes nothing.
    package func indexNote(of event: RecordedEvent) async throws {
        guard Self.worded.contains(event.kind), let item = event.details["item"]?.string,
            let time = Timestamp(rfc3339: event.time),
            let list = event.objects.first(where: { $0.kind == "checklist" })
        else { return }
        struct Row: Decodable {
            let position: Int
            let title: String
            let text: String
            let version: Int64
        }
        let note = event.details["note"]?.string
        let version = event.details["version"]
        // What most ticks say is nothing, and nothing is there to be taken back.
        let isKnown = try await database.look { reader in
            try note != nil
                || reader.exists(
                    "SELECT 1 FROM search_entries WHERE object >= \("note/\(list.text)/") AND object < \("note/\(list.text)0")"
                )
        }
        guard isKnown else { return }
        try await database.write { transaction in
            let row = try transaction.first(
                """
                SELECT i.position AS position, c.title AS title, i.text AS text, i.version AS version
                FROM checklist_items i CROSS JOIN checklists c ON c.id = i.checklist
                WHERE i.checklist = \(list.id) AND i.item = \(item)
                """, as: Row.self)
            guard let row, version.map({ $0 == .integer(row.version) }) ?? true else { return }
            let object = "note/\(list.text)/\(row.position)"
            guard let note, !note.isEmpty else { return try transaction.unindex(record: object) }
            try transaction.index(
                record: object, title: "\(row.title): \(row.text)", text: note, at: time, writtenWith: event.seq)
        }
    }
}
