package import Journal

/// What somebody asks to be run.
package struct RunOrder: Sendable, Equatable {
    package var runbook: String
    /// A section's slug: only its steps and those of its subsections.
    package var section: String?
    /// Only these steps, in the runbook's order.
    package var steps: [String]?
    /// Only steps that have one of these tags, in the runbook's order; not together with `steps`.
    package var tags: [String]?
    package var parameters: [String: String]
    /// By the placeholder's text, such as `<pod-name>`; of variables that a step exports, by `export NAME`.
    package var placeholders: [String: String]
    package var priority: String?
    /// What the run is for, such as `incident/01j9…`: the run is found from there, and its events are about these too.
    package var occasions: [ObjectReference] = []
    /// The version that runs, for what was fixed before; the current one without it.
    package var version: String?
    /// The approvals before the chosen steps are asked for elsewhere; else they are steps of the run too.
    package var leavesGates = false
    /// What its failure takes back is taken back elsewhere: the run fails.
    package var leavesRollback = false
    /// Their values come later: they count as given.
    var unknownParameters: Set<String> = []
    /// Nothing is started: what stands in the way is told beside what would run.
    var isDry = false
    /// The run is the check of a task item: the step named, which no other run takes.
    package var isCheck = false

    package init(
        runbook: String, section: String? = nil, steps: [String]? = nil, tags: [String]? = nil,
        parameters: [String: String] = [:],
        placeholders: [String: String] = [:], priority: String? = nil
    ) {
        self.runbook = runbook
        self.section = section
        self.steps = steps
        self.tags = tags
        self.parameters = parameters
        self.placeholders = placeholders
        self.priority = priority
    }
}
