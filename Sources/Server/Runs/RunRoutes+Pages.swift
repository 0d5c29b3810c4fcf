import API
import Essentials
import Executions
import Foundation
import Hummingbird
import Journal
import RunbookFormat
import Runbooks

extension RunRoutes {
    /// How much of a run's output its page shows; the download has all of it.
    private static let shownChunks = 400

    func page(_ run: RunRecord, _ visit: Visit) async throws -> Response {
        let output = try await executions.latestOutput(run.id, limit: Self.shownChunks, by: visit.principal)
        var byAttempt: [String: [OutputRow]] = [:]
        for row in output.rows { byAttempt["\(row.step)/\(row.attempt)", default: []].append(row) }
        let asking = run.askingStep
        let waitsFor = try await executions.waitsFor(run, by: visit.principal)
        let steps = run.steps.map { step in
            RunPage.StepRecord(
                id: step.id, state: step.state.rawValue, item: step.unnamedItem, isOnHost: step.host != nil,
                line: step.line,
                comesAfter: step.comesAfter,
                said: step.waitsFor ?? step.reason,
                isAlways: step.isAlways, child: step.child?.rawValue,
                asked: step.isWatching
                    ? wait(step, of: run, visit) : step.id == asking?.id ? asked(step, of: run, visit) : nil,
                attempts: step.attempts.map { attempt in
                    let key = "\(step.id)/\(attempt.number)"
                    return RunPage.AttemptRecord(
                        number: attempt.number, state: attempt.state.rawValue, exitStatus: attempt.exit_status,
                        started: attempt.started ?? attempt.created, finished: attempt.finished,
                        output: (byAttempt[key] ?? []).map { .init(isError: $0.stream == 2, text: $0.text) },
                        earlierLines: output.earlierLines[key] ?? 0,
                        outputMayEndEarly: attempt.output_may_end_early, note: Self.note(on: attempt),
                        linesPath: OutputPage.path(run: run.id.rawValue, step: step.id))
                })
        }
        return .html(
            try templates.render(
                RunPage(
                    .init(
                        id: run.id.rawValue, runbook: run.runbook, version: run.version, section: run.section,
                        state: run.state.rawValue, by: run.actorName, created: run.created, started: run.started,
                        finished: run.finished, workspace: nil, waitsFor: waitsFor, isCancelling: run.isCancelling,
                        isCleaning: run.isCleaning, hasCleanup: run.hasCleanup, parent: run.parent?.rawValue,
                        isRollback: run.isRollback, rollback: run.rollback?.rawValue,
                        rollbackFault: run.reason ?? run.rollbackFault,
                        reasonNotToResume: run.reasonNotToResume?.message, goesOnFrom: run.mayGoOnFrom,
                        skippable: run.skippable),
                    steps: steps,
                    parameters: run.parameters.sorted { $0.key < $1.key }.map {
                        .init(name: $0.key, value: $0.value, isSensitive: $0.value == RunPlan.mask)
                    },
                    cursor: String(output.rows.last?.n ?? 0), lastOutput: output.rows.last?.n ?? 0,
                    mayOperate: visit.principal.may(.operate), reader: visit.reader)))
    }

    private func asked(_ step: StepRecord, of run: RunRecord, _ visit: Visit) -> RunPage.Asked? {
        guard let question = step.question else { return nil }
        let kind: RunPage.Asked.Kind =
            switch question.kind {
            case .approval: .approval
            case .manual: .manual
            case .confirmation: .confirmation
            }
        return RunPage.Asked(
            kind: kind, question: question.parts.text, script: question.parts.script,
            refusal: run.reasonNotToAnswer(step, by: visit.principal)?.message,
            path: "\(Paths.run(run.id.rawValue))/steps/\(Paths.encoded(step.id))")
    }

    private func wait(_ step: StepRecord, of run: RunRecord, _ visit: Visit) -> RunPage.Asked? {
        guard run.watchingStep(step.id) != nil, visit.principal.may(.operate) else { return nil }
        return RunPage.Asked(
            kind: .wait, question: "", refusal: nil,
            path: "\(Paths.run(run.id.rawValue))/steps/\(Paths.encoded(step.id))")
    }

