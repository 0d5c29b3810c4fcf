package import Essentials

/// How often and how well a service is deployed to an environment, over the days before a moment.
///
/// The definitions are those of DORA's four keys (https://dora.dev/guides/dora-metrics-four-keys/), computed from the records
/// as the Four Keys project does:
/// - *deployment frequency*: deployments that came to an end, per day. One that succeeded, failed, or was rolled back has
///   reached the environment and counts; one that was aborted counts nowhere.
/// - *change failure rate*: of these, the part that failed, was rolled back, or that an incident is laid to, by somebody's
///   word or by `FailureRule`.
/// - *time to restore*: the median, over these failures, of the time from the first that went wrong. Where incidents tell of
///   the failure, it ends when the last of them was mitigated (or resolved); else with the first of: the end of the
///   rollback, the end of the next deployment that succeeded there and stayed good. A failure that nothing has restored
///   yet is counted as open, and is not in the median.
package struct Figures: Sendable, Equatable {
    /// One deployment that came to an end, as far as the figures need it.
    package struct Outcome: Sendable, Equatable {
        package var finished: Timestamp
        package var isFailure: Bool
        /// When it went wrong.
        package var failed: Timestamp?
        /// When its rollback ended, if it did.
        package var restored: Timestamp?
        /// The incidents that are laid to it.
        package var troubles: [Trouble]

        package init(
            finished: Timestamp, isFailure: Bool, failed: Timestamp? = nil, restored: Timestamp? = nil,
            troubles: [Trouble] = []
        ) {
            self.finished = finished
            self.isFailure = isFailure
            self.failed = failed
            self.restored = restored
            self.troubles = troubles
        }

        var hasFailed: Bool { isFailure || !troubles.isEmpty }
    }

    /// An incident as far as the figures need it.
    package struct Trouble: Sendable, Equatable {
        package let opened: Timestamp
        /// When it did no more harm; nil as long as it does.
        package let ended: Timestamp?

        package init(opened: Timestamp, ended: Timestamp?) {
            self.opened = opened
            self.ended = ended
        }
    }

    /// A day or a week of the plot.
    package struct Bar: Sendable, Equatable {
        package let start: Timestamp
        package let deployments: Int
        package let failures: Int
    }

    package let service: String
    package let environment: String
    package let from: Timestamp
    package let to: Timestamp
    package let days: Int
    package let deployments: Int
    package let failures: Int
    /// Failures that nothing has restored yet.
    package let open: Int
    package let perDay: Double
    /// From 0 to 1; nil without deployments.
    package let changeFailureRate: Double?
    /// The median; nil where nothing had to be restored.
    package let timeToRestore: Duration?
    /// A bar a day up to 31 days, a bar a week beyond; the last one ends now.
    package let bars: [Bar]
    package let daysPerBar: Int

    package static let mostDays = 366
    package static let usualDays = 90

    /// - Parameter outcomes: of one service and environment, since before the window began; in any order.
    package init(service: String, environment: String, outcomes: [Outcome], days: Int, to now: Timestamp) {
        self.service = service
        self.environment = environment
        self.days = days
        to = now
        let from = now.advanced(by: .seconds(-86_400 * Int64(days)))
        self.from = from
        let ended = outcomes.filter { $0.finished > from && $0.finished <= now }
        let good = outcomes.filter { !$0.hasFailed }.map(\.finished).sorted()
        let failed = ended.filter(\.hasFailed)
        let restorations = failed.map { Self.restoration(of: $0, by: good) }
        deployments = ended.count
        failures = failed.count
        open = restorations.count { $0 == nil }
        perDay = Double(ended.count) / Double(days)
        changeFailureRate = ended.isEmpty ? nil : Double(failed.count) / Double(ended.count)
        timeToRestore = Self.median(restorations.compactMap(\.self))
        let daysPerBar = days <= 31 ? 1 : 7
        self.daysPerBar = daysPerBar
        let count = (days + daysPerBar - 1) / daysPerBar
        bars = (0..<count).reversed().map { back in
            let end = now.advanced(by: .seconds(-86_400 * Int64(back * daysPerBar)))
            let start = max(from, end.advanced(by: .seconds(-86_400 * Int64(daysPerBar))))
            let within = ended.filter { $0.finished > start && $0.finished <= end }
            return Bar(start: start, deployments: within.count, failures: within.count(where: \.hasFailed))
        }
    }

    /// - Parameter good: when deployments that stayed good ended, in order.
    private static func restoration(of failure: Outcome, by good: [Timestamp]) -> Duration? {
        let known = failure.isFailure ? [failure.failed ?? failure.finished] : []
        let failed = (known + failure.troubles.map(\.opened)).min() ?? failure.finished
        guard failure.troubles.isEmpty else {
            let ends = failure.troubles.compactMap(\.ended)
            guard ends.count == failure.troubles.count, let last = ends.max() else { return nil }
            return max(.zero, failed.duration(to: last))
        }
        let restored = [failure.restored, good.first { $0 > failed }].compactMap(\.self).min()
        return restored.map { max(.zero, failed.duration(to: $0)) }
    }

    private static func median(_ durations: [Duration]) -> Duration? {
        guard !durations.isEmpty else { return nil }
        let sorted = durations.sorted()
        let middle = sorted.count / 2
        return sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
    }
}
