/// A step as far as it decides what happens next.
struct StepStanding: Sendable, Equatable {
    /// Of one that waits for its next try and whose time has come: queued.
    var state: StepState
    /// After its failure the run goes on.
    var mayFail = false
    /// It runs after a failure and a cancellation too.
    var isAlways = false
}

/// What happens next in a run, from its steps alone.
enum NextAct: Equatable, Sendable {
    /// Start the step at this index.
    case start(Int)
    /// A step is under way.
    case wait
    case settle(RunState)

    static func of(steps: [StepState], isCancelling: Bool) -> NextAct {
        of(steps.map { StepStanding(state: $0) }, isCancelling ? .steps : .none)
    }

    /// Steps run one after the other; the first that did not succeed ends the run, but for what runs always. A failure after
    /// which the run goes on is one all the same when it comes to the end.
    static func of(_ steps: [StepStanding], _ cancellation: Cancellation) -> NextAct {
        /// What the run will be, once something has ended it.
        var end: RunState?
        var hasFailed = false
        var isCutShort = false
        for (index, step) in steps.enumerated() {
            switch step.state {
            case .succeeded, .skipped: continue
            case .unknown: return .settle(.interrupted)
            case .failed, .timedOut:
                hasFailed = true
                if !step.mayFail { end = end ?? .failed }
            case .cancelled: end = end ?? .cancelled
            case .rejected: end = end ?? .rejected
            case .running, .waiting: return .wait
            case .queued:
                if cancellation.ends(always: step.isAlways) {
                    isCutShort = true
                } else if end == nil && !isCutShort || step.isAlways {
                    return .start(index)
                }
            }
        }
        return .settle(end ?? (isCutShort ? .cancelled : hasFailed ? .failed : .succeeded))
    }
}

/// Whether a step whose try has failed is tried again.
enum NextTry: Equatable, Sendable {
    case none
    case after(Duration)

    /// The longest wait that doubling comes to; a longer one that the guide asks for stays as it is.
    static let longestDoubled = Duration.seconds(3600)

    /// - Parameter tries: how many have failed, this one among them.
    static func of(tries: Int, retries: Int, backoff: Duration?) -> NextTry {
        guard tries <= retries else { return .none }
        guard let backoff else { return .after(.zero) }
        var wait = backoff
        for _ in 1..<max(1, tries) where wait < longestDoubled { wait = min(wait * 2, longestDoubled) }
        return .after(wait)
    }
}
