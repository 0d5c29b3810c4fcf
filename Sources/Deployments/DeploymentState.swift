import Storage

/// Where a deployment stands.
package enum DeploymentState: String, Sendable, CaseIterable, Codable, SQLBindable {
    /// Accepted, and begun by nobody yet.
    case planned
    /// A stage's steps are running.
    case running
    /// A stage waits for its gate, or for a person to say what became of a step.
    case waiting
    case succeeded
    case failed
    /// The rollback runbook is running, or is about to.
    case rollingBack = "rolling-back"
    case rolledBack = "rolled-back"
    case rollbackFailed = "rollback-failed"
    /// Ended by a person; what it had done stays done.
    case aborted

    /// Something goes on, or will: there is one such deployment at most for each service and environment.
    package var isUnfinished: Bool {
        switch self {
        case .planned, .running, .waiting, .rollingBack: true
        case .succeeded, .failed, .rolledBack, .rollbackFailed, .aborted: false
        }
    }

    /// It came to an end that was not the one that was meant.
    package var isFailure: Bool { self == .failed || self == .rolledBack || self == .rollbackFailed }

    /// What happens to a deployment, by a person or by what its stages came to.
    package enum Act: String, Sendable, CaseIterable {
        case begin
        case wait
        case goOn = "go on"
        case succeed
        case fail
        case abort
        case rollBack = "roll back"
        case rollbackSucceeded = "rollback succeeded"
        case rollbackFailed = "rollback failed"
        /// A person resumed the run that it, or its rollback, had failed with.
        case resume
    }

    /// The state after an act; nil where the act makes no sense.
    package func after(_ act: Act) -> DeploymentState? {
        switch (self, act) {
        case (.planned, .begin): .running
        case (.running, .wait): .waiting
        case (.waiting, .goOn): .running
        case (.running, .succeed), (.waiting, .succeed): .succeeded
        case (.running, .fail), (.waiting, .fail): .failed
        case (.planned, .abort), (.running, .abort), (.waiting, .abort): .aborted
        case (.running, .rollBack), (.waiting, .rollBack), (.succeeded, .rollBack), (.failed, .rollBack),
            (.aborted, .rollBack), (.rollbackFailed, .rollBack):
            .rollingBack
        case (.rollingBack, .rollbackSucceeded): .rolledBack
        case (.rollingBack, .rollbackFailed): .rollbackFailed
        case (.failed, .resume): .running
        case (.rollbackFailed, .resume): .rollingBack
        default: nil
        }
    }

    package static let unfinished: [DeploymentState] = allCases.filter(\.isUnfinished)
}

package enum StageState: String, Sendable, CaseIterable, Codable, SQLBindable {
    /// The stage before it has not succeeded yet.
    case pending
    /// It is its turn, and its gate is closed.
    case waiting
    case running
    case succeeded
    case failed
    /// The deployment ended before its turn came, or while it had it.
    case skipped
}

/// How a new version takes the place of the old one.
package enum Strategy: String, Sendable, CaseIterable, Codable, SQLBindable {
    case rolling
    case canary
    case blueGreen = "blue-green"
}
