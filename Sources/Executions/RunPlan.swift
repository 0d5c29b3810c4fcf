package import Essentials
import Foundation
package import Journal
import Processes
package import RunbookFormat
import Runbooks

/// What a run would do: the steps chosen, every value checked, nothing in the way.
package struct RunPlan: Sendable {
    package let runbook: String
    package let version: String
    package let section: String?
    package let occasions: [ObjectReference]
    let isCheck: Bool
    package let priority: String
    /// A check takes none: the run whose gate it opens may hold it.
    let limit: RunLimit?
    /// Those of the machines that its steps name, of which it takes none either then.
    let hostLimits: [RunLimit]
    package let steps: [Step]
    package let placeholders: [String: String]
    /// What each step comes after, by name; nil where each comes after the one before it.
    package let comesAfter: [String: [String]]?
    /// What its steps run, by step.
    var calls: [String: PinnedCall] = [:]
    /// What takes back what it did, where the failure of one of its steps asks for that.
    var rollback: PinnedCall?
    /// What its guide names for that; nil where none of its steps asks for it, or it is taken back elsewhere.
    let rollbackWanted: RollbackBinding?
    /// Every value, defaults included.
    let parameters: [String: String]
    private let sensitive: Set<String>
    /// Parameters whose values come later.
    let unknown: Set<String>
    /// What is missing before it can run; there is none of a run that starts.
    package internal(set) var missing: [Problem.Field]
    /// What its steps ask of people, by step, with those counted who may approve it; of a dry run alone.
    package internal(set) var asked: [String: StepQuestion] = [:]
    let isDry: Bool
    /// What the guide declares for every step.
    package let environment: [String: String]

    /// What stands for a sensitive value wherever it is shown.
    package static let mask = "••••••"

    /// - Throws: `Problem` with everything that stands in the way: unknown section or steps, wrong parameters, unfilled
    ///   placeholders, missing programs, steps that can't run; each with its line.
    init(_ order: RunOrder, entry: Entry, guide: Guide, searchPath: String) throws(Problem) {
        try self.init(
            order, runbook: entry.name, version: order.version ?? entry.version, guide: guide, searchPath: searchPath)
    }

    init(
        _ order: RunOrder, runbook: String, version: String, guide: Guide, searchPath: String
    ) throws(Problem) {
        self.runbook = runbook
        self.version = version
        section = order.section
        occasions = order.occasions
        isCheck = order.isCheck
        if let refusal = guide.refusal { throw refusal }
        let chosen =
            order.isCheck
            ? guide.steps.filter { $0.checkOf != nil && order.steps == [$0.id] }
            : try StepChoice.steps(of: guide, order, runbook: runbook)
        let isGated = !order.isCheck && !order.leavesGates
        let steps = isGated ? guide.withGates(before: chosen) : chosen
        priority = try Self.priority(order.priority ?? guide.metadata.priority.rawValue)
        limit = order.isCheck ? nil : RunLimit(guide.metadata, runbook: runbook)
        isDry = order.isDry
        // Told together with what else stands in the way.
        var wrong: Problem?
        parameters = Self.parameters(of: order, guide, wrong: &wrong)
        let faults = wrong?.fields ?? []
        sensitive = guide.metadata.parameters.sensitiveNames
        unknown = order.unknownParameters
        environment = guide.metadata.environment
        placeholders = order.placeholders
        let graph = order.isCheck ? nil : guide.graph(with: steps)
        let repeated = Repetition(
            steps, graph?.predecessors(among: steps.map(\.id)), parameters: parameters,
            unknown: order.unknownParameters.union(faults.map(\.name)))
        (self.steps, comesAfter) = (repeated.steps, repeated.comesAfter)
        hostLimits = order.isCheck ? [] : RunLimit.onHosts(guide.metadata, steps: repeated.steps)
        var obstacles = Self.refusals(of: steps, guide: guide, graph)
        // A list that nothing declares is no empty one.
        if guide.metadata.concurrency?.subject == .host {
            obstacles += Self.laterHosts(repeated.steps, among: order.unknownParameters)
        }
        obstacles += repeated.faults.filter { fault in !obstacles.contains { $0.name == fault.name } }
        let undone = order.leavesRollback ? nil : steps.first(where: \.rollsBack)
        rollbackWanted = undone.flatMap { _ in RollbackBinding(guide.metadata) }
        if let undone, rollbackWanted == nil || order.isCheck {
            obstacles.append(Self.missingRollback(undone, isCheck: order.isCheck))
        }
        if isGated { obstacles += Self.faultyGates(order, steps: steps, guide: guide) }
        for step in steps where order.isCheck && (step.settings.confirmation != nil || step.isForTerminal) {
            let name = step.isForTerminal ? "interactive" : "confirm"
            obstacles.append(.init(name: step.id, message: "a check asks nobody: take \(name) out", line: step.line))
        }
        obstacles += Self.unfilled(steps, filled: placeholders.filter { !$0.key.hasPrefix("export ") })
        obstacles += Self.wrongAnswers(steps, answers: placeholders.filter { $0.key.hasPrefix("export ") })
        obstacles += Self.missingPrograms(steps, guide: guide, searchPath: searchPath)
        missing = faults + obstacles
        guard missing.isEmpty && wrong == nil || order.isDry else {
            throw obstacles.isEmpty ? wrong ?? refusal : refusal
        }
    }

    /// Why it can't be started.
    var refusal: Problem { .invalid("\(runbook) can't run yet: nothing was started.", fields: missing) }

    /// - Parameter wrong: what is wrong with those that were given, or missing; the others are taken all the same.
    private static func parameters(of order: RunOrder, _ guide: Guide, wrong: inout Problem?) -> [String: String] {
        let declared = guide.metadata.parameters
        let defaults = declared.parameters.compactMap { one in one.defaultValue.map { (one.name, $0) } }
        do {
            return try declared.resolve(order.parameters)
        } catch {
            var told = error
            if !order.isDry {
                let fields = error.fields.filter { field in
                    !order.unknownParameters.contains(field.name) || declared[field.name] == nil
                }
                if fields.isEmpty, !order.unknownParameters.isEmpty {
                    return Dictionary(defaults, uniquingKeysWith: { first, _ in first }).merging(order.parameters) {
                        $1
                    }
                }
                told = .invalid(error.message, fields: fields)
            }
            wrong = told
            let names = Set(told.fields.map(\.name))
            return Dictionary(defaults, uniquingKeysWith: { first, _ in first })
                .merging(order.parameters.filter { declared[$0.key] != nil && !names.contains($0.key) }) { $1 }
        }
    }

    /// Machines that are known too late for a limit that the run holds from its start.
    private static func laterHosts(_ steps: [Step], among unknown: Set<String>) -> [Problem.Field] {
        steps.compactMap { step in
            guard let each = step.settings.each, each.isOfHosts, case .parameter(let name) = each.source,
                unknown.contains(name)
            else { return nil }
            return .init(
                name: step.id,
                message:
                    "\"concurrency\" limits the runs on its hosts, and \(name) comes from an earlier step: take it from a parameter",
                line: step.line)
        }
    }

    /// Beside its own: those of its machines, and of what its steps run.
    var furtherLimits: [String: Int] {
        var all = (Array(calls.values) + [rollback].compactMap(\.self)).reduce(into: [:]) {
            $0.merge($1.limits) { min($0, $1) }
        }
        for limit in hostLimits { all[limit.key] = min(all[limit.key] ?? .max, limit.most) }
        if let limit { all[limit.key] = nil }
        return all
    }

    func isSensitive(_ parameter: String) -> Bool { sensitive.contains(parameter) }

    /// What a value says where a step's text names it; nil for what is not known before the run: what steps hand on, and
    /// what is given from that.
    func value(of value: Condition.Value, for step: Step) -> String? {
        guard case .parameter(let name) = value else { return nil }
        if name == step.settings.each?.name { return step.item }
        return unknown.contains(name) ? nil : parameters[name] ?? ""
    }

    /// What a step runs, as it was fixed; of a step for a value of a list that was not known then, what that has.
    func pin(of step: Step) -> PinnedCall? { calls.pin(of: step) }

    /// What the step at this place asks of people; nil for one that runs unasked.
    func question(of step: Step, starter: String) -> StepQuestion? {
        let open = parameters.filter { !sensitive.contains($0.key) }.merging(step.listValue) { first, _ in first }
        guard step.isForTerminal else { return StepQuestion(step, filledWith: open, starter: starter) }
        let values = environment.merging(step.settings.environment) { $1 }.merging(open) { $1 }
        let task = step.terminalTask(placeholders: placeholders, values: values, hidden: sensitive)
        return StepQuestion(kind: .manual, text: task, rule: ApprovalRule(), given: [], starter: starter)
    }

    /// As people may see them.
    package var shownParameters: [String: String] {
        parameters.reduce(into: [:]) { $0[$1.key] = sensitive.contains($1.key) ? Self.mask : $1.value }
    }

    /// The sensitive ones as JSON, to be sealed; nil when there are none.
    var sealedParameters: Data? {
        let secret = parameters.filter { sensitive.contains($0.key) }
        return secret.isEmpty ? nil : Data(JSONValue.strings(secret).text.utf8)
    }

    /// Which steps a run of this part would take, whether or not they can run.
    package static func chosenSteps(
        of guide: Guide, section: String?, named: [String]?, runbook: String
    ) throws(Problem) -> [Step] {
        try StepChoice.steps(of: guide, section: section, named: named, runbook: runbook)
    }

    private static func priority(_ name: String?) throws(Problem) -> String {
        let name = name ?? "default"
        guard ["critical", "high", "default", "low"].contains(name) else {
            throw .invalid(
                "There is no priority \"\(name)\".",
                fields: [.init(name: "priority", message: "critical, high, default or low")])
        }
        return name
    }

    private static func refusals(of steps: [Step], guide: Guide, _ graph: StepGraph?) -> [Problem.Field] {
        let faults = graph?.faults ?? []
        var fields: [Problem.Field] = faults.map { .init(name: $0.step, message: $0.message, line: $0.line) }
        for step in steps {
            if let refusal = step.refusal {
                fields.append(.init(name: step.id, message: refusal, line: step.line))
            } else if let reason = Engine.reasonNotToCarryOut(step) {
                fields.append(.init(name: step.id, message: reason, line: step.line))
            }
            for fault in step.listFaults(in: guide) {
                fields.append(.init(name: step.id, message: fault, line: step.line))
            }
            for fault in step.conditionFaults(in: guide, faults.isEmpty ? graph : nil) {
                fields.append(.init(name: step.id, message: fault, line: step.line))
            }
            for fault in step.templateFaults(in: guide, faults.isEmpty ? graph : nil) {
                fields.append(.init(name: step.id, message: fault, line: step.line))
            }
        }
        for reason in Engine.reasonsNotToCarryOut(guide.metadata) {
            fields.append(.init(name: "front matter", message: reason, line: 1))
        }
        return fields
    }

    private static func missingRollback(_ step: Step, isCheck: Bool) -> Problem.Field {
        .init(
            name: step.id,
            message: isCheck
                ? "a check changes nothing: take on-failure=rollback out"
                : "its failure is to be rolled back, and the front matter names nothing for that: write \"rollback: NAME\"",
            line: step.line)
    }

    /// Approvals that can't be read and that the run would pass by.
    private static func faultyGates(_ order: RunOrder, steps: [Step], guide: Guide) -> [Problem.Field] {
        guide.faultyGates(section: order.section, named: order.tags == nil ? order.steps : steps.map(\.id)).compactMap {
            gate in
            gate.refusal.map { .init(name: gate.id, message: $0, line: gate.line) }
        }
    }

    private static func unfilled(_ steps: [Step], filled: [String: String]) -> [Problem.Field] {
        var fields: [Problem.Field] = []
        var known: Set<String> = []
        for step in steps {
            for placeholder in step.placeholders where known.insert(placeholder.text).inserted {
                guard let value = filled[placeholder.text] else {
                    fields.append(
                        .init(
                            name: placeholder.text,
                            message: "step \(step.id) has the unfilled placeholder \(placeholder.text)",
                            line: placeholder.line))
                    continue
                }
                // It is pasted into a script, where other characters would be the shell's.
                guard (1...1024).contains(value.utf8.count), value.utf8.allSatisfy(isPlain), !value.hasPrefix("-")
                else {
                    fields.append(
                        .init(
                            name: placeholder.text,
                            message: "its value may have letters, digits and ._:/@%+=,- and not begin with -",
                            line: placeholder.line))
                    continue
                }
            }
        }
        for name in filled.keys.sorted() where !known.contains(name) {
            fields.append(.init(name: name, message: "no step that was chosen has this placeholder"))
        }
        return fields
    }

    /// Answers to what steps export go the way of parameters, and may hold what these may.
    private static func wrongAnswers(_ steps: [Step], answers: [String: String]) -> [Problem.Field] {
        let known = Set(steps.flatMap { $0.exports.map(\.key) })
        return answers.sorted { $0.key < $1.key }.compactMap { key, value in
            if !known.contains(key) {
                return .init(name: key, message: "no step that was chosen asks for this variable with promptEnv")
            }
            guard value.utf8.count <= ParameterDeclarations.maximumBytes, !value.utf8.contains(0) else {
                return .init(name: key, message: "its value may have 64 KiB, and no NUL")
            }
            return nil
        }
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: Array("._:/@%+=,-".utf8).contains(byte)
        }
    }

    private static func missingPrograms(_ steps: [Step], guide: Guide, searchPath: String) -> [Problem.Field] {
        var fields: [Problem.Field] = []
        let path = SearchPath(searchPath)
        for program in guide.metadata.requires where path.find(program) == nil {
            fields.append(
                .init(name: program, message: "the program \(program) is not installed on the server", line: 1))
        }
        var known: Set<String> = []
        for step in steps {
            // On another machine its interpreter is looked for when its turn comes.
            let wanted = step.settings.each?.isOfHosts == true ? "ssh" : step.interpreter.first
            guard !step.isForTerminal, let program = wanted, known.insert(program).inserted,
                path.find(program) == nil
            else { continue }
            fields.append(
                .init(
                    name: program, message: "step \(step.id) needs \(program), which is not installed on the server",
                    line: step.line))
        }
        return fields
    }
}

