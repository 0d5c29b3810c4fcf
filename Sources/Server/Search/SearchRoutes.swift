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
        try await database.prepareSearch()
        let (results, versions) = try await database.survey { reader in
            let results = try reader.search(words, kind: kind?.rawValue, request)
            var versions: [String: PlacedVersion] = [:]
            for hit in results.page.items {
                let object = ObjectReference(text: hit.object)
                guard object.kind == FoundKind.runbook.rawValue else { continue }
                versions[hit.object] = try Catalogue.placedVersion(of: object.id, in: reader)
            }
            return (results, versions)
        }
        var items: [Found] = []
        for hit in results.page.items {
            items.append(try await found(hit, words, in: versions[hit.object], by: visit.principal))
        }
        return SearchAnswer(items: items, next: results.page.next, broad: results.broad)
    }

    private func found(
        _ hit: SearchHit, _ words: SearchWords, in version: PlacedVersion?, by principal: Principal
    ) async throws -> Found {
        let object = ObjectReference(text: hit.object)
        // `note/incident/01j9…/7` is the seventh event, on that incident.
        let parts = object.kind == FoundKind.note.rawValue ? object.id.split(separator: "/").map(String.init) : []
        let excerpt = Excerpt(hit.text, around: words.texts)
        var place: (section: String?, step: String?, line: Int?)
        if let version, let line = excerpt.flatMap({ Self.line(of: $0, in: hit) }) {
            let (section, step) = try await catalogue.places(of: version, by: principal).place(ofLine: line)
            place = (section, step, line)
        }
        return Found(
            kind: object.kind, id: parts.last ?? object.id, title: hit.title, excerpt: excerpt?.text ?? "",
            match: excerpt?.hit ?? "", section: place.section, step: place.step, line: place.line,
            of: parts.isEmpty ? nil : parts.dropLast().joined(separator: "/"), time: hit.time.rfc3339)
    }

    /// The line of a guide's source that the excerpt begins on. The indexed text is the runbook's name on a line, then the
    /// source; nil for what stands in the name.
    private static func line(of excerpt: Excerpt, in hit: SearchHit) -> Int? {
        let line = hit.text.utf8.withContiguousStorageIfAvailable { bytes in
            bytes.prefix(excerpt.offset).count { $0 == UInt8(ascii: "\n") }
        }
        return line.flatMap { $0 > 0 ? $0 : nil }
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
    case runbook, checklist, deployment, incident, service, note, run

    /// Of several.
    var plural: String { "\(rawValue)s" }

    /// - Parameter whole: of a note what it stands on.
    func path(_ id: String, of whole: String?) -> String {
        switch self {
        case .note:
            let whole = ObjectReference(text: whole ?? "")
            return whole.kind == "checklist"
                ? Paths.checklist(whole.id, position: Int(id))
                : Paths.incident(whole.id) + Paths.fragment("page-entry-\(id)")
        case .run: return Paths.run(id)
        case .runbook: return Paths.runbook(id)
        case .checklist: return Paths.checklist(id)
        case .deployment: return Paths.deployment(id)
        case .incident: return Paths.incident(id)
        case .service: return Paths.service(id)
        }
    }
}
