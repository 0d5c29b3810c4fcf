import API
import Accounts
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
    let accounts: Accounts
    let templates: Templates

    var table: [Route] {
        [
            .signedIn(.get, "/api/v1/checklists", list),
            .signedIn(.post, "/api/v1/checklists", create),
            .signedIn(.get, "/api/v1/checklists/{id}", show),
            .signedIn(.put, "/api/v1/checklists/{id}/items/{item}", admitting: .init(again: item), change),
            .signedIn(.post, "/api/v1/checklists/{id}/items/{item}/check", admitting: .init(again: item), check),
            .signedIn(.post, "/api/v1/checklists/{id}/checks", admitting: .init(again: checks), checkAll),
            .signedIn(.post, "/api/v1/checklists/{id}/completion", complete),
            .signedIn(.post, "/api/v1/checklists/{id}/abandonment", abandon),
            .signedIn(.post, "/api/v1/checklists/{id}/reopening", reopen),
            .signedIn(.get, "/api/v1/checklists/{id}/export", export),
            .signedIn(.get, "/checklists", list),
            .signedIn(.get, "/checklists/new", form),
            .signedIn(.post, "/checklists", createFromForm),
            .signedIn(.get, "/checklists/{id}", show),
            .signedIn(.post, "/checklists/{id}/items", changeFromForm),
            .signedIn(.post, "/checklists/{id}/checks", checkAll),
            .signedIn(.post, "/checklists/{id}/completion", complete),
            .signedIn(.post, "/checklists/{id}/abandonment", abandon),
            .signedIn(.post, "/checklists/{id}/reopening", reopen),
            .signedIn(.get, "/checklists/{id}/export", export),
        ]
    }

    @Sendable func list(_ visit: Visit) async throws -> Response {
        let state = try visit.query("state").map { text throws(Problem) in
            guard let state = ChecklistState(rawValue: text) else {
                throw .invalid(
                    "There is no checklist state \"\(text.prefix(40))\".",
                    fields: [
                        .init(name: "state", message: ChecklistState.allCases.map(\.rawValue).joined(separator: ", "))
                    ])
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
        return visit.wantsJSON ? try .json(Checklist(list)) : try await page(list, visit, head: head?.seq ?? 0)
    }

    /// Takes the item's version as `If-Match`, so that nobody overwrites what they have not seen.
    @Sendable func change(_ visit: Visit) async throws -> Response {
        try visit.principal.require(.operate, to: "change items of checklists")
        let expected = try VersionTag.expected(visit.request.headers[.ifMatch], of: "item")
        let request = try visit.json(ItemRequest.self)
        let change = ItemChange(
            state: try request.state.map(state), note: request.note, assignee: request.assignee,
            role: try request.role.map(role))
        return try await checklists.change(
            try visit.path("item"), of: try id(visit), to: change, expecting: expected, by: visit.principal,
            withholding: visit.withholding
        ) { item in
            try .json(ChecklistEntry(item), headers: [.eTag: VersionTag.text(item.version)])
        }
    }

    /// The item as it is now.
    @Sendable private func item(_ visit: Visit, _: RecordedEvent) async throws -> Response {
        let list = try await checklists.checklist(try id(visit), by: visit.principal)
        let name = try visit.path("item")
        guard let item = list.items.first(where: { $0.item == name }) else {
            throw Problem.notFound("This checklist has no item \(name.prefix(120)).")
        }
        return try .json(ChecklistEntry(item), headers: [.eTag: VersionTag.text(item.version)])
    }

    /// Which checks were refused was in the answer alone: asked for again, they say so again.
    @Sendable private func checks(_ visit: Visit, _: RecordedEvent) async throws -> Response {
        let list = try await checklists.checklist(try id(visit), by: visit.principal)
        return try .json(ChecksAnswer(checklist: Checklist(list), refused: []))
    }

    @Sendable func check(_ visit: Visit) async throws -> Response {
        let item = try await checklists.check(try visit.path("item"), of: try id(visit), by: visit.principal)
        return try .json(ChecklistEntry(item), headers: [.eTag: VersionTag.text(item.version)])
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
        return try await page(list, visit, head: head?.seq ?? 0, complaints: complaints)
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

    @Sendable func abandon(_ visit: Visit) async throws -> Response {
        let list = try await checklists.abandon(try id(visit), reason: try reason(visit), by: visit.principal)
        return visit.wantsJSON ? try .json(Checklist(list)) : .seeOther(Paths.checklist(list.id.rawValue))
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

    func role(_ text: String) throws(Problem) -> RoleWish {
        if text.isEmpty { return .anybody }
        guard let role = Role(rawValue: text), role != .viewer else {
            throw .invalid(
                "\"\(text.prefix(40))\" is no role that settles items.",
                fields: [.init(name: "role", message: "operator or admin, or empty for anybody who may tick")])
        }
        return .role(role)
    }

    private func reason(_ visit: Visit) throws -> String? {
        guard visit.wantsJSON else { return visit.form.filled("reason") }
        guard visit.body.readableBytes > 0 else { return nil }
        return try visit.json(ReasonRequest.self).reason.flatMap { $0.isEmpty ? nil : $0 }
    }
}

extension Problem {
    /// It is about what somebody has just asked of an item, and is said beside it.
    var isAnItems: Bool { [.invalid, .conflict, .outdated, .forbidden].contains(code) }
}
