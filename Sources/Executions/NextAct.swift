import RunbookFormat

/// A step as far as it decides what happens next.
struct StepStanding: Sendable, Equatable {
    /// Of one that waits for its next try and whose time has come: queued.
    var state: StepState
    /// After its failure the run goes on.
    var mayFail = false
    /// It failed on a machine, and so few did that the step has not failed.
    var isTolerated = false
    /// Its failure takes back what the run did.
    var rollsBack = false
    /// It runs after a failure and a cancellation too.
    var isAlways = false
    /// A try has failed, and the next one is to come.
    var isBetweenTries = false
    /// It waits for a time, or holds until one: nothing of it has failed.
    var isWatching = false
    /// A person has said that it does not run.
    var isLeftOut = false
    /// It was left out because the step had failed on too many machines.
    var isHeldBack = false
    /// It runs beside what follows, and is ended with the run.
    var isBackground = false
    /// What follows it may begin.
    var isReady = false
    /// The places of the steps that it comes after; nil for the one before it.
    var comesAfter: [Int]?
}

extension [StepStanding] {
    /// By place, the places of what each step comes after.
    var predecessors: [[Int]] {
        indices.map { index in self[index].comesAfter ?? (index > 0 ? [index - 1] : []) }
    }

    /// The places of all that these come after, through others too.
    func before(_ places: [Int]) -> Set<Int> { Self.reached(from: places, by: predecessors) }

    /// The places of all that comes after these.
    func after(_ places: [Int]) -> Set<Int> {
        var followers: [[Int]] = Array<[Int]>(repeating: [], count: count)
        for (place, before) in predecessors.enumerated() {
            for one in before where followers.indices.contains(one) { followers[one].append(place) }
        }
        return Self.reached(from: places, by: followers)
    }

    private static func reached(from places: [Int], by links: [[Int]]) -> Set<Int> {
        var found: Set<Int> = []
        var open = places
        while let place = open.popLast() {
            guard links.indices.contains(place) else { continue }
            for next in links[place] where found.insert(next).inserted { open.append(next) }
        }
        return found
    }
}

/// What happens next in a run whose steps run one after the other, from its steps alone.
enum NextAct: Equatable, Sendable {
    /// Start the step at this index.
    case start(Int)
    /// A step is under way.
    case wait
    case settle(RunState)

    static func of(steps: [StepState], isCancelling: Bool) -> NextAct {
        of(steps.map { StepStanding(state: $0) }, isCancelling ? .steps : .none)
    }

    static func of(
        _ steps: [StepStanding], _ cancellation: Cancellation, rollback: RollbackStanding = .none
    ) -> NextAct {
        let acts = NextActs.of(steps, cancellation, atOnce: 1, rollback: rollback)
        if let state = acts.settled { return .settle(state) }
        return acts.starts.first.map { .start($0) } ?? .wait
    }
}

/// Whether a step whose try has failed is tried again.
enum NextTry: Equatable, Sendable {
    case none
    case after(Duration)

    /// The longest wait that doubling comes to; a longer one that the guide asks for stays as it is.
    static let longestDoubled = Duration.seconds(3600)

    static func of(tries: Int, of settings: Step.Settings) -> NextTry {
        guard let interval = settings.interval, tries <= settings.retries else {
            return of(tries: tries, retries: settings.retries, backoff: settings.backoff)
        }
        return .after(interval)
    }

    /// - Parameter tries: how many have failed, this one among them.
    static func of(tries: Int, retries: Int, backoff: Duration?) -> NextTry {
        guard tries <= retries else { return .none }
        guard let backoff else { return .after(.zero) }
        var wait = backoff
        for _ in 1..<max(1, tries) where wait < longestDoubled { wait = min(wait * 2, longestDoubled) }
        return .after(wait)
    }
}
