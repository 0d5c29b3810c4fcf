import Essentials

/// One run: what it is doing, what each step did, and what one can do about it.
struct RunPage: WebPage {
    static let template = "runs/run"

    struct Parameter: Encodable, Sendable {
        let parameter: String
        let value: String

        init(name: String, value: String, isSensitive: Bool) {
            parameter = name
            self.value = isSensitive ? "••••••" : value
        }
    }

    /// Steps that stand together; a long row of finished or coming ones is folded away, so that the step that matters is
    /// in sight of a run with a hundred.
    struct Group: Encodable, Sendable {
        let fold: String?
        let steps: [Step]
    }

    /// Goes on from what ended a run that failed or was cancelled.
    struct Resumption: Encodable, Sendable {
        let label: String
    }

    /// The run's own facts, as its row has them.
    struct Facts: Encodable, Sendable {
        let id: String
        let runbook: String
        let version: String
        let section: String?
        let state: String
        let by: String
        let created: Timestamp
        let started: Timestamp?
        let finished: Timestamp?
        let workspace: String?
        /// Why it waits in the queue.
        var waitsFor: String?
        /// Whether its end was asked for, and its step is being stopped.
        var isCancelling = false
        /// Whether only steps that run always are left: to cancel now ends these too.
        var isCleaning = false
        /// Whether some steps run also after a cancellation.
        var hasCleanup = false
        /// The run whose step started it.
        var parent: String?
        /// Whether it takes back what that run did.
        var isRollback = false
        /// The run that takes back what this one did.
        var rollback: String?
        /// Why that did not succeed.
        var rollbackFault: String?
        /// Why it can't be resumed, though it ended so that it could.
        var reasonNotToResume: String?
        /// The steps from which a run that ended may go on; the last one, which ended it mostly, is offered first.
        var goesOnFrom: [String] = []
        /// The steps that may be left out now.
        var skippable: [String] = []
    }

    /// A step that one chooses.
    struct Choice: Encodable, Sendable {
        let choice: String
    }

    struct Choices: Encodable, Sendable {
        let chosenPath: String
        let choices: [Choice]

        /// So many are shown; a terminal takes any.
        private static let most = 60

        /// Nil where there is nothing to choose.
        init?(_ steps: [String], path: String) {
            guard !steps.isEmpty else { return nil }
            chosenPath = path
            choices = steps.prefix(Self.most).map { Choice(choice: $0) }
        }
    }

    let layout: Layout
    let runID: String
    let runbook: String
    let runbookPath: String
    let state: String
    let sentence: String
    let by: String
    let parentPath: String?
    let parentLabel: String
    let rollbackPath: String?
    let section: String?
    let version: String
    let created: Moment
    let started: Moment?
    let finished: Moment?
    let took: String?
    let workspace: String?
    let currentTarget: String?
    /// Where the queue is shown, for a run that waits in it.
    let queuePath: String?
    /// Where live news comes from; nil once there is none to come.
    let eventsPath: String?
    /// The number of the last output that the page shows.
    let after: String
    let cancelPath: String?
    let cancelLabel: String
    let cancelWarning: String
    let cancelButton: String
    let resumptionPath: String
    let resumption: Resumption?
    let resumptionChoices: Choices?
    let skipChoices: Choices?
    let graph: Graph?
    let stepsCount: String
    let groups: [Group]
    let parameters: [Parameter]
    let hasParameters: Bool
    let outputPath: String
    let journalPath: String

