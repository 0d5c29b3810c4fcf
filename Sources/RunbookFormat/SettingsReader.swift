import Essentials
import Foundation

/// Reads a fence's attributes into settings. What can't be meant is an error, and the step then never runs: a timeout that
/// nobody understood must not become none.
struct SettingsReader {
    var settings = Step.Settings()
    /// Sentences about values that can't be meant.
    var errors: [String] = []
    /// Sentences about names that nobody knows.
    private(set) var warnings: [String] = []
    /// Runme's attributes that change nothing here.
    private(set) var notes: [String] = []
    private(set) var isExecutable = false
    private(set) var program: [String] = []
    private(set) var isCheck = false
    private(set) var isIgnored = false
    private(set) var isLeftOutOfWholeRun = false
    let attributes: [String: String]
    private(set) var promptsForExports = false

    static let knownNames: Set<String> = [
        "name", "timeout", "retries", "backoff", "interval", "for", "if", "on-failure", "always", "needs", "parallel",
        "cwd", "env", "output", "confirm", "idempotent", "until", "background", "exec", "check", "hosts", "interactive",
        "ignore", "foreach", "at-once", "max-failures", "excludeFromRunAll", "interpreter", "tag", "category",
        "promptEnv",
    ]

    /// Names that Runme gives a meaning in its own editor or terminal.
    private static let runmeNames: Set<String> = [
        "id", "closeTerminalOnSuccess", "openTerminalOnSuccess", "mimeType", "terminalRows", "transform",
        "runme.dev/id", "version",
    ]

    init(_ attributes: [String: String], kind: Step.Kind) {
        self.attributes = attributes
        if kind == .approval { settings.approval = ApprovalRule() }
        if kind == .http { settings.expectations = RequestExpectations() }
        for (name, value) in attributes.sorted(by: { $0.key < $1.key }) {
            if kind == .approval, readApproval(name, value) { continue }
            if kind == .http, readRequest(name, value) { continue }
            guard read(name, value) else {
                if let known = Self.names(of: kind) { unknown(name, in: known) }
                continue
            }
            if kind == .http, !Self.requestNames.contains(name) {
                warnings.append("\"\(name)\" means nothing for a request; take it out.")
            }
            if kind == .wait, !Self.waitNames.contains(name) {
                errors.append("\"\(name)\" means nothing for a wait; take it out.")
            }
            if kind == .runbook, !Self.callNames.contains(name) {
                errors.append("\"\(name)\" means nothing for a step that runs a runbook; take it out.")
            }
        }
        if settings.approval?.isOpenToStarter == true, settings.approval?.isClosedToStarter == true {
            errors.append("\"starter\" and \"not-starter\" say the opposite of each other; take one of them out.")
        }
        checkDuration(of: kind)
        if settings.interval != nil, settings.backoff != nil {
            errors.append("\"interval\" and \"backoff\" both say how long to wait; take one of them out.")
        }
        checkUntil(kind)
        checkEach(kind)
    }

    /// What goes together.
    private mutating func checkUntil(_ kind: Step.Kind) {
        guard kind == .shell || kind == .program else {
            // Nothing of them can be watched or ended.
            if settings.until != nil { errors.append("\"until\" is for scripts alone; take it out.") }
            if settings.isBackground { errors.append("\"background\" is for scripts alone; take it out.") }
            return
        }
        leaveToPerson()
        if case .time(let time)? = settings.until {
            if settings.isBackground { errors.append("\"until\" of a background step is a pattern, not a time.") }
            if let timeout = settings.timeout, timeout <= time {
                errors.append("\"until\" must be shorter than \"timeout\".")
            }
        }
        guard settings.isBackground else { return }
        let others = [("always", settings.isAlways), ("retries", settings.retries > 0), ("check", isCheck)]
        for (name, _) in others.filter(\.1) { errors.append("\"background\" and \"\(name)\" don't go together.") }
    }

    /// What a person runs in a terminal nothing watches or ends.
    private mutating func leaveToPerson() {
        guard settings.isInteractive else { return }
        let idle = [
            ("background", settings.isBackground), ("until", settings.until != nil),
            ("retries", settings.retries > 0), ("timeout", settings.timeout != nil), ("for", settings.lasts != nil),
        ]
        for (name, _) in idle.filter(\.1) {
            notes.append("\"\(name)\" counts for nothing beside \"interactive\": a person runs it.")
        }
        (settings.isBackground, settings.until) = (false, nil)
        if isCheck { errors.append("\"interactive\" and \"check\" don't go together: a check asks nobody.") }
    }

    private static let approvalNames = ApprovalRule.attributes.union(["name"])
    private static let requestNames = RequestExpectations.attributes.union([
        "name", "timeout", "retries", "backoff", "interval", "for", "if", "on-failure", "always", "needs", "parallel",
        "confirm", "idempotent", "check", "ignore", "excludeFromRunAll", "foreach", "at-once",
    ])

