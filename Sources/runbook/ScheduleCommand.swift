import API
import ArgumentParser
import Essentials
import Foundation
import RunbookFormat

struct ScheduleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schedule",
        abstract: "What starts by itself, and when.",
        discussion: """
            A guide can ask for it in its front matter: `schedule: "0 2 * * * Europe/Istanbul"`. Others are added here.

              runbook schedule add accunode.backup --cron "0 2 * * *" --timezone Europe/Istanbul
              runbook schedule add "maintenance#weekly" --cron "0 9 * * mon" --starts checklist
              runbook schedule next "30 2 * * *" --timezone Europe/Berlin
            """,
        subcommands: [List.self, Show.self, Add.self, Pause.self, Resume.self, Remove.self, Next.self]
    )

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "Lists the schedules, what comes next first.",
            discussion: """
                  runbook schedule list
                  runbook schedule list --json | jq -r '.items[] | select(.paused) | .id'
                """
        )

        @OptionGroup var server: ServerOptions
        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await server.withClient { client in
                let list = try await client.items { .api("schedules", query: ["limit": $0, "after": $1]) }
                guard !format.json else { return try Output.data.json(list) }
                guard !list.items.isEmpty else {
                    return try Output.talk.say("Nothing starts by itself yet: runbook schedule add --help says how.")
                }
                var table = Table("ID", "NEXT", "WHEN", "STARTS", "RUNBOOK")
                for item in list.items {
                    let schedule = try item.decoded(as: Schedule.self)
                    table.add(
                        schedule.id, schedule.due.map(Wording.moment) ?? (schedule.paused ? "paused" : "never"),
                        "\(schedule.cron) \(schedule.timezone)", schedule.starts, schedule.what)
                }
                try table.print(to: .data)
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "Shows a schedule: when it comes next, and what came of it.",
            discussion: """
                  runbook schedule show 01kxyz…
                """
        )

        @Argument(help: "The schedule's id.")
        var id: String

        @OptionGroup var server: ServerOptions
        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await server.withClient { client in
                let answer = try await client.get(.api("schedules", id), as: JSONValue.self)
                guard !format.json else { return try Output.data.json(answer) }
                try ScheduleCommand.print(try answer.decoded(as: Schedule.self), to: .data)
            }
        }
    }

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "add",
            abstract: "Adds a schedule.",
            discussion: """
                What it would start is planned once: what stands in the way of that is said now, not at night.

                  runbook schedule add accunode.backup --cron "0 2 * * *" --timezone Europe/Istanbul --param days=30
                  runbook schedule add "maintenance#weekly" --cron "0 9 * * mon" --starts checklist
                """
        )

        @Argument(help: "The runbook, or a section of it: name#section.")
        var runbook: String

        @Option(help: "As crontab has it: minute, hour, day, month, day of the week.")
        var cron: String

        @Option(help: "Whose clocks count, such as Europe/Istanbul; UTC without it.")
        var timezone: String?

        @Option(help: "run or checklist.")
        var starts: Start = .run

        @Option(help: "Times that passed while the server was down: once, skip or all.")
        var missed: Missed = .once

        @Option(help: "When the one before is not done yet: skip or allow.")
        var overlap: Overlap?

        @Option(
            name: .customLong("param"), parsing: .unconditionalSingleValue,
            help: ArgumentHelp("A parameter's value; once for each.", valueName: "key=value"))
        var parameters: [Assignment] = []

        @OptionGroup var server: ServerOptions
        @OptionGroup var format: FormatOptions

        func run() async throws {
            let parts = runbook.split(separator: "#", maxSplits: 1).map(String.init)
            let request = ScheduleRequest(
                runbook: parts.first ?? "", cron: cron, timezone: timezone, section: parts.count > 1 ? parts[1] : nil,
                starts: starts.rawValue, missed: missed.rawValue, overlap: overlap?.rawValue,
                parameters: Dictionary(parameters.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 }))
            try await server.withClient { client in
                let answer = try await client.write(.post, .api("schedules"), request, as: JSONValue.self)
                guard !format.json else { return try Output.data.json(answer) }
                let schedule = try answer.decoded(as: Schedule.self)
                try Output.data.line(schedule.id)
                try Output.talk.say(
                    "runbook: \(schedule.what) comes next \(schedule.due.map(Wording.moment) ?? "never")")
            }
        }
    }

    struct Pause: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "pause",
            abstract: "Starts nothing by a schedule until it is resumed.",
            discussion: """
                  runbook schedule pause 01kxyz…
                """
        )

        @Argument(help: "The schedule's id.")
        var id: String

        @OptionGroup var server: ServerOptions
        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await server.withClient { client in
                let answer = try await client.write(
                    .post, .api("schedules", id, "pause"), as: JSONValue.self)
                guard !format.json else { return try Output.data.json(answer) }
                try Output.talk.say("runbook: the schedule is paused")
            }
        }
    }

    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "resume",
            abstract: "Goes on with a paused schedule, from now.",
            discussion: """
                  runbook schedule resume 01kxyz…
                """
        )

        @Argument(help: "The schedule's id.")
        var id: String

        @OptionGroup var server: ServerOptions
        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await server.withClient { client in
                let answer = try await client.write(
                    .post, .api("schedules", id, "resumption"), as: JSONValue.self)
                guard !format.json else { return try Output.data.json(answer) }
                let due = try answer.decoded(as: Schedule.self).due
                try Output.talk.say("runbook: it comes next \(due.map(Wording.moment) ?? "never")")
            }
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "remove",
            abstract: "Removes a schedule; what it has started stays.",
            discussion: """
                  runbook schedule remove 01kxyz…
                """
        )

        @Argument(help: "The schedule's id.")
        var id: String

        @OptionGroup var server: ServerOptions
        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await server.withClient { client in
                _ = try await client.send(Client.Request(.delete, .api("schedules", id)))
                guard !format.json else { return try Output.data.json(["id": .string(id), "removed": true]) }
                try Output.talk.say("runbook: the schedule is removed")
            }
        }
    }

    struct Next: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "next",
            abstract: "Tells when an expression comes next, without a server.",
            discussion: """
                  runbook schedule next "30 2 * * *" --timezone Europe/Berlin --count 10
                """
        )

        @Argument(help: "As crontab has it.")
        var cron: String

        @Option(help: "Whose clocks count; UTC without it.")
        var timezone: String?

        @Option(help: "How many times.")
        var count = 5

        @Flag(help: "Print JSON.")
        var json = false

        func validate() throws {
            guard (1...1000).contains(count) else { throw ValidationError("--count is from 1 to 1000.") }
        }

        func run() throws {
            let declaration: ScheduleDeclaration
            do throws(ScheduleDeclaration.Fault) {
                declaration = try ScheduleDeclaration(cron: cron, timeZone: timezone)
            } catch {
                throw ValidationError(error.message)
            }
            let times = declaration.cron.times(after: TimeSource.system.now(), in: declaration.zone, count: count)
            guard !json else { return try Output.data.json(JSONValue.array(times.map { .string($0.rfc3339) })) }
            let formatter = DateFormatter()
            formatter.locale = Locale(identifier: "en_US_POSIX")
            formatter.timeZone = declaration.zone
            formatter.dateFormat = "EEE yyyy-MM-dd HH:mm xxx"
            for time in times { try Output.data.line(formatter.string(from: time.date)) }
        }
    }

    enum Start: String, ExpressibleByArgument, CaseIterable {
        case run, checklist
    }

    enum Missed: String, ExpressibleByArgument, CaseIterable {
        case once, skip, all
    }

    enum Overlap: String, ExpressibleByArgument, CaseIterable {
        case skip, allow
    }

    private static func print(_ schedule: Schedule, to output: Output) throws {
        try output.say("\(schedule.what) at \(schedule.cron) \(schedule.timezone)\(schedule.paused ? " (paused)" : "")")
        let facts: [(String, [String])] = [
            ("starts", [schedule.starts]), ("from", [schedule.declared ? "its guide" : schedule.by]),
            ("missed", [schedule.missed]), ("overlap", [schedule.overlap]),
            ("given", schedule.parameters.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }),
            ("next", (schedule.next ?? []).map(Wording.moment)),
        ]
        for (label, values) in facts where !values.isEmpty {
            try output.say("\(label.padded(to: 9))\(values.joined(separator: ", "))")
        }
        guard let firings = schedule.firings, !firings.isEmpty else { return }
        try output.line()
        var table = Table("FOR", "OUTCOME", "WHAT")
        for firing in firings.prefix(20) {
            table.add(Wording.moment(firing.due), firing.outcome, firing.object ?? firing.reason ?? "-")
        }
        try table.print(to: output)
    }
}

extension Schedule {
    fileprivate var what: String { section.map { "\(runbook)#\($0)" } ?? runbook }
}
