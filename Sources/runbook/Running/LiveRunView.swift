import API
import Essentials

/// For a terminal: what the steps print scrolls by, and below it stands the list of steps, redrawn in place.
actor LiveRunView: RunView {
    /// A program that never ends its line must not fill the memory.
    private static let longestOpenLine = 16 * 1024

    private let data: Output
    private let talk: Output
    private let inColour: Bool
    private var steps: [RunStep] = []
    private var state: String?
    private var waitsFor: String?
    private var rollback: String?
    private var isIntroduced = false
    /// When this client first saw a step run; the server's clock may differ.
    private var runningSince: [String: ContinuousClock.Instant] = [:]
    /// What was printed since the last line break, by stream.
    private var openLines: [String: String] = [:]
    private var question: String?
    private var shownStep: String?
    /// How many lines stand below the output now.
    private var drawnLines = 0

    init(data: Output = .data, talk: Output = .talk, inColour: Bool) {
        self.data = data
        self.talk = talk
        self.inColour = inColour
    }

    func show(_ event: RunEvent, name: String, text: String) throws {
        switch event {
        case .run(let run):
            steps = run.steps
            state = run.state
            waitsFor = run.waits_for
            steps.forEach(note)
            if !isIntroduced {
                isIntroduced = true
                try print("run \(run.id) of \(run.runbook), \(Wording.count(run.steps.count, "step"))", to: talk)
            }
            if let id = run.rollback, id != rollback, run.knownState?.isFinal == false {
                rollback = id
                try print("runbook: run \(id) takes back what was done", to: talk)
            }
        case .step(let step):
            // What comes before the first look at the run is part of it.
            guard isIntroduced else { return }
            if let index = steps.firstIndex(where: { $0.id == step.id }) {
                steps[index] = step
            } else {
                steps.append(step)
            }
            note(step)
        case .output(let chunk): return try show(chunk)
        case .other: return
        }
        try redraw()
    }

    func say(_ sentence: String) throws {
        try print("runbook: \(sentence)", to: talk)
        try redraw()
    }

    func quote(_ text: String) throws {
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) { try print("  \(line)", to: talk) }
        try redraw()
    }

    func ask(_ question: String?) throws {
        // The key that ended the answer moved the cursor down.
        if self.question != nil, question == nil, drawnLines > 0 { drawnLines += 1 }
        self.question = question
        try redraw()
    }

    func tick() throws { try redraw() }

    func finish(_ run: Run) throws {
        try erase()
        try closeLines()
        for step in run.steps { try talk.write(StepWording.line(for: step, inColour: inColour) + "\n") }
        try talk.say(run.conclusion)
    }

    func leave() throws {
        try erase()
        steps = []
        openLines = [:]
        question = nil
        state = nil
    }

    private func note(_ step: RunStep) {
        if step.state != "running" {
            runningSince[step.id] = nil
        } else if runningSince[step.id] == nil {
            runningSince[step.id] = .now
        }
    }

    private func show(_ chunk: OutputChunk) throws {
        // What goes to a file does not disturb the list.
        if chunk.stream != "stderr", !data.isTerminal { return try data.write(chunk.text) }
        try erase()
        if shownStep != chunk.step {
            // Of steps beside each other none goes on in the line of another.
            try closeLines()
            shownStep = chunk.step
            let heading = "── \(chunk.step.safeForCell) ──"
            try talk.write(inColour ? "\u{1b}[2m\(heading)\u{1b}[0m\n" : "\(heading)\n")
        }
        let text = (openLines.removeValue(forKey: chunk.stream) ?? "") + chunk.text
        var lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map { String($0) }
        let open = lines.popLast() ?? ""
        for line in lines { try write(line: line, of: chunk.stream) }
        if open.utf8.count > LiveRunView.longestOpenLine {
            try write(line: open, of: chunk.stream)
        } else if !open.isEmpty {
            openLines[chunk.stream] = open
        }
        try redraw()
    }

    private func closeLines() throws {
        for stream in ["stdout", "stderr"] {
            if let line = openLines.removeValue(forKey: stream) { try write(line: line, of: stream) }
        }
    }

    /// A whole line of output; what a step wrote to its standard error bears a mark.
    private func write(line: String, of stream: String) throws {
        var line = line
        if line.unicodeScalars.last == "\r" { line.unicodeScalars.removeLast() }
        guard stream == "stderr" else { return try data.write(line.safeForTerminal + "\n") }
        try talk.write((inColour ? "\u{1b}[31m!\u{1b}[0m " : "! ") + line.safeForTerminal + "\n")
    }

    private func print(_ sentence: String, to output: Output) throws {
        try erase()
        try output.say(sentence)
    }

    private func erase() throws {
        guard drawnLines > 0 else { return }
        // To the first of the drawn lines, and clear from there to the end of the screen.
        let up = drawnLines > 1 ? "\u{1b}[\(drawnLines - 1)A" : ""
        try talk.write("\r\(up)\u{1b}[J")
        drawnLines = 0
    }

    private func redraw() throws {
        let size = talk.size ?? (columns: 80, rows: 24)
        let lines = lines(columns: size.columns, rows: size.rows)
        try erase()
        guard !lines.isEmpty else { return }
        try talk.write(lines.joined(separator: "\n"))
        drawnLines = lines.count
    }

    private func lines(columns: Int, rows: Int) -> [String] {
        var lines: [String] = []
        for (stream, line) in openLines.sorted(by: { $0.key > $1.key }) {
            // The end of an open line is where something happens.
            let mark = stream == "stderr" ? "! " : ""
            lines.append((mark + line.safeForCell).suffix(columns: columns - 1))
        }
        let window = StepWindow(states: steps.map(\.state), height: max(3, rows / 3))
        if window.before > 0 { lines.append("  … \(window.before) before") }
        for step in steps[window.range] {
            let elapsed = runningSince[step.id].map { ContinuousClock.now - $0 }
            let line = StepWording.line(for: step, elapsed: elapsed, inColour: false).cut(to: columns - 1)
            let mark = StepMark(state: step.state)
            lines.append(mark.drawn(inColour: inColour) + line.dropFirst())
        }
        if window.after > 0 { lines.append("  … \(window.after) to come") }
        if state == RunState.queued.rawValue {
            let sentence = "waits in the queue\(waitsFor.map { ": \($0)" } ?? "")"
            lines.append(sentence.safeForCell.cut(to: columns - 1))
        }
        if let question { lines.append(question.cut(to: columns - 4)) }
        return lines
    }
}

/// The part of a long list of steps that is drawn: around the step where things stand.
struct StepWindow: Equatable {
    let range: Range<Int>
    let before: Int
    let after: Int

    init(states: [String], height: Int) {
        guard states.count > height else {
            range = states.indices
            (before, after) = (0, 0)
            return
        }
        let current =
            states.firstIndex { ["running", "waiting", "unknown"].contains($0) }
            ?? states.lastIndex { $0 != "queued" } ?? 0
        let start = min(max(0, current - height / 2), states.count - height)
        range = start..<(start + height)
        (before, after) = (start, states.count - start - height)
    }
}

extension String {
    /// At most the last `columns` columns.
    fileprivate func suffix(columns: Int) -> String {
        guard displayWidth > columns else { return self }
        var start = endIndex
        var used = 0
        while start > startIndex {
            let previous = index(before: start)
            used += String(self[previous]).displayWidth
            guard used < columns else { break }
            start = previous
        }
        return "…" + self[start...]
    }
}