    private static let waitNames: Set<String> = [
        "name", "for", "if", "always", "needs", "parallel", "ignore", "excludeFromRunAll",
    ]
    private static let callNames: Set<String> = [
        "name", "if", "on-failure", "always", "needs", "parallel", "confirm", "ignore", "excludeFromRunAll", "foreach",
        "at-once",
    ]
    /// Each is kept with its output.
    private static let mostLooks = 1000

    /// A wait takes some time; what holds for a time is looked at from time to time.
    private mutating func checkDuration(of kind: Step.Kind) {
        guard kind != .wait else {
            if settings.lasts == nil, attributes["for"] == nil {
                errors.append("A wait needs its length, as in {for=24h}.")
            }
            return
        }
        guard let lasts = settings.lasts else { return }
        guard let interval = settings.interval else {
            errors.append("\"for\" needs \"interval\", which says how often it is run meanwhile.")
            return
        }
        if lasts / interval > Double(Self.mostLooks) {
            errors.append("\"for\" is more than \(Self.mostLooks) times the \"interval\"; take a longer one.")
        }
    }

    /// The names that such a fence may use; nil where others are left alone.
    private static func names(of kind: Step.Kind) -> Set<String>? {
        switch kind {
        case .shell, .program, .unsupported: knownNames
        case .approval: approvalNames
        case .http: requestNames
        case .wait: waitNames
        case .runbook: callNames
        case .manual: nil
        }
    }

    /// - Returns: whether it is one of a request's own attributes.
    private mutating func readRequest(_ name: String, _ value: String) -> Bool {
        guard RequestExpectations.attributes.contains(name) else { return false }
        let isWhole = name == "header" || name == "body" || name == "json"
        let texts: [String]
        if value.hasPrefix("["), name != "body" || value.hasSuffix("]"), let list = Self.list(value) {
            texts = list
        } else if name == "output" {
            texts = value.split(whereSeparator: { $0 == "," || $0.isWhitespace }).map(String.init)
        } else {
            texts = isWhole && value.isEmpty ? [] : [value]
        }
        do {
            try settings.expectations?.read(name, texts) { Self.bool($0) }
        } catch {
            errors.append(error.message)
        }
        return true
    }

    private static func list(_ text: String) -> [String]? {
        guard case .array(let values)? = try? JSONValue(parsing: text) else { return nil }
        let texts = values.compactMap { value in if case .string(let text) = value { text } else { nil } }
        return texts.count == values.count ? texts : nil
    }

    /// - Returns: whether it is one of a gate's own attributes.
    private mutating func readApproval(_ name: String, _ value: String) -> Bool {
        switch name {
        case "role":
            // A viewer changes nothing, and to approve is to change.
            if let role = Role(rawValue: value), role != .viewer {
                settings.approval?.role = role
            } else {
                errors.append("\"role\" must be operator or admin.")
            }
        case "minimum":
            if let number = Int(value), (1...ApprovalRule.mostPeople).contains(number) {
                settings.approval?.minimum = number
            } else {
                errors.append("\"minimum\" must be a whole number from 1 to \(ApprovalRule.mostPeople).")
            }
        case "starter":
            let isOpen = flag(name, value)
            settings.approval?.isOpenToStarter = isOpen
        case "not-starter":
            let isClosed = flag(name, value)
            settings.approval?.isClosedToStarter = isClosed
        case "expires":
            let expires = duration(name, value)
            settings.approval?.expires = expires
        case "remind":
            let remind = duration(name, value)
            settings.approval?.remind = remind
        default: return false
        }
        return true
    }

    private mutating func unknown(_ name: String, in known: Set<String>) {
        if Self.runmeNames.contains(name) {
            notes.append("The attribute \"\(name)\" is for Runme's editor and changes nothing here.")
            return
        }
        let advice =
            Spelling.nearest(to: name, in: known).map { "; did you mean \"\($0)\"?" } ?? "; take it out."
        warnings.append("Runbook does not know the attribute \"\(Parameter.shown(name))\"\(advice)")
    }

