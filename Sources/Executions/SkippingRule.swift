package import Essentials

/// What it means that a person leaves a step out: for the step, and for its run.
enum SkippingRule {
    enum Effect: Equatable {
        /// The step is passed by in its turn.
        case isPassedBy
        /// What waited for it goes on.
        case goesOn
        /// It ended the run, which goes on after it.
        case resumes
    }

    /// - Throws: `Problem.conflict` that says what to do instead.
    static func effect(of step: StepRecord, in run: RunRecord) throws(Problem) -> Effect {
        guard !run.isCheck else {
            throw .conflict("This run is the check of a checklist's item: waive the item instead.")
        }
        guard step.question?.kind != .approval else {
            throw .conflict(
                "\(step.id) is an approval, and nobody leaves one out: approve it, reject it, or cancel the run.")
        }
        switch run.state {
        case .succeeded, .rejected, .rolledBack:
            throw .conflict("The run is \(run.state.rawValue): nothing of it is to come. Start a new one.")
        case .queued, .running, .waiting, .failed, .cancelled, .interrupted: break
        }
        guard run.cancellation == .none else {
            throw .conflict("The run is being cancelled: once it is, skip the step and let the run go on.")
        }
        switch step.state {
        case .queued: return .isPassedBy
        case .waiting where step.waitsForRun:
            throw .conflict(
                "\(step.id) waits for run \(step.child.map(\.rawValue) ?? ""): cancel that run, and then skip the step."
            )
        // One that was put back into the queue, or ended for another step's sake, goes on in its own time.
        case .waiting: return run.state == .running || run.state == .waiting ? .goesOn : .isPassedBy
        case .failed, .timedOut, .cancelled:
            // Where somebody must say how another step ended, the run goes on once they have.
            if run.state == .interrupted { return .isPassedBy }
            guard run.state.isSettled else {
                throw .conflict(
                    "\(step.id) is \(step.state.rawValue) and its run is under way: skip it once the run has ended.")
            }
            if let problem = run.reasonNotToResume { throw problem }
            return .resumes
        case .running:
            throw .conflict("\(step.id) is running: wait for its end, or cancel the run and then skip it.")
        case .unknown:
            throw .conflict("Nobody knows how \(step.id) ended: say so by resuming the run with an outcome.")
        case .succeeded, .skipped, .rejected:
            throw .conflict("\(step.id) is \(step.state.rawValue) already: there is nothing to skip.")
        }
    }
}

extension RunRecord {
    /// The steps that a person may leave out now.
    package var skippable: [String] {
        steps.filter { step in
            do {
                _ = try SkippingRule.effect(of: step, in: self)
                return true
            } catch {
                return false
            }
        }.map(\.id)
    }
}
