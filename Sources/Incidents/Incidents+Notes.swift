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
        return NoteReference(id: note, seq: seq, version: 1)
    }

    /// Replaces a note's text; what it replaces stays on the record, and is shown with it.
    /// - Parameter expected: the version of the note that whoever edits it has seen; nil replaces whatever is there.
    /// - Throws: `Problem.outdated` when somebody else has edited it since, saying who and to what; `Problem.notFound`;
    ///   `Problem.invalid` with the field `text`.
    package func edit(
        _ note: ID<NoteReference>, to text: String, expecting expected: Int?, on id: ID<IncidentRecord>,
        by principal: Principal
    ) async throws -> NoteReference {
        try principal.require(.operate, to: "edit notes")
        if let fault = IncidentRules.fault(note: text) {
            throw IncidentRules.refusal("The note was not changed", [.init(name: "text", message: fault)])
        }
        return try await database.write { transaction in
            let incident = try Self.incident(id, in: transaction)
            let reference = try Self.note(note, on: id, in: transaction)
            if let expected, expected != reference.version {
                throw try Self.outdated(reference, in: transaction)
            }
            try transaction.execute(
                "UPDATE incident_notes SET edits = edits + 1 WHERE incident = \(id) AND id = \(note)")
            try journal.append(
                Event(
                    "note.edited", on: [incident.reference, note.reference],
                    details: ["note": .string(note.rawValue), "text": .string(text)]),
                by: principal, in: transaction)
            return NoteReference(id: note, seq: reference.seq, version: reference.version + 1)
        }
    }

    /// - Throws: `Problem.notFound`.
    package func note(
        _ note: ID<NoteReference>, on id: ID<IncidentRecord>, by principal: Principal
    ) async throws -> NoteReference {
        try principal.require(.read, to: "see incidents")
        return try await database.read { try Self.note(note, on: id, in: $0) }
    }

    private static func note(
        _ note: ID<NoteReference>, on id: ID<IncidentRecord>, in reader: Reader
    ) throws -> NoteReference {
        guard
            let edits = try reader.integer(
                "SELECT edits FROM incident_notes WHERE incident = \(id) AND id = \(note)"),
            // The note's first event, by which the timeline knows it.
            let first = try reader.integer("SELECT min(seq) FROM journal_objects WHERE object = \(note.reference)")
        else { throw Problem.notFound("The incident has no note \(note.rawValue.prefix(60)).") }
        return NoteReference(id: note, seq: first, version: Int(edits) + 1)
    }

    /// Says what the other wrote, so that whoever comes second can decide.
    private static func outdated(_ note: NoteReference, in reader: Reader) throws -> Problem {
        let edit = try Journal.events(
            of: [.init(note.id.reference, kinds: ["note.edited"])], after: nil, order: .newestFirst, limit: 1,
            in: reader
        ).first
        let who = edit?.actor.name ?? "Somebody"
        let when = edit.map { " at \($0.time.dropFirst(11).prefix(8)) UTC" } ?? ""
        let text = edit?.details["text"]?.string.map { text in
            ": it says “\(text.prefix(200))\(text.count > 200 ? "…" : "")” now"
        }
        return .outdated(
            "\(who) has changed this note\(when)\(text ?? "") (version \(note.version)). Read that, then say again.")
    }
}

/// A note, and the event that it began with.
package struct NoteReference: Sendable, Equatable {
    package let id: ID<NoteReference>
    package let seq: Int64
    /// Counts its texts, from 1.
    package let version: Int
}

extension ID<NoteReference> {
    var reference: ObjectReference { ObjectReference("note", rawValue) }
}
