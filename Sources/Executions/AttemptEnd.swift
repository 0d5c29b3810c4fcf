import Processes

/// How an attempt ended, as it is recorded.
struct AttemptEnd: Equatable {
    let state: AttemptState
    let exitStatus: Int?
    let signal: Int?
    let reason: String?
    /// What it handed on can't be read, so that it has failed whatever else is true of it.
    private let faultText: String?

    init(_ finished: FinishedAttempt, fault: String?) {
        if let request = finished.request {
            self.init(request)
        } else if let end = finished.host?.end(finished.ending?.outcome) {
            self = end
        } else {
            self.init(finished.ending?.outcome, reason: finished.reason, fault: fault)
        }
    }

    /// Of what no process made.
    private init(_ request: RequestEnd) {
        (state, exitStatus, signal, reason, faultText) = (request.state, nil, nil, request.reason, nil)
    }

    init(succeededBecause reason: String) {
        (state, exitStatus, signal, self.reason, faultText) = (.succeeded, nil, nil, reason, nil)
    }

    init(failedBecause reason: String) {
        (state, exitStatus, signal, self.reason, faultText) = (.failed, nil, nil, reason, nil)
    }

    init(_ state: AttemptState, _ reason: String) {
        (self.state, exitStatus, signal, self.reason, faultText) = (state, nil, nil, reason, nil)
    }

    /// The same, where what it handed on can't be read.
    var fault: AttemptEnd? { faultText.map { AttemptEnd(failedBecause: $0) } }

    init(_ outcome: Ending.Outcome?, reason: String?, fault: String?) {
        faultText = fault
        switch outcome {
        case .exited(0)?:
            (state, exitStatus, signal, self.reason) = (fault == nil ? .succeeded : .failed, 0, nil, fault)
        case .exited(let status)?:
            (state, exitStatus, signal, self.reason) = (.failed, Int(status), nil, nil)
        case .signalled(let number)?:
            (state, exitStatus, signal) = (.failed, nil, Int(number))
            self.reason = "Signal \(number) ended it, and Runbook did not send it."
        case .timedOut?:
            (state, exitStatus, signal, self.reason) = (.timedOut, nil, nil, "It ran longer than its timeout.")
        case .stopped?:
            (state, exitStatus, signal, self.reason) = (.cancelled, nil, nil, "It was stopped by a cancellation.")
        case .couldNotStart(_, let sentence)?:
            (state, exitStatus, signal, self.reason) = (.failed, nil, nil, sentence)
        case .neverStarted?:
            (state, exitStatus, signal) = (.unknown, nil, nil)
            self.reason = "Its supervisor died before the step began: none of it ran."
        case .unknown?:
            (state, exitStatus, signal) = (.unknown, nil, nil)
            self.reason = "Its supervisor or the machine died during the step: nobody knows how far it came."
        case nil:
            (state, exitStatus, signal, self.reason) = (.failed, nil, nil, reason)
        }
    }
}
