import Essentials

/// What is asked before a run; posts to `/runs`.
struct RunFormPage: WebPage {
    static let template = "runs/run-form"

    /// What a parameter takes.
    enum Kind: Sendable, Equatable {
        case text, integer, number, boolean
        case choice([String])
    }

    /// A parameter as its field.
    struct Field: Encodable, Sendable {
        let input: String
        let label: String
        let hint: String?
        let value: String
        /// The `type` of its `<input>`; nil where it is a choice.
        let type: String?
        /// The `inputmode`, for a phone's keyboard.
        let mode: String
        let choices: [Choice]
        let isChoice: Bool
        let isRequired: Bool
        let pattern: String?
        let complaint: String?

        /// - Parameters:
        ///   - value: what was typed, or the default. A sensitive value is never sent back.
        ///   - complaint: what is wrong with what was typed, as a sentence.
        init(
            name: String, input: String? = nil, kind: Kind, value: String?, isRequired: Bool, isSensitive: Bool = false,
            description: String? = nil,
            pattern: String? = nil, complaint: String? = nil
        ) {
            // An id holds no blank, and `export NAME` does.
            self.input = input ?? "p.\(name.replacing(" ", with: "."))"
            label = name
            hint = description
            self.value = isSensitive ? "" : value ?? ""
            self.isRequired = isRequired
            self.pattern = pattern
            self.complaint = complaint
            let offered: [String]? =
                switch kind {
                case .choice(let values): values
                case .boolean: ["true", "false"]
                case .text, .integer, .number: nil
                }
            type = offered == nil ? (isSensitive ? "password" : "text") : nil
            mode =
                switch kind {
                case .integer: "numeric"
                case .number: "decimal"
                default: "text"
                }
            isChoice = offered != nil
            // Without a value there must be an empty choice, or the browser would send the first as if it had been chosen.
            let values =
                (value.map { offered?.contains($0) ?? false } ?? false) ? offered ?? [] : [""] + (offered ?? [])
            choices =
                isChoice
                ? values.map { option in
                    Choice(
                        option: option, optionLabel: option.isEmpty ? "choose…" : option,
                        isSelected: option == (value ?? ""))
                } : []
        }
    }

    /// What a placeholder is filled with, under the name that it has in a form.
    static func gap(
        _ text: String, line: Int, step: String, value: String?, complaint: String? = nil
    ) -> Field {
        Field(
            name: text, input: "p.gap.\(Paths.encoded(text))", kind: .text, value: value, isRequired: true,
            description: "A placeholder in line \(line), step \(step): letters, digits and ._:/@%+=,- may fill it.",
            complaint: complaint)
    }

    struct Choice: Encodable, Sendable {
        let option: String
        let optionLabel: String
        let isSelected: Bool
    }

    struct Step: Encodable, Sendable {
        let planned: String
        let language: String
        /// What lint says of it, when it destroys something.
        let caution: String?
    }

    let layout: Layout
    let runbook: String
    let runbookPath: String
    let heading: String
    let sentence: String
    let problem: String?
    let section: String?
    let step: String?
    /// What the run is for.
    let incident: String?
    let incidentPath: String
    let idempotencyKey: String
    let fields: [Field]
    let steps: [Step]
    let preview: Preview?

    /// - Parameters:
    ///   - section, step: the part to run; the whole runbook without them.
    ///   - idempotencyKey: makes a form that is sent twice one run.
    ///   - problem: what was wrong with the last try.
    ///   - preview: what a dry run found.
    init(
        runbook: String, title: String, section: String? = nil, step: String? = nil, incident: String? = nil,
        idempotencyKey: String, fields: [Field], steps: [Step], problem: String? = nil, preview: Preview? = nil,
        reader: Reader
    ) {
        layout = Layout("Run \(title)", place: .runbooks, reader: reader)
        self.runbook = runbook
        runbookPath = Paths.runbook(runbook)
        heading = "Run \(title)"
        self.section = section
        self.step = step
        self.incident = incident
        incidentPath = Paths.incident(incident ?? "")
        self.idempotencyKey = idempotencyKey
        self.fields = fields
        self.steps = steps
        self.problem = problem
        self.preview = preview
        sentence =
            if steps.isEmpty {
                "There is nothing to run in this part of the guide."
            } else {
                "This runs \(counted(steps.count, "step")) on the server\(steps.count > 1 ? ", one after the other" : "")."
            }
    }
}
