package import Essentials
import Storage

/// Where a run stands.
package enum RunState: String, Sendable, CaseIterable, Codable, SQLBindable {
    case queued
    case running
    case waiting
    case succeeded
    case failed
    case cancelled
    case rejected
    case rolledBack = "rolled-back"
    /// A step's outcome is unknown and a person must say.
    case interrupted

    /// Nothing more happens by itself.
    package var isSettled: Bool {
        switch self {
        case .queued, .running, .waiting: false
        case .succeeded, .failed, .cancelled, .rejected, .rolledBack, .interrupted: true
        }
    }

    /// It goes on as soon as a person has acted.
    package static let waitingForPeople: [RunState] = [.interrupted, .waiting]

    package var mayBeCancelled: Bool { !isSettled || self == .interrupted }

    package var mayBeResumed: Bool { self == .failed || self == .cancelled || self == .interrupted }
}

package enum StepState: String, Sendable, CaseIterable, Codable, SQLBindable {
    case queued
    case running
    case waiting
    case succeeded
    case failed
    case timedOut = "timed-out"
    case cancelled
    case skipped
    case rejected
    case unknown
}

package enum AttemptState: String, Sendable, CaseIterable, Codable, SQLBindable {
    case running
    case succeeded
    case failed
    case timedOut = "timed-out"
    case cancelled
    case unknown

    /// What the step becomes when its last attempt has become this.
    package var step: StepState {
        switch self {
        case .running: .running
        case .succeeded: .succeeded
        case .failed: .failed
        case .timedOut: .timedOut
        case .cancelled: .cancelled
        case .unknown: .unknown
        }
    }
}

/// What a person says of a step whose outcome nobody knows.
package enum StepVerdict: String, Sendable, CaseIterable {
    case succeeded
    case failed
    case rerun
}

package enum Resumption {
    /// The steps as they stand when a settled run goes on.
    /// - Throws: `Problem` when the run can't go on, or a person must first say what happened.
    package static func steps(
        _ steps: [StepState], of run: RunState, verdict: StepVerdict?
    ) throws(Problem) -> [StepState] {
        guard run.mayBeResumed else {
            throw .conflict("The run is \(run.rawValue): only a failed, cancelled or interrupted run can be resumed.")
        }
        let hasUnknown = steps.contains(.unknown)
        if hasUnknown, verdict == nil {
            throw .invalid(
                "Nobody knows how the step ended: say what happened before the run goes on.",
                fields: [.init(name: "outcome", message: "succeeded, failed or rerun")])
        }
        if !hasUnknown, let verdict, verdict != .rerun {
            throw .conflict("The outcome of every step is known: resume without saying one.")
        }
        return steps.map { step in
            switch step {
            case .unknown:
                switch verdict {
                case .succeeded: .succeeded
                case .failed: .failed
                case .rerun, nil: .queued
                }
            case .failed, .timedOut, .cancelled, .queued: .queued
            case .running, .waiting, .succeeded, .skipped, .rejected: step
            }
        }
    }

    /// With what is to run or be judged once more, because something before it runs again: what runs always, and what its
    /// condition skipped; what a person left out stays so.
    static func withWhatFollows(_ steps: [StepState], after before: [StepStanding]) -> [StepState] {
        let again = before.after(steps.indices.filter { steps[$0] == .queued })
        return steps.enumerated().map { index, state in
            guard index < before.count else { return state }
            // What runs beside others is there for what comes after it.
            if before[index].isBackground, state == .succeeded,
                before.after([index]).contains(where: { steps[$0] == .queued })
            {
                return .queued
            }
            // The machines whose failures held it back are tried again.
            if before[index].isHeldBack, state == .skipped { return .queued }
            guard again.contains(index) else { return state }
            let isJudgedAgain = state == .skipped && !before[index].isLeftOut
            return isJudgedAgain || (state == .succeeded && before[index].isAlways) ? .queued : state
        }
    }
}
