import API
import ArgumentParser
import Essentials
import Foundation

extension IncidentCommand {
    struct Note: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "note",
            abstract: "Notes something on an incident's timeline, in Markdown.",
            discussion: """
                Without a text it is read from standard input. --edit replaces an earlier note; what it said stays. Nothing
                is replaced when somebody else was first: with --version, since that version was read, which the timeline
                tells; without it, since this command began.

                  runbook incident note 01k… "Switched traffic to **blue**"
                  runbook incident note 01k… --at 2026-01-19T03:05:00Z "First complaint by phone"
                  runbook incident note 01k… --edit 01k… --version 1 "It was green"
                """
        )

        @OptionGroup var incident: IncidentArgument

        @Argument(help: "Markdown.")
        var text: String?

        @Option(help: ArgumentHelp("When it was so, where that was earlier.", valueName: "time"))
        var at: String?

        @Option(help: ArgumentHelp("The id of a note, to replace its text.", valueName: "note"))
        var edit: String?

        @Option(help: ArgumentHelp("The version of the note that you have read.", valueName: "number"))
        var version: Int?

        @OptionGroup var server: ServerOptions
        @OptionGroup var format: FormatOptions

        func validate() throws {
            if at != nil, edit != nil { throw ValidationError("An edit keeps its time: leave --at out.") }
            if version != nil, edit == nil { throw ValidationError("A version is that of a note: add --edit.") }
        }

        func run() async throws {
            let words = try text ?? Self.standardInput()
            try await server.withClient { client in
                let timeline = ["incidents", incident.id, "timeline"]
                let answer: JSONValue =
                    if let edit {
                        try await replace(edit, with: words, client)
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

        private func replace(_ note: String, with words: String, _ client: Client) async throws -> JSONValue {
            var version = version
            if version == nil {
                let notes = try await client.items(
                    { limit, after in
                        .api(
                            "incidents", incident.id, "timeline",
                            query: ["kind": "note", "limit": limit, "after": after])
                    }, limit: nil)
                let found = try notes.items.map { try $0.decoded(as: TimelineEntry.self) }.first { $0.note == note }
                guard let found else {
                    throw Problem.notFound(
                        "Incident \(incident.id) has no note \(note): `runbook incident timeline \(incident.id)` lists them."
                    )
                }
                version = found.version
                try Output.talk.say("runbook: it said “\(found.text ?? "(erased)")”")
            }
            var change = try Client.Request(
                .put, .api("incidents", incident.id, "timeline", note), writing: NoteEditRequest(text: words))
            change.headers.append(("If-Match", "\"\(version ?? 1)\""))
            return try client.decode(JSONValue.self, from: try await client.send(change))
        }

        private static func standardInput() throws -> String {
            guard let data = try FileHandle.standardInput.readToEnd() else { return "" }
            return String(decoding: data, as: UTF8.self)
        }
    }

    struct Timeline: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "timeline",
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
            commandName: "postmortem",
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
        if let note { try output.say("    note \(note), version \(version ?? 1)") }
        for line in self.output ?? [] { try output.line("    | \(line)") }
    }
}
