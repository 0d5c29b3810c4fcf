import Essentials

/// What is asked before a checklist starts; posts to `/checklists`.
struct ChecklistFormPage: WebPage {
    static let template = "checklists/checklist-form"

    struct Choice: Encodable, Sendable {
        let slug: String
        let label: String
        let isSelected: Bool
    }

    let layout: Layout
    let runbook: String
    let runbookPath: String
    let heading: String
    let sentence: String
    let problem: String?
    let choices: [Choice]
    let occasion: String
    /// The incident that it is for.
    let incident: String?
    let incidentPath: String
    let idempotencyKey: String

    /// - Parameters:
    ///   - sections: those with boxes, as slug and title.
    ///   - items, checks: how many items there are in the part chosen, and how many of them have a check.
    init(
        runbook: String, title: String, section: String?, sectionTitle: String?,
        sections: [(slug: String, title: String)], items: Int, checks: Int, occasion: String,
        incident: String? = nil, idempotencyKey: String,
        problem: String?, reader: Reader
    ) {
        let name = sectionTitle ?? title
        layout = Layout("Start \(name)", place: .checklists, reader: reader)
        self.runbook = runbook
        runbookPath = Paths.runbook(runbook)
        heading = "Start \(name)"
        let proofs = checks == 0 ? "" : ", \(checks) of them with a check that can prove it"
        sentence = items == 0 ? "There is nothing to tick in this part." : "\(counted(items, "item")) to tick\(proofs)."
        self.problem = problem
        choices =
            [Choice(slug: "", label: "The whole guide", isSelected: section == nil)]
            + sections.map { Choice(slug: $0.slug, label: $0.title, isSelected: $0.slug == section) }
        self.occasion = occasion
        self.incident = incident
        incidentPath = Paths.incident(incident ?? "")
        self.idempotencyKey = idempotencyKey
    }
}
