/// What somebody asks to be run.
package struct RunOrder: Sendable, Equatable {
    package var runbook: String
    /// A section's slug: only its steps and those of its subsections.
    package var section: String?
    /// Only these steps, in the runbook's order.
    package var steps: [String]?
    package var parameters: [String: String]
    /// By the placeholder's text, such as `<pod-name>`.
    package var placeholders: [String: String]
    package var priority: String?

    package init(
        runbook: String, section: String? = nil, steps: [String]? = nil, parameters: [String: String] = [:],
        placeholders: [String: String] = [:], priority: String? = nil
    ) {
        self.runbook = runbook
        self.section = section
        self.steps = steps
        self.parameters = parameters
        self.placeholders = placeholders
        self.priority = priority
    }
}
