import Essentials
import Yams

/// Reads front matter into `Metadata`. A value that makes no sense is a finding and counts as not given; a guide with
/// such a finding of severity error is shown but not run.
struct MetadataReader {
    private(set) var metadata = Metadata()
    private(set) var findings: [Finding] = []

    /// Keys that Runbook knows. Those without a case in `read` are kept in `raw` alone.
    static let knownKeys: Set<String> = [
        "title", "service", "owner", "kind", "parameters", "env", "secrets", "requires", "priority", "timeout",
        "concurrency", "schedule", "rollback", "guards", "alerts", "on-restart", "notify",
        "stages", "tag", "category",
    ]

    /// Keys that Runme gives a meaning in its own editor or terminal.
    private static let runmeKeys: Set<String> = ["runme", "skipPrompts", "terminalRows", "sessionOutputs"]

    init(_ root: Yams.Node?) {
        guard let mapping = root?.mapping else { return }
        for (key, value) in mapping {
            guard let name = key.scalar?.string else {
                wrong(key, "A key of the front matter must be a word.")
                continue
            }
            metadata.raw[name] = JSONValue(value)
            if JSONValue(value) != .null { read(name, value) }
            if Self.runmeKeys.contains(name) {
                findings.append(
                    Finding(
                        .unknownFrontMatter, .info, line: key.sourceLine,
                        "The key \"\(name)\" is for Runme's editor and changes nothing here."))
            } else if !Self.knownKeys.contains(name) {
                let advice = Spelling.nearest(to: name, in: Self.knownKeys).map { "; did you mean \"\($0)\"?" } ?? "."
                findings.append(
                    Finding(
                        .unknownFrontMatter, .warning, line: key.sourceLine,
                        "Runbook does not know the key \"\(Parameter.shown(name))\" and only keeps it\(advice)"))
            }
        }
        if metadata.concurrency?.subject == .service, metadata.service == nil, let node = mapping["concurrency"] {
            wrong(node, "\"concurrency\" counts the runs of a service, and none is named: add \"service\".")
        }
    }

    private mutating func read(_ name: String, _ value: Yams.Node) {
        switch name {
        case "title": metadata.title = text(name, value)
        case "service": metadata.service = text(name, value)
        case "owner": metadata.owner = text(name, value)
        case "rollback": (metadata.rollback, metadata.rollbackLine) = (text(name, value), value.sourceLine)
        case "kind": metadata.kind = word(name, value) ?? metadata.kind
        case "priority": metadata.priority = word(name, value) ?? metadata.priority
        case "on-restart": metadata.onRestart = word(name, value) ?? metadata.onRestart
        case "timeout": metadata.timeout = duration(name, value)
        case "requires": metadata.requires = words(name, value).filter { isProgram($0, value) }
        case "stages": metadata.stages = words(name, value)
        case "env": metadata.environment = environment(value)
        case "secrets": metadata.secrets = secrets(value)
        case "alerts": metadata.alerts = alerts(value)
        case "schedule": metadata.schedules = schedules(value)
        case "concurrency": metadata.concurrency = concurrency(value)
        case "tag", "category": metadata.tags += tags(name, value).filter { !metadata.tags.contains($0) }
        case "guards":
            metadata.guards = guards(value)
            if !metadata.guards.isEmpty {
                idle(value, "Nothing watches \"guards\" yet, and a run goes without them; look at it yourself.")
            }
        case "notify":
            metadata.notify = notify(value)
            if !metadata.notify.isEmpty {
                idle(value, "Nobody is told by \"notify\" yet; incidents tell whom `runbook notify` names.")
            }
        case "parameters":
            var reader = ParameterReader()
            reader.read(value)
            metadata.parameters = ParameterDeclarations(reader.parameters)
            findings += reader.findings
        default: break
        }
    }

    private mutating func wrong(_ node: Yams.Node, _ message: String) {
        findings.append(Finding(.invalidFrontMatter, .error, line: node.sourceLine, message))
    }

    private mutating func text(_ name: String, _ node: Yams.Node) -> String? {
        guard let text = node.text, text.utf8.count <= 1000 else {
            wrong(node, "\"\(name)\" must be one line of text, at most 1000 bytes.")
            return nil
        }
        return text
    }

    private mutating func word<Word: RawRepresentable & CaseIterable>(_ name: String, _ node: Yams.Node) -> Word?
    where Word.RawValue == String {
        if let word = node.text.flatMap(Word.init(rawValue:)) { return word }
        let choices = Word.allCases.map(\.rawValue).joined(separator: ", ")
        wrong(node, "\"\(name)\" must be one of: \(choices).")
        return nil
    }

    private mutating func duration(_ name: String, _ node: Yams.Node) -> Duration? {
        if let duration = node.text.flatMap(DurationText.parse), duration > .zero { return duration }
        wrong(node, "\"\(name)\" must be a duration such as 30s, 5m or 1h30m.")
        return nil
    }

    /// A list, or words separated by commas.
    private mutating func words(_ name: String, _ node: Yams.Node) -> [String] {
        if let text = node.text { return text.split(whereSeparator: { $0 == "," || $0 == " " }).map(String.init) }
        if let sequence = node.sequence {
            let texts = sequence.compactMap(\.text)
            if texts.count == sequence.count { return texts }
        }
        wrong(node, "\"\(name)\" must be a list of words.")
        return []
    }

