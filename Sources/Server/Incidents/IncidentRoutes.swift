import API
import Accounts
import Checklists
import Deployments
import Essentials
import Executions
import Foundation
import Hummingbird
import Incidents
import Journal
import RunbookFormat
import Services

/// Incidents over HTTP: JSON for programs, pages for people, one handler for both where both do the same.
struct IncidentRoutes: Sendable {
    let incidents: Incidents
    let executions: Executions
    let checklists: Checklists
    let accounts: Accounts
    let deployments: Deployments
    let services: Services
    let templates: Templates

    /// Enough for a thousand alerts with their labels and annotations.
    private static let alertBytes = 8 << 20

    var table: [Route] {
        [
            .signedIn(.get, "/api/v1/incidents", list),
            .signedIn(.post, "/api/v1/incidents", create),
            .signedIn(.get, "/api/v1/incidents/{id}", show),
            .signedIn(.patch, "/api/v1/incidents/{id}", change),
            .signedIn(.post, "/api/v1/incidents/{id}/acknowledgement") { try await carryOut(.acknowledge, $0) },
            .signedIn(.post, "/api/v1/incidents/{id}/mitigation") { try await carryOut(.mitigate, $0) },
            .signedIn(.post, "/api/v1/incidents/{id}/resolution") { try await carryOut(.resolve, $0) },
            .signedIn(.post, "/api/v1/incidents/{id}/reopening") { try await carryOut(.reopen, $0) },
            .signedIn(.get, "/api/v1/incidents/{id}/timeline", timeline),
            .signedIn(.post, "/api/v1/incidents/{id}/timeline", admitting: .init(again: noteAgain), note),
            .signedIn(.put, "/api/v1/incidents/{id}/timeline/{note}", admitting: .init(again: noteAgain), edit),
            .signedIn(.put, "/api/v1/incidents/{id}/roles/{role}", assign),
            .signedIn(.get, "/api/v1/incidents/{id}/postmortem", postmortem),
            .signedIn(
                .post, "/api/v1/alerts/alertmanager", admitting: .init(bodyLimit: Self.alertBytes), alertmanager),
            .signedIn(.get, "/incidents", list),
            .signedIn(.post, "/incidents", createFromForm),
            .signedIn(.get, "/incidents/new", form),
            .signedIn(.get, "/incidents/{id}", show),
            .signedIn(.post, "/incidents/{id}", changeFromForm),
            .signedIn(.post, "/incidents/{id}/acknowledgement") { try await carryOut(.acknowledge, $0) },
            .signedIn(.post, "/incidents/{id}/mitigation") { try await carryOut(.mitigate, $0) },
            .signedIn(.post, "/incidents/{id}/resolution") { try await carryOut(.resolve, $0) },
            .signedIn(.post, "/incidents/{id}/reopening") { try await carryOut(.reopen, $0) },
            .signedIn(.post, "/incidents/{id}/timeline", noteFromForm),
            .signedIn(.post, "/incidents/{id}/timeline/{note}", editFromForm),
            .signedIn(.post, "/incidents/{id}/roles/{role}", assignFromForm),
            .signedIn(.get, "/incidents/{id}/postmortem", postmortem),
        ]
    }

    @Sendable func list(_ visit: Visit) async throws -> Response {
        let filter = try filter(visit)
        let head = try await incidents.journal.newsHead(visit)
        let page = try await incidents.incidents(visit.page(), filter, by: visit.principal)
        if visit.wantsJSON { return try .json(List(items: page.items.map(IncidentSummary.init), next: page.next)) }
        let burning = try await incidents.openCount(by: visit.principal)
        return .html(
            try templates.render(
                IncidentsPage(
                    page.items, filter: filter, burning: burning, next: page.next,
                    mayOperate: visit.principal.may(.operate), isAdmin: visit.principal.may(.admin), head: head,
                    reader: visit.reader)))
    }

    @Sendable func create(_ visit: Visit) async throws -> Response {
        let request = try visit.json(IncidentRequest.self)
        let order = IncidentOrder(
            title: request.title, severity: try Self.severity(request.severity) ?? .sev3,
            services: request.services ?? [], runbooks: request.runbooks ?? [], note: request.note,
            deployment: request.deployment)
        return try await incidents.open(order, by: visit.principal, withholding: visit.withholding) { details in
            try .json(
                API.Incident(details), status: .created,
                headers: [.location: "/api/v1/incidents/\(details.incident.id)"])
        }
    }

