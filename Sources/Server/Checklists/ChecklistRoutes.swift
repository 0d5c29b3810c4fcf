import API
import Checklists
import Essentials
import Executions
import HTTPTypes
import Hummingbird
import Incidents
import Journal
import Runbooks

/// Checklists over HTTP: JSON for programs, pages for people, one handler for both.
struct ChecklistRoutes: Sendable {
    let checklists: Checklists
    let catalogue: Catalogue
    let incidents: Incidents
    let templates: Templates

    var table: [Route] {
        [
            .signedIn(.get, "/api/v1/checklists", list),
            .signedIn(.post, "/api/v1/checklists", create),
            .signedIn(.get, "/api/v1/checklists/{id}", show),
            .signedIn(.put, "/api/v1/checklists/{id}/items/{item}", change),
            .signedIn(.post, "/api/v1/checklists/{id}/items/{item}/check", check),
            .signedIn(.post, "/api/v1/checklists/{id}/checks", checkAll),
            .signedIn(.post, "/api/v1/checklists/{id}/completion", complete),
            .signedIn(.post, "/api/v1/checklists/{id}/reopening", reopen),
            .signedIn(.get, "/api/v1/checklists/{id}/export", export),
            .signedIn(.get, "/checklists", list),
            .signedIn(.get, "/checklists/new", form),
            .signedIn(.post, "/checklists", createFromForm),
            .signedIn(.get, "/checklists/{id}", show),
            .signedIn(.post, "/checklists/{id}/items", changeFromForm),
            .signedIn(.post, "/checklists/{id}/checks", checkAll),
            .signedIn(.post, "/checklists/{id}/completion", complete),
            .signedIn(.post, "/checklists/{id}/reopening", reopen),
            .signedIn(.get, "/checklists/{id}/export", export),
        ]
    }

    @Sendable func list(_ visit: Visit) async throws -> Response {
        let state = try visit.query("state").map { text throws(Problem) in
            guard let state = ChecklistState(rawValue: text) else {
                throw .invalid(
                    "There is no checklist state \"\(text.prefix(40))\".",
                    fields: [.init(name: "state", message: "open or completed")])
            }
            return state
        }
        let runbook = visit.query("runbook").map(RunbookName.dotted)
        let head = try await checklists.journal.newsHead(visit)
        let page = try await checklists.checklists(
            visit.page(), state: state, runbook: runbook,
            object: visit.query("object").map(ObjectReference.init(text:)),
            by: visit.principal)
        if visit.wantsJSON { return try .json(List(items: page.items.map(ChecklistSummary.init), next: page.next)) }
        return .html(
            try templates.render(
                ChecklistsPage(
                    rows: page.items.map(ChecklistsPage.Row.init), state: state, runbook: runbook,
                    open: try await checklists.openCount(by: visit.principal), next: page.next, head: head,
                    reader: visit.reader)))
    }

    @Sendable func create(_ visit: Visit) async throws -> Response {
        let request = try visit.json(ChecklistRequest.self)
        var order = ChecklistOrder(
            runbook: request.runbook, section: request.section, occasion: request.occasion ?? "",
            object: try await incidents.occasion(request.incident, by: visit.principal))
        order.parameters = request.parameters ?? [:]
        let list = try await checklists.start(order, by: visit.principal)
        return try .json(
            Checklist(list), status: .created, headers: [.location: "/api/v1/checklists/\(list.id)"])
    }

    @Sendable func show(_ visit: Visit) async throws -> Response {
        let head = try await checklists.journal.head()
        let list = try await checklists.checklist(try id(visit), by: visit.principal)
        return visit.wantsJSON ? try .json(Checklist(list)) : try page(list, visit, head: head?.seq ?? 0)
    }

    /// Takes the item's version as `If-Match`, so that nobody overwrites what they have not seen.
    @Sendable func change(_ visit: Visit) async throws -> Response {
        try visit.principal.require(.operate, to: "change items of checklists")
        let expected = try ItemTag.expected(visit.request.headers[.ifMatch])
        let request = try visit.json(ItemRequest.self)
        let change = ItemChange(state: try request.state.map(state), note: request.note)
        let item = try await checklists.change(
            try visit.path("item"), of: try id(visit), to: change, expecting: expected, by: visit.principal)
        return try .json(ChecklistEntry(item), headers: [.eTag: ItemTag.text(item)])
    }

