import API
import ArgumentParser

/// The states of a run, as this client knows them; a newer server may have others, which count as going on.
enum RunState: String, CaseIterable, ExpressibleByArgument {
    case queued, running, waiting, succeeded, failed, cancelled, rejected
    case rolledBack = "rolled-back"
    /// A step's outcome is unknown and a person must say.
    case interrupted

    /// Nothing more will happen.
    var isFinal: Bool {
        switch self {
        case .succeeded, .failed, .cancelled, .rejected, .rolledBack: true
        case .queued, .running, .waiting, .interrupted: false
        }
    }

    /// What a command that followed the run ends with.
    var exitStatus: ExitStatus {
        switch self {
        case .succeeded: .success
        case .failed, .cancelled, .rejected, .rolledBack: .failed
        case .queued, .running, .waiting, .interrupted: .waits
        }
    }
}

extension Run {
    var knownState: RunState? { RunState(rawValue: state) }

    /// The run as a sentence, with what to do next where somebody must.
    var conclusion: String {
        let name = section.map { "\(runbook)#\($0)" } ?? runbook
        let took = Wording.duration(from: started, to: finished).map { " after \($0)" } ?? ""
        let stopped = steps.first { StepMark(state: $0.state).isTrouble }
        let place = stopped.map { " at step \($0.id)" } ?? ""
        let because = stopped?.attempts.last?.cause.map { ": \($0)" } ?? ""
        let tried = reason.map { ". \($0.hasSuffix(".") ? String($0.dropLast()) : $0)" } ?? ""
        switch knownState {
        case .succeeded: return "run \(id) of \(name) succeeded\(took)\(tried)"
        case .failed:
            return
                "run \(id) of \(name) failed\(place)\(took)\(because)\(tried); go on from there: runbook runs resume \(id)"
        case .rolledBack:
            let back = rollback.map { "run \($0) has taken back what it did" } ?? "it was rolled back"
            return "run \(id) of \(name) failed\(place)\(took)\(because); \(back)"
        case .interrupted:
            return """
                run \(id) of \(name) is interrupted, for nobody knows how step \(stopped?.id ?? "?") ended; look, then \
                say so: runbook runs resume \(id) --outcome succeeded|failed|rerun
                """
        case .waiting:
            guard let step = askingStep, let waits = step.waits_for else {
                return "run \(id) of \(name) waits for somebody; see: runbook runs show \(id)"
            }
            let verb = step.asks == "approval" ? "approve" : "confirm"
            return "run \(id) of \(name) waits for \(waits); answer it with: runbook runs \(verb) \(id) \(step.id)"
        case .cancelled, .rejected: return "run \(id) of \(name) was \(state)\(place)\(took)"
        case .running where rollback != nil:
            return "run \(id) of \(name) failed\(place), and run \(rollback ?? "") takes back what it did"
        case .queued, .running, nil: return "run \(id) of \(name) is \(state)"
        }
    }
}

extension RunAttempt {
    /// Why it ended as it did, where that is not plain success.
    var cause: String? {
        // A sentence there, a part of one here.
        if let reason { return reason.hasSuffix(".") ? String(reason.dropLast()) : reason }
        if let signal { return "ended by signal \(signal)" }
        if let exit_status, exit_status != 0 { return "exit status \(exit_status)" }
        return nil
    }
}