    @Sendable func show(_ visit: Visit) async throws -> Response {
        let details = try await incidents.incident(try id(visit), by: visit.principal)
        guard visit.wantsJSON else { return try await page(details, visit) }
        return try .json(API.Incident(details, contacts: try await contacts(details, visit)))
    }

    /// How the people of the affected services are reached.
    func contacts(_ details: IncidentDetails, _ visit: Visit) async throws -> [IncidentContacts] {
        try await services.contacts(of: details.incident.services, by: visit.principal).map {
            IncidentContacts(service: $0.service, contacts: $0.lines)
        }
    }

    @Sendable func change(_ visit: Visit) async throws -> Response {
        let request = try visit.json(IncidentChangeRequest.self)
        let id = try id(visit)
        _ = try await incidents.change(
            id,
            IncidentChange(
                title: request.title, severity: try Self.severity(request.severity), services: request.services,
                runbooks: request.runbooks, blame: request.deployment.map(Self.blame)),
            by: visit.principal)
        return try .json(API.Incident(try await incidents.incident(id, by: visit.principal)))
    }

    /// From a program or a form.
    @Sendable func carryOut(_ move: IncidentMove, _ visit: Visit) async throws -> Response {
        let id = try id(visit)
        var request = IncidentMoveRequest(note: visit.form.filled("note"))
        if visit.wantsJSON, visit.body.readableBytes > 0 { request = try visit.json() }
        _ = try await incidents.carryOut(move, on: id, note: request.note, by: visit.principal)
        guard visit.wantsJSON else { return .seeOther(Paths.incident(id.rawValue)) }
        return try .json(API.Incident(try await incidents.incident(id, by: visit.principal)))
    }

    /// In the journal's order, or `?order=desc`.
    @Sendable func timeline(_ visit: Visit) async throws -> Response {
        let order: Journal.Order
        switch visit.query("order") {
        case nil, "asc": order = .oldestFirst
        case "desc": order = .newestFirst
        default:
            throw Problem.invalid("The order is asc or desc.", fields: [.init(name: "order", message: "asc or desc")])
        }
        let page = try await incidents.timeline(
            of: try id(visit), visit.page(limit: 100), order: order, kind: visit.query("kind"), by: visit.principal)
        let output = try await output(of: page.items, by: visit.principal)
        return try .json(
            List(items: page.items.map { try Self.told($0, output: output[$0.event.seq]) }, next: page.next))
    }

    private static let entries = Recent<String, JSONText>(count: 2048)
    /// An entry with more bytes is not kept.
    private static let longestKept = 2048

    /// An entry as it is answered. One that follows from its event alone is made once.
    private static func told(_ item: TimelineItem, output: [String]?) throws -> JSONText {
        let event = item.event
        let isFixed = output == nil && !event.isErased && (item.note?.edits.isEmpty ?? true)
        if isFixed, let known = entries[event.hash] { return known }
        let text = try JSONText(TimelineEntry(item, output: output))
        if isFixed, text.bytes.count <= longestKept { entries[event.hash] = text }
        return text
    }

    @Sendable func note(_ visit: Visit) async throws -> Response {
        let request = try visit.json(NoteRequest.self)
        let id = try id(visit)
        let note = try await incidents.note(
            request.text, at: try request.at.map(Self.moment), on: id, by: visit.principal)
        return try .json(
            try await entry(note, of: id, by: visit.principal), status: .created,
            headers: [
                .location: "/api/v1/incidents/\(id)/timeline/\(note.id)", .eTag: VersionTag.text(note.version),
            ])
    }

    /// The note of an event as it is now.
    @Sendable private func noteAgain(_ visit: Visit, _ event: RecordedEvent) async throws -> Response {
        let id = try id(visit)
        guard let reference = event.objects.first(where: { $0.kind == "note" }) else {
            throw Problem.notFound("The note is gone.")
        }
        let note = try await incidents.note(ID(reference.id), on: id, by: visit.principal)
        return try .json(
            try await entry(note, of: id, by: visit.principal),
            status: event.kind == "incident.noted" ? .created : .ok, headers: [.eTag: VersionTag.text(note.version)])
    }

    /// Takes the note's version as `If-Match`, so that nobody overwrites what they have not read.
    @Sendable func edit(_ visit: Visit) async throws -> Response {
        try visit.principal.require(.operate, to: "edit notes")
        let expected = try VersionTag.expected(visit.request.headers[.ifMatch], of: "note")
        let request = try visit.json(NoteEditRequest.self)
        let id = try id(visit)
        let note = try await incidents.edit(
            ID(try visit.path("note")), to: request.text, expecting: expected, on: id, by: visit.principal)
        return try .json(
            try await entry(note, of: id, by: visit.principal), headers: [.eTag: VersionTag.text(note.version)])
    }

