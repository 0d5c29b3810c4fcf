/// What would run, in order, and what is missing for it; the answer to `"dry_run": true`.
package struct DryRun: Codable, Sendable {
    package struct Step: Codable, Sendable {
        package let id: String
        package let line: Int
        package let kind: String
        /// The names of the steps that it would come after; absent for the one before it.
        package let needs: [String]?
        /// The value that it would run for, where it runs once for each of a list.
        package let item: String?
        /// The machine that it would run on, where that is not the server's own.
        package let host: String?
        package let interpreter: [String]
        /// With its placeholders filled, as far as they are.
        package let script: String
        /// Its own values, beside the parameters and the guide's.
        package let environment: [String: String]?
        /// What people would be asked: `approval`, `manual` or `confirmation`.
        package let asks: String?
        package let question: String?
        /// Who would have to answer, as a sentence.
        package let waits_for: String?
        /// The condition under which it runs, as written.
        package let condition: String?
        /// The runbook that it would run.
        package let runs: PlannedRun?

        package init(
            id: String, line: Int, kind: String, needs: [String]? = nil, item: String? = nil, host: String? = nil,
            interpreter: [String], script: String, environment: [String: String]? = nil, asks: String? = nil,
            question: String? = nil,
            waits_for: String? = nil, condition: String? = nil, runs: PlannedRun? = nil
        ) {
            self.id = id
            self.line = line
            self.kind = kind
            self.needs = needs
            self.item = item
            self.host = host
            self.interpreter = interpreter
            self.script = script
            self.environment = environment
            self.asks = asks
            self.question = question
            self.waits_for = waits_for
            self.condition = condition
            self.runs = runs
        }
    }

    package let runbook: String
    package let version: String
    package let section: String?
    package let priority: String
    /// Defaults included; the values of sensitive ones are `••••••`.
    package let parameters: [String: String]
    /// What the guide declares for every step.
    package let environment: [String: String]
    package let steps: [Step]
    /// The runbook that would take back what it did.
    package let rollback: PlannedRun?
    /// All that stands in the way; empty where it could start now.
    package let missing: [ProblemDetails.FieldError]

    package init(
        runbook: String, version: String, section: String? = nil, priority: String, parameters: [String: String],
        environment: [String: String] = [:], steps: [Step], rollback: PlannedRun? = nil,
        missing: [ProblemDetails.FieldError] = []
    ) {
        self.runbook = runbook
        self.version = version
        self.section = section
        self.priority = priority
        self.parameters = parameters
        self.environment = environment
        self.steps = steps
        self.rollback = rollback
        self.missing = missing
    }
}

/// A run that another one would start.
package struct PlannedRun: Codable, Sendable {
    package let runbook: String
    package let version: String
    package let section: String?

    package init(runbook: String, version: String, section: String? = nil) {
        self.runbook = runbook
        self.version = version
        self.section = section
    }
}
