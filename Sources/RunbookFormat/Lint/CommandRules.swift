/// What a step's commands tell about running it unattended.
struct CommandRules {
    private(set) var findings: [Finding] = []
    /// The source lines of the commands that change something, and of those that look at what came of it.
    private(set) var changes: [Int] = []
    private(set) var looks: [Int] = []

    private let step: Step
    private let isConfirmed: Bool
    /// Something ends the step when it takes too long.
    private let isBounded: Bool
    private let isRollback: Bool
    /// Something else than itself ends it.
    private let mayGoOn: Bool
    /// A person runs it, at a terminal: nothing waits unseen.
    private let isForTerminal: Bool

    /// - Parameters:
    ///   - isRunBounded: the front matter limits the whole run.
    ///   - isRollback: it stands where a rollback is told, so that changes and looks are gathered.
    init(_ step: Step, reading: FenceScript, isRunBounded: Bool, isRollback: Bool) {
        self.step = step
        self.isRollback = isRollback
        isConfirmed = step.settings.confirmation != nil
        isForTerminal = step.isForTerminal
        isBounded = step.settings.timeout != nil || isRunBounded || isForTerminal
        let commands = reading.scanner.commands
        let isEndless = !Self.hasWayOut(commands)
        mayGoOn = step.settings.until != nil || step.settings.isBackground || isForTerminal
        var hasSudo = false
        for (index, command) in commands.enumerated() {
            let following = command.isPipedOnward && index + 1 < commands.count ? commands[index + 1] : nil
            for invocation in Self.invocations(command) {
                lint(invocation, pipedInto: following, isEndless: isEndless)
                // Once for a step, for where one stands there stand many.
                if !hasSudo, !isForTerminal, let message = SudoRule.message(for: invocation) {
                    hasSudo = true
                    note(.sudo, .info, scriptLine: invocation.line, message)
                }
            }
        }
        if !isConfirmed { lintSQL() }
        if step.kind == .shell { lintText(reading) }
    }

    private mutating func note(
        _ rule: Finding.Rule, _ severity: Finding.Severity = .warning, scriptLine: Int, _ message: String
    ) {
        findings.append(Finding(rule, severity, line: sourceLine(scriptLine), message))
    }

    private func sourceLine(_ scriptLine: Int) -> Int {
        step.scriptLines.indices.contains(scriptLine) ? step.scriptLines[scriptLine] : step.line
    }

    private mutating func lint(_ invocation: Invocation, pipedInto next: ShellCommand?, isEndless: Bool) {
        let line = invocation.line
        if isEndless || !invocation.isLoopCondition,
            let message = EndlessRule.message(for: invocation, pipedInto: next)
        {
            if mayGoOn { return }
            note(.endlessCommand, scriptLine: line, message)
        } else if !isBounded, let message = WaitRule.message(for: invocation) {
            note(.waitWithoutTimeout, scriptLine: line, message)
        }
        if !isForTerminal {
            if let message = InteractiveRule.message(for: invocation) {
                note(.interactiveCommand, scriptLine: line, message)
            }
            if let message = EditorRule.message(for: invocation) { note(.editor, .info, scriptLine: line, message) }
        }
        if !isConfirmed, let message = DestructiveRule.message(for: invocation) {
            note(.destructiveCommand, scriptLine: line, message)
        }
        for (severity, line, message) in SecretRule.findings(for: invocation) {
            note(.secretInArguments, severity, scriptLine: line, message)
        }
        if let message = DownloadRule.message(for: invocation, pipedInto: next) {
            note(.curlPipeShell, scriptLine: line, message)
        }
        guard isRollback else { return }
        switch RollbackRule.effect(of: invocation) {
        case .change: changes.append(sourceLine(line))
        case .look: looks.append(sourceLine(line))
        case .none: break
        }
    }

