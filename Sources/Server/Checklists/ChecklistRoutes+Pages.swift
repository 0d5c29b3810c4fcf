import Accounts
import Checklists
import Essentials
import Hummingbird
import Journal
import RunbookFormat
import Runbooks

extension ChecklistRoutes {
    private static let offeredPeople = 200

    func page(
        _ list: ChecklistRecord, _ visit: Visit, head: Int64, complaints: [String: String] = [:],
        problem: String? = nil, status: Problem.Code? = nil
    ) async throws -> Response {
        let people =
            visit.principal.may(.operate) && list.summary.state == .open
            ? try await accounts.names(limit: Self.offeredPeople, by: visit.principal) : []
        return .html(
            try templates.render(
                try ChecklistPage(
                    list, complaints: complaints, problem: problem, people: people, principal: visit.principal,
                    head: head, reader: visit.reader)),
            status: status.map { .init(code: $0.status) } ?? .ok)
    }

    /// The checklist as it is now, with what was wrong beside the item.
    func answer(
        _ problem: Problem, about item: String?, of id: ID<ChecklistRecord>, _ visit: Visit
    ) async throws -> Response {
        let head = try await checklists.journal.head()
        let list = try await checklists.checklist(id, by: visit.principal)
        let isKnown = list.items.contains { $0.item == item }
        return try await page(
            list, visit, head: head?.seq ?? 0,
            complaints: isKnown ? [item ?? "": problem.description] : [:],
            problem: isKnown ? nil : problem.description, status: problem.code)
    }

    /// One item, from the page's form: the button that was pressed says what, of which item, and which version it showed.
    @Sendable func changeFromForm(_ visit: Visit) async throws -> Response {
        let id = try id(visit)
        let press = try Press(visit.form["do"])
        let list = try await checklists.checklist(id, by: visit.principal)
        guard let item = list.items.first(where: { $0.position == press.position })?.item else {
            throw Problem.notFound("This checklist has no item \(press.position).")
        }
        do {
            if press.act == .check {
                _ = try await checklists.check(item, of: id, by: visit.principal)
            } else {
                var change = ItemChange(state: press.act.state, note: visit.form["note-\(press.position)"])
                if press.act == .assign {
                    let owners = ItemOwners(typed: visit.form["to-\(press.position)"] ?? "")
                    change.assignee = owners.person ?? ""
                    change.role = owners.role.map { .role($0) } ?? .anybody
                }
                _ = try await checklists.change(item, of: id, to: change, expecting: press.version, by: visit.principal)
            }
            return .seeOther(Paths.checklist(id.rawValue, position: press.position))
        } catch let problem as Problem where problem.isAnItems {
            return try await answer(problem, about: item, of: id, visit)
        }
    }

    /// What is asked before a checklist starts.
    @Sendable func form(_ visit: Visit) async throws -> Response {
        guard let runbook = visit.query("runbook") else { return .seeOther("/runbooks") }
        return .html(
            try await formPage(
                runbook, section: visit.query("section"), occasion: visit.query("occasion") ?? "",
                incident: visit.query("incident"), problem: nil, visit))
    }

    @Sendable func createFromForm(_ visit: Visit) async throws -> Response {
        guard let runbook = visit.form.filled("runbook") else {
            throw Problem.invalid(
                "The form does not say which runbook the checklist is of.",
                fields: [.init(name: "runbook", message: "required")])
        }
        let (section, occasion) = (visit.form.filled("section"), visit.form.filled("occasion") ?? "")
        let incident = visit.form.filled("incident")
        do {
            let order = ChecklistOrder(
                runbook: runbook, section: section, occasion: occasion,
                object: try await incidents.occasion(incident, by: visit.principal))
            let list = try await checklists.start(order, by: visit.principal)
            return .seeOther(Paths.checklist(list.id.rawValue))
        } catch let problem as Problem where problem.code == .invalid {
            return .html(
                try await formPage(
                    runbook, section: section, occasion: occasion, incident: incident, problem: problem, visit),
                status: .badRequest)
        }
    }

    private func formPage(
        _ runbook: String, section: String?, occasion: String, incident: String?, problem: Problem?, _ visit: Visit
    ) async throws -> String {
        try visit.principal.require(.operate, to: "start checklists")
        let entry = try await catalogue.entry(runbook, by: visit.principal)
        let guide = try await catalogue.guide(version: entry.version, of: entry.name)
        guard let items = guide.items(within: section) else {
            throw Problem.notFound("\(entry.name) has no section \(section?.prefix(80) ?? "").")
        }
        return try templates.render(
            ChecklistFormPage(
                runbook: entry.name, title: entry.title, section: section,
                sectionTitle: section.flatMap { guide.section($0)?.title },
                // Every section that leads to a box, so that a part of a long guide can be chosen.
                sections: guide.sections.filter { !(guide.items(within: $0.slug) ?? []).isEmpty }
                    .map { ($0.slug, $0.title) },
                items: items.count, checks: items.count { $0.check != nil }, occasion: occasion,
                incident: incident, idempotencyKey: ID<ChecklistOrder>(at: checklists.journal.time.now()).rawValue,
                problem: problem?.description, reader: visit.reader))
    }
}

/// What the button of an item says: `tick 7 3` is to tick the seventh item, of which the page showed version 3.
struct Press: Equatable {
    enum Act: String {
        case tick, open, waive, note, assign, check

        var state: ItemState? {
            switch self {
            case .tick: .ticked
            case .open: .open
            case .waive: .notApplicable
            case .note, .assign, .check: nil
            }
        }
    }

    let act: Act
    let position: Int
    let version: Int

    /// - Throws: `Problem.invalid`.
    init(_ text: String?) throws(Problem) {
        let words = (text ?? "").split(separator: " ")
        guard words.count == 3, let act = Act(rawValue: String(words[0])), let position = Int(words[1]),
            let version = Int(words[2])
        else {
            throw .invalid(
                "The form does not say what to do with which item.",
                fields: [
                    .init(
                        name: "do", message: "tick, open, waive, note, assign or check, the item's number, its version")
                ]
            )
        }
        (self.act, self.position, self.version) = (act, position, version)
    }
}