    private mutating func isProgram(_ name: String, _ node: Yams.Node) -> Bool {
        let isName =
            !name.isEmpty && !name.hasPrefix("-")
            && name.unicodeScalars.allSatisfy {
                $0.properties.isAlphabetic || ("0"..."9").contains($0) || "._+-".unicodeScalars.contains($0)
            }
        if !isName { wrong(node, "\"requires\" lists programs by name, and \"\(Parameter.shown(name))\" is none.") }
        return isName
    }

    private mutating func environment(_ node: Yams.Node) -> [String: String] {
        guard let mapping = node.mapping else {
            wrong(node, "\"env\" must map names to values, such as \"STAGE: production\".")
            return [:]
        }
        var environment: [String: String] = [:]
        for (key, value) in mapping {
            guard let name = variable(key, in: "env") else { continue }
            guard let text = value.scalar?.string, text.utf8.count <= ParameterDeclarations.maximumBytes,
                !text.utf8.contains(0)
            else {
                wrong(value, "The value of \"\(name)\" must be text of at most 64 KiB.")
                continue
            }
            environment[name] = text
        }
        return environment
    }

    /// A list of names, each both variable and secret, or a mapping from variables to secrets.
    private mutating func secrets(_ node: Yams.Node) -> [Metadata.SecretReference] {
        let pairs: [(Yams.Node, Yams.Node)]
        if let mapping = node.mapping {
            pairs = mapping.map { ($0.key, $0.value) }
        } else if let sequence = node.sequence {
            pairs = sequence.map { ($0, $0) }
        } else {
            wrong(node, "\"secrets\" must be a list of names, or map variables to names of secrets.")
            return []
        }
        var secrets: [Metadata.SecretReference] = []
        for (key, value) in pairs {
            guard let variable = variable(key, in: "secrets") else { continue }
            guard let secret = value.text else {
                wrong(value, "\"secrets\" names secrets, never their values.")
                continue
            }
            secrets.append(Metadata.SecretReference(variable: variable, secret: secret))
        }
        return secrets
    }

    /// A rule, or a list of them.
    private mutating func alerts(_ node: Yams.Node) -> [AlertRule] {
        var rules: [AlertRule] = []
        for entry in node.sequence.map(Array.init) ?? [node] {
            do throws(AlertRule.Fault) {
                rules.append(try AlertRule(JSONValue(entry)))
            } catch {
                wrong(entry, error.message)
            }
        }
        return rules
    }

    private mutating func idle(_ node: Yams.Node, _ message: String) {
        findings.append(Finding(.idleFrontMatter, .warning, line: node.sourceLine, message))
    }

    /// Runme's: a word, words separated by commas, or a list; they count for every step.
    private mutating func tags(_ name: String, _ node: Yams.Node) -> [String] {
        if let text = node.text {
            return text.split(separator: ",").map(\.trimmingBlanks).filter { !$0.isEmpty }
        }
        return words(name, node)
    }

    /// A guard, or a list of them.
    private mutating func guards(_ node: Yams.Node) -> [GuardDeclaration] {
        entries(of: node, "guards", atMost: GuardDeclaration.atMost).compactMap { entry in
            do throws(GuardDeclaration.Fault) {
                return try GuardDeclaration(JSONValue(entry))
            } catch {
                wrong(entry, error.message)
                return nil
            }
        }
    }

    /// A destination, or a list of them.
    private mutating func notify(_ node: Yams.Node) -> [NotifyDeclaration] {
        entries(of: node, "notify", atMost: NotifyDeclaration.atMost).compactMap { entry in
            do throws(NotifyDeclaration.Fault) {
                return try NotifyDeclaration(JSONValue(entry))
            } catch {
                wrong(entry, error.message)
                return nil
            }
        }
    }

    private mutating func entries(of node: Yams.Node, _ name: String, atMost most: Int) -> [Yams.Node] {
        let entries = node.sequence.map(Array.init) ?? [node]
        guard entries.count <= most else {
            wrong(node, "\"\(name)\" has at most \(most) entries.")
            return []
        }
        return entries
    }

    /// A schedule, or a list of them.
    private mutating func schedules(_ node: Yams.Node) -> [ScheduleDeclaration] {
        let entries = node.sequence.map(Array.init) ?? [node]
        guard entries.count <= ScheduleDeclaration.atMost else {
            wrong(node, "A guide has at most \(ScheduleDeclaration.atMost) schedules.")
            return []
        }
        var schedules: [ScheduleDeclaration] = []
        for entry in entries {
            do throws(ScheduleDeclaration.Fault) {
                schedules.append(try ScheduleDeclaration(JSONValue(entry)))
            } catch {
                wrong(entry, error.message)
            }
        }
        return schedules
    }

    private mutating func concurrency(_ node: Yams.Node) -> ConcurrencyRule? {
        do throws(ConcurrencyRule.Fault) {
            return try ConcurrencyRule(JSONValue(node))
        } catch {
            wrong(node, error.message)
            return nil
        }
    }

    private mutating func variable(_ node: Yams.Node, in list: String) -> String? {
        let name = node.text ?? ""
        guard Parameter.maySet(name) else {
            wrong(
                node,
                "\"\(list)\" can't set \"\(Parameter.shown(name))\": take letters, digits and _, and not RUNBOOK_….")
            return nil
        }
        return name
    }
}