    /// What a shell's text says beside its commands.
    private mutating func lintText(_ reading: FenceScript) {
        let scanner = reading.scanner
        if !isBounded, Self.hasWayOut(scanner.commands) || !EndlessRule.hasEndlessLoop(scanner.commands) {
            for line in WaitRule.unboundedLoops(in: scanner.commands) {
                note(.waitWithoutTimeout, scriptLine: line, WaitRule.loopMessage)
            }
        }
        for (line, message) in TypographyRule.findings(in: scanner.commands) {
            note(.typographicCharacter, scriptLine: line, message)
        }
        for line in scanner.brokenContinuations {
            note(
                .backslashSpace, scriptLine: line,
                "A blank stands behind the backslash, so that the command ends here; take the blank out.")
        }
        guard !isForTerminal else { return }
        for line in AnnouncedPrompt.lines(in: reading.script, read: scanner) {
            let command = scanner.commands.first { $0.line == line }?.words.first?.text ?? "it"
            note(.interactiveCommand, scriptLine: line, AnnouncedPrompt.message(Parameter.shown(command)))
        }
    }

    /// The command, and the commands in a text that it hands to another shell.
    private static func invocations(_ command: ShellCommand, depth: Int = 0, line: Int? = nil) -> [Invocation] {
        guard let invocation = Invocation(command, line: line) else { return [] }
        var all = [invocation]
        let isShell =
            ["sh", "bash", "dash", "zsh", "ksh", "ash", "su"].contains(invocation.program) && invocation.has("-c")
        let isRemote = invocation.program == "ssh" && invocation.operands.count > 1
        if depth < 2, isShell || isRemote || invocation.program == "eval", let text = invocation.arguments.last?.text {
            var scanner = ShellScanner()
            for part in Array(text.utf8).split(separator: 0x0A) { scanner.read(part) }
            scanner.finish()
            all += scanner.commands.flatMap { invocations($0, depth: depth + 1, line: invocation.line) }
        }
        return all
    }

    /// A loop on `true` ends where something in the script leaves it.
    private static func hasWayOut(_ commands: [ShellCommand]) -> Bool {
        commands.contains { ["break", "exit", "return"].contains($0.words.first?.text ?? "") }
    }

    /// SQL stands in arguments and here-documents, so that the lines are searched and not the commands.
    private mutating func lintSQL() {
        for (index, line) in Array(step.script.utf8).split(separator: 0x0A, omittingEmptySubsequences: false)
            .enumerated()
        {
            guard Self.mayDestroy(line) else { continue }
            let words = String(decoding: line, as: UTF8.self).uppercased().split {
                !($0.isLetter || $0.isNumber || $0 == "_" || $0 == "*")
            }
            guard words.count > 1, !line.drop(while: { $0 == 0x20 || $0 == 0x09 }).starts(with: "#".utf8) else {
                continue
            }
            for (word, next) in zip(words, words.dropFirst()) {
                switch (word, next) {
                case ("DROP", "TABLE"), ("DROP", "DATABASE"), ("DROP", "SCHEMA"), ("DROP", "INDEX"), ("DROP", "COLUMN"),
                    ("DROP", "USER"), ("DROP", "ROLE"), ("TRUNCATE", "TABLE"):
                    note(
                        .destructiveCommand, scriptLine: index,
                        "\(word) \(next) destroys data at once; take a backup first and add confirm to the fence.")
                case ("DELETE", "FROM") where !words.contains("WHERE"):
                    note(
                        .destructiveCommand, scriptLine: index,
                        "DELETE FROM without WHERE empties the table; add a condition, or confirm to the fence.")
                default: break
                }
            }
        }
    }

    /// A cheap look for `dr`, `de` and `tru` in either case, before words are made.
    private static func mayDestroy(_ line: ArraySlice<UInt8>) -> Bool {
        var index = line.startIndex
        while index + 2 < line.endIndex {
            switch line[index] | 0x20 {
            case 0x64 where line[index + 1] | 0x20 == 0x72 || line[index + 1] | 0x20 == 0x65: return true
            case 0x74 where line[index + 1] | 0x20 == 0x72 && line[index + 2] | 0x20 == 0x75: return true
            default: index += 1
            }
        }
        return false
    }
}