    private static func note(on attempt: AttemptRecord) -> String? {
        let cut = attempt.output_cut ? "Its output was cut off at the limit." : nil
        let gone = attempt.output_expired.map { "Its output was removed on \($0.rfc3339.prefix(10))." }
        let notes = [attempt.reason, cut, gone].compactMap { $0 }
        return notes.isEmpty ? nil : notes.joined(separator: " ")
    }

    /// The questions before a run.
    @Sendable func form(_ visit: Visit) async throws -> Response {
        .html(
            try await formPage(
                Asked(
                    runbook: try visit.path("name"), section: visit.query("section"), step: visit.query("step"),
                    incident: visit.query("incident")), visit))
    }

    @Sendable func createFromForm(_ visit: Visit) async throws -> Response {
        let asked = try Asked(visit.form)
        do {
            var order = asked.order
            order.occasions = try await [incidents.occasion(asked.incident, by: visit.principal)].compactMap { $0 }
            let run = try await executions.start(order, by: visit.principal)
            return .seeOther(Paths.run(run.id.rawValue))
        } catch let problem as Problem where problem.code == .invalid {
            return .html(try await formPage(asked, problem: problem, visit), status: .badRequest)
        }
    }

    /// The same form, with what would run and what is missing.
    @Sendable func planFromForm(_ visit: Visit) async throws -> Response {
        try visit.principal.require(.operate, to: "run runbooks")
        let asked = try Asked(visit.form)
        let plan = try await executions.dryRun(asked.order, by: visit.principal)
        let preview = RunFormPage.Preview(DryRun(plan))
        return .html(try await formPage(asked, preview: preview, visit))
    }

    private func formPage(
        _ asked: Asked, problem: Problem? = nil, preview: RunFormPage.Preview? = nil, _ visit: Visit
    ) async throws -> String {
        try visit.principal.require(.operate, to: "run runbooks")
        let (runbook, section, step, typed) = (asked.runbook, asked.section, asked.step, asked.shown)
        let entry = try await executions.catalogue.entry(runbook, by: visit.principal)
        let guide = try await executions.catalogue.guide(version: entry.version, of: entry.name)
        let steps = try RunPlan.chosenSteps(of: guide, section: section, named: step.map { [$0] }, runbook: entry.name)
        var fields = guide.metadata.parameters.parameters.map { parameter in
            RunFormPage.Field(
                name: parameter.name, kind: .init(parameter), value: typed[parameter.name] ?? parameter.defaultValue,
                isRequired: parameter.isRequired, isSensitive: parameter.isSensitive,
                description: parameter.description, pattern: nil,
                complaint: problem?.fields.first { $0.name == parameter.name }.map {
                    "\(parameter.name) \($0.message)"
                })
        }
        let shown =
            fields.map(\.label) + steps.flatMap { $0.exports.map(\.key) + $0.placeholders.map(\.text) }
        for variable in steps.flatMap(\.exports) where !fields.contains(where: { $0.label == variable.key }) {
            fields.append(
                RunFormPage.Field(
                    name: variable.key, kind: .text, value: typed[variable.key] ?? variable.value, isRequired: false,
                    description: "Line \(variable.line) sets it.",
                    complaint: problem?.fields.first { $0.name == variable.key }.map {
                        "\(variable.name): \($0.message)"
                    }))
        }
        for step in steps {
            for gap in step.placeholders where !fields.contains(where: { $0.label == gap.text }) {
                fields.append(
                    RunFormPage.gap(
                        gap.text, line: gap.line, step: step.id, value: typed[gap.text],
                        complaint: typed[gap.text] == nil
                            ? nil
                            : problem?.fields.first { $0.name == gap.text }.map { "\(gap.text): \($0.message)" }))
            }
        }
        let cautions = Dictionary(
            grouping: guide.findings.filter { $0.rule == .destructiveCommand }, by: \.line)
        return try templates.render(
            RunFormPage(
                runbook: entry.name, title: entry.title, section: section, step: step, incident: asked.incident,
                idempotencyKey: ID<RunOrder>(at: executions.journal.time.now()).rawValue, fields: fields,
                steps: steps.map { step in
                    .init(
                        planned: step.id, language: step.language,
                        caution: (step.line...step.endLine).compactMap { cautions[$0]?.first?.message }.first)
                },
                problem: problem.map { Self.sentence($0, besides: shown) }, preview: preview,
                reader: visit.reader))
    }

