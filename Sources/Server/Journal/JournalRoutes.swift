import API
import Essentials
import Executions
import Foundation
import Hummingbird
import Journal
import NIOCore
import Storage
import Synchronization

/// The journal over HTTP: pages of events, the live stream, verification, export.
struct JournalRoutes: Sendable {
    let journal: Journal
    let templates: Templates
    let verifications: Verifications

    var table: [Route] {
        [
            .signedIn(.get, "/api/v1/journal", list),
            .signedIn(.get, "/api/v1/journal/stream", stream),
            .signedIn(.get, "/api/v1/journal/verification", verify),
            .signedIn(.get, "/api/v1/journal/export", export),
            .signedIn(.get, "/journal", list),
            .signedIn(.get, "/journal/stream", stream),
            .signedIn(.post, "/journal/verification", verify),
        ]
    }

    /// Oldest first, or `?order=desc`; filtered by `?kind=` and `?object=run/ID`.
    @Sendable func list(_ visit: Visit) async throws -> Response {
        let isPage = !visit.wantsJSON
        let order: Journal.Order
        switch visit.query("order") {
        case nil: order = isPage ? .newestFirst : .oldestFirst
        case "asc": order = .oldestFirst
        case "desc": order = .newestFirst
        default:
            throw Problem.invalid("The order is asc or desc.", fields: [.init(name: "order", message: "asc or desc")])
        }
        let (kind, object) = (visit.query("kind"), visit.query("object").map(ObjectReference.init(text:)))
        let page = try await journal.events(
            // A page with more would weigh more than 100 KB with all that it loads.
            visit.page(limit: isPage ? 75 : 50), order: order, kind: kind, object: object, by: visit.principal)
        if visit.wantsJSON { return try .json(List(items: page.items.map(JournalEvent.init), next: page.next)) }
        let head = try await journal.head()
        return .html(
            try templates.render(
                JournalPage(
                    rows: page.items.map(JournalPage.Row.init), head: head.map { ($0.seq, $0.hash) },
                    verification: verifications.last, kind: kind, object: object?.text,
                    knownKinds: try await journal.kinds(), isFirstPage: visit.query("after") == nil, next: page.next,
                    mayVerify: true, reader: visit.reader)))
    }

    /// Events after `Last-Event-ID` or `?after=`, then each as it is appended; without either only what is new. With
    /// `?object=` only those about it.
    @Sendable func stream(_ visit: Visit) async throws -> Response {
        try visit.principal.require(.read, to: "read the journal")
        let start: Int64
        if let text = visit.request.headers[.lastEventID] ?? visit.query("after") {
            guard let seq = Int64(text), seq >= 0 else {
                throw Problem.invalid(
                    "\"\(text.prefix(40))\" is not the number of an event.",
                    fields: [.init(name: "Last-Event-ID", message: "the id of an event, also as after in the query")])
            }
            start = seq
        } else {
            start = try await journal.head()?.seq ?? 0
        }
        let last = Last(start)
        let (journal, object) = (journal, visit.query("object").map(ObjectReference.init(text:)))
        return EventStream.respond(
            to: visit.request, live: { journal.tail.listen() },
            write: { events, event in
                if let event, event.seq <= last.seq { return true }
                if let event, event.seq == last.seq + 1 {
                    if event.isAbout(object) {
                        try await events.send("journal", id: String(event.seq), data: JournalEvent(event))
                    }
                    last.seq = event.seq
                    return true
                }
                // At the start, or after a gap: what was missed stands in the database.
                let end = try await journal.head()?.seq ?? 0
                while true {
                    let missed = try await journal.events(after: last.seq, about: object)
                    for event in missed {
                        try await events.send("journal", id: String(event.seq), data: JournalEvent(event))
                        last.seq = event.seq
                    }
                    if missed.count < 500 { break }
                }
                last.seq = max(last.seq, end)
                return true
            })
    }

    @Sendable func verify(_ visit: Visit) async throws -> Response {
        try visit.principal.require(.read, to: "verify the journal")
        let anchor = try visit.query("head").map { text throws(Problem) in try Head(parsing: text) }
        let instance = journal.database.instance
        let verification = try await journal.database.survey { reader in
            try Verification.run(in: reader, instance: instance, anchor: anchor, witness: OutputWitness())
        }
        verifications.note(verification, at: journal.time.now())
        return visit.wantsJSON ? try .json(JournalVerification(verification)) : .seeOther("/journal")
    }

    /// Every event as a line of JSON; the first line names the instance.
    @Sendable func export(_ visit: Visit) async throws -> Response {
        try visit.principal.require(.read, to: "export the journal")
        let database = journal.database
        let body = ResponseBody { writer in
            try await writer.write(ByteBuffer(string: Export.firstLine(instance: database.instance) + "\n"))
            var last: Int64 = 0
            while true {
                let after = last
                let page = try await database.survey { try Export.lines(after: after, limit: 500, in: $0) }
                guard let end = page.last else { break }
                try await writer.write(ByteBuffer(string: page.lines.joined(separator: "\n") + "\n"))
                last = end
            }
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: [.contentType: "application/x-ndjson"], body: body)
    }
}

extension Journal {
    /// What the first page of a live list goes on from: read before the list, so that nothing falls in between. Nil for
    /// older pages, which stay as they are, and for programs.
    func newsHead(_ visit: Visit) async throws -> Int64? {
        guard !visit.wantsJSON, visit.query("after") == nil else { return nil }
        return try await head()?.seq ?? 0
    }
}

extension RecordedEvent {
    /// Every event is about nothing in particular.
    fileprivate func isAbout(_ object: ObjectReference?) -> Bool { object.map(objects.contains) ?? true }
}

/// The number of the last event that a viewer was sent.
private final class Last: Sendable {
    private let value: Mutex<Int64>

    init(_ seq: Int64) { value = Mutex(seq) }

    var seq: Int64 {
        get { value.withLock { $0 } }
        set { value.withLock { $0 = newValue } }
    }
}

/// How the last verification ended, since the server started.
final class Verifications: Sendable {
    private let state = Mutex<JournalPage.Verification>(.never)

    var last: JournalPage.Verification { state.withLock { $0 } }

    func note(_ verification: Verification, at time: Timestamp) {
        let ended: JournalPage.Verification =
            verification.fault.map { .broken(at: time, first: $0.seq, reason: $0.reason) }
            ?? .holds(through: verification.head?.seq ?? 0, at: time)
        state.withLock { $0 = ended }
    }
}

extension JournalPage.Row {
    init(_ event: RecordedEvent) {
        self.init(
            seq: event.seq, time: Timestamp(rfc3339: event.time) ?? Timestamp(microseconds: 0),
            actor: event.actor.name ?? "somebody (erased)", kind: event.kind,
            objects: event.objects.map { ($0.kind, $0.id) },
            // Names for programs: the actor and the object are said already.
            details: event.details.filter { !["actor_name", "address", "attempt"].contains($0.key) }, hash: event.hash)
    }
}

extension JournalEvent {
    init(_ event: RecordedEvent) {
        self.init(
            seq: event.seq, id: event.id, time: event.time, kind: event.kind,
            actor: Actor(kind: event.actor.kind, id: event.actor.id, name: event.actor.name), via: event.via,
            objects: event.objects.map(\.text), data: event.details.filter { $0.key != "actor_name" }, hash: event.hash)
    }
}
