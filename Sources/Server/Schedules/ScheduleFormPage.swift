import API
import Essentials
import RunbookFormat

/// What is asked of a schedule; posts to `/schedules`.
struct ScheduleFormPage: WebPage {
    static let template = "schedules/schedule-form"

    struct Choice: Encodable, Sendable {
        let option: String
        let meaning: String
        let isSelected: Bool
    }

    let layout: Layout
    let problem: String?
    let runbook: String
    let runbookComplaint: String?
    let section: String
    let sectionComplaint: String?
    let cron: String
    let cronComplaint: String?
    let zone: String
    let zoneComplaint: String?
    let parameters: String
    let parametersComplaint: String?
    let starts: [Choice]
    let missed: [Choice]
    let overlap: [Choice]
    let idempotencyKey: String

    /// - Parameter problem: what was wrong with the last try.
    init(
        _ request: ScheduleRequest, parameters: String, problem: Problem? = nil, idempotencyKey: String, reader: Reader
    ) {
        layout = Layout("Add a schedule", place: .schedules, reader: reader)
        func complaint(_ field: String) -> String? { problem?.fields.first { $0.name == field }?.message }
        let shown: Set = ["runbook", "section", "cron", "timezone", "parameters"]
        self.problem = problem.map { problem in
            Problem(problem.code, problem.message, fields: problem.fields.filter { !shown.contains($0.name) })
                .description
        }
        runbook = request.runbook
        runbookComplaint = complaint("runbook")
        section = request.section ?? ""
        sectionComplaint = complaint("section")
        cron = request.cron
        cronComplaint = complaint("cron")
        zone = request.timezone ?? ""
        zoneComplaint = complaint("timezone")
        self.parameters = parameters
        parametersComplaint = complaint("parameters")
        func choices(_ given: String?, _ all: [(String, String)]) -> [Choice] {
            all.enumerated().map { index, choice in
                Choice(
                    option: choice.0, meaning: choice.1, isSelected: given.map { $0 == choice.0 } ?? (index == 0))
            }
        }
        starts = choices(request.starts, [("run", "Run it"), ("checklist", "Start its checklist")])
        missed = choices(
            request.missed,
            [("once", "Make up for it once"), ("skip", "Leave it out"), ("all", "Make up for each time")])
        overlap = choices(
            request.overlap, [("", "As is usual"), ("skip", "Skip the time"), ("allow", "Start another beside it")])
        self.idempotencyKey = idempotencyKey
    }
}