    /// - Parameters:
    ///   - steps: all that the run has, in order, with the output to show.
    ///   - cursor: what the event stream is asked to go on after: the last event that the page has taken in.
    ///   - lastOutput: the number of the last chunk of output among `steps`; 0 for none.
    ///   - mayOperate: whether the reader may cancel and resume.
    init(
        _ facts: Facts, steps records: [StepRecord], parameters: [Parameter], cursor: String?, lastOutput: Int,
        mayOperate: Bool, reader: Reader
    ) {
        let isFinal = Self.finalStates.contains(facts.state)
        layout = Layout(
            "\(facts.runbook): \(facts.state)", place: .runs, reader: reader, scripts: isFinal ? [] : ["run.js"])
        runID = facts.id
        runbook = facts.runbook
        runbookPath = Paths.runbook(facts.runbook)
        state = facts.state
        by = facts.by
        parentPath = facts.parent.map { Paths.run($0) }
        parentLabel = facts.isRollback ? "See the run that it rolls back" : "See the run that started it"
        rollbackPath = facts.rollback.map { Paths.run($0) }
        section = facts.section
        version = String(facts.version.prefix(12))
        created = Moment(facts.created)
        started = facts.started.map { Moment($0) }
        finished = facts.finished.map { Moment($0) }
        took = facts.started.flatMap { started in facts.finished.map { started.duration(to: $0).inWords } }
        workspace = facts.workspace
        sentence =
            facts.isCancelling
            ? Self.ending(records, isCleaning: facts.isCleaning)
            : Self.sentence(
                state: facts.state, waitsFor: facts.waitsFor, steps: records, isRollingBack: facts.rollback != nil)
                + [facts.rollbackFault, facts.reasonNotToResume].compactMap { $0.map { " \($0)" } }.joined()
        let path = Paths.run(facts.id)
        eventsPath = isFinal ? nil : Paths.query("\(path)/events", [("after", cursor)])
        after = String(lastOutput)
        let mayBeCancelled =
            (!facts.isCancelling || facts.isCleaning) && Self.cancellableStates.contains(facts.state)
        cancelLabel = facts.isCleaning ? "End the cleanup" : "Cancel"
        cancelButton = facts.isCleaning ? "End the cleanup too" : "Cancel the run"
        cancelWarning =
            "This ends the step that is running, with everything it has started. What it has done already stays done."
            + (facts.hasCleanup && !facts.isCleaning ? " Steps that clean up still run." : "")
        cancelPath = mayOperate && mayBeCancelled ? "\(path)/cancellation" : nil
        resumptionPath = "\(path)/resumption"
        let asksOutcome = mayOperate && facts.state == "interrupted"
        let steps = Self.steps(records, asksOutcome: asksOutcome, isFinal: isFinal)
        groups = Self.folded(steps)
        graph = Graph(records)
        currentTarget = Self.current(records).map { Paths.fragment(Step.anchor($0.id)) }
        queuePath = facts.state == "queued" ? Paths.queue : nil
        resumption =
            mayOperate && facts.reasonNotToResume == nil ? Self.resumption(state: facts.state, steps: records) : nil
        resumptionChoices = mayOperate ? Choices(facts.goesOnFrom.reversed(), path: resumptionPath) : nil
        skipChoices = mayOperate ? Choices(facts.skippable, path: "\(path)/skip") : nil
        stepsCount = "\(records.count { $0.state == "succeeded" }) of \(records.count) done"
        self.parameters = parameters
        hasParameters = !parameters.isEmpty
        outputPath = "\(path)/output"
        journalPath = Paths.journal(object: "run/\(facts.id)")
    }
}

extension RunPage {
    private static let finalStates: Set = ["succeeded", "failed", "cancelled", "rejected", "rolled-back"]
    private static let cancellableStates: Set = ["queued", "running", "waiting", "interrupted"]
    /// A fold of fewer would hide more than it spares.
    private static let shortestFold = 8

    /// The step that one wants to see: what runs or went wrong.
    private static func current(_ steps: [StepRecord]) -> StepRecord? {
        steps.first { $0.state == "running" || $0.state == "waiting" || $0.state == "unknown" }
            ?? steps.first { !["queued", "succeeded", "skipped"].contains($0.state) }
    }

    private static func ending(_ steps: [StepRecord], isCleaning: Bool) -> String {
        if let names = atOnce(steps) {
            return isCleaning
                ? "Being cancelled: \(names) clean up."
                : "Being cancelled: \(names) and all that they started are told to end."
        }
        if isCleaning, let step = current(steps) { return "Being cancelled: \(step.id) cleans up." }
        return current(steps).map { "Being cancelled: \($0.id) and all that it started are told to end." }
            ?? "Being cancelled."
    }

    /// `build, test` where several steps run beside each other; they are eight at most.
    private static func atOnce(_ steps: [StepRecord]) -> String? {
        let running = steps.filter { $0.state == "running" }
        return running.count < 2 ? nil : running.map(\.id).joined(separator: ", ")
    }

