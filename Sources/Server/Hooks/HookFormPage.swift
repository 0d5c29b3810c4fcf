import API
import Essentials

/// What is asked of a hook; posts to `/hooks`.
struct HookFormPage: WebPage {
    static let template = "hooks/hook-form"

    let layout: Layout
    let problem: String?
    let name: String
    let nameComplaint: String?
    let runbook: String
    let runbookComplaint: String?
    let section: String
    let sectionComplaint: String?
    let parameters: String
    let parametersComplaint: String?
    let pointers: String
    let pointersComplaint: String?

    /// - Parameter problem: what was wrong with the last try.
    init(
        _ request: HookRequest, parameters: String, pointers: String, problem: Problem? = nil, reader: Reader
    ) {
        layout = Layout("Add a hook", place: .schedules, reader: reader)
        func complaint(_ field: String) -> String? { problem?.fields.first { $0.name == field }?.message }
        let shown: Set = ["name", "runbook", "section", "parameters", "pointers"]
        self.problem = problem.map { problem in
            Problem(problem.code, problem.message, fields: problem.fields.filter { !shown.contains($0.name) })
                .description
        }
        name = request.name
        nameComplaint = complaint("name")
        runbook = request.runbook
        runbookComplaint = complaint("runbook")
        section = request.section ?? ""
        sectionComplaint = complaint("section")
        self.parameters = parameters
        parametersComplaint = complaint("parameters")
        self.pointers = pointers
        pointersComplaint = complaint("pointers")
    }
}
