/// The indexes that a search goes through.
enum SearchShelf: CaseIterable, Sendable {
    /// Guides, checklists, deployments, incidents, services: by title and text.
    case things
    /// What people wrote about them.
    case notes
    /// What steps printed.
    case output

    /// - Parameter object: such as `note/incident/01j9…/7`.
    init(of object: String) {
        switch object.prefix(while: { $0 != "/" }) {
        case "note": self = .notes
        case "run": self = .output
        default: self = .things
        }
    }

    /// Where things of a kind stand; for nil all of them.
    static func all(of kind: String?) -> [SearchShelf] { kind.map { [SearchShelf(of: $0)] } ?? allCases }

    var table: SQL {
        switch self {
        case .things: "search_text"
        case .notes: "search_notes"
        case .output: "search_output"
        }
    }

    var vocabulary: SQL {
        switch self {
        case .things: "search_vocabulary"
        case .notes: "search_notes_vocabulary"
        case .output: "search_output_vocabulary"
        }
    }
}
