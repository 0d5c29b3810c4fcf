import API
import Essentials
import Hummingbird
import Journal
import Storage

/// Search over HTTP.
struct SearchRoutes: Sendable {
    let database: Database
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
        return SearchAnswer(
            items: results.page.items.map { hit in
                let object = ObjectReference(text: hit.object)
                return Found(
                    kind: object.kind, id: object.id, title: hit.title,
                    excerpt: Excerpt.of(hit.text, around: words.texts), time: hit.time.rfc3339)
            }, next: results.page.next, broad: results.broad)
    }

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
