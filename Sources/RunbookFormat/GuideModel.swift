import Essentials

/// Turns an outline into steps, items and documents: gives ids, decides what runs, and gathers findings.
struct GuideModel {
    private(set) var steps: [Step] = []
    private(set) var items: [Item] = []
    private(set) var marked: [Item] = []
    private(set) var documents: [DocumentFence] = []
    private(set) var findings: [Finding] = []

    private let outline: Outline
    private let metadata: Metadata
    private let text: SourceText
    private let rollbacks: [ClosedRange<Int>]
    private var changes: [Int] = []
    private var looks: [Int] = []
    private var variables = UndefinedVariables()
    private var stepNames = Slugs()
    private var itemNames = Slugs()
    private var itemIDs: [String] = []
    private var checks: [Int: String] = [:]
    /// Names that attributes give come first: a number added to a section's slug must not take one.
    private var givenNames: [Int: String] = [:]

    init(_ outline: Outline, metadata: Metadata, text: SourceText) {
        self.outline = outline
        self.metadata = metadata
        self.text = text
        let told = RollbackRule.ranges(of: outline.sections, lineCount: text.lineCount)
        rollbacks = told.isEmpty && metadata.kind == .rollback ? [1...max(1, text.lineCount)] : told
        itemIDs = outline.tasks.map { task in
            let section = slug(task.section)
            let text = Slugs.slug(task.text, maximum: 60)
            let base = [section, text].filter { !$0.isEmpty }.joined(separator: ".")
            return itemNames.unique(base.isEmpty ? "item" : base, first: 2)
        }
        let fences = outline.fences.map { (fence: $0, purpose: Purpose($0.info)) }
        for (index, (fence, purpose)) in fences.enumerated() where purpose != nil { reserveName(of: fence, index) }
        for (index, (fence, purpose)) in fences.enumerated() {
            if let purpose { addStep(fence, purpose, index) } else { addDocument(fence) }
        }
        addItems()
        marked = markedItems()
        lintText()
        lintTemplates()
    }

    /// Values that a request asks for and that nothing gives.
    private mutating func lintTemplates() {
        let parameters = Set(metadata.parameters.parameters.map(\.name))
        let names = Set(steps.map(\.id))
        for step in steps {
            for value in Set(step.templateValues.filter { !$0.isKnown(parameters: parameters, steps: names) }) {
                note(
                    .undefinedVariable, .error, line: step.line,
                    "Nothing gives {{\(Parameter.shown(value.name))}} a value; declare the parameter, or name a step before this one."
                )
            }
        }
    }

    /// What the guide tells as a whole.
    private mutating func lintText() {
        let fences = FenceLines(outline.fences, lineCount: text.lineCount)
        findings += RollbackRule.findings(in: rollbacks, changes: changes, looks: looks, text: text)
        findings += ThresholdRule(text, sections: outline.sections, fences: fences).findings
        findings += variables.findings(fences: outline.fences, metadata: metadata)
        findings += ImageTags(outline.fences, text: text).findings
        let told = Set(findings.lazy.filter { $0.rule == .secretInArguments && $0.severity == .warning }.map(\.line))
        let inText = TextRules.findings(in: text, fences: fences)
        // A secret that one rule names is not named again by another.
        let weak = Set(inText.lazy.filter { $0.rule == .defaultCredentials }.map(\.line)).union(told)
        findings += inText.filter { $0.rule != .secretLiteral || !weak.contains($0.line) }
    }

    private func isInRollback(_ line: Int) -> Bool {
        var low = 0
        var high = rollbacks.count
        while low < high {
            let middle = (low + high) / 2
            if rollbacks[middle].upperBound < line { low = middle + 1 } else { high = middle }
        }
        return low < rollbacks.count && rollbacks[low].contains(line)
    }

    private func slug(_ section: Int?) -> String { section.map { outline.sections[$0].slug } ?? "" }

