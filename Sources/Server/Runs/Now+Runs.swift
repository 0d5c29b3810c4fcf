import API
import Essentials
import Executions
import RunbookFormat

extension Now {
    /// - Parameter waits: why each of the runs in the queue waits.
    mutating func add(_ runs: RunsNow, waits: [ID<RunRecord>: String], for principal: Principal) {
        running.add(
            "run", runs.running.count, runs.running.runs.map { Line($0, details: $0.place, time: $0.begun) },
            path: Paths.runs(state: "running"))
        queued.add(
            "run", runs.queued.count,
            runs.queued.runs.map { run in
                Line(
                    run, details: "\(run.place) · \(waits[run.id].map(Self.clause) ?? "waits in the queue")",
                    time: run.created)
            }, path: Paths.queue)
        addWaiting(runs, for: principal)
        failed.add(
            "run", runs.failed,
            runs.failures.map { failure in
                var line = Line(failure.run, details: failure.story, time: failure.run.end)
                line.successor = failure.successor.map { .init(id: $0.rawValue, path: Paths.run($0.rawValue)) }
                return line
            }, path: Paths.runs(state: "failed"))
        isRecovered = isRecovered && runs.isRecovered
        succeeded += runs.succeeded.map { Line($0, details: $0.effort, time: $0.end) }
    }

    /// A sentence as a part of one.
    private static func clause(_ sentence: String) -> String {
        sentence.hasSuffix(".") ? String(sentence.dropLast()) : sentence
    }

    private mutating func addWaiting(_ runs: RunsNow, for principal: Principal) {
        let asking = Dictionary(runs.asking.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        var (yours, others): ([Line], [Line]) = ([], [])
        for run in runs.waiting.runs {
            let record = asking[run.id]
            let step = record?.askingStep
            let isForYou =
                if let record, let step { record.reasonNotToAnswer(step, by: principal) == nil } else {
                    principal.may(.operate)
                }
            let anchor = (step?.id ?? run.step).map { Paths.fragment(RunPage.Step.anchor($0)) } ?? ""
            let line = Line(
                run, details: run.question(of: step, asked: isForYou), time: run.finished ?? run.begun,
                path: Paths.run(run.id.rawValue) + anchor)
            if isForYou { yours.append(line) } else { others.append(line) }
        }
        let path = Paths.runs(state: runs.asking.isEmpty ? "interrupted" : "waiting")
        // Those that were not read count for whoever may answer at all.
        let rest = runs.waiting.count - runs.waiting.runs.count
        let isOperator = principal.may(.operate)
        waitingForYou.add("run", yours.count + (isOperator ? rest : 0), yours, path: path)
        waitingForOthers.add("run", others.count + (isOperator ? 0 : rest), others, path: path)
    }
}

extension Now.Line {
    fileprivate init(_ run: RunSummaryRecord, details: String, time: Timestamp, path: String? = nil) {
        self.init(
            kind: "run", id: run.id.rawValue, path: path ?? Paths.run(run.id.rawValue),
            title: run.section.map { "\(run.runbook)#\($0)" } ?? run.runbook, state: run.state.rawValue,
            details: details, time: time, by: Actor(kind: run.actor_kind, id: run.actor, name: run.actor_name))
    }
}

extension RunSummaryRecord {
    fileprivate var begun: Timestamp { started ?? created }
    fileprivate var end: Timestamp { finished ?? begun }

    /// `step 3 of 9 · wait-stable`.
    fileprivate var place: String {
        step.map { "step \(steps_done + 1) of \(steps_total) · \($0)" } ?? counted(steps_total, "step")
    }

    /// What a person is to say; who is not asked is only told why it waits.
    fileprivate func question(of step: StepRecord?, asked isForYou: Bool) -> String {
        if let step, let question = step.question {
            let asked = isForYou && !question.text.isEmpty ? " · \(question.text.firstLine)" : ""
            let reminded =
                step.reminded == 0 ? "" : " · reminded \(step.reminded == 1 ? "once" : "\(step.reminded) times")"
            return "\(place)\(asked) · waits for \(step.waitsFor ?? question.sentence)\(reminded)"
        }
        guard state == .interrupted else { return place }
        return "\(place) · nobody saw how it ended\(isForYou ? ": look at its output, then say what happened" : "")"
    }

    /// `9 steps in 6 min 41 s`.
    fileprivate var effort: String { "\(counted(steps_total, "step")) in \(begun.duration(to: end).inWords)" }
}

extension String {
    fileprivate var firstLine: String { split(separator: "\n").first.map(String.init) ?? self }
}

extension RunsNow.Failure {
    /// `step 3 of 9 · wait-stable · exit status 3 · 4 times`.
    fileprivate var story: String {
        [run.place, cause?.words, times == 1 ? nil : times == 2 ? "twice" : "\(times) times"].compactMap { $0 }.joined(
            separator: " · ")
    }
}

extension AttemptRecord {
    /// Why it ended as it did.
    fileprivate var words: String? {
        if state == .timedOut { return "out of time" }
        if let reason { return reason.hasSuffix(".") ? String(reason.dropLast()) : reason }
        if let signal { return "ended by signal \(signal)" }
        return exit_status.map { "exit status \($0)" }
    }
}