    /// - Returns: whether the name is known.
    private mutating func read(_ name: String, _ value: String) -> Bool {
        switch name {
        case "name": break
        case "timeout": settings.timeout = duration(name, value)
        case "backoff": settings.backoff = duration(name, value)
        case "interval": settings.interval = duration(name, value)
        case "for": settings.lasts = duration(name, value)
        case "retries":
            if let number = Int(value), (0...100).contains(number) {
                settings.retries = number
            } else {
                errors.append("\"retries\" must be a whole number from 0 to 100.")
            }
        case "if":
            settings.condition = value
            do {
                settings.test = try Condition(parsing: value)
            } catch {
                settings.conditionFault = error.message
            }
        case "on-failure":
            if let choice = Step.Settings.OnFailure(rawValue: value) {
                settings.onFailure = choice
            } else {
                errors.append("\"on-failure\" must be one of: stop, continue, rollback.")
            }
        case "always": settings.isAlways = flag(name, value)
        case "needs": settings.needs = words(name, value)
        case "parallel": settings.isParallel = flag(name, value)
        case "cwd":
            if value.isEmpty || value == "true" || value.utf8.contains(0) {
                errors.append("\"cwd\" must be a folder.")
            } else {
                settings.workingDirectory = value
            }
        case "env": environment(value)
        case "output": settings.outputs = words(name, value)
        case "confirm": settings.confirmation = confirmation(value)
        case "idempotent": settings.isIdempotent = flag(name, value)
        case "until":
            do {
                settings.until = try Until(parsing: value)
            } catch {
                errors.append("\"until\" must be a duration or a pattern to look for. \(error.message)")
            }
        case "foreach", "hosts": readEach(name, value)
        case "at-once", "max-failures": break
        case "background": settings.isBackground = flag(name, value)
        case "interactive": settings.isInteractive = flag(name, value)
        case "ignore": isIgnored = flag(name, value)
        case "check": isCheck = flag(name, value)
        case "excludeFromRunAll": isLeftOutOfWholeRun = flag(name, value)
        case "tag", "category": settings.tags += words(name, value).filter { !settings.tags.contains($0) }
        case "promptEnv": promptsForExports = prompts(value)
        case "interpreter": interpreter(value)
        case "exec":
            switch Self.bool(value) {
            case let isOn?: isExecutable = isOn
            case nil:
                isExecutable = true
                program = value.split(separator: " ").map(String.init)
            }
        default: return false
        }
        return true
    }

    private static func bool(_ value: String) -> Bool? {
        switch value.lowercased() {
        case "true", "yes", "on", "1", "": true
        case "false", "no", "off", "0": false
        default: nil
        }
    }

    private mutating func flag(_ name: String, _ value: String) -> Bool {
        if let flag = Self.bool(value) { return flag }
        errors.append("\"\(name)\" must be true or false.")
        return false
    }

    /// Runme's words. Its `auto`, which asks where a value looks unfinished, is what placeholders are for here.
    private mutating func prompts(_ value: String) -> Bool {
        switch value.lowercased() {
        case "always": return true
        case "never", "auto": return false
        default: return flag("promptEnv", value)
        }
    }

    /// As Runme puts it behind `#!`: a program with its arguments. A shell that is named alone gets what its own fences get.
    private mutating func interpreter(_ value: String) {
        let words = value.split(whereSeparator: \.isWhitespace).map(String.init)
        guard let first = words.first, value != "true", !value.utf8.contains(0) else {
            errors.append("\"interpreter\" must name a program, as in interpreter=python3.")
            return
        }
        isExecutable = true
        if words.count == 1, case .shell(let usual) = StepLanguage(tag: first) {
            program = usual
        } else {
            program = words
        }
    }

    private mutating func duration(_ name: String, _ value: String) -> Duration? {
        if let duration = DurationText.parse(value), duration > .zero { return duration }
        errors.append("\"\(name)\" must be a duration such as 30s, 5m or 1h30m.")
        return nil
    }

    private func confirmation(_ value: String) -> String? {
        switch Self.bool(value) {
        case true?: "Run this step?"
        case false?: nil
        case nil: value
        }
    }

    /// A JSON list, or words separated by commas or blanks.
    private mutating func words(_ name: String, _ value: String) -> [String] {
        guard value.hasPrefix("[") else {
            return value.split(whereSeparator: { $0 == "," || $0.isWhitespace }).map(String.init)
        }
        do {
            return try JSONDecoder().decode([String].self, from: Data(value.utf8))
        } catch {
            errors.append("\"\(name)\" must be a list of texts, such as [\"one\", \"two\"].")
            return []
        }
    }

    /// A JSON object, or `A=b,C=d`.
    private mutating func environment(_ value: String) {
        if value.hasPrefix("{") {
            do {
                settings.environment = try JSONDecoder().decode([String: String].self, from: Data(value.utf8))
            } catch {
                errors.append("\"env\" must map names to texts, such as {\"STAGE\": \"blue\"}.")
            }
        } else {
            for pair in value.split(separator: ",") {
                guard let equals = pair.firstIndex(of: "=") else {
                    errors.append("\"env\" must be NAME=value, more of them separated by commas.")
                    return
                }
                settings.environment[pair[..<equals].trimmingCharacters(in: .whitespaces)] = String(
                    pair[pair.index(after: equals)...])
            }
        }
        for name in settings.environment.keys.sorted() where !Parameter.maySet(name) {
            errors.append(
                "\"env\" can't set \"\(Parameter.shown(name))\": take letters, digits and _, and not RUNBOOK_….")
            settings.environment[name] = nil
        }
    }
}