    private mutating func note(_ rule: Finding.Rule, _ severity: Finding.Severity, line: Int, _ message: String) {
        findings.append(Finding(rule, severity, line: line, message))
    }

    /// What a fence is for, when it is more than a document.
    private struct Purpose {
        let kind: Step.Kind
        let settings: SettingsReader
        let interpreter: [String]
        let isConsole: Bool

        init?(_ info: FenceInfo) {
            let language = StepLanguage(tag: info.language)
            var interpreter: [String] = []
            var isConsole = false
            var kind: Step.Kind
            switch language {
            case .shell(let program):
                kind = .shell
                interpreter = program
            case .console:
                kind = .shell
                interpreter = StepLanguage.consoleInterpreter
                isConsole = true
            case .unsupported: kind = .unsupported
            case .directive(let directive):
                guard info.hasAttributeBlock else { return nil }
                kind = directive
            case .document: kind = .program
            }
            let settings = SettingsReader(info.attributes, kind: kind)
            if kind == .program {
                guard settings.isExecutable else { return nil }
                interpreter = StepLanguage.interpreter(forExecutable: info.language) ?? []
            }
            if !settings.program.isEmpty, kind == .program || kind == .shell {
                interpreter = StepLanguage.reading(script: settings.program)
            }
            // Python below a shell's tag has neither prompts nor a shell's dangers.
            if kind == .shell, info.attributes["interpreter"] != nil, !StepLanguage.isShell(interpreter) {
                kind = .program
                isConsole = false
            }
            self.kind = kind
            self.settings = settings
            self.interpreter = interpreter
            self.isConsole = isConsole
        }
    }

    private mutating func reserveName(of fence: Outline.Fence, _ index: Int) {
        guard let name = fence.info.attributes["name"], !name.isEmpty else { return }
        let isPlain =
            name.utf8.count <= 100
            && name.unicodeScalars.allSatisfy {
                ("a"..."z").contains($0) || ("A"..."Z").contains($0) || ("0"..."9").contains($0)
                    || "._-".unicodeScalars.contains($0)
            }
        let slug = isPlain ? name : Slugs.slug(name)
        guard !slug.isEmpty, slug != ".", slug != ".." else {
            note(.invalidAttribute, .error, line: fence.line, "\"name\" must hold letters or digits.")
            return
        }
        if stepNames.reserve(slug) {
            givenNames[index] = slug
        } else {
            note(
                .duplicateStepName, .error, line: fence.line,
                "Another step is named \"\(Parameter.shown(slug))\" already, so this one gets a number; give it a name of its own."
            )
            givenNames[index] = stepNames.unique(slug, first: 2)
        }
    }

    private mutating func addDocument(_ fence: Outline.Fence) {
        documents.append(DocumentFence(line: fence.line, language: fence.info.language))
        noteUnclosed(fence)
        let settings = SettingsReader(fence.info.attributes, kind: .manual)
        if settings.isCheck {
            note(
                .misplacedCheck, .warning, line: fence.line,
                "The fence is marked \"check\" but nothing runs it; give it a shell's language or \"exec\".")
        }
    }

    private mutating func noteUnclosed(_ fence: Outline.Fence) {
        guard !fence.isClosed else { return }
        note(
            .unclosedFence, .error, line: fence.line,
            "The fence is never closed, so all that follows belongs to it; close it.")
    }

