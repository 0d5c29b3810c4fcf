package import Essentials
import Foundation
package import RunbookFormat

/// Which of the times that have come by now something is started for, and which are left out.
package struct CatchUp: Sendable, Equatable {
    /// What is so late only is on time: a server that was started again in between has missed nothing.
    package static let tolerance = Duration.seconds(60)
    /// So many are made up for at once, the oldest first; a server that was down for a year starts no half a million runs.
    package static let atMost = 100
    /// So many that were missed are counted; of more it is said that there are more.
    package static let counted = 1000

    /// The times that something is started for, in order.
    package var starts: [Timestamp] = []
    /// How many times were left out, `counted` at most, the first of them and the last.
    package var missed = 0
    package var firstMissed: Timestamp?
    package var lastMissed: Timestamp?

    /// - Parameter due: the first time that nothing was started for.
    package init(of schedule: ScheduleDeclaration, due: Timestamp, now: Timestamp) {
        guard due <= now else { return }
        let (cron, zone) = (schedule.cron, schedule.zone)
        var times = [due]
        while times.count <= Self.counted, let last = times.last, let next = cron.next(after: last, in: zone),
            next <= now
        {
            times.append(next)
        }
        let last =
            times.count > Self.counted ? Self.last(of: schedule, after: due, through: now) : times[times.count - 1]
        let isLastOnTime = last.duration(to: now) <= Self.tolerance
        var left = times
        switch schedule.missed {
        case .all:
            starts = Array(times.prefix(Self.atMost))
            left.removeFirst(starts.count)
        case .once:
            starts = [last]
            if left.last == last { left.removeLast() }
        case .skip:
            starts = isLastOnTime ? [last] : []
            if isLastOnTime, left.last == last { left.removeLast() }
        }
        missed = min(left.count, Self.counted)
        firstMissed = left.first
        lastMissed = left.isEmpty ? nil : schedule.missed == .skip && !isLastOnTime ? last : left.last
    }

    /// The last time until now of many: looked for close to now first.
    private static func last(of schedule: ScheduleDeclaration, after due: Timestamp, through now: Timestamp)
        -> Timestamp
    {
        let days = [1, 9, 32, 367, 366 * 9]
        let spans = [Duration.seconds(3600)] + days.map { .seconds($0 * 86_400) }
        for span in spans {
            let start = max(due, now.advanced(by: .zero - span))
            var found: Timestamp?
            var time = schedule.cron.next(after: start, in: schedule.zone)
            while let next = time, next <= now {
                found = next
                time = schedule.cron.next(after: next, in: schedule.zone)
            }
            if let found { return found }
            if start == due { break }
        }
        return due
    }
}
