import API
import Essentials

/// A field to type into, and what was found.
struct SearchPage: WebPage {
    static let template = "search/search"

    struct Option: Encodable, Sendable {
        let option: String
        let label: String
        let isSelected: Bool
    }

    struct Row: Encodable, Sendable {
        let path: String
        let title: String
        let kind: String
        let id: String
        let time: Moment?
        /// `in step smoke, line 12`.
        let place: String?
        let excerpt: Excerpt?

        init(_ found: Found) {
            let whole =
                FoundKind(rawValue: found.kind)?.path(found.id, of: found.of)
                ?? Paths.journal(object: "\(found.kind)/\(found.id)")
            let anchor = found.step.map { "page-step-\($0)" } ?? found.section
            path = whole + (anchor.map(Paths.fragment) ?? "")
            let name = found.step.map { "in the step \($0)" } ?? found.section.map { "in \($0)" }
            place = found.line.map { line in [name, "line \(line)"].compactMap { $0 }.joined(separator: ", ") }
            title = found.title
            kind = found.kind
            id = found.of ?? found.id
            time = Timestamp(rfc3339: found.time).map(Moment.init)
            excerpt = found.excerpt.isEmpty ? nil : Excerpt(found)
        }
    }

    struct Excerpt: Encodable, Sendable {
        let before: String
        let match: String
        let behind: String

        init(_ found: Found) {
            let place = found.excerpt.firstRange(of: found.match)
            before = place.map { String(found.excerpt[..<$0.lowerBound]) } ?? found.excerpt
            match = place == nil ? "" : found.match
            behind = place.map { String(found.excerpt[$0.upperBound...]) } ?? ""
        }
    }

    let layout: Layout
    let sentence: String
    let typed: String
    let problem: String?
    let kinds: [Option]
    let rows: [Row]
    let hasRows: Bool
    /// Words that begin too many others.
    let broad: String?
    let nextPath: String?

    init(
        typed: String, kind: FoundKind?, answer: SearchAnswer? = nil, problem: Problem? = nil, reader: Reader
    ) {
        layout = Layout("Search", place: .search, reader: reader, scripts: ["search.js"])
        self.typed = typed
        self.problem = problem?.message
        let all = [Option(option: "", label: "everything", isSelected: kind == nil)]
        kinds = all + FoundKind.allCases.map { Option(option: $0.rawValue, label: $0.plural, isSelected: $0 == kind) }
        rows = (answer?.items ?? []).map(Row.init)
        hasRows = !rows.isEmpty
        broad = answer.flatMap { answer in
            answer.broad.isEmpty ? nil : answer.broad.joined(separator: ", ")
        }
        nextPath = answer?.next.map {
            Paths.query("/search", [("q", typed), ("kind", kind?.rawValue), ("after", $0)])
        }
        sentence =
            if problem != nil {
                "Nothing was searched."
            } else if answer == nil {
                "Every word must be there, or begin one that is; a text between quotes stands as it is."
            } else if rows.isEmpty {
                "Nothing has all of these words."
            } else {
                "First what has the words in its title, else the newest first; what was printed comes last."
            }
    }
}