    private mutating func addStep(_ fence: Outline.Fence, _ purpose: Purpose, _ index: Int) {
        let section = slug(fence.section)
        let id = givenNames[index] ?? stepNames.unique(section.isEmpty ? "step" : section, first: 2)
        let isShell = purpose.kind == .shell
        let reading =
            isShell
            ? FenceScript(fence.content, isConsole: purpose.isConsole) : FenceScript(plain: fence.content)
        let placeholders: [Placeholder] =
            switch purpose.kind {
            case .shell, .program, .http:
                PlaceholderScanner.scan(reading.script, read: reading.scanner, isShell: isShell).map {
                    Placeholder(text: $0.text, line: fence.line + 1 + reading.origins[$0.line])
                }
            case .unsupported, .approval, .manual, .wait, .runbook: []
            }
        let checkOf = purpose.settings.isCheck ? fence.task.map { itemIDs[$0] } : nil
        if purpose.settings.isCheck { noteCheck(fence, id) }
        noteUnclosed(fence)
        noteSettings(fence, purpose)
        if let fault = Self.fault(of: purpose.kind, reading.script, gaps: placeholders) {
            note(purpose.kind == .http ? .invalidRequest : .invalidCall, .error, line: fence.line, fault)
        }
        for placeholder in placeholders {
            note(
                .placeholder, .warning, line: placeholder.line,
                "\(Parameter.shown(placeholder.text)) must be filled before this runs; make it a parameter and write \"$NAME\"."
            )
        }
        let hasNoPrompts = purpose.isConsole && !reading.hasPrompts
        if hasNoPrompts {
            note(
                .consoleWithoutPrompts, .warning, line: fence.line,
                "A console without prompts may be all output, so a whole run leaves it out; put \"$ \" before what runs."
            )
        }
        var settings = purpose.settings.settings
        settings.tags += metadata.tags.filter { !settings.tags.contains($0) }
        let step = Step(
            id: id, section: section, line: fence.line, endLine: fence.endLine, language: fence.info.language,
            kind: purpose.kind, attributes: fence.info.attributes, settings: settings,
            script: String(decoding: reading.script, as: UTF8.self),
            scriptLines: reading.origins.map { fence.line + 1 + $0 },
            placeholders: placeholders,
            exports: isShell && purpose.settings.promptsForExports
                ? ExportedVariable.all(
                    in: reading.script, read: reading.scanner, lines: reading.origins.map { fence.line + 1 + $0 }) : [],
            interpreter: purpose.interpreter, refusal: refusal(fence, purpose, reading, placeholders),
            checkOf: checkOf, isLeftOutOfWholeRun: purpose.settings.isLeftOutOfWholeRun,
            isDoubtful: hasNoPrompts || !fence.isClosed)
        steps.append(step)
        // PowerShell's words are near enough to the shells' that what is wrong with them shows.
        if isShell || purpose.kind == .unsupported { lintCommands(of: step, reading) }
        guard isShell else { return }
        variables.read(step, reading.scanner)
        if !purpose.isConsole, let output = TranscriptRule.firstOutput(in: reading, content: fence.content) {
            note(
                .promptWithOutput, .info, line: fence.line + 1 + output,
                "What came out stands among what runs, and only what follows \"$ \" runs; tag the fence \"console\"."
            )
        }
    }

    private mutating func lintCommands(of step: Step, _ reading: FenceScript) {
        let rules = CommandRules(
            step, reading: reading, isRunBounded: metadata.timeout != nil, isRollback: isInRollback(step.line))
        findings += rules.findings
        changes += rules.changes
        looks += rules.looks
    }

    /// - Returns: why the request can't be made or the runbook not run, as a sentence.
    private static func fault(of kind: Step.Kind, _ script: [UInt8], gaps: [Placeholder]) -> String? {
        let text = gaps.reduce(String(decoding: script, as: UTF8.self)) { $0.replacing($1.text, with: "x") }
        do {
            if kind == .http { _ = try RequestTemplate(parsing: text) }
            if kind == .runbook { _ = try RunbookCall(parsing: text) }
            return nil
        } catch {
            return error.message
        }
    }

