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
import Runbooks

extension IncidentRoutes {
    /// How many entries of a timeline a page shows.
    private static let shownEntries = 40
    private static let shownRuns = 10
    private static let offeredPeople = 200

    /// - Parameter refused: an edit of a note that was not taken, with its reason.
    func page(
        _ details: IncidentDetails, _ visit: Visit, refused: IncidentEntry.RefusedEdit? = nil
    ) async throws -> Response {
        let id = details.incident.id
        let (kind, mayOperate) = (visit.query("kind"), visit.principal.may(.operate))
        let head = try await incidents.journal.newsHead(visit)
        let page = try await incidents.timeline(
            of: id, PageRequest(limit: Self.shownEntries, after: visit.query("after")), order: .newestFirst,
            kind: kind, by: visit.principal)
        let output = try await output(of: page.items, by: visit.principal)
        let runs = try await executions.runs(
            PageRequest(limit: Self.shownRuns), occasion: details.incident.reference, by: visit.principal)
        let lists = try await checklists.checklists(
            PageRequest(limit: Self.shownRuns), object: details.incident.reference, by: visit.principal)
        var items: [String: Int] = [:]
        for attached in details.runbooks {
            items[attached.runbook] = try await executions.catalogue.entry(attached.runbook, by: visit.principal).items
        }
        let blamed = try await deployments.deployment(behind: details.incident, by: visit.principal)
        let suspects =
            mayOperate ? try await deployments.suspects(for: details.incident.services, by: visit.principal) : []
        // What was written down later stands where it belongs.
        let told = page.items.sorted { ($0.time, $0.event.seq) > ($1.time, $1.event.seq) }
        let isShown = page.items.contains { $0.note?.id == refused?.note && refused != nil }
        let notePath = mayOperate ? "\(Paths.incident(id.rawValue))/timeline" : nil
        return .html(
            try templates.render(
                IncidentPage(
                    details,
                    entries: told.map {
                        IncidentEntry($0, output: output[$0.event.seq] ?? [], editPath: notePath, refused: refused)
                    },
                    kind: kind, next: page.next, blamed: blamed, suspects: suspects,
                    contacts: try await contacts(details, visit), runs: runs.items,
                    checklists: lists.items, items: items,
                    people: mayOperate
                        ? try await accounts.names(limit: Self.offeredPeople, by: visit.principal) : [],
                    problem: isShown ? nil : refused?.problem.description, mayOperate: mayOperate, idempotencyKey: key,
                    head: head, reader: visit.reader)),
            status: refused.map { .init(code: $0.problem.code.status) } ?? .ok)
    }

    @Sendable func form(_ visit: Visit) async throws -> Response {
        try visit.principal.require(.operate, to: "open incidents")
        let typed = IncidentFormPage.Typed(
            title: visit.query("title") ?? "", services: visit.query("service") ?? "",
            deployment: visit.query("deployment") ?? "")
        return .html(
            try templates.render(IncidentFormPage(typed, idempotencyKey: key, reader: visit.reader)))
    }

    @Sendable func createFromForm(_ visit: Visit) async throws -> Response {
        let severity = try Self.severity(visit.form.filled("severity")) ?? .sev3
        let typed = IncidentFormPage.Typed(
            title: visit.form["title"] ?? "", severity: severity, services: visit.form["services"] ?? "",
            note: visit.form["note"] ?? "", deployment: visit.form["deployment"] ?? "")
        do {
            let incident = try await incidents.open(
                IncidentOrder(
                    title: typed.title, severity: severity, services: Self.names(typed.services),
                    note: visit.form.filled("note"), deployment: visit.form.filled("deployment")),
                by: visit.principal)
            return .seeOther(Paths.incident(incident.id.rawValue))
        } catch let problem as Problem where problem.code == .invalid {
            return .html(
                try templates.render(
                    IncidentFormPage(typed, problem: problem, idempotencyKey: key, reader: visit.reader)),
                status: .badRequest)
        }
    }

    @Sendable func changeFromForm(_ visit: Visit) async throws -> Response {
        let id = try id(visit)
        _ = try await incidents.change(
            id,
            IncidentChange(
                title: visit.form["title"], severity: try Self.severity(visit.form.filled("severity")),
                services: visit.form["services"].map(Self.names), runbooks: visit.form["runbooks"].map(Self.names),
                blame: visit.form.filled("deployment").map(Self.blame)),
            by: visit.principal)
        return .seeOther(Paths.incident(id.rawValue))
    }

    @Sendable func noteFromForm(_ visit: Visit) async throws -> Response {
        let id = try id(visit)
        let at = try visit.form.filled("at").map(Self.minute)
        _ = try await incidents.note(visit.form["text"] ?? "", at: at, on: id, by: visit.principal)
        return .seeOther(Paths.incident(id.rawValue))
    }

    @Sendable func editFromForm(_ visit: Visit) async throws -> Response {
        let (id, text) = (try id(visit), visit.form["text"] ?? "")
        let note = try visit.path("note")
        let expected = try VersionTag.expected(visit.form["version"], of: "note")
        do {
            let edited = try await incidents.edit(ID(note), to: text, expecting: expected, on: id, by: visit.principal)
            return .seeOther(Paths.incident(id.rawValue) + Paths.fragment("page-entry-\(edited.seq)"))
        } catch let problem as Problem where problem.code == .outdated || problem.code == .invalid {
            let details = try await incidents.incident(id, by: visit.principal)
            return try await page(details, visit, refused: .init(note: note, typed: text, problem: problem))
        }
    }

    @Sendable func assignFromForm(_ visit: Visit) async throws -> Response {
        let id = try id(visit)
        _ = try await incidents.assign(
            try role(visit), to: visit.form.filled("person"), in: id, by: visit.principal)
        return .seeOther(Paths.incident(id.rawValue))
    }

    private var key: String { ID<IncidentRecord>(at: incidents.journal.time.now()).rawValue }

    /// What a `datetime-local` field sends, in UTC as its label says; or any time of RFC 3339.
    private static func minute(_ text: String) throws(Problem) -> Timestamp {
        let isShort = text.utf8.count == 16
        if let time = Timestamp(rfc3339: "\(text)\(isShort ? ":00Z" : "Z")") { return time }
        return try moment(text)
    }

    private static func names(_ text: String) -> [String] {
        text.split { $0 == "," || $0.isNewline }.map(String.init)
    }
}
