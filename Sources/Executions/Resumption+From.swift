package import Essentials

extension Resumption {
    /// The steps of a run that ended as they stand when it goes on from one that a person has chosen: this one and all that
    /// comes after it run again, what is finished before it stays, and beside it all is as `resume` without a choice has it.
    /// - Throws: `Problem` when the run can't go on, something before the step is not done, or a person must first say what
    ///   happened.
    static func steps(of run: RunRecord, from: String, verdict: StepVerdict?) throws(Problem) -> [StepState] {
        guard run.state.mayBeResumed else {
            throw .conflict(
                "The run is \(run.state.rawValue): only a failed, cancelled or interrupted run can be resumed.")
        }
        guard let place = run.steps.firstIndex(where: { $0.id == from }) else { throw run.unknownStep(from) }
        let standings = run.standings
        if let open = openStep(before: place, of: standings) {
            let step = run.steps[open]
            let orSkip = step.question?.kind == .approval ? "" : ", or skip it first"
            throw .conflict(
                "\(from) comes after \(step.id), which is \(step.state.rawValue): resume from \(step.id)\(orSkip).")
        }
        let again = standings.after([place]).union([place])
        let isJudged = standings.indices.contains { standings[$0].state == .unknown && !again.contains($0) }
        if let verdict, verdict != .rerun, !isJudged {
            throw .conflict("From \(from) on everything runs again: resume without saying how a step ended.")
        }
        // What runs again needs no verdict.
        let rest = run.steps.indices.map { again.contains($0) ? StepState.queued : run.steps[$0].state }
        let beside = try steps(rest, of: run.state, verdict: isJudged ? verdict : nil)
        let before = standings.before([place])
        return standings.indices.map { index in
            if index == place { return .queued }
            if again.contains(index) { return standings[index].isLeftOut ? .skipped : .queued }
            return before.contains(index) ? standings[index].state : beside[index]
        }
    }

    /// The first step before this one that is not done.
    private static func openStep(before place: Int, of steps: [StepStanding]) -> Int? {
        steps.before([place]).sorted().first { !steps[$0].isDone }
    }

    /// From where a run can go on, by place.
    static func places(of steps: [StepStanding]) -> [Int] {
        steps.indices.filter { openStep(before: $0, of: steps) == nil }
    }
}

extension RunRecord {
    /// The steps from which the run may go on; none where it can't be resumed.
    package var mayGoOnFrom: [String] {
        state.mayBeResumed && reasonNotToResume == nil ? Resumption.places(of: standings).map { steps[$0].id } : []
    }

    func unknownStep(_ name: String) -> Problem {
        .notFound(
            "The run has no step \(name.prefix(80)): it has \(steps.prefix(12).map(\.id).joined(separator: ", ")).")
    }
}
