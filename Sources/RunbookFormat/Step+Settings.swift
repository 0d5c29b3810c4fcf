extension Step {
    /// What a fence's attributes mean, with what holds where they are silent.
    package struct Settings: Sendable, Equatable {
        package enum OnFailure: String, Sendable, CaseIterable {
            case stop
            case continue_ = "continue"
            case rollback
        }

        /// Longer than nothing; nil is no limit.
        package var timeout: Duration?
        /// How often it is tried again.
        package var retries = 0
        /// The wait before the first of these; it doubles before each further one.
        package var backoff: Duration?
        /// The wait before each of these, where it is always the same.
        package var interval: Duration?
        /// How long a wait takes, or what runs must hold, run again and again.
        package var lasts: Duration?
        /// The condition, as written.
        package var condition: String?
        /// What the condition asks; nil where there is none.
        package var test: Condition?
        /// Why the condition can't be read, as a sentence: a run with such a step is refused, for nobody knows whether it is
        /// to run.
        package var conditionFault: String?
        package var onFailure = OnFailure.stop
        /// Runs also after a failure or a cancellation.
        package var isAlways = false
        /// Ids of the steps that must have succeeded before.
        package var needs: [String] = []
        package var isParallel = false
        /// Absolute, or relative to the run's workspace.
        package var workingDirectory: String?
        package var environment: [String: String] = [:]
        /// Names that the step hands to later steps.
        package var outputs: [String] = []
        /// The question that a person must answer with yes before it runs.
        package var confirmation: String?
        /// Running it twice does what running it once does.
        package var isIdempotent = false
        /// When a program that does not end by itself has done what it was started for.
        package var until: Until?
        /// It runs beside what follows, and is ended with the run.
        package var isBackground = false
        /// The list that it runs once for each value of, or on each machine of.
        package var each: Each?
        /// By which a run can choose its steps.
        package var tags: [String] = []
        /// Wants a terminal: a person runs it in one.
        package var isInteractive = false
        /// Of a gate: who must approve.
        package var approval: ApprovalRule?
        /// Of a request: what must be answered.
        package var expectations: RequestExpectations?
    }
}
