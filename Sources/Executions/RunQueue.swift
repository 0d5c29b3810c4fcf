package import Essentials
package import RunbookFormat

/// What waits for a worker and why, and how the workers of each priority fare.
package struct RunQueue: Sendable {
    /// Over which the figures go.
    package enum Window: String, Sendable, CaseIterable {
        case hour = "1h"
        case day = "24h"

        package var duration: Duration {
            switch self {
            case .hour: .seconds(3600)
            case .day: .seconds(86_400)
            }
        }
    }

    /// The runs of one priority.
    package struct Line: Sendable, Equatable {
        package let priority: Metadata.Priority
        /// Of its own; those that it shares where all share them.
        package let workers: Int
        package let busy: Int
        package let queued: Int
        /// When the run that waits longest was asked for.
        package let oldest: Timestamp?
        package let figures: QueueFigures
    }

    package struct Waiting: Sendable {
        package let run: RunSummaryRecord
        package let priority: Metadata.Priority
        /// Why it waits, as a sentence.
        package let reason: String
    }

    package let workers: Workers
    package let window: Window
    package let at: Timestamp
    /// The most urgent first.
    package let lines: [Line]
    /// The first of those that wait: by priority, then as they came.
    package let waiting: [Waiting]

    package var busy: Int { lines.reduce(0) { $0 + $1.busy } }
    package var queued: Int { lines.reduce(0) { $0 + $1.queued } }

    package var isShared: Bool {
        if case .shared = workers { true } else { false }
    }
}

/// How the runs of a priority fared that came to their end in a window, as the records have it.
package struct QueueFigures: Sendable, Equatable {
    package struct Spread: Sendable, Equatable {
        package let median: Duration
        /// Nineteen of twenty took no longer.
        package let p95: Duration

        /// By nearest rank (https://en.wikipedia.org/wiki/Percentile#The_nearest-rank_method): each is a time that was
        /// measured. Nil of nothing.
        init?(_ times: [Duration]) {
            guard !times.isEmpty else { return nil }
            let sorted = times.sorted()
            func rank(_ percent: Int) -> Duration { sorted[max(0, (sorted.count * percent + 99) / 100 - 1)] }
            median = rank(50)
            p95 = rank(95)
        }
    }

    /// Those that a person cancelled or rejected are not among them.
    package let ended: Int
    /// They failed, were rolled back, or nobody knows how they ended.
    package let failed: Int
    /// From when it was asked for to its first step.
    package let wait: Spread?
    /// From its first step to its end, waits for people included.
    package let took: Spread?

    /// From 0 to 1; nil where none ended.
    package var failureRate: Double? { ended == 0 ? nil : Double(failed) / Double(ended) }

    /// Times are those of so many, the latest.
    package static let mostTimes = 1000
}

/// Why a run waits.
indirect enum WaitReason: Sendable, Equatable {
    struct Holder: Equatable {
        let id: ID<RunRecord>
        let runbook: String
    }

    case limit(RunLimit, runbook: String, holders: [Holder], count: Int)
    case workers(of: Metadata.Priority?, count: Int, before: Int)
    /// It belongs to a run that waits too.
    case parent(Holder, WaitReason)
    case nothing

    var sentence: String {
        switch self {
        case .limit(let limit, let runbook, let holders, let count):
            return
                "\(Self.rule(limit, runbook)): \(Self.named(holders, count, besides: limit.isOfRunbook ? runbook : nil))."
        case .workers(let priority, let count, let before):
            let owner = priority.map { " of \($0.rawValue)" } ?? ""
            let busy = count == 1 ? "The only worker\(owner) is busy" : "All \(count) workers\(owner) are busy"
            switch before {
            case 0: return "\(busy); it is next."
            case 1: return "\(busy); 1 run is before it."
            default: return "\(busy); \(before) runs are before it."
            }
        case .parent(let run, let reason):
            return
                "It begins after run \(run.id) of \(run.runbook), which it belongs to and which waits: \(reason.sentence)"
        case .nothing: return "A worker is free: it begins at once."
        }
    }

    /// `accunode.deploy runs at most once at a time`, `Of the service accunode at most 2 runs go at a time`, `On the host web-1 …`.
    private static func rule(_ limit: RunLimit, _ runbook: String) -> String {
        guard limit.isOfRunbook else {
            let parts = limit.key.split(separator: "/", maxSplits: 1)
            let subject = "\(parts.first == "host" ? "On" : "Of") the \(parts.first ?? "") \(parts.last ?? "")"
            return "\(subject) at most \(limit.most == 1 ? "one run goes" : "\(limit.most) runs go") at a time"
        }
        return "\(runbook) runs at most \(limit.most == 1 ? "once" : "\(limit.most) times") at a time"
    }

    private static func named(_ holders: [Holder], _ count: Int, besides runbook: String?) -> String {
        guard let first = holders.first else { return "another is under way" }
        let name = "run \(first.id)\(first.runbook == runbook ? "" : " of \(first.runbook)")"
        switch count {
        case ...1: return "\(name) is under way"
        case 2: return "\(name) and 1 other are under way"
        default: return "\(name) and \(count - 1) others are under way"
        }
    }
}

extension RunLimit {
    var isOfRunbook: Bool { key.hasPrefix("runbook/") }
}