    @Sendable func check(_ visit: Visit) async throws -> Response {
        let item = try await checklists.check(try visit.path("item"), of: try id(visit), by: visit.principal)
        return try .json(ChecklistEntry(item), headers: [.eTag: ItemTag.text(item)])
    }

    @Sendable func checkAll(_ visit: Visit) async throws -> Response {
        let id = try id(visit)
        let (list, refused) = try await checklists.checkAll(id, by: visit.principal)
        if visit.wantsJSON {
            return try .json(
                ChecksAnswer(
                    checklist: Checklist(list),
                    refused: refused.map { RefusedCheck(item: $0.item.item, reason: $0.problem.description) }))
        }
        guard !refused.isEmpty else { return .seeOther(Paths.checklist(id.rawValue)) }
        let complaints = Dictionary(refused.map { ($0.item.item, $0.problem.description) }) { first, _ in first }
        let head = try await checklists.journal.head()
        return try page(list, visit, head: head?.seq ?? 0, complaints: complaints)
    }

    @Sendable func complete(_ visit: Visit) async throws -> Response {
        let id = try id(visit)
        do {
            let list = try await checklists.complete(id, override: try reason(visit), by: visit.principal)
            return visit.wantsJSON ? try .json(Checklist(list)) : .seeOther(Paths.checklist(id.rawValue))
        } catch let problem as Problem where !visit.wantsJSON && problem.code == .conflict {
            return try await answer(problem, about: nil, of: id, visit)
        }
    }

    @Sendable func reopen(_ visit: Visit) async throws -> Response {
        let list = try await checklists.reopen(try id(visit), reason: try reason(visit), by: visit.principal)
        return visit.wantsJSON ? try .json(Checklist(list)) : .seeOther(Paths.checklist(list.id.rawValue))
    }

    /// The guide with the boxes as this checklist has them.
    @Sendable func export(_ visit: Visit) async throws -> Response {
        let id = try id(visit)
        let (runbook, bytes) = try await checklists.export(id, by: visit.principal)
        return .bytes(
            bytes, type: "text/markdown; charset=utf-8",
            headers: [
                .contentDisposition:
                    "attachment; filename=\"\(runbook.filter(\.isASCII))-checklist-\(id.rawValue.prefix(26)).md\""
            ])
    }

    func id(_ visit: Visit) throws -> ID<ChecklistRecord> { ID(try visit.path("id")) }

    func state(_ text: String) throws(Problem) -> ItemState {
        guard let state = ItemState(rawValue: text) else {
            throw .invalid(
                "\"\(text.prefix(40))\" is not a state of an item.",
                fields: [
                    .init(name: "state", message: ItemState.byPeople.map(\.rawValue).joined(separator: ", "))
                ])
        }
        return state
    }

    private func reason(_ visit: Visit) throws -> String? {
        guard visit.wantsJSON else { return visit.form.filled("reason") }
        guard visit.body.readableBytes > 0 else { return nil }
        return try visit.json(ReasonRequest.self).reason.flatMap { $0.isEmpty ? nil : $0 }
    }
}

/// An item's version as an entity tag (RFC 9110, section 8.8.3).
enum ItemTag {
    static func text(_ item: ItemRecord) -> String { "\"\(item.version)\"" }

    /// - Returns: nil for `*`, which is whatever is there.
    /// - Throws: `Problem.invalid` without one: who has not seen the item must not change it.
    static func expected(_ header: String?) throws(Problem) -> Int? {
        let field = Problem.Field(name: "If-Match", message: "the item's version in quotes, such as \"3\", or *")
        guard let header, !header.isEmpty else {
            throw .invalid("Say which version of the item you have seen, as If-Match.", fields: [field])
        }
        if header == "*" { return nil }
        guard let version = Int(header.trimmingPrefix("W/").filter { $0 != "\"" }), version > 0 else {
            throw .invalid("\(header.prefix(40)) is no version of an item.", fields: [field])
        }
        return version
    }
}

extension Problem {
    /// It is about what somebody has just asked of an item, and is said beside it.
    var isAnItems: Bool { code == .invalid || code == .conflict || code == .outdated }
}
