import API
import ArgumentParser
import Essentials
import Foundation

extension IncidentCommand {
    struct Note: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Notes something on an incident's timeline, in Markdown.",
            discussion: """
                Without a text it is read from standard input. --edit replaces an earlier note; what it said stays.

                  runbook incident note 01k… "Switched traffic to **blue**"
                  runbook incident note 01k… --at 2026-01-19T03:05:00Z "First complaint by phone"
                  runbook incident note 01k… --edit 01k… "It was green"
                """
        )

        @OptionGroup var incident: IncidentArgument

        @Argument(help: "Markdown.")
        var text: String?

        @Option(help: ArgumentHelp("When it was so, where that was earlier.", valueName: "time"))
        var at: String?

        @Option(help: ArgumentHelp("The id of a note, to replace its text.", valueName: "note"))
        var edit: String?

        @OptionGroup var server: ServerOptions
        @OptionGroup var format: FormatOptions

        func validate() throws {
            if at != nil, edit != nil { throw ValidationError("An edit keeps its time: leave --at out.") }
        }

        func run() async throws {
            let words = try text ?? Self.standardInput()
            try await server.withClient { client in
                let timeline = ["incidents", incident.id, "timeline"]
                let answer: JSONValue =
                    if let edit {
                        try await client.write(
                            .put, .api(timeline[0], timeline[1], timeline[2], edit), NoteEditRequest(text: words))
                    } else {
                        try await client.write(
                            .post, .api(timeline[0], timeline[1], timeline[2]), NoteRequest(text: words, at: at))
                    }
                guard !format.json else { return try Output.data.json(answer) }
                let entry = try answer.decoded(as: TimelineEntry.self)
                try Output.data.say(entry.note ?? "")
                try Output.talk.say("runbook: noted on \(incident.id)")
            }
        }

        private static func standardInput() throws -> String {
            guard let data = try FileHandle.standardInput.readToEnd() else { return "" }
            return String(decoding: data, as: UTF8.self)
        }
    }

    struct Timeline: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Tells what happened in an incident, the oldest first.",
            discussion: """
                  runbook incident timeline 01k…
                  runbook incident timeline 01k… --kind note --json
                """
        )

        @OptionGroup var incident: IncidentArgument

        @Option(
            help: ArgumentHelp(
                "Only note, status, alert, run, checklist or deployment, or a kind of event.", valueName: "kind"))
        var kind: String?

        @Option(help: ArgumentHelp("At most so many.", valueName: "number"))
        var limit: Limit?

        @OptionGroup var server: ServerOptions
        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await server.withClient { client in
                let list = try await client.items(
                    { limit, after in
                        .api(
                            "incidents", incident.id, "timeline",
                            query: ["kind": kind, "limit": limit, "after": after])
                    }, limit: limit?.number)
                guard !format.json else { return try Output.data.json(list) }
                for item in list.items { try item.decoded(as: TimelineEntry.self).print(to: .data) }
                if list.next != nil { try Output.talk.say("There are more: raise --limit.") }
            }
        }
    }

    struct Postmortem: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prints a draft of the postmortem, as Markdown.",
            discussion: """
                  runbook incident postmortem 01k… > postmortem.md
                """
        )

        @OptionGroup var incident: IncidentArgument
        @OptionGroup var server: ServerOptions
        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await server.withClient { client in
                let answer = try await client.send(
                    try Client.Request(.get, .api("incidents", incident.id, "postmortem")))
                let draft = String(decoding: answer.bytes, as: UTF8.self)
                guard !format.json else { return try Output.data.json(["markdown": .string(draft)]) }
                try Output.data.writeForeign(draft)
            }
        }
    }
}

extension TimelineEntry {
    /// The entry on a line, with what belongs to it indented below.
    func print(to output: Output) throws {
        let later = at == nil ? "" : " (written down \(Wording.moment(time)))"
        try output.say("\(Wording.moment(at ?? time))  \(sentence)\(later)")
        for line in (text ?? "").split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        where text != nil { try output.line("    \(line)") }
        if let earlier { try output.say("    edited \(earlier.count == 1 ? "once" : "\(earlier.count) times")") }
        for line in self.output ?? [] { try output.line("    | \(line)") }
    }
}