/// Which steps of a guide a run takes.
enum StepChoice {
    static func steps(of guide: Guide, _ order: RunOrder, runbook: String) throws(Problem) -> [Step] {
        guard let tags = order.tags else {
            return try steps(of: guide, section: order.section, named: order.steps, runbook: runbook)
        }
        guard order.steps == nil else {
            throw .invalid(
                "Choose the steps by their names or by tags, not by both.",
                fields: [.init(name: "tags", message: "not together with steps")])
        }
        return try guide.slice(section: order.section, tags: tags)
    }

    static func steps(
        of guide: Guide, section: String?, named: [String]?, runbook: String
    ) throws(Problem) -> [Step] {
        var chosen: [Step]
        if let section {
            chosen = try guide.slice(section: section)
        } else if named != nil {
            // Named by itself a step is asked for, also one that a whole run leaves out.
            chosen = guide.steps.filter { $0.checkOf == nil }
        } else {
            chosen = guide.wholeRun
        }
        if let named {
            for name in named where !chosen.contains(where: { $0.id == name }) {
                throw .notFound("\(runbook) has no step \(name.prefix(80)) there: it has \(list(chosen.map(\.id))).")
            }
            chosen = chosen.filter { named.contains($0.id) }
        }
        guard !chosen.isEmpty else {
            throw .invalid(
                "\(runbook)\(section.map { "#\($0)" } ?? "") has no step to run: it has no shell fences.",
                fields: [.init(name: section == nil ? "runbook" : "section", message: "one with a shell fence")])
        }
        return chosen
    }

    private static func list(_ names: [String]) -> String {
        names.isEmpty ? "none" : names.prefix(12).joined(separator: ", ") + (names.count > 12 ? ", …" : "")
    }
}
