package import Essentials
import Foundation
package import Journal
import Storage

extension Incidents {
    /// Deployments of the affected services belong to the story from so long before the incident.
    static let before = Duration.seconds(3600)

    /// A page of an incident's timeline, in the journal's order.
    ///
    /// It is the journal seen from the incident: events about it, those of the checklists and deployments that such
    /// events name, and deployments of the affected services, without their stages, since an hour before it was opened.
    /// - Parameter kind: a `TimelineSubject`, or a kind of event; nil for all.
    package func timeline(
        of id: ID<IncidentRecord>, _ request: PageRequest, order: Journal.Order = .oldestFirst, kind: String? = nil,
        by principal: Principal
    ) async throws -> Page<TimelineItem> {
        try principal.require(.read, to: "see incidents")
        var after: Int64?
        if let text = request.after {
            guard let seq = Int64(text) else {
                throw Problem.invalid(
                    "\"\(text.prefix(40))\" is not a cursor of a timeline.",
                    fields: [.init(name: "after", message: "the next of the part before")])
            }
            after = seq
        }
        let kinds = try Self.kinds(kind)
        let (start, limit) = (after, request.limit)
        return try await database.read { reader in
            let incident = try Self.incident(id, in: reader)
            let events = try Self.events(
                of: incident, after: start, order: order, kinds: kinds, limit: limit + 1, in: reader)
            let items = try Self.items(events, of: incident, in: reader)
            return Page(rows: items, limit: limit) { String($0.event.seq) }
        }
    }

    private static func kinds(_ kind: String?) throws(Problem) -> [String] {
        guard let kind else { return [] }
        if let subject = TimelineSubject(rawValue: kind) { return subject.kinds }
        let isKind = kind.utf8.count <= 60 && kind.wholeMatch(of: /[a-z-]+\.[a-z-]+/) != nil
        guard isKind else {
            let subjects = TimelineSubject.allCases.map(\.rawValue).joined(separator: ", ")
            throw .invalid(
                "\"\(kind.prefix(40))\" is no kind of entry.",
                fields: [.init(name: "kind", message: "\(subjects), or a kind of event such as run.failed")])
        }
        return [kind]
    }

    /// Notes are folded into one entry with their edits, so that an edit is none of its own.
    static func events(
        of incident: IncidentRecord, after seq: Int64?, order: Journal.Order, kinds: [String], limit: Int,
        in reader: Reader
    ) throws -> [RecordedEvent] {
        var strands = [Journal.Strand(incident.reference, kinds: ownKinds)]
        for object in try Journal.objects(of: ["checklist", "deployment"], besides: incident.reference, in: reader) {
            strands.append(Journal.Strand(object, kinds: object.kind == "checklist" ? ["checklist."] : otherKinds))
        }
        var events = try Journal.events(
            of: strands, after: seq, order: order, kinds: kinds, limit: limit, in: reader)
        guard !incident.services.isEmpty else { return events }
        let first = try Journal.last(before: incident.milestones.opened.advanced(by: .zero - before), in: reader)
        let last = try incident.milestones.resolved.map { try Journal.last(before: $0, in: reader) } ?? .max
        let deployments = try Journal.events(
            of: incident.serviceReferences.map { .init($0, kinds: deliveryKinds) },
            after: order == .oldestFirst ? max(seq ?? 0, first) : min(seq ?? .max, last == .max ? last : last + 1),
            order: order, kinds: kinds, limit: limit, in: reader)
        let known = Set(events.map(\.seq))
        events += deployments.filter { $0.seq > first && $0.seq <= last && !known.contains($0.seq) }
        events.sort { order == .oldestFirst ? $0.seq < $1.seq : $0.seq > $1.seq }
        return Array(events.prefix(limit))
    }

    private static let ownKinds = ["incident.", "run.", "checklist.", "deployment.", "notification."]
    /// Of deployments that are only near by: how far each stage has come stands on their own pages.
    private static let deliveryKinds = [
        "planned", "started", "recorded", "promoted", "waiting", "resumed", "succeeded", "failed", "aborted",
        "rolling-back", "rolled-back", "rollback-failed", "follow-up-started",
    ].map { "deployment.\($0)" }
    private static let otherKinds = ["deployment.", "run.", "checklist."]

    static func items(
        _ events: [RecordedEvent], of incident: IncidentRecord, in reader: Reader
    ) throws -> [TimelineItem] {
        struct Row: Decodable { let id: String }
        let edited = Set(
            try reader.all("SELECT id FROM incident_notes WHERE incident = \(incident.id) AND edits > 0", as: Row.self)
                .map(\.id))
        return try events.map { event in
            guard event.kind == "incident.noted", let note = event.objects.first(where: { $0.kind == "note" }),
                edited.contains(note.id)
            else { return TimelineItem(event) }
            let edits = try Journal.events(
                of: [.init(note, kinds: ["note.edited"])], after: nil, limit: PageRequest.maximum, in: reader)
            return TimelineItem(
                event,
                edits: edits.map { edit in
                    .init(
                        time: Timestamp(rfc3339: edit.time) ?? Timestamp(microseconds: 0), by: edit.actor,
                        text: edit.details["text"]?.string)
                })
        }
    }
}
