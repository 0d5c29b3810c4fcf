import Essentials
import Yams

/// Reads `parameters` of the front matter: a mapping from names to declarations, or a list of declarations with `name`.
struct ParameterReader {
    private(set) var parameters: [Parameter] = []
    private(set) var findings: [Finding] = []

    private static let keys: Set<String> = [
        "name", "type", "default", "choices", "pattern", "min", "max", "required", "sensitive", "description",
    ]

    /// What other tools call the types.
    static let spellings: [String: Parameter.Kind] = [
        "text": .string, "int": .integer, "bool": .boolean, "float": .number, "enum": .choice,
    ]

    mutating func read(_ node: Yams.Node) {
        if let mapping = node.mapping {
            for (key, value) in mapping { declare(key, value) }
        } else if let sequence = node.sequence {
            for declaration in sequence {
                guard let name = declaration.mapping?["name"] else {
                    wrong(declaration, "A parameter in a list needs its \"name\".")
                    continue
                }
                declare(name, declaration)
            }
        } else {
            wrong(node, "\"parameters\" must map names to declarations, such as \"VERSION: {type: string}\".")
        }
    }

    private mutating func wrong(_ node: Yams.Node, _ message: String) {
        findings.append(Finding(.invalidFrontMatter, .error, line: node.sourceLine, message))
    }

    private mutating func declare(_ nameNode: Yams.Node, _ node: Yams.Node) {
        let name = nameNode.text ?? ""
        if let fault = Parameter.whyNameIsRefused(name) {
            wrong(nameNode, "\"\(Parameter.shown(name))\" \(fault)")
            return
        }
        guard !parameters.contains(where: { $0.name == name }) else {
            wrong(nameNode, "The parameter \"\(name)\" is declared twice; take one of them out.")
            return
        }
        guard parameters.count < 500 else {
            wrong(nameNode, "There are more than 500 parameters; split the runbook.")
            return
        }
        let isMapping = node.mapping != nil
        guard isMapping || node.scalar != nil else {
            wrong(node, "The parameter \"\(name)\" needs a declaration, such as {type: string}.")
            return
        }
        let fields = node.mapping ?? Yams.Node.Mapping([])
        for (key, _) in fields where !Self.keys.contains(key.scalar?.string ?? "") {
            wrong(
                key,
                "A parameter has no \"\(Parameter.shown(key.scalar?.string ?? "?"))\"; it has \(Self.keys.sorted().joined(separator: ", "))."
            )
        }
        // `VERSION: v1` is short for a text with that default.
        let defaultNode = isMapping ? fields["default"] : node
        let choices = choices(fields["choices"], name)
        let draft = Parameter(
            name: name, kind: kind(fields["type"], hasChoices: !choices.isEmpty, name),
            description: fields["description"]?.text, defaultValue: nil, choices: choices,
            pattern: pattern(fields["pattern"], name), minimum: bound(fields["min"], name),
            maximum: bound(fields["max"], name),
            isRequired: flag(fields["required"], name) ?? (defaultNode?.scalar == nil || isNull(defaultNode)),
            isSensitive: flag(fields["sensitive"], name) ?? false, line: nameNode.sourceLine)
        if draft.kind == .choice && choices.isEmpty {
            wrong(node, "The parameter \"\(name)\" is a choice and needs \"choices\".")
        }
        if let low = draft.minimum, let high = draft.maximum, low > high {
            wrong(node, "The parameter \"\(name)\" has a \"min\" above its \"max\".")
        }
        parameters.append(draft.with(defaultValue: defaultValue(defaultNode, of: draft)))
    }

    private func isNull(_ node: Yams.Node?) -> Bool { node.map { JSONValue($0) == .null } ?? true }

    private mutating func defaultValue(_ node: Yams.Node?, of parameter: Parameter) -> String? {
        guard let node, !isNull(node) else { return nil }
        guard let text = node.scalar?.string else {
            wrong(node, "The default of \"\(parameter.name)\" must be one value.")
            return nil
        }
        switch parameter.check(text) {
        case .success(let value): return value
        case .failure where text.isEmpty && parameter.kind == .string: return text
        case .failure(let fault):
            wrong(node, "The default of \"\(parameter.name)\" \(fault.message)")
            return nil
        }
    }

    private mutating func kind(_ node: Yams.Node?, hasChoices: Bool, _ name: String) -> Parameter.Kind {
        guard let node else { return hasChoices ? .choice : .string }
        if let word = node.text?.lowercased(), let kind = Parameter.Kind(rawValue: word) ?? Self.spellings[word] {
            return kind
        }
        wrong(
            node,
            "The type of \"\(name)\" must be one of: \(Parameter.Kind.allCases.map(\.rawValue).joined(separator: ", "))."
        )
        return .string
    }

    private mutating func choices(_ node: Yams.Node?, _ name: String) -> [String] {
        guard let node else { return [] }
        let texts = node.sequence?.compactMap { $0.scalar?.string } ?? []
        guard !texts.isEmpty, texts.count == node.sequence?.count else {
            wrong(node, "\"choices\" of \"\(name)\" must be a list of values.")
            return []
        }
        return texts
    }

    private mutating func pattern(_ node: Yams.Node?, _ name: String) -> Pattern? {
        guard let node else { return nil }
        do {
            return try Pattern(node.scalar?.string ?? "")
        } catch {
            wrong(node, "The pattern of \"\(name)\" can't be used. \(error.message)")
            return nil
        }
    }

    private mutating func bound(_ node: Yams.Node?, _ name: String) -> Double? {
        guard let node else { return nil }
        switch JSONValue(node) {
        case .integer(let number): return Double(number)
        case .number(let number): return number
        default:
            wrong(node, "\"min\" and \"max\" of \"\(name)\" must be numbers.")
            return nil
        }
    }

    private mutating func flag(_ node: Yams.Node?, _ name: String) -> Bool? {
        guard let node else { return nil }
        if case .bool(let value) = JSONValue(node) { return value }
        wrong(node, "\"required\" and \"sensitive\" of \"\(name)\" must be true or false.")
        return nil
    }
}

extension Parameter {
    fileprivate func with(defaultValue: String?) -> Parameter {
        Parameter(
            name: name, kind: kind, description: description, defaultValue: defaultValue, choices: choices,
            pattern: pattern, minimum: minimum, maximum: maximum, isRequired: isRequired, isSensitive: isSensitive,
            line: line)
    }
}
