/// A fence that runs, waits for somebody, or says why it never runs.
package struct Step: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        /// A script for a shell.
        case shell
        /// A script for another program, by `exec`.
        case program
        /// A shell that Runbook doesn't run; listed, never run.
        case unsupported
        /// People with a role must approve.
        case approval
        /// A person does it and confirms.
        case manual
        /// Some time goes by.
        case wait
        /// A request with expectations.
        case http
        /// Another runbook.
        case runbook
    }

    /// Unique in the guide: the `name` attribute, or its section's slug with a number.
    package internal(set) var id: String
    /// The slug of its section; empty before the first heading.
    package let section: String
    /// The line of the opening fence, from 1.
    package let line: Int
    /// The line of the closing fence, or the last line of one that is never closed.
    package let endLine: Int
    /// The tag, in lower case.
    package let language: String
    package let kind: Kind
    /// As written, names and values; what they mean is in `settings`.
    package let attributes: [String: String]
    package let settings: Settings
    /// What runs: prompts, sample output and container indent taken off, lines ended by LF.
    package let script: String
    /// The source line of each of the script's lines.
    package let scriptLines: [Int]
    /// Each place that somebody must fill before this runs.
    package let placeholders: [Placeholder]
    /// What is asked for before it runs, with what it is without an answer; empty unless `promptEnv` asks for it.
    package let exports: [ExportedVariable]
    /// The program and its arguments; the script's path comes after them. Empty for what no program runs.
    package let interpreter: [String]
    /// Why this never runs, as a sentence; nil when it does.
    package let refusal: String?
    /// The checklist item that this proves. Such a step is no part of a run.
    package let checkOf: String?
    /// Runs only when it is asked for: by name, or as part of its own section.
    package let isLeftOutOfWholeRun: Bool
    /// Not safe to run with others unasked: a console without prompts, a fence that is never closed.
    let isDoubtful: Bool

    /// The value that it runs for, where it runs once for each of a list, and the name that the guide has for it.
    package internal(set) var item: String?
    package internal(set) var repeats: String?

    package var isRunnable: Bool { refusal == nil }
    /// A person runs its script in a terminal of their own and says how it went; a step has none.
    package var isForTerminal: Bool { settings.isInteractive && (kind == .shell || kind == .program) }
    var isInWholeRun: Bool { hasPlaceInRun && checkOf == nil && !isLeftOutOfWholeRun && !isDoubtful }
    /// It runs, or it is no script and can't be read: a run that needs it is refused and does not pass it by.
    var hasPlaceInRun: Bool { isRunnable || ((kind == .http || kind == .wait || kind == .runbook) && !isIgnored) }
    /// Its author has taken it out.
    var isIgnored: Bool { refusal != nil && attributes["ignore"] != nil }
    package var timeout: Duration? { settings.timeout }
}
