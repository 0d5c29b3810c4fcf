import Deployments
import Essentials
import RunbookFormat
import Runbooks

/// What is asked before a deployment; posts to `/deployments`. Without a runbook it asks for that first.
struct DeploymentFormPage: WebPage {
    static let template = "deployments/deployment-form"

    struct Choice: Encodable, Sendable {
        let name: String
        let title: String
    }

    /// What came back with a problem.
    struct Typed: Encodable, Sendable {
        /// By the field's name.
        var fields: [String: String] = [:]
        var parameters: [String: String] = [:]
        /// Nil before anybody has chosen.
        var stages: Set<String>?
    }

    struct Stage: Encodable, Sendable {
        let stageID: String
        let stageTitle: String
        let contents: String
        let isChosen: Bool
        /// It asks for an approval, which nobody leaves out.
        let isNeeded: Bool
    }

    struct Option: Encodable, Sendable {
        let option: String
        let isSelected: Bool
    }

    struct Question: Encodable, Sendable {
        let runbook: String
        let runbookPath: String
        let idempotencyKey: String
        let fields: [RunFormPage.Field]
        let strategies: [Option]
        let isPlanned: Bool
        /// The guide names no rollback, so that whoever deploys says that it goes without.
        let isUnbound: Bool
        let isWithoutRollback: Bool
        let stages: [Stage]
        let rollback: String?
    }

    let layout: Layout
    let heading: String
    let sentence: String
    let problem: String?
    let choices: [Choice]
    let isChoosing: Bool
    let question: Question?

    /// Asks which runbook it is to be.
    init(choosingFrom choices: [Choice], reader: Reader) {
        layout = Layout("Deploy", place: .deployments, reader: reader)
        heading = "Deploy"
        sentence =
            choices.isEmpty
            ? "There is no runbook to deploy with yet: import one whose sections hold steps, task items or approvals."
            : "A deployment goes through the sections of a runbook, stage by stage."
        problem = nil
        self.choices = choices
        isChoosing = !choices.isEmpty
        question = nil
    }

    /// - Parameters:
    ///   - typed: what was entered at the last try.
    ///   - problem: what was wrong with it.
    init(
        of entry: Entry, _ guide: Guide, stages: [StagePlan], rollback: String?, typed: Typed, problem: Problem?,
        idempotencyKey: String, reader: Reader
    ) {
        layout = Layout("Deploy with \(entry.title)", place: .deployments, reader: reader)
        heading = "Deploy with \(entry.title)"
        sentence =
            stages.isEmpty
            ? "Its sections hold no steps, task items or approvals, so that there is nothing to deploy."
            : "It goes through \(counted(stages.count, "stage")), one after the other."
        choices = []
        isChoosing = false
        func complaint(_ name: String) -> String? {
            problem?.fields.first { $0.name == name }.map { "\(name): \($0.message)" }
        }
        func field(_ name: String, isRequired: Bool, hint: String, value: String? = nil) -> RunFormPage.Field {
            RunFormPage.Field(
                input: name, label: name, value: typed.fields[name] ?? value, isRequired: isRequired, hint: hint,
                complaint: complaint(name))
        }
        let filled: Set = ["version", "environment", "service", "commit"]
        let own = guide.metadata.parameters.parameters.filter { !filled.contains($0.name.lowercased()) }
        let fields =
            [
                field("version", isRequired: true, hint: "What to deploy, as it is tagged."),
                field("environment", isRequired: true, hint: "Where to, such as production."),
                field(
                    "service", isRequired: guide.metadata.service == nil, hint: "Which service it is.",
                    value: guide.metadata.service),
                field("commit", isRequired: false, hint: "Of the source that it was built from."),
                field("reason", isRequired: false, hint: "Why now, for the record."),
            ]
            + own.map { parameter in
                RunFormPage.Field(
                    name: parameter.name, kind: .init(parameter),
                    value: typed.parameters[parameter.name] ?? parameter.defaultValue,
                    isRequired: parameter.isRequired, isSensitive: parameter.isSensitive,
                    description: parameter.description, pattern: nil,
                    complaint: problem?.fields.first { $0.name == parameter.name }.map {
                        "\(parameter.name) \($0.message)"
                    })
            }
        question = Question(
            runbook: entry.name, runbookPath: Paths.runbook(entry.name), idempotencyKey: idempotencyKey, fields: fields,
            strategies: Strategy.allCases.map {
                Option(option: $0.rawValue, isSelected: $0.rawValue == typed.fields["strategy"] ?? "rolling")
            }, isPlanned: typed.fields["planned"] != nil,
            isUnbound: rollback == nil, isWithoutRollback: typed.fields["no_rollback"] != nil,
            stages: stages.map { plan in
                let parts = [
                    plan.items.isEmpty ? nil : counted(plan.items.count, "item"),
                    plan.gates.isEmpty ? nil : counted(plan.gates.count, "approval"),
                    plan.steps.isEmpty ? nil : counted(plan.steps.count, "step"),
                ]
                return Stage(
                    stageID: plan.id, stageTitle: plan.title,
                    contents: parts.compactMap(\.self).joined(separator: ", "),
                    isChosen: typed.stages?.contains(plan.id) ?? true,
                    isNeeded: !(plan.gates.isEmpty && plan.faults.isEmpty))
            }, rollback: rollback)
        let shown = Set(["version", "environment", "service", "commit", "reason"] + own.map(\.name))
        self.problem = problem.map { problem in
            Problem(problem.code, problem.message, fields: problem.fields.filter { !shown.contains($0.name) })
                .description
        }
    }
}

extension RunFormPage.Field {
    /// A field of text that is no parameter.
    init(
        input: String, label: String, value: String?, isRequired: Bool, hint: String, complaint: String?
    ) {
        self.input = input
        self.label = label
        self.hint = hint
        self.value = value ?? ""
        self.isRequired = isRequired
        self.complaint = complaint
        pattern = nil
        type = "text"
        mode = "text"
        isChoice = false
        choices = []
    }
}
