import Essentials
import RunbookFormat

/// What a step's environment holds: a few names of the server's own, Runbook's, what the guide declares, what earlier steps
/// handed on, the parameters; and nothing else.
struct StepEnvironment: Sendable {
    /// The server's own names that steps see; LC_* besides.
    static let passed = ["PATH", "HOME", "USER", "LOGNAME", "LANG", "TZ"]

    let server: [String: String]
    /// What ssh has: the server's own names, and its user's agent.
    let ssh: [String: String]

    init(server: [String: String]) {
        ssh = server.filter { Self.passed.contains($0.key) || $0.key == "SSH_AUTH_SOCK" }
        self.server = server.filter { Self.passed.contains($0.key) || $0.key.hasPrefix("LC_") }
    }

    /// What a step that runs for a value of a list, or on a machine of one, has of it.
    static func listed(_ step: Step) -> [String: String] {
        guard let item = step.item else { return [:] }
        var values = ["RUNBOOK_ITEM": item]
        if let name = step.settings.each?.variable { values[name] = item }
        if let host = step.host { values["RUNBOOK_HOST"] = host.name }
        return values
    }

    /// What a step finds that runs on another machine, beside what its login has there.
    func values(
        run: ID<RunRecord>, onHost step: Step, attempt: ID<AttemptRecord>, declared: [String: String],
        handedOn: [String: String], parameters: [String: String]
    ) -> [String: String] {
        declared.merging(handedOn) { $1 }.merging(step.settings.environment) { $1 }.merging(parameters) { $1 }
            .merging(Self.listed(step)) { $1 }
            .merging([
                "RUNBOOK_RUN": run.rawValue, "RUNBOOK_STEP": step.id, "RUNBOOK_ATTEMPT": attempt.rawValue,
            ]) { $1 }
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
        values.merge(Self.listed(step)) { $1 }
        values["TMPDIR"] = files.temporary
        values["RUNBOOK_RUN"] = run.rawValue
        values["RUNBOOK_STEP"] = step.id
        values["RUNBOOK_OUTPUT"] = files.output
        values["RUNBOOK_ENV"] = files.environment
        return values
    }
}
