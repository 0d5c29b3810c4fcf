package import Essentials
package import Foundation

extension CronExpression {
    /// The first time after a moment, by the clocks of a time zone.
    ///
    /// When clocks change it does as Debian's cron(8) does. Of an expression that names minute and hour, a time that is left
    /// out in spring comes at the moment at which the clocks jump, and one that comes twice in autumn counts the first time.
    /// An expression that begins its minute or hour with a star goes by time that passes: nothing comes for an hour that is
    /// left out, and an hour that comes twice counts twice.
    /// - Returns: nil when nothing comes within nine years.
    package func next(after moment: Timestamp, in zone: TimeZone) -> Timestamp? {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        // A day before, for a time that was left out comes later than it is named.
        guard var day = calendar.date(byAdding: .day, value: -1, to: calendar.startOfDay(for: moment.date)) else {
            return nil
        }
        // 29 February is away for eight years at most, where a century leaves it out.
        for _ in 0..<(366 * 9) {
            let parts = calendar.dateComponents([.year, .month, .day, .weekday], from: day)
            guard let year = parts.year, let month = parts.month, let number = parts.day, let weekday = parts.weekday
            else { return nil }
            if isDay(month: month, day: number, weekday: weekday - 1) {
                let times = self.times(year: year, month: month, day: number, zone: zone)
                if let time = times.first(where: { $0 > moment }) { return time }
            }
            // From noon, for a day may begin at one o'clock.
            let noon = day.addingTimeInterval(12 * 3600)
            guard let tomorrow = calendar.date(byAdding: .day, value: 1, to: noon) else { return nil }
            day = calendar.startOfDay(for: tomorrow)
        }
        return nil
    }

    /// The next so many times.
    package func times(after moment: Timestamp, in zone: TimeZone, count: Int) -> [Timestamp] {
        var times: [Timestamp] = []
        var last = moment
        while times.count < count, let next = next(after: last, in: zone) {
            times.append(next)
            last = next
        }
        return times
    }

    /// All of a day, in order.
    private func times(year: Int, month: Int, day: Int, zone: TimeZone) -> [Timestamp] {
        let midnight = Self.secondsOfMidnight(year: year, month: month, day: day)
        var times: Set<Timestamp> = []
        for hour in hours {
            for minute in minutes {
                let wall = midnight + hour * 3600 + minute * 60
                times.formUnion(moments(ofWall: wall, zone: zone))
            }
        }
        return times.sorted()
    }

    /// The moments at which the clocks of the zone show a time: one, none or two of them, by the rule of `next`.
    /// - Parameter wall: the time that they show, in seconds since 1970 as if it were UTC.
    private func moments(ofWall wall: Int, zone: TimeZone) -> [Timestamp] {
        func offset(at seconds: Int) -> Int { zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds))) }
        let (before, after) = (offset(at: wall - 86_400), offset(at: wall + 86_400))
        if before == after, offset(at: wall - before) == before { return [Self.timestamp(wall - before)] }
        let shown = Set([before, after, offset(at: wall - before), offset(at: wall - after)])
            .map { wall - $0 }.filter { $0 + offset(at: $0) == wall }.sorted()
        if isInterval { return shown.map(Self.timestamp) }
        if let first = shown.first { return [Self.timestamp(first)] }
        // Left out: the moment of the jump, which is where the offset changes.
        guard
            let jump = zone.nextDaylightSavingTimeTransition(
                after: Date(timeIntervalSince1970: Double(wall - 86_400 - before)))
        else { return [Self.timestamp(wall - before)] }
        return [Timestamp(jump)]
    }

    private static func timestamp(_ seconds: Int) -> Timestamp { Timestamp(microseconds: Int64(seconds) * 1_000_000) }

    /// By Howard Hinnant's `days_from_civil`.
    private static func secondsOfMidnight(year: Int, month: Int, day: Int) -> Int {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return (era * 146_097 + dayOfEra - 719_468) * 86_400
    }
}
