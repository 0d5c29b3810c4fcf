import RunbookFormat

/// What happens next in a run whose steps may run beside each other, from its steps alone.
struct NextActs: Equatable, Sendable {
    /// The steps to start, in the order of the document.
    var starts: [Int] = []
    /// They wait for their next try, which does not come, for something else has ended the run.
    var givenUp: [Int] = []
    /// They ask people what nobody needs to answer any more, or wait for a time, and something else has ended the run.
    var withdrawn: [Int] = []
    /// They run beside what follows them, and nothing does any more.
    var ends: [Int] = []
    /// What the run did is to be taken back now.
    var rollsBack = false
    /// Nothing is under way, and nothing is to come.
    var settled: RunState?

    /// A step starts when all that it comes after is done. The first failure ends the run: what runs is seen to its end, and
    /// nothing new starts but what runs always, which waits until nothing more happens to what it comes after.
    ///
    /// What is to be taken back is taken back once none of the run's work is under way any more, and before anything cleans
    /// up: what cleans up may take away what the way back needs.
    /// - Parameter limit: how many steps run at once.
    static func of(
        _ steps: [StepStanding], _ cancellation: Cancellation, atOnce limit: Int = .max,
        rollback: RollbackStanding = .none
    ) -> NextActs {
        let end = RunEnd(steps, cancellation)
        let wayBack = end.wayBack(steps, rollback)
        var acts = NextActs()
        var (running, asking, working, isCutShort) = (0, 0, 0, false)
        var beside: [Int] = []
        for (index, step) in steps.enumerated() {
            switch step.state {
            case .running where step.isBackground && (step.isReady || end.hasCome): beside.append(index)
            case .running:
                running += 1
                if !step.isAlways { working += 1 }
            case .waiting where end.leaves(step): asking += 1
            case .waiting where step.isBetweenTries: acts.givenUp.append(index)
            case .waiting: acts.withdrawn.append(index)
            case .queued where step.isBetweenTries && !end.leaves(step): acts.givenUp.append(index)
            case .queued where step.isWatching && !end.leaves(step): acts.withdrawn.append(index)
            case .queued where cancellation.ends(always: step.isAlways): isCutShort = true
            default: break
            }
        }
        if wayBack == .toCome || wayBack == .underWay {
            acts.rollsBack = wayBack == .toCome && working == 0
            return acts
        }
        acts.starts = Array(Self.ready(steps, end).prefix(max(0, limit - running)))
        guard running == 0, asking == 0, acts.starts.isEmpty else { return acts }
        guard beside.isEmpty else {
            acts.ends = beside
            return acts
        }
        acts.settled =
            end.isUnknown
            ? .interrupted
            : wayBack == .succeeded ? .rolledBack : end.state ?? (isCutShort ? .cancelled : end.settled(steps))
        return acts
    }

    /// What can start now, were there room for all of it.
    private static func ready(_ steps: [StepStanding], _ end: RunEnd) -> [Int] {
        let before = steps.predecessors
        /// Nothing more happens to it, nor to anything that it comes after.
        var isOver = Array(repeating: false, count: steps.count)
        var ready: [Int] = []
        for index in StepGraph.order(of: before) {
            let step = steps[index]
            let mayBegin = before[index].allSatisfy { isOver[$0] }
            let isBeside = step.state == .running && step.isBackground && (step.isReady || end.hasCome)
            isOver[index] = mayBegin && (step.state.isOver || isBeside || (step.state == .queued && !end.starts(step)))
            guard step.state == .queued, mayBegin, end.starts(step),
                step.isAlways || before[index].allSatisfy({ steps[$0].isDone })
            else { continue }
            ready.append(index)
        }
        return ready.sorted()
    }
}

/// Where the run stands that takes back what a run did.
enum RollbackStanding: Equatable, Sendable {
    /// There is none.
    case none
    /// It starts when a step fails that asks for it.
    case toCome
    case underWay
    case succeeded
    case failed
}

/// What has ended a run, though some of it may still be under way.
private struct RunEnd {
    private(set) var state: RunState?
    /// Nobody knows how a step ended: a person must say before anything else begins.
    private(set) var isUnknown = false
    private let cancellation: Cancellation

    /// Nothing but what runs always begins any more.
    var hasCome: Bool { state != nil || isUnknown || cancellation != .none }

    init(_ steps: [StepStanding], _ cancellation: Cancellation) {
        self.cancellation = cancellation
        for step in steps {
            switch step.state {
            case .failed, .timedOut: if !step.mayFail, !step.isTolerated { state = state ?? .failed }
            case .cancelled: state = state ?? .cancelled
            case .rejected: state = state ?? .rejected
            case .unknown: isUnknown = true
            case .queued, .running, .waiting, .succeeded, .skipped: break
            }
        }
    }

    /// Whether a step that is queued starts in its turn.
    func starts(_ step: StepStanding) -> Bool { leaves(step) && !cancellation.ends(always: step.isAlways) }

    /// Whether a step that waits may go on waiting.
    func leaves(_ step: StepStanding) -> Bool { !isUnknown && (state == nil || step.isAlways) }

    /// Where the way back stands; `none` where nothing asks for it, or somebody has cancelled before it began: whoever does
    /// that wants nothing more to happen.
    func wayBack(_ steps: [StepStanding], _ rollback: RollbackStanding) -> RollbackStanding {
        guard rollback == .toCome else { return rollback }
        let isWanted = steps.contains {
            $0.rollsBack && !$0.isTolerated && ($0.state == .failed || $0.state == .timedOut)
        }
        return isWanted && state == .failed && !isUnknown && cancellation == .none ? .toCome : .none
    }

    /// Where nothing ended the run: a failure after which it went on is one all the same, and so is a step that never had its
    /// turn.
    func settled(_ steps: [StepStanding]) -> RunState {
        let isWhole = steps.allSatisfy { $0.state == .succeeded || $0.state == .skipped || $0.isTolerated }
        return isWhole ? .succeeded : .failed
    }
}

extension StepStanding {
    /// What comes after it may begin.
    var isDone: Bool {
        switch state {
        case .succeeded, .skipped: true
        case .failed, .timedOut: mayFail || isTolerated
        case .running: isBackground && isReady
        case .queued, .waiting, .cancelled, .rejected, .unknown: false
        }
    }
}

extension StepState {
    fileprivate var isOver: Bool {
        switch self {
        case .queued, .running, .waiting: false
        case .succeeded, .failed, .timedOut, .cancelled, .skipped, .rejected, .unknown: true
        }
    }
}
