/// What a shim is to run, once, as one attempt of a step.
package struct Launch: Sendable, Equatable {
    /// The attempt's id. The step sees it as `RUNBOOK_ATTEMPT`, which also marks its processes.
    package var attempt: String
    /// Absolute; one per attempt and never used again. `start` makes it, for its owner alone.
    package var folder: String
    /// The program and its arguments. A program without a slash is looked up in `environment["PATH"]`.
    package var arguments: [String]
    /// What the step gets, with `RUNBOOK_ATTEMPT`, and nothing else.
    package var environment: [String: String]
    package var workingDirectory: String
    /// Counted from the step's start, while the machine sleeps too; nil for none.
    package var timeout: Duration?
    /// Between SIGTERM and SIGKILL.
    package var grace: Duration
    /// Bytes of standard output and error together; what comes after is discarded, behind a marker.
    package var outputLimit: Int64
    /// Files that `start` writes into `folder` before the step begins (its script, say), by their plain names.
    package var files: [String: [UInt8]]

    package init(
        attempt: String, folder: String, arguments: [String], environment: [String: String], workingDirectory: String,
        timeout: Duration? = nil, grace: Duration = .seconds(10), outputLimit: Int64 = 64 << 20,
        files: [String: [UInt8]] = [:]
    ) {
        self.attempt = attempt
        self.folder = folder
        self.arguments = arguments
        self.environment = environment
        self.workingDirectory = workingDirectory
        self.timeout = timeout
        self.grace = grace
        self.outputLimit = outputLimit
        self.files = files
    }
}
