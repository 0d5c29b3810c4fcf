import API

/// For pipes, files and simple terminals: what a step prints goes where it printed it, what becomes of the steps
/// goes to standard error.
actor PlainRunView: RunView {
    private let data: Output
    private let talk: Output
    /// The step that is shown; nil for all.
    private let only: String?
    /// Whether changes of state are told, or the output alone.
    private let tellsSteps: Bool
    private var states: [String: String] = [:]
    private var runState: String?
    private var rollback: String?
    /// On a terminal, where both streams meet, a sentence must not go on in the middle of a step's line.
    private var openLine: Output?

    init(data: Output = .data, talk: Output = .talk, only: String? = nil, tellsSteps: Bool = true) {
        self.data = data
        self.talk = talk
        self.only = only
        self.tellsSteps = tellsSteps
    }

    func show(_ event: RunEvent, name: String, text: String) throws {
        switch event {
        case .run(let run):
            defer { runState = run.state }
            if tellsSteps, run.state != runState {
                if runState == nil {
                    try say("run \(run.id) of \(run.runbook), \(Wording.count(run.steps.count, "step"))")
                }
                if run.knownState == .queued {
                    try say("run \(run.id) waits in the queue\(run.waits_for.map { ": \($0)" } ?? "")")
                }
            }
            for step in run.steps { try show(step) }
            if tellsSteps, let id = run.rollback, id != rollback, run.knownState?.isFinal == false {
                rollback = id
                try say("run \(id) takes back what was done; follow it with: runbook runs logs \(id) --follow")
            }
        // What comes before the first look at the run is part of it.
        case .step(let step): if runState != nil { try show(step) }
        case .output(let chunk): try show(chunk)
        case .other: break
        }
    }

    func say(_ sentence: String) throws {
        try endLine()
        try talk.say("runbook: \(sentence)")
    }

    func quote(_ text: String) throws {
        try endLine()
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) { try talk.say("  \(line)") }
    }

    func finish(_ run: Run) throws {
        guard tellsSteps else { return try endLine() }
        try say(run.conclusion)
    }

    private func show(_ step: RunStep) throws {
        guard only == nil || step.id == only else { return }
        guard states.updateValue(step.state, forKey: step.id) != step.state, step.state != "queued", tellsSteps else {
            return
        }
        try endLine()
        try talk.say(StepWording.line(for: step, inColour: false))
    }

    private func show(_ chunk: OutputChunk) throws {
        guard only == nil || chunk.step == only else { return }
        let output = chunk.stream == "stderr" ? talk : data
        if let openLine, openLine.descriptor != output.descriptor { try endLine() }
        try output.writeForeign(chunk.text)
        openLine = output.isTerminal && !chunk.text.isEmpty && !chunk.text.hasSuffix("\n") ? output : nil
    }

    private func endLine() throws {
        try openLine?.write("\n")
        openLine = nil
    }
}
