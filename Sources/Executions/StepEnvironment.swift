import Essentials
import RunbookFormat

/// What a step's environment holds: a few names of the server's own, Runbook's, what the guide declares, what earlier steps
/// handed on, the parameters; and nothing else.
struct StepEnvironment: Sendable {
    /// The server's own names that steps see; LC_* besides.
    static let passed = ["PATH", "HOME", "USER", "LOGNAME", "LANG", "TZ"]

    let server: [String: String]

    init(server: [String: String]) {
        self.server = server.filter { Self.passed.contains($0.key) || $0.key.hasPrefix("LC_") }
    }

    func values(
        run: ID<RunRecord>, step: Step, files: StepFiles, declared: [String: String], handedOn: [String: String],
        parameters: [String: String]
    ) -> [String: String] {
        var values = server
        values.merge(declared) { $1 }
        values.merge(handedOn) { $1 }
        values.merge(step.settings.environment) { $1 }
        values.merge(parameters) { $1 }
        if let item = step.item {
            values["RUNBOOK_ITEM"] = item
            if let name = step.settings.each?.variable { values[name] = item }
        }
        values["TMPDIR"] = files.temporary
        values["RUNBOOK_RUN"] = run.rawValue
        values["RUNBOOK_STEP"] = step.id
        values["RUNBOOK_OUTPUT"] = files.output
        values["RUNBOOK_ENV"] = files.environment
        return values
    }
}
