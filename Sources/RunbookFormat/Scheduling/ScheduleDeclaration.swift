package import Essentials
package import Foundation

/// When a runbook runs by itself, or its boxes become a checklist.
///
/// In the front matter it is one line, the time zone last, or a mapping; or a list of these:
///
///     schedule: "0 2 * * * Europe/Istanbul"
///     schedule:
///       - cron: "0 9 * * mon"
///         timezone: Europe/Istanbul
///         section: weekly-tasks
///         starts: checklist
package struct ScheduleDeclaration: Sendable, Equatable {
    /// What it starts.
    package enum Start: String, Sendable, Codable, CaseIterable {
        case run
        case checklist
    }

    /// What becomes of times that passed while the server was down.
    package enum Missed: String, Sendable, Codable, CaseIterable {
        /// They are left out.
        case skip
        /// All of them together are made up for once.
        case once
        /// Each is made up for, the oldest first.
        case all
    }

    /// What happens when the one before is not done yet.
    package enum Overlap: String, Sendable, Codable, CaseIterable {
        case skip
        case allow
    }

    /// Why one can't be read, as a sentence.
    package struct Fault: Error, Equatable {
        package let field: String
        package let message: String
    }

    package let cron: CronExpression
    /// A name of the tz database.
    package let timeZone: String
    package let start: Start
    /// A section's slug.
    package let section: String?
    package let missed: Missed
    package let overlap: Overlap
    package let parameters: [String: String]

    /// How many a guide declares at most.
    package static let atMost = 20

    /// - Parameters:
    ///   - timeZone: UTC without it.
    ///   - overlap: without it `skip`, but `allow` where all that was missed is made up for.
    /// - Throws: `Fault` naming the field.
    package init(
        cron: String, timeZone: String? = nil, start: Start = .run, section: String? = nil, missed: Missed = .once,
        overlap: Overlap? = nil, parameters: [String: String] = [:]
    ) throws(Fault) {
        do throws(CronExpression.Fault) {
            self.cron = try CronExpression(cron)
        } catch {
            throw Fault(field: "cron", message: error.message)
        }
        let zone = timeZone ?? "UTC"
        guard Self.zone(zone) != nil else {
            throw Fault(
                field: "timezone",
                message:
                    "There is no time zone \"\(Parameter.shown(zone))\": take a name such as Europe/Istanbul or UTC.")
        }
        if missed == .all, overlap == .skip {
            throw Fault(
                field: "overlap",
                message:
                    "What was missed can't all be made up for while the next waits for the one before: let them overlap."
            )
        }
        self.timeZone = zone
        self.start = start
        self.section = section
        self.missed = missed
        self.overlap = overlap ?? (missed == .all ? .allow : .skip)
        self.parameters = parameters
    }

    package var zone: TimeZone { Self.zone(timeZone) ?? .gmt }

    /// Names of the tz database alone: abbreviations mean one thing here and another there.
    private static func zone(_ name: String) -> TimeZone? {
        guard name.utf8.count <= 64, name == "UTC" || name.contains("/") else { return nil }
        return TimeZone(identifier: name)
    }
}

extension ScheduleDeclaration {
    private static let keys: Set<String> = [
        "cron", "timezone", "starts", "section", "missed", "overlap", "parameters",
    ]

    /// From one entry of the front matter.
    init(_ value: JSONValue) throws(Fault) {
        if case .string(let line) = value {
            let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
            let hasZone = words.count > 1 && words.count == (words[0].hasPrefix("@") ? 2 : 6)
            try self.init(
                cron: words.dropLast(hasZone ? 1 : 0).joined(separator: " "), timeZone: hasZone ? words.last : nil)
            return
        }
        guard case .object(let fields) = value else {
            throw Fault(
                field: "schedule",
                message:
                    "\"schedule\" must be a line such as \"0 2 * * * Europe/Istanbul\", a mapping with \"cron\", or a list of these."
            )
        }
        if let unknown = fields.keys.filter({ !Self.keys.contains($0) }).min() {
            throw Fault(
                field: unknown,
                message:
                    "A schedule has no \"\(Parameter.shown(unknown))\": it has \(Self.keys.sorted().joined(separator: ", "))."
            )
        }
        guard let cron = try Self.text("cron", in: fields) else {
            throw Fault(field: "cron", message: "A schedule needs \"cron\", such as \"0 2 * * *\".")
        }
        var parameters: [String: String] = [:]
        switch fields["parameters"] ?? .null {
        case .null: break
        case .object(let values):
            for (name, value) in values {
                guard let text = Self.scalar(value) else {
                    throw Fault(
                        field: "parameters",
                        message: "The parameter \"\(Parameter.shown(name))\" of a schedule must be one value.")
                }
                parameters[name] = text
            }
        default: throw Fault(field: "parameters", message: "The \"parameters\" of a schedule must map names to values.")
        }
        try self.init(
            cron: cron, timeZone: try Self.text("timezone", in: fields),
            start: try Self.word("starts", in: fields) ?? .run,
            section: try Self.text("section", in: fields), missed: try Self.word("missed", in: fields) ?? .once,
            overlap: try Self.word("overlap", in: fields), parameters: parameters)
    }

    private static func scalar(_ value: JSONValue) -> String? {
        switch value {
        case .string(let text): text
        case .integer, .number, .bool: value.text
        case .null, .array, .object: nil
        }
    }

    private static func text(_ name: String, in fields: [String: JSONValue]) throws(Fault) -> String? {
        guard let value = fields[name], value != .null else { return nil }
        guard let text = scalar(value), (1...200).contains(text.utf8.count) else {
            throw Fault(field: name, message: "The \"\(name)\" of a schedule must be one line of text.")
        }
        return text
    }

    private static func word<Word: RawRepresentable & CaseIterable>(
        _ name: String, in fields: [String: JSONValue]
    ) throws(Fault) -> Word? where Word.RawValue == String {
        guard let text = try text(name, in: fields) else { return nil }
        guard let word = Word(rawValue: text) else {
            let choices = Word.allCases.map(\.rawValue).joined(separator: ", ")
            throw Fault(field: name, message: "The \"\(name)\" of a schedule must be one of: \(choices).")
        }
        return word
    }
}
