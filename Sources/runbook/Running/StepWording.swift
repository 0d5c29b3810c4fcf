import API

/// A step's line in a list.
enum StepWording {
    /// `✓ smoke  1.2 s`, `✕ smoke  failed, exit status 3, 1.2 s`.
    /// - Parameter elapsed: of a step that still runs, where it is known.
    static func line(for step: RunStep, elapsed: Duration? = nil, inColour: Bool) -> String {
        let mark = StepMark(state: step.state)
        var details: [String] = []
        if let item = step.item, !step.id.hasSuffix("@\(item)") {
            details.append("\(step.host == nil ? "for" : "on") \(item)")
        }
        if mark != .done, mark != .ahead, mark != .running { details.append(step.state) }
        if mark == .running, elapsed == nil { details.append("running") }
        if let sentence = step.waits_for ?? step.reason { details.append(sentence) }
        if let attempt = step.attempts.last {
            if mark != .done, mark != .running, let cause = attempt.cause { details.append(cause) }
            if attempt.number > 1 { details.append("attempt \(attempt.number)") }
            if let took = Wording.duration(from: attempt.started, to: attempt.finished) { details.append(took) }
            if attempt.output_cut { details.append("output cut") }
            if attempt.output_may_end_early { details.append("output may end early") }
        }
        if let elapsed { details.append(Wording.duration(elapsed)) }
        let words = details.isEmpty ? "" : "  " + details.joined(separator: ", ")
        return "\(mark.drawn(inColour: inColour)) \(step.id.safeForCell)\(words.safeForCell)"
    }
}
