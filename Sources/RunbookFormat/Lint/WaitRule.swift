/// Commands and loops that wait for something else, for as long as that takes: without a limit a step hangs with it.
enum WaitRule {
    /// - Returns: a sentence for a command that waits; nil for others and for those that have a limit of their own.
    static func message(for invocation: Invocation) -> String? {
        guard !invocation.isBounded, !invocation.command.isBackground, let advice = advice(invocation) else {
            return nil
        }
        return "\(invocation.shown) waits, and the step says for how long nowhere; \(advice)."
    }

    private static let fence = "add timeout=10m to the fence"

    private static func advice(_ invocation: Invocation) -> String? {
        switch invocation.program {
        case "kubectl", "oc":
            let waits =
                invocation.mentions("rollout", "status") && !invocation.has("--watch=false")
                || invocation.isCalled("wait") || invocation.mentions("wait") && invocation.has("--for")
            return waits && !invocation.has("--timeout") ? "add --timeout=5m, or timeout=10m to the fence" : nil
        case "aws": return invocation.operands.prefix(6).contains("wait") ? fence : nil
        case "argocd": return invocation.mentions("wait") && !invocation.has("--timeout") ? "add --timeout 300" : nil
        case "docker", "podman": return invocation.isCalled("wait") ? fence : nil
        case "heroku": return invocation.operands.first == "pg:wait" ? fence : nil
        case "gh": return invocation.isCalled("run", "watch") ? fence : nil
        case "sleep": return seconds(invocation.operands.first ?? "") >= 60 ? fence : nil
        default: return nil
        }
    }

    private static func seconds(_ text: String) -> Int {
        let digits = text.prefix(9).prefix { ("0"..."9").contains($0) }
        guard let number = Int(digits) else { return 0 }
        switch text.dropFirst(digits.count) {
        case "", "s": return number
        case "m": return number * 60
        case "h", "d": return number * 3600
        default: return 0
        }
    }

    static let loopMessage =
        "The loop asks again until it likes the answer, however long that takes; count its rounds, or add timeout=10m to the fence."

    /// The script's lines on which a loop begins that sleeps between its questions and counts nothing.
    static func unboundedLoops(in commands: [ShellCommand]) -> [Int] {
        struct Loop {
            let line: Int
            let isCandidate: Bool
            var sleeps = false
            var isBounded = false
        }
        var loops: [Loop] = []
        var found: [Int] = []
        for command in commands {
            guard let first = command.words.first, !first.isQuoted else { continue }
            switch first.text {
            case "while", "until", "for", "select":
                loops.append(Loop(line: command.line, isCandidate: first.text == "while" || first.text == "until"))
            case "done":
                guard let loop = loops.popLast() else { continue }
                if loop.isCandidate, loop.sleeps, !loop.isBounded { found.append(loop.line) }
                if loop.sleeps, !loops.isEmpty { loops[loops.count - 1].sleeps = true }
                continue
            default: break
            }
            guard !loops.isEmpty else { continue }
            let last = loops.count - 1
            if first.text == "sleep" { loops[last].sleeps = true }
            if !loops[last].isBounded, command.words.contains(where: counts) { loops[last].isBounded = true }
        }
        return found
    }

    /// Comparing numbers, arithmetic, a limit, or lines that end: what keeps a loop from going on for ever.
    private static func counts(_ word: ShellCommand.Word) -> Bool {
        if ["-lt", "-le", "-gt", "-ge", "timeout", "read"].contains(word.text) { return true }
        return word.hasExpansion && word.text.contains("SECONDS") || word.text.hasPrefix("((")
    }
}