    /// The problem with what stands in the way, but for what is said at a field of its own.
    private static func sentence(_ problem: Problem, besides shown: [String]) -> String {
        Problem(problem.code, problem.message, fields: problem.fields.filter { !shown.contains($0.name) }).description
    }
}

/// What somebody asks for in the form before a run.
private struct Asked {
    let runbook: String
    let section: String?
    let step: String?
    let incident: String?
    /// By parameter, or `export NAME`.
    let typed: [String: String]
    /// What fills placeholders, by their texts.
    let gaps: [String: String]

    init(
        runbook: String, section: String?, step: String?, incident: String?, typed: [String: String] = [:],
        gaps: [String: String] = [:]
    ) {
        self.runbook = runbook
        self.section = section
        self.step = step
        self.incident = incident
        self.typed = typed
        self.gaps = gaps
    }

    init(_ form: FormFields) throws(Problem) {
        guard let runbook = form.filled("runbook") else {
            throw .invalid("The form does not say which runbook to run.")
        }
        var typed: [String: String] = [:]
        var gaps: [String: String] = [:]
        for field in form.fields where field.name.hasPrefix("p.") && !field.value.isEmpty {
            let name = String(field.name.dropFirst(2))
            if name.hasPrefix("gap.") {
                if let text = name.dropFirst(4).removingPercentEncoding { gaps[text] = field.value }
            } else {
                typed[name.replacing("export.", with: "export ", maxReplacements: 1)] = field.value
            }
        }
        self.init(
            runbook: runbook, section: form.filled("section"), step: form.filled("step"),
            incident: form.filled("incident"), typed: typed, gaps: gaps)
    }

    var order: RunOrder {
        RunOrder(
            runbook: runbook, section: section, steps: step.map { [$0] },
            parameters: typed.filter { !$0.key.hasPrefix("export ") },
            placeholders: typed.filter { $0.key.hasPrefix("export ") }.merging(gaps) { $1 })
    }

    /// All of it, by the label of its field.
    var shown: [String: String] { typed.merging(gaps) { $1 } }
}

extension RunFormPage.Preview {
    init(_ plan: DryRun) {
        let values = plan.parameters.merging(plan.environment) { given, _ in given }
        self.init(
            gaps: plan.missing.map { RunFormPage.Gap($0.name, $0.message, line: $0.line) },
            values: values.sorted { $0.key < $1.key }.map { RunFormPage.Value($0.key, $0.value) },
            steps: plan.steps.map { RunFormPage.DryStep($0) },
            wayBack: plan.rollback.map { "If a step fails that rolls back, \(Self.name($0)) runs." })
    }

    fileprivate static func name(_ run: PlannedRun) -> String {
        "\(run.runbook)\(run.section.map { "#\($0)" } ?? "") (\(run.version.prefix(12)))"
    }
}

extension RunFormPage.DryStep {
    init(_ step: DryRun.Step) {
        let place = step.needs.map { $0.isEmpty ? ", at once" : ", after \($0.joined(separator: ", "))" } ?? ""
        let values = (step.environment ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        let remarks = [
            step.condition.map { "Only if \($0)" }, step.waits_for.map { "Waits for \($0)." },
            step.runs.map { "Runs \(RunFormPage.Preview.name($0))." },
            values.isEmpty ? nil : "With \(values.joined(separator: ", "))",
        ]
        self.init(
            dryStep: step.id, dryFacts: "line \(step.line)\(place)",
            remarks: remarks.compactMap { $0 }.map { RunFormPage.Remark(said: $0) },
            text: step.script.isEmpty ? nil : step.script)
    }
}

extension RunFormPage.Kind {
    init(_ parameter: Parameter) {
        self =
            switch parameter.kind {
            case .boolean: .boolean
            case _ where !parameter.choices.isEmpty: .choice(parameter.choices)
            case .integer: .integer
            case .number: .number
            case .string, .choice: .text
            }
    }
}

extension RunsPage.Row {
    init(_ run: RunSummaryRecord) {
        self.init(
            id: run.id.rawValue, runbook: run.runbook, section: run.section, state: run.state.rawValue,
            current: run.step.map { (run.steps_done + 1, $0) }, steps: run.steps_total, created: run.created,
            started: run.started, finished: run.finished, by: run.actor_name, isCheck: run.is_check)
    }
}