    @Sendable func assign(_ visit: Visit) async throws -> Response {
        let request = try visit.json(RoleRequest.self)
        let name = request.person.flatMap { $0.isEmpty ? nil : $0 }
        return try .json(
            API.Incident(try await incidents.assign(try role(visit), to: name, in: try id(visit), by: visit.principal)))
    }

    /// Whoever asks for it gets Markdown.
    @Sendable func postmortem(_ visit: Visit) async throws -> Response {
        let id = try id(visit)
        let draft = try await incidents.postmortem(of: id, by: visit.principal)
        var response = Response.bytes(Data(draft.utf8), type: "text/markdown; charset=utf-8")
        if !visit.request.uri.path.hasPrefix("/api/") {
            response.headers[.contentDisposition] = "attachment; filename=\"postmortem-\(id).md\""
        }
        return response
    }

    @Sendable func alertmanager(_ visit: Visit) async throws -> Response {
        // Before the body is judged: who may not send alerts learns nothing of what they must be.
        try visit.principal.require(.alerts, to: "send alerts in")
        let message = try AlertMessage(try visit.json(AlertmanagerMessage.self))
        return try .json(AlertReceipt(try await incidents.take(message, by: visit.principal)))
    }

    func id(_ visit: Visit) throws -> ID<IncidentRecord> { ID(try visit.path("id")) }

    func role(_ visit: Visit) throws(Problem) -> IncidentRole {
        let text = try visit.path("role")
        guard let role = IncidentRole(rawValue: text) else {
            throw .notFound(
                "There is no part \"\(text.prefix(40))\" in an incident: commander, communications or scribe.")
        }
        return role
    }

    static func blame(_ text: String) -> Blame { text == "none" ? .noDeployment : .deployment(text) }

    static func severity(_ text: String?) throws(Problem) -> Severity? {
        guard let text else { return nil }
        guard let severity = Severity(rawValue: text) else {
            throw .invalid(
                "There is no severity \"\(text.prefix(40))\".",
                fields: [.init(name: "severity", message: "sev1, sev2, sev3 or sev4")])
        }
        return severity
    }

    static func moment(_ text: String) throws(Problem) -> Timestamp {
        guard let moment = Timestamp(rfc3339: text) else {
            throw .invalid(
                "\"\(text.prefix(40))\" is not a time.",
                fields: [.init(name: "at", message: "a time of RFC 3339, such as 2026-01-19T03:05:00Z")])
        }
        return moment
    }

    /// The last lines of the runs whose end is told, by the event's number.
    func output(of items: [TimelineItem], by principal: Principal) async throws -> [Int64: [String]] {
        var runs: [Int64: ID<RunRecord>] = [:]
        for item in items where item.event.kind.hasPrefix("run.") && item.event.kind != "run.created" {
            if let run = item.object("run") { runs[item.event.seq] = ID(run) }
        }
        guard !runs.isEmpty else { return [:] }
        let lines = try await executions.lastLines(of: Array(runs.values), by: principal)
        return runs.compactMapValues { lines[$0] }
    }

    private func entry(
        _ note: NoteReference, of id: ID<IncidentRecord>, by principal: Principal
    ) async throws -> TimelineEntry {
        let page = try await incidents.timeline(
            of: id, PageRequest(limit: 1, after: String(note.seq - 1)), kind: TimelineSubject.note.rawValue,
            by: principal)
        guard let item = page.items.first else { throw Problem.notFound("The note is gone.") }
        return TimelineEntry(item, output: nil)
    }

    private func filter(_ visit: Visit) throws(Problem) -> IncidentFilter {
        var filter = IncidentFilter(severity: try Self.severity(visit.query("severity")))
        if let text = visit.query("state") {
            guard let state = IncidentState(rawValue: text) else {
                throw .invalid(
                    "There is no state \"\(text.prefix(40))\" of an incident.",
                    fields: [
                        .init(name: "state", message: IncidentState.allCases.map(\.rawValue).joined(separator: ", "))
                    ])
            }
            filter.state = state
        }
        filter.service = visit.query("service")
        switch visit.query("open") {
        case nil, "false": break
        case "true": filter.isOpen = true
        default:
            throw .invalid("open is true or false.", fields: [.init(name: "open", message: "true or false")])
        }
        return filter
    }
}
