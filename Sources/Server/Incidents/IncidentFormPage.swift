import Essentials
import Incidents

/// What is asked when an incident is opened; posts to `/incidents`.
struct IncidentFormPage: WebPage {
    static let template = "incidents/incident-form"

    /// What was typed.
    struct Typed: Encodable, Sendable {
        var title = ""
        var severity = Severity.sev3
        var services = ""
        var note = ""
        /// The id of the deployment that it is opened from.
        var deployment = ""
    }

    struct Choice: Encodable, Sendable {
        let option: String
        let meaning: String
        let isSelected: Bool

        static func all(selected: Severity) -> [Choice] {
            Severity.allCases.map {
                Choice(option: $0.rawValue, meaning: $0.meaning, isSelected: $0 == selected)
            }
        }
    }

    let layout: Layout
    let problem: String?
    let title: String
    let titleComplaint: String?
    let severities: [Choice]
    let services: String
    let servicesComplaint: String?
    let note: String
    let noteComplaint: String?
    let deployment: String?
    let deploymentPath: String
    let deploymentComplaint: String?
    let idempotencyKey: String

    init(_ typed: Typed, problem: Problem? = nil, idempotencyKey: String, reader: Reader) {
        layout = Layout("Open an incident", place: .incidents, reader: reader)
        func complaint(_ field: String) -> String? { problem?.fields.first { $0.name == field }?.message }
        self.problem = problem?.message
        title = typed.title
        titleComplaint = complaint("title")
        severities = Choice.all(selected: typed.severity)
        services = typed.services
        servicesComplaint = complaint("services")
        note = typed.note
        noteComplaint = complaint("note")
        deployment = typed.deployment.isEmpty ? nil : typed.deployment
        deploymentPath = Paths.deployment(typed.deployment)
        deploymentComplaint = complaint("deployment")
        self.idempotencyKey = idempotencyKey
    }
}

extension Severity {
    /// For who chooses one at night.
    var meaning: String {
        switch self {
        case .sev1: "sev1 · down, or data at risk"
        case .sev2: "sev2 · badly degraded for many"
        case .sev3: "sev3 · degraded for some"
        case .sev4: "sev4 · nobody notices yet"
        }
    }
}
