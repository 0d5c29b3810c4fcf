import API
import Essentials
import Hummingbird
import Journal
import RunbookFormat
import Runbooks
import Storage

/// Search over HTTP.
struct SearchRoutes: Sendable {
    let database: Database
    let catalogue: Catalogue
    let templates: Templates

    var table: [Route] {
        [
            .signedIn(.get, "/api/v1/search", answer),
            .signedIn(.get, "/search", page),
        ]
    }

    @Sendable func answer(_ visit: Visit) async throws -> Response {
        try .json(try await find(try SearchWords(parsing: visit.query("q") ?? ""), visit))
    }

    /// Without words it only asks for them; with words that are none it says so.
    @Sendable func page(_ visit: Visit) async throws -> Response {
        try visit.principal.require(.read, to: "search")
        let typed = visit.query("q") ?? ""
        let kind = try Self.kind(of: visit)
        guard !typed.isEmpty else {
            return .html(try templates.render(SearchPage(typed: "", kind: kind, reader: visit.reader)))
        }
        do {
            let answer = try await find(try SearchWords(parsing: typed), visit)
            return .html(
                try templates.render(
                    SearchPage(typed: typed, kind: kind, answer: answer, reader: visit.reader)))
        } catch let problem as Problem where problem.fields.first?.name == "q" {
            return .html(
                try templates.render(SearchPage(typed: typed, kind: kind, problem: problem, reader: visit.reader)),
                status: .badRequest)
        }
    }

    private func find(_ words: SearchWords, _ visit: Visit) async throws -> SearchAnswer {
        try visit.principal.require(.read, to: "search")
        let (kind, request) = (try Self.kind(of: visit), try visit.page(limit: 20))
        let results = try await database.survey { try $0.search(words, kind: kind?.rawValue, request) }
        var items: [Found] = []
        for hit in results.page.items { items.append(try await found(hit, words, by: visit.principal)) }
        return SearchAnswer(items: items, next: results.page.next, broad: results.broad)
    }

    private func found(_ hit: SearchHit, _ words: SearchWords, by principal: Principal) async throws -> Found {
        let object = ObjectReference(text: hit.object)
        let excerpt = Excerpt(hit.text, around: words.texts)
        var place: (section: String?, step: String?, line: Int?)
        if let excerpt, object.kind == FoundKind.runbook.rawValue, hit.text.utf8.count <= Self.placedBytes {
            place = try await self.place(of: excerpt, in: hit, of: object.id, by: principal)
        }
        return Found(
            kind: object.kind, id: object.id, title: hit.title, excerpt: excerpt?.text ?? "",
            match: excerpt?.hit ?? "", section: place.section, step: place.step, line: place.line,
            time: hit.time.rfc3339)
    }

    /// The indexed text is the runbook's name on a line, then its source.
    private func place(
        of excerpt: Excerpt, in hit: SearchHit, of name: String, by principal: Principal
    ) async throws -> (section: String?, step: String?, line: Int?) {
        let line = hit.text.utf8.prefix(excerpt.offset).count { $0 == UInt8(ascii: "\n") }
        guard line > 0 else { return (nil, nil, nil) }
        let guide = try await catalogue.guide(of: name, by: principal)
        let step = guide.steps.first { ($0.line...$0.endLine).contains(line) }
        let section = guide.sections.last { $0.line <= line }
        return (section?.slug, step?.id, line)
    }

    /// Longer guides lead to their beginning: to parse twenty of them for one page would take too long.
    private static let placedBytes = 200_000

    private static func kind(of visit: Visit) throws(Problem) -> FoundKind? {
        guard let name = visit.query("kind") else { return nil }
        guard let kind = FoundKind(rawValue: name) else {
            throw .invalid(
                "Nothing of the kind \"\(name.prefix(40))\" is searched.",
                fields: [
                    .init(name: "kind", message: FoundKind.allCases.map(\.rawValue).joined(separator: ", "))
                ])
        }
        return kind
    }
}

/// The kinds of things that are found by their words.
enum FoundKind: String, CaseIterable, Sendable {
    case runbook, checklist, deployment, incident, service

    /// Of several.
    var plural: String { "\(rawValue)s" }

    func path(_ id: String) -> String {
        switch self {
        case .runbook: Paths.runbook(id)
        case .checklist: Paths.checklist(id)
        case .deployment: Paths.deployment(id)
        case .incident: Paths.incident(id)
        case .service: Paths.service(id)
        }
    }
}