    private static func sentence(
        state: String, waitsFor: String?, steps: [StepRecord], isRollingBack: Bool
    ) -> String {
        let current = current(steps)
        let place = current.flatMap { current in
            steps.firstIndex { $0.id == current.id }.map { "step \($0 + 1) of \(steps.count)" }
        }
        let status = current?.attempts.last?.exitStatus.map { ", with exit status \($0)" } ?? ""
        switch (state, current, place) {
        case ("queued", _, _): return waitsFor ?? "It waits for a free worker."
        case ("running", let step?, let place?) where isRollingBack && !["running", "waiting"].contains(step.state):
            return "Failed in \(place), \(step.id)\(status); what was done is being rolled back."
        case ("rolled-back", let step?, let place?):
            return "Failed in \(place), \(step.id)\(status); what was done is rolled back."
        case ("running", _, _) where atOnce(steps) != nil: return "At several steps at once: \(atOnce(steps) ?? "")."
        case ("running", let step?, let place?) where step.state == "waiting":
            return "At \(place), \(step.id): \(step.said ?? "it waits")."
        case ("running", let step?, let place?): return "At \(place), \(step.id)."
        case ("running", _, _): return "Between two steps of \(steps.count)."
        case ("waiting", let step?, let place?):
            return "Waits at \(place), \(step.id), for \(step.said ?? "a person")."
        case ("rejected", let step?, let place?):
            return "Rejected in \(place), \(step.id)\(step.said.map { ": \($0)" } ?? "")."
        case ("succeeded", _, _):
            let skipped = steps.count { $0.state == "skipped" }
            guard skipped == 0 else {
                return "\(steps.count - skipped) of \(counted(steps.count, "step")) went well, \(skipped) skipped."
            }
            return steps.count == 1 ? "Its step succeeded." : "All \(steps.count) steps went well."
        case ("failed", let step?, let place?):
            return step.state == "timed-out"
                ? "Out of time in \(place), \(step.id)." : "Failed in \(place), \(step.id)\(status)."
        case ("cancelled", let step?, let place?): return "Ended by a person in \(place), \(step.id)."
        case ("cancelled", _, _): return "Ended by a person before its next step."
        case ("interrupted", let step?, let place?):
            return "Nobody saw how \(place), \(step.id), ended. Look at its output, then say what happened."
        default: return "\(counted(steps.count, "step").capitalisedSentence)."
        }
    }

    private static func resumption(state: String, steps: [StepRecord]) -> Resumption? {
        guard state == "failed" || state == "cancelled" else { return nil }
        let unfinished = steps.first { $0.state != "succeeded" && $0.state != "skipped" }
        return unfinished.map { Resumption(label: "Resume from \($0.id)") }
    }

    private static func steps(_ records: [StepRecord], asksOutcome: Bool, isFinal: Bool) -> [Step] {
        var budget = OutputBudget(steps: records.count)
        // From the end: when there is more than a page should weigh, the latest output is what one came for.
        let steps = records.reversed().map { record in
            Step(record, asksOutcome: asksOutcome && record.state == "unknown", budget: &budget)
        }
        // A short run that is over is shown whole.
        let showsAll =
            isFinal && records.count <= 12
            && steps.reduce(0) { $0 + $1.attempts.reduce(0) { $0 + $1.lines.count } } <= 100
        return steps.reversed().map { showsAll ? $0.opened() : $0 }
    }

    private static func folded(_ steps: [Step]) -> [Group] {
        var groups: [Group] = []
        var rest = steps[...]
        var shown: [Step] = []
        while let first = rest.first {
            let alike = rest.prefix { $0.state == first.state && !$0.isOpen }
            if alike.count >= shortestFold, ["succeeded", "queued", "skipped"].contains(first.state) {
                if !shown.isEmpty { groups.append(Group(fold: nil, steps: shown)) }
                shown = []
                let what = first.state == "queued" ? "to come" : first.state
                groups.append(Group(fold: "\(counted(alike.count, "step")) \(what)", steps: Array(alike)))
                rest = rest.dropFirst(alike.count)
            } else {
                shown.append(contentsOf: alike.isEmpty ? rest.prefix(1) : alike)
                rest = rest.dropFirst(max(1, alike.count))
            }
        }
        if !shown.isEmpty { groups.append(Group(fold: nil, steps: shown)) }
        return groups
    }
}
