package import Essentials
import Foundation
import Journal
import Storage

extension Incidents {
    /// Adds a note to the timeline.
    /// - Parameters:
    ///   - text: Markdown.
    ///   - at: when it was so, for what is written down later; the timeline shows that it was.
    /// - Returns: the note's id.
    /// - Throws: `Problem.invalid` with the fields `text` and `at`.
    package func note(
        _ text: String, at moment: Timestamp? = nil, on id: ID<IncidentRecord>, by principal: Principal
    ) async throws -> NoteReference {
        try principal.require(.operate, to: "write notes")
        var faults: [Problem.Field] = []
        if let fault = IncidentRules.fault(note: text) { faults.append(.init(name: "text", message: fault)) }
        if let moment {
            if moment > time.now() {
                faults.append(.init(name: "at", message: "It lies ahead: leave it out for what is so now."))
            } else if moment.microseconds < 0 {
                faults.append(.init(name: "at", message: "It lies before 1970."))
            }
        }
        guard faults.isEmpty else { throw IncidentRules.refusal("The note was not added", faults) }
        return try await database.write { transaction in
            try append(
                note: text, at: moment, to: try Self.incident(id, in: transaction), by: principal, in: transaction)
        }
    }

    @discardableResult
    func append(
        note text: String, at moment: Timestamp?, to incident: IncidentRecord, by principal: Principal,
        in transaction: Transaction
    ) throws -> NoteReference {
        let note = ID<NoteReference>(at: time.now())
        try transaction.execute("INSERT INTO incident_notes (incident, id) VALUES (\(incident.id), \(note))")
        var details: [String: JSONValue] = ["note": .string(note.rawValue), "text": .string(text)]
        if let moment { details["at"] = .string(moment.rfc3339) }
        let seq = try journal.append(
            Event("incident.noted", on: [incident.reference, note.reference], details: details), by: principal,
            in: transaction)
        return NoteReference(id: note, seq: seq)
    }

    /// Replaces a note's text; what it replaces stays on the record, and is shown with it.
    /// - Throws: `Problem.notFound`; `Problem.invalid` with the field `text`.
    package func edit(
        _ note: ID<NoteReference>, to text: String, on id: ID<IncidentRecord>, by principal: Principal
    ) async throws -> NoteReference {
        try principal.require(.operate, to: "edit notes")
        if let fault = IncidentRules.fault(note: text) {
            throw IncidentRules.refusal("The note was not changed", [.init(name: "text", message: fault)])
        }
        return try await database.write { transaction in
            let incident = try Self.incident(id, in: transaction)
            let changed = try transaction.execute(
                "UPDATE incident_notes SET edits = edits + 1 WHERE incident = \(id) AND id = \(note)")
            guard changed == 1 else {
                throw Problem.notFound("The incident has no note \(note.rawValue.prefix(60)).")
            }
            // The note's first event, by which the timeline knows it.
            let first = try transaction.integer("SELECT min(seq) FROM journal_objects WHERE object = \(note.reference)")
            try journal.append(
                Event(
                    "note.edited", on: [incident.reference, note.reference],
                    details: ["note": .string(note.rawValue), "text": .string(text)]),
                by: principal, in: transaction)
            return NoteReference(id: note, seq: first ?? 0)
        }
    }
}

/// A note, and the event that it began with.
package struct NoteReference: Sendable, Equatable {
    package let id: ID<NoteReference>
    package let seq: Int64
}

extension ID<NoteReference> {
    var reference: ObjectReference { ObjectReference("note", rawValue) }
}
