/// What reading a guide noticed: something that a person should look at before it runs.
package struct Finding: Sendable, Equatable {
    package enum Severity: String, Sendable, CaseIterable {
        /// It cannot work as written.
        case error
        /// It will surprise somebody.
        case warning
        /// Worth knowing.
        case info
    }

    /// The rules' names are part of the interface: scripts filter by them.
    package enum Rule: String, Sendable, CaseIterable {
        case backslashSpace = "backslash-space"
        case brokenLink = "broken-link"
        case consoleWithoutPrompts = "console-without-prompts"
        case curlPipeShell = "curl-pipe-shell"
        case cyclicNeeds = "cyclic-needs"
        case defaultCredentials = "default-credentials"
        case destructiveCommand = "destructive-command"
        case disagreeingTags = "disagreeing-tags"
        case duplicateStepName = "duplicate-step-name"
        case editor
        case endlessCommand = "endless-command"
        case floatingTag = "floating-tag"
        case idleFrontMatter = "idle-front-matter"
        case interactiveCommand = "interactive-command"
        case invalidAttribute = "invalid-attribute"
        case invalidCall = "invalid-call"
        case invalidFrontMatter = "invalid-front-matter"
        case invalidRequest = "invalid-request"
        case misplacedCheck = "misplaced-check"
        case missingProgram = "missing-program"
        case missingRollback = "missing-rollback"
        case placeholder
        case preTickedBox = "pre-ticked-box"
        case promptWithOutput = "prompt-with-output"
        case rollbackWithoutVerification = "rollback-without-verification"
        case secretInArguments = "secret-in-arguments"
        case secretLiteral = "secret-literal"
        case shellcheck
        case sudo
        case thresholdWithoutWindow = "threshold-without-window"
        case typographicCharacter = "typographic-character"
        case unclosedFence = "unclosed-fence"
        case undefinedVariable = "undefined-variable"
        case unknownAttribute = "unknown-attribute"
        case unknownFrontMatter = "unknown-front-matter"
        case unknownNeed = "unknown-need"
        case unknownRollback = "unknown-rollback"
        case unknownRule = "unknown-rule"
        case unsupportedShell = "unsupported-shell"
        case waitWithoutTimeout = "wait-without-timeout"
        case wideTable = "wide-table"
    }

    package let rule: Rule
    package let severity: Severity
    /// The line in the source, from 1.
    package let line: Int
    /// One sentence: why, and what to write instead.
    package let message: String
    /// Of a broken link, or a rollback, the runbook that is not there.
    package var runbook: String?

    package init(_ rule: Rule, _ severity: Severity, line: Int, _ message: String) {
        self.rule = rule
        self.severity = severity
        self.line = line
        self.message = message
    }
}

extension [Finding] {
    /// In the order of the source, and of one rule at most `limit`: a generated file with 100,000 ticked boxes
    /// says so once and gives the number.
    func inOrder(limit: Int = 200) -> [Finding] {
        var counts: [Finding.Rule: Int] = [:]
        var kept: [Finding] = []
        var firstLeftOut: [Finding.Rule: Finding] = [:]
        for (_, finding) in enumerated().sorted(by: { ($0.element.line, $0.offset) < ($1.element.line, $1.offset) }) {
            let count = counts[finding.rule, default: 0] + 1
            counts[finding.rule] = count
            if count <= limit {
                kept.append(finding)
            } else if firstLeftOut[finding.rule] == nil {
                firstLeftOut[finding.rule] = finding
            }
        }
        for rule in Finding.Rule.allCases {
            guard let finding = firstLeftOut[rule] else { continue }
            let more = counts[rule, default: 0] - limit
            kept.append(Finding(rule, finding.severity, line: finding.line, "And \(more) more like this from here on."))
        }
        return kept
    }
}
