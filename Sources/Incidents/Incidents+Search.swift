import Essentials
package import Journal
import Storage

extension Incidents {
    /// An incident is found by its title and its services, as soon as it is opened. Its notes are on the journal alone, where an
    /// erasure reaches them.
    static let found = SearchFeed(cursor: "search/incidents") { seq, limit in
        """
        SELECT j.seq AS place, object.value AS object, i.title AS title, i.opened AS time,
            coalesce((SELECT group_concat(value, char(10)) FROM json_each(i.services)), '') AS text
        FROM journal j CROSS JOIN json_each(j.body, '$.objects') object
            CROSS JOIN incidents i ON i.id = substr(object.value, length('incident/') + 1)
        WHERE j.kind = 'incident.opened' AND j.seq > \(seq) AND object.value LIKE 'incident/%'
        ORDER BY j.seq LIMIT \(limit)
        """
    }

    /// The events that say something of an incident in somebody's words.
    package static let worded: Set<String> = [
        "incident.noted", "note.edited", "incident.acknowledged", "incident.mitigated", "incident.resolved",
        "incident.reopened",
    ]

    /// Lets what was said be found. It follows the journal, so that no note waits for it; done again it changes nothing.
    package func indexWords(of event: RecordedEvent) async throws {
        guard Self.worded.contains(event.kind), let text = event.details["text"]?.string,
            let time = Timestamp(rfc3339: event.time),
            let incident = event.objects.first(where: { $0.kind == "incident" })
        else { return }
        let note = event.objects.first { $0.kind == "note" }
        try await database.write { transaction in
            guard let title = try transaction.text("SELECT title FROM incidents WHERE id = \(incident.id)") else {
                return
            }
            // A note is known by the event that it began with, and says what its last edit says.
            var first = event.seq
            if let note {
                first = try transaction.integer("SELECT min(seq) FROM journal_objects WHERE object = \(note)") ?? first
                let last = try transaction.integer("SELECT max(seq) FROM journal_objects WHERE object = \(note)")
                guard last == event.seq else { return }
            }
            try transaction.index(
                record: "note/\(incident.text)/\(first)", title: title, text: text, at: time, writtenWith: event.seq)
        }
    }
}
