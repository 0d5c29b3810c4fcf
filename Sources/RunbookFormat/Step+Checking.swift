extension Step {
    /// The shells whose scripts a checker such as ShellCheck reads, as it names them.
    package enum CheckedShell: String, Sendable {
        case sh
        case bash
        case dash
        case ksh
    }

    /// The shell that runs this; nil for what no checker reads: other shells, other programs, steps that never run.
    package var checkedShell: CheckedShell? {
        guard kind == .shell, isRunnable else { return nil }
        return interpreter.first.flatMap(CheckedShell.init(rawValue:))
    }

    /// The script with a word in the place of each gap, of its length: `<pod-name>` would be read as two redirections.
    package var scriptForChecking: String {
        filled(script) { text in
            String(repeating: "x", count: text.contains("...") ? 3 : text.contains("…") ? 1 : text.count)
        }
    }
}
