import Essentials

/// When something happens again and again, as crontab(5) writes it: minute, hour, day of the month, month, day of the week.
///
/// A field is `*`, a number, a range `1-5`, a list `1,15`, each with a step `*/10`; months and days have names, and Sunday is
/// 0 or 7. Where both days are restricted, either is enough. `@hourly`, `@daily`, `@weekly`, `@monthly` and `@yearly` stand
/// for what they say.
package struct CronExpression: Sendable, Equatable {
    /// Why an expression can't be read, as a sentence.
    package struct Fault: Error, Equatable {
        package let message: String
    }

    /// As it was written, blanks made one.
    package let text: String
    let minutes: [Int]
    let hours: [Int]
    let days: Set<Int>
    let months: Set<Int>
    /// 0 is Sunday.
    let weekdays: Set<Int>
    /// The field begins with a star, which crontab(5) takes for unrestricted even where a step follows.
    let isAnyDay: Bool
    let isAnyWeekday: Bool
    /// It counts time that passes, not times of the day: minute or hour begins with a star.
    let isInterval: Bool

    private static let shorthands = [
        "@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@weekly": "0 0 * * 0",
        "@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *",
    ]

    /// - Throws: `Fault` with what is wrong, in which field; also for a day that never comes, such as 31 February.
    package init(_ text: String) throws(Fault) {
        let words = text.split(whereSeparator: \.isWhitespace).map(String.init)
        self.text = words.joined(separator: " ")
        var fields = words
        if words.count == 1, words[0].hasPrefix("@") {
            guard let meant = Self.shorthands[words[0].lowercased()] else {
                throw Fault(
                    message:
                        "\"\(Parameter.shown(words[0]))\" is none of @hourly, @daily, @weekly, @monthly and @yearly.")
            }
            fields = meant.split(separator: " ").map(String.init)
        }
        guard fields.count == 5 else {
            throw Fault(
                message:
                    "\"\(Parameter.shown(self.text))\" has \(fields.count) fields, and five are needed: minute, hour, day, month, day of the week."
            )
        }
        minutes = try CronField.minute.values(of: fields[0]).sorted()
        hours = try CronField.hour.values(of: fields[1]).sorted()
        days = try CronField.day.values(of: fields[2])
        months = try CronField.month.values(of: fields[3])
        weekdays = Set(try CronField.weekday.values(of: fields[4]).map { $0 % 7 })
        isAnyDay = fields[2].hasPrefix("*")
        isAnyWeekday = fields[4].hasPrefix("*")
        isInterval = fields[0].hasPrefix("*") || fields[1].hasPrefix("*")
        guard comesEver else {
            throw Fault(message: "\"\(Parameter.shown(self.text))\" never comes: no such month has such a day.")
        }
    }

    /// Whether a date is one of its days.
    /// - Parameter weekday: 0 is Sunday.
    func isDay(month: Int, day: Int, weekday: Int) -> Bool {
        guard months.contains(month) else { return false }
        // crontab(5): with both restricted either is enough; with a star in one of them both must fit.
        if isAnyDay || isAnyWeekday { return days.contains(day) && weekdays.contains(weekday) }
        return days.contains(day) || weekdays.contains(weekday)
    }

    private var comesEver: Bool {
        if !isAnyDay, !isAnyWeekday { return true }
        let lengths = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return months.contains { month in days.contains { $0 <= lengths[month - 1] } }
    }
}

/// One of the five fields.
private struct CronField {
    let name: String
    let range: ClosedRange<Int>
    var names: [String] = []

    static let minute = CronField(name: "minute", range: 0...59)
    static let hour = CronField(name: "hour", range: 0...23)
    static let day = CronField(name: "day of the month", range: 1...31)
    static let month = CronField(
        name: "month", range: 1...12,
        names: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"])
    static let weekday = CronField(
        name: "day of the week", range: 0...7, names: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"])

    func values(of text: String) throws(CronExpression.Fault) -> Set<Int> {
        var values: Set<Int> = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let pieces = part.split(separator: "/", omittingEmptySubsequences: false)
            var step = 1
            if pieces.count == 2 {
                guard let number = Self.number(pieces[1]), number >= 1 else { throw fault(text) }
                step = number
            }
            guard (1...2).contains(pieces.count) else { throw fault(text) }
            let (first, last): (Int, Int)
            if pieces[0] == "*" {
                (first, last) = (range.lowerBound, range.upperBound)
            } else {
                let ends = pieces[0].split(separator: "-", omittingEmptySubsequences: false)
                guard (1...2).contains(ends.count), let start = value(ends[0]) else { throw fault(text) }
                // `5/10` is 5, 15, 25 and so on.
                guard let end = ends.count == 2 ? value(ends[1]) : pieces.count == 2 ? range.upperBound : start,
                    start <= end
                else { throw fault(text) }
                (first, last) = (start, end)
            }
            values.formUnion(stride(from: first, through: last, by: step))
        }
        return values
    }

    private func value(_ text: Substring) -> Int? {
        if let index = names.firstIndex(of: text.lowercased()) { return range.lowerBound == 1 ? index + 1 : index }
        return Self.number(text).flatMap { range.contains($0) ? $0 : nil }
    }

    private static func number(_ text: Substring) -> Int? {
        guard (1...3).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int(text)
    }

    private func fault(_ text: String) -> CronExpression.Fault {
        let range = "\(range.lowerBound) to \(range.upperBound)\(names.first.map { " or names such as \($0)" } ?? "")"
        return .init(
            message:
                "\"\(Parameter.shown(text))\" is no \(name): write *, or numbers from \(range), such as 1-5, 1,3 or */2."
        )
    }
}
