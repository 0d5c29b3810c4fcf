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
                id: step.id, state: step.state.rawValue, line: step.line, said: step.waitsFor ?? step.reason,
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
                        outputMayEndEarly: attempt.output_may_end_early, note: Self.note(on: attempt))
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
                        goesOnFrom: run.mayGoOnFrom, skippable: run.skippable),
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
                runbook: try visit.path("name"), section: visit.query("section"), step: visit.query("step"),
                incident: visit.query("incident"), typed: [:], problem: nil, visit))
    }

    @Sendable func createFromForm(_ visit: Visit) async throws -> Response {
        guard let runbook = visit.form.filled("runbook") else {
            throw Problem.invalid("The form does not say which runbook to run.")
        }
        let (section, step) = (visit.form.filled("section"), visit.form.filled("step"))
        let incident = visit.form.filled("incident")
        var typed: [String: String] = [:]
        for field in visit.form.fields where field.name.hasPrefix("p.") && !field.value.isEmpty {
            let name = String(field.name.dropFirst(2))
            typed[name.replacing("export.", with: "export ", maxReplacements: 1)] = field.value
        }
        let gaps = Self.gaps(among: visit.form.fields.map { ($0.name, $0.value) })
        do {
            let parameters = typed.filter { !$0.key.hasPrefix("export ") && !$0.key.hasPrefix("gap.") }
            var order = RunOrder(
                runbook: runbook, section: section, steps: step.map { [$0] }, parameters: parameters,
                placeholders: typed.filter { $0.key.hasPrefix("export ") }.merging(gaps) { $1 })
            order.occasions = try await [incidents.occasion(incident, by: visit.principal)].compactMap { $0 }
            let run = try await executions.start(order, by: visit.principal)
            return .seeOther(Paths.run(run.id.rawValue))
        } catch let problem as Problem where problem.code == .invalid {
            return .html(
                try await formPage(
                    runbook: runbook, section: section, step: step, incident: incident,
                    typed: typed.merging(gaps) { $1 }, problem: problem, visit),
                status: .badRequest)
        }
    }

    /// What fills placeholders, by their texts.
    private static func gaps(among fields: [(name: String, value: String)]) -> [String: String] {
        var gaps: [String: String] = [:]
        for field in fields where field.name.hasPrefix("p.gap.") && !field.value.isEmpty {
            guard let text = field.name.dropFirst("p.gap.".count).removingPercentEncoding else { continue }
            gaps[text] = field.value
        }
        return gaps
    }

    private func formPage(
        runbook: String, section: String?, step: String?, incident: String?, typed: [String: String],
        problem: Problem?, _ visit: Visit
    ) async throws -> String {
        try visit.principal.require(.operate, to: "run runbooks")
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
                runbook: entry.name, title: entry.title, section: section, step: step, incident: incident,
                idempotencyKey: ID<RunOrder>(at: executions.journal.time.now()).rawValue, fields: fields,
                steps: steps.map { step in
                    .init(
                        planned: step.id, language: step.language,
                        caution: (step.line...step.endLine).compactMap { cautions[$0]?.first?.message }.first)
                },
                problem: problem.map { Self.sentence($0, besides: shown) },
                reader: visit.reader))
    }

    /// The problem with what stands in the way, but for what is said at a field of its own.
    private static func sentence(_ problem: Problem, besides shown: [String]) -> String {
        Problem(problem.code, problem.message, fields: problem.fields.filter { !shown.contains($0.name) }).description
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
