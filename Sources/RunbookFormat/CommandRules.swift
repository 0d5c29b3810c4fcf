/// What a step's commands tell about running it unattended.
enum CommandRules {
    static func findings(in scanner: ShellScanner, of step: Step) -> [Finding] {
        var findings: [Finding] = []
        func note(_ rule: Finding.Rule, _ severity: Finding.Severity = .warning, scriptLine: Int, _ message: String) {
            let line = step.scriptLines.indices.contains(scriptLine) ? step.scriptLines[scriptLine] : step.line
            findings.append(Finding(rule, severity, line: line, message))
        }
        let isEndless = !hasWayOut(scanner.commands)
        for (index, command) in scanner.commands.enumerated() {
            let following = index + 1 < scanner.commands.count ? scanner.commands[index + 1] : nil
            for invocation in invocations(command) {
                let line = invocation.line
                if isEndless || !invocation.isLoopCondition,
                    let message = EndlessRule.message(
                        for: invocation, pipedInto: command.isPipedOnward ? following : nil)
                {
                    note(.endlessCommand, scriptLine: line, message)
                }
                if let message = InteractiveRule.message(for: invocation) {
                    note(.interactiveCommand, scriptLine: line, message)
                }
                if step.settings.confirmation == nil, let message = DestructiveRule.message(for: invocation) {
                    note(.destructiveCommand, scriptLine: line, message)
                }
                if let (severity, message) = SecretRule.message(for: invocation) {
                    note(.secretInArguments, severity, scriptLine: line, message)
                }
                if let message = DownloadRule.message(
                    for: invocation, pipedInto: command.isPipedOnward ? following : nil)
                {
                    note(.curlPipeShell, scriptLine: line, message)
                }
            }
        }
        if step.settings.confirmation == nil { lintSQL(step, note: { note(.destructiveCommand, scriptLine: $0, $1) }) }
        return findings
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
    private static func lintSQL(_ step: Step, note: (Int, String) -> Void) {
        for (index, line) in Array(step.script.utf8).split(separator: 0x0A, omittingEmptySubsequences: false)
            .enumerated()
        {
            guard mayDestroy(line) else { continue }
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
                        index,
                        "\(word) \(next) destroys data at once; take a backup first and add confirm to the fence.")
                case ("DELETE", "FROM") where !words.contains("WHERE"):
                    note(
                        index, "DELETE FROM without WHERE empties the table; add a condition, or confirm to the fence.")
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
