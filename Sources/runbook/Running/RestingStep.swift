import API
import Foundation

/// What a command that follows a run does when a step of it waits for people.
enum RestingStep: Equatable {
    /// Somebody approves it, elsewhere; the command says for whom it waits, and waits.
    case approval(step: String, sentence: String)
    /// The step's question was answered when the command was typed.
    case answered(step: String)
    /// Whoever types is asked whether the step may begin.
    case confirmation(step: String, question: String)
    /// Whoever types does it and says so.
    case manual(step: String, question: String)
    /// Nobody is there to be asked.
    case end

    /// - Parameters:
    ///   - isInteractive: whether somebody is there to be asked.
    ///   - yes: whether what is dangerous was agreed to beforehand. That something was done by hand can't be.
    init(_ run: Run, isInteractive: Bool, yes: Bool) {
        guard let step = run.askingStep else {
            self = .end
            return
        }
        switch step.asks {
        case "approval": self = .approval(step: step.id, sentence: step.waits_for ?? "an approval")
        case "confirmation" where yes: self = .answered(step: step.id)
        case "confirmation" where isInteractive:
            self = .confirmation(step: step.id, question: step.question ?? "Run this step?")
        case "manual" where isInteractive:
            self = .manual(step: step.id, question: step.question ?? "Do it by hand, then say so.")
        default: self = .end
        }
    }
}

extension RestingStep {
    enum Answer: Equatable {
        case confirm(step: String, note: String?)
        /// What was done by hand has failed.
        case fail(step: String, note: String?)
        case cancel
        /// The run waits on.
        case leave
    }

    /// Whether a line is read for it.
    var wantsLine: Bool {
        switch self {
        case .confirmation, .manual: true
        case .approval, .answered, .end: false
        }
    }

    /// - Parameter line: what was typed; nil when the keyboard is closed.
    func answer(to line: String?) -> Answer {
        guard let line else { return .leave }
        switch self {
        case .confirmation(let step, _):
            switch line.lowercased().prefix(1) {
            case "y": return .confirm(step: step, note: nil)
            case "n", "c": return .cancel
            default: return .leave
            }
        case .manual(let step, _): return Self.report(line, of: step)
        case .approval, .answered, .end: return .leave
        }
    }

    /// `failed` and `failed: why` say that it failed; `failed over to db2` is what somebody did.
    private static func report(_ line: String, of step: String) -> Answer {
        let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.first?.trimmingCharacters(in: .whitespaces).lowercased() == "failed" else {
            return .confirm(step: step, note: line.isEmpty ? nil : line)
        }
        let why = parts.count > 1 ? parts[1].trimmingCharacters(in: .whitespaces) : ""
        return .fail(step: step, note: why.isEmpty ? nil : why)
    }
}