    private func refusal(
        _ fence: Outline.Fence, _ purpose: Purpose, _ reading: FenceScript, _ placeholders: [Placeholder]
    ) -> String? {
        if purpose.settings.isIgnored { return "It is marked \"ignore\"." }
        if purpose.kind == .unsupported {
            return "Runbook does not run \(fence.info.language); write the step for sh or bash."
        }
        if let error = purpose.settings.errors.first ?? fence.info.faults.first { return error }
        if purpose.kind == .program, purpose.interpreter.isEmpty {
            return
                "Nothing is known to run \(fence.info.language.isEmpty ? "it" : fence.info.language); name the program, as in exec=\"python3\"."
        }
        if let fault = Self.fault(of: purpose.kind, reading.script, gaps: placeholders) { return fault }
        let runsScript = purpose.kind == .shell || purpose.kind == .program
        if runsScript, reading.script.allSatisfy({ $0 == 0x20 || (0x09...0x0D).contains($0) }) { return "It is empty." }
        return nil
    }

    private mutating func noteSettings(_ fence: Outline.Fence, _ purpose: Purpose) {
        let unclear = [purpose.settings.settings.conditionFault].compactMap { $0 }
        for message in fence.info.faults + purpose.settings.errors + unclear {
            note(.invalidAttribute, .error, line: fence.line, message)
        }
        for message in purpose.settings.warnings { note(.unknownAttribute, .warning, line: fence.line, message) }
        for message in purpose.settings.notes { note(.unknownAttribute, .info, line: fence.line, message) }
        if purpose.kind == .unsupported {
            note(
                .unsupportedShell, .warning, line: fence.line,
                "Runbook lists \(fence.info.language) but never runs it; write the step for sh or bash.")
        }
    }

    private mutating func noteCheck(_ fence: Outline.Fence, _ id: String) {
        guard let task = fence.task else {
            note(
                .misplacedCheck, .warning, line: fence.line,
                "A \"check\" must stand inside a task item; indent it under one.")
            return
        }
        if checks[task] == nil {
            checks[task] = id
        } else {
            note(
                .misplacedCheck, .warning, line: fence.line,
                "The item has a check already, and only the first one counts.")
        }
    }

    private mutating func addItems() {
        for (index, task) in outline.tasks.enumerated() {
            items.append(
                Item(
                    id: itemIDs[index], section: slug(task.section), line: task.line, box: task.box, text: task.text,
                    isChecked: task.isChecked, depth: task.depth, check: checks[index]))
            if task.isChecked {
                note(
                    .preTickedBox, .warning, line: task.line,
                    "The box is ticked in the source, and that proves nothing: a checklist starts with it open.")
            }
        }
    }

    /// Lines that show by a sign what is done, in prose and documents; not in what runs.
    private mutating func markedItems() -> [Item] {
        var fences: [Int: Outline.Fence] = [:]
        for fence in outline.fences {
            for number in fence.line...max(fence.line, fence.endLine) { fences[number] = fence }
        }
        let running = Set(steps.map(\.line))
        var found: [Item] = []
        for number in outline.bodyLine...max(outline.bodyLine, text.lineCount) {
            guard let line = MarkedLine(text.line(number)) else { continue }
            let fence = fences[number]
            if let fence, running.contains(fence.line) { continue }
            let section = outline.sections.last { $0.line <= number }?.slug ?? ""
            let base = [section, Slugs.slug(line.text, maximum: 60)].filter { !$0.isEmpty }.joined(separator: ".")
            found.append(
                Item(
                    id: itemNames.unique(base.isEmpty ? "item" : base, first: 2), section: section, line: number,
                    box: .init(line: number, column: line.sign.lowerBound, length: line.sign.count), text: line.text,
                    isChecked: line.isDone, depth: 1, check: nil,
                    group: fence.flatMap { group(above: number, in: $0) }))
        }
        return found
    }

    /// In a document the line before that ends with a colon, such as `Infrastructure:`, says what its lines are about.
    private func group(above number: Int, in fence: Outline.Fence) -> String? {
        for above in stride(from: number - 1, to: fence.line, by: -1) {
            let line = String(decoding: text.line(above), as: UTF8.self).trimmingBlanks
            if line.isEmpty { return nil }
            if line.hasSuffix(":") { return String(line.dropLast().prefix(200)).trimmingBlanks }
        }
        return nil
    }
}
