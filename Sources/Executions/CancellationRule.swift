/// How far a run was told to end.
enum Cancellation: Sendable, Equatable, Comparable {
    case none
    /// What cleans up still runs.
    case steps
    case everything

    init(cancelling: Bool, cleanupCancelled: Bool) {
        self = cleanupCancelled ? .everything : cancelling ? .steps : .none
    }

    func ends(always isAlways: Bool) -> Bool { self == .everything || (self == .steps && !isAlways) }
}

/// What it means to cancel a run: for its steps, and for itself.
enum CancellationRule {
    /// How far a run is to end when somebody asks for it: first the steps; once only steps that run always are left and one of
    /// them is at it, these too. Nil where asking again changes nothing.
    static func asked(of steps: [StepStanding], _ told: Cancellation) -> Cancellation? {
        guard told != .everything else { return nil }
        guard isCleaning(steps, told) else { return told == .none ? .steps : nil }
        return .everything
    }

    /// Whether steps that run always are all that is at it, after something ended the run.
    static func isCleaning(_ steps: [StepStanding], _ told: Cancellation) -> Bool {
        let current = steps.indices.filter { steps[$0].state == .running || steps[$0].state == .waiting }
        guard !current.isEmpty, current.allSatisfy({ steps[$0].isAlways }) else { return false }
        if told != .none { return true }
        let hasEnded = steps.contains { step in
            switch step.state {
            case .failed, .timedOut: !step.mayFail
            case .cancelled, .rejected, .unknown: true
            case .queued, .running, .waiting, .succeeded, .skipped: false
            }
        }
        // Or one was passed by.
        return hasEnded || steps.before(current).contains { steps[$0].state == .queued }
    }

    /// The steps after this, and the state of the run where nothing is left to be done.
    static func next(
        of steps: [StepStanding], _ told: Cancellation, hasBegun: Bool, rollback: RollbackStanding = .none
    ) -> (steps: [StepState], settled: RunState?) {
        let isUnderWay = rollback == .underWay || steps.contains { $0.state == .running }
        var after = steps
        for index in after.indices where after[index].state == .waiting && told.ends(always: after[index].isAlways) {
            after[index].state = .cancelled
        }
        if isUnderWay { return (after.map(\.state), nil) }
        // Whoever gives up a run whose step has an unknown end wants it cleaned up after.
        var cleaned = after
        for index in cleaned.indices where cleaned[index].state == .unknown { cleaned[index].state = .cancelled }
        switch NextAct.of(cleaned, told, rollback: rollback) {
        case .start where hasBegun, .wait: return (cleaned.map(\.state), nil)
        case .settle(.failed): return (after.map(\.state), .failed)
        case .settle(.rolledBack): return (after.map(\.state), .rolledBack)
        case .settle(.rejected): return (after.map(\.state), .rejected)
        case .start, .settle: return (after.map(\.state), .cancelled)
        }
    }
}
