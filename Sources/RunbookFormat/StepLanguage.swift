/// What a fence's tag means for running it.
enum StepLanguage {
    /// A script for this interpreter, prompts allowed.
    case shell([String])
    /// A recorded session: only what stands behind prompts runs.
    case console
    /// A shell that Runbook doesn't run.
    case unsupported
    /// A gate or request, when the fence has an attribute block.
    case directive(Step.Kind)
    /// Configuration or code.
    case document

    init(tag: String) {
        switch tag {
        // As GitHub Actions runs them: no start-up files, and the first failure ends the step.
        case "bash", "shell": self = .shell(["bash", "--noprofile", "--norc", "-eo", "pipefail"])
        case "sh": self = .shell(["sh", "-e"])
        case "dash": self = .shell(["dash", "-e"])
        case "ash": self = .shell(["ash", "-e"])
        case "zsh": self = .shell(["zsh", "-f", "-eo", "pipefail"])
        case "ksh": self = .shell(["ksh", "-e", "-o", "pipefail"])
        case "console", "shell-session", "shellsession", "sh-session", "terminal": self = .console
        case "powershell", "pwsh", "fish", "cmd", "bat": self = .unsupported
        case "approval": self = .directive(.approval)
        case "manual": self = .directive(.manual)
        case "http": self = .directive(.http)
        case "wait": self = .directive(.wait)
        case "runbook": self = .directive(.runbook)
        default: self = .document
        }
    }

    /// Whether a command line runs a script as a shell: `bash`, `/bin/sh -e`, `/usr/bin/env bash`.
    static func isShell(_ command: [String]) -> Bool {
        let names = command.lazy.map { $0.split(separator: "/").last.map(String.init) ?? "" }
        let name =
            names.first == "env" ? names.dropFirst().first { !$0.hasPrefix("-") && !$0.contains("=") } : names.first
        guard let name, case .shell = StepLanguage(tag: name) else { return false }
        return true
    }

    /// What runs a recorded session.
    static let consoleInterpreter = ["bash", "--noprofile", "--norc", "-eo", "pipefail"]

    /// What runs a fence in another language that asks for `exec` without naming a program.
    static func interpreter(forExecutable tag: String) -> [String]? {
        switch tag {
        case "python", "python3", "py": ["python3"]
        case "ruby", "rb": ["ruby"]
        case "perl", "pl": ["perl"]
        case "javascript", "js", "node": ["node"]
        case "php": ["php"]
        case "lua": ["lua"]
        case "awk": ["awk", "-f"]
        case "psql", "sqlite3": reading(script: [tag])
        default: nil
        }
    }

    /// Programs that take statements and not a script's path are told to read it, and to stop at the first that fails.
    static func reading(script program: [String]) -> [String] {
        switch program.first.map({ $0.split(separator: "/").last.map(String.init) ?? $0 }) {
        case "psql": program + ["-X", "-w", "-q", "-v", "ON_ERROR_STOP=1", "-f"]
        // Standard input is empty, so that it ends behind the script.
        case "sqlite3": program + ["-batch", "-bail", "-init"]
        default: program
        }
    }
}
