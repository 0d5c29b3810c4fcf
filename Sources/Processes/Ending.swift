package import Essentials

/// How an attempt ended.
package struct Ending: Sendable, Equatable {
    package enum Outcome: Sendable, Equatable {
        /// The step's main process ended by itself, with this status.
        case exited(Int32)
        /// A signal that was not ours ended it.
        case signalled(Int32)
        case timedOut
        /// `stop()` ended it.
        case stopped
        /// The program did not begin: the reason, and a sentence about it.
        case couldNotStart(errno: Int32, String)
        /// No shim took the attempt, and none will: the step provably did not run.
        case neverStarted
        /// The shim or the machine died during the step: nobody knows how far it came.
        case unknown
    }

    package let outcome: Outcome
    /// By the wall clock; nil when the step's process was never let go.
    package let started: Timestamp?
    /// By the wall clock; nil when nobody saw it.
    package let finished: Timestamp?
    /// The output went past its limit: what came after is not in the log.
    package let outputCut: Bool
    /// The shim died, or could not write the log: what there is has no gaps, but its end may be missing.
    package let outputMayEndEarly: Bool
    /// Processes live on that may not be signalled by this user (sudo, for one).
    package let processesLeft: Bool

    package init(
        outcome: Outcome, started: Timestamp? = nil, finished: Timestamp? = nil, outputCut: Bool = false,
        outputMayEndEarly: Bool = false, processesLeft: Bool = false
    ) {
        self.outcome = outcome
        self.started = started
        self.finished = finished
        self.outputCut = outputCut
        self.outputMayEndEarly = outputMayEndEarly
        self.processesLeft = processesLeft
    }
}
