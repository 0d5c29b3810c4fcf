import API
import ArgumentParser
import Essentials
import Runbooks

struct ChecklistCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "checklist",
        abstract: "Starts checklists, works through them, completes and exports them.",
        discussion: """
            An item is named by its number or its id, as `show` prints them.

              runbook checklist start accunode/deploy --section before --for "AccuNode 2.4"
              runbook checklist tick 01k… 1 2 3
              runbook checklist waive 01k… 4 --note "no database change in this release"
              runbook checklist complete 01k…
            """,
        subcommands: [
            Start.self, List.self, Show.self, Tick.self, Untick.self, Waive.self, Note.self, Assign.self, Check.self,
            Complete.self, Abandon.self, Reopen.self, Export.self,
        ],
        defaultSubcommand: List.self
    )

    struct Start: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "start",
            abstract: "Starts a checklist from a runbook, or from one section of it.",
            discussion: """
                  runbook checklist start accunode/deploy
                  runbook checklist start accunode/deploy#before --for "AccuNode 2.4"
                """
        )

        @Argument(help: ArgumentHelp("A runbook, or one section of it.", valueName: "name[#section]"))
        var target: String

        @Option(help: "A section's slug; also written NAME#SECTION.")
        var section: String?

        @Option(name: .customLong("for"), help: ArgumentHelp("What it is for, in words.", valueName: "text"))
        var occasion: String?

        @Option(help: ArgumentHelp("The incident that it is for.", valueName: "id"))
        var incident: String?

        @Option(
            name: .customLong("param"), parsing: .unconditionalSingleValue,
            help: ArgumentHelp("What the checks are given; once for each.", valueName: "key=value"))
        var parameters: [Assignment] = []

        @OptionGroup var server: ServerOptions
        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await server.withClient { client in
                let parts = target.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
                let request = ChecklistRequest(
                    runbook: RunbookName.dotted(String(parts[0])),
                    section: section ?? (parts.count > 1 ? String(parts[1]) : nil), occasion: occasion,
                    incident: incident,
                    parameters: parameters.isEmpty
                        ? nil : Dictionary(parameters.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 }))
                let answer = try await client.write(.post, .api("checklists"), request, as: JSONValue.self)
                guard !format.json else { return try Output.data.json(answer) }
                let list = try answer.decoded(as: Checklist.self)
                try list.print(to: .data)
                try Output.talk.say("runbook: tick with: runbook checklist tick \(list.id) 1")
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "Lists checklists, the newest first.",
            discussion: """
                  runbook checklist list --state open
                """
        )

        enum State: String, CaseIterable, ExpressibleByArgument { case open, completed }

        @Option(help: "Only checklists in this state.")
        var state: State?

        @Option(help: ArgumentHelp("Only checklists of this runbook.", valueName: "name"))
        var runbook: String?

        @Option(help: ArgumentHelp("At most so many.", valueName: "number"))
        var limit = Limit(50)

        @OptionGroup var server: ServerOptions
        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await server.withClient { client in
                let name = runbook.map(RunbookName.dotted)
                let list = try await client.items(
                    { limit, after in
                        .api(
                            "checklists",
                            query: ["state": state?.rawValue, "runbook": name, "limit": limit, "after": after])
                    }, limit: limit.number)
                guard !format.json else { return try Output.data.json(list) }
                guard !list.items.isEmpty else {
                    return try Output.talk.say("No such checklists. Start one: runbook checklist start NAME")
                }
                var table = Table("ID", "STATE", "DONE", "OPEN", "STARTED", "BY", "CHECKLIST")
                for item in list.items {
                    let list = try item.decoded(as: ChecklistSummary.self)
                    table.add(
                        list.id, list.state, "\(list.items_settled)/\(list.items_total)", "\(list.items_missing)",
                        Wording.moment(list.created), list.by.name ?? list.by.id,
                        list.occasion.map { "\(list.title) · \($0)" } ?? list.title)
                }
                try table.print(to: .data)
                if list.next != nil { try Output.talk.say("There are more: raise --limit.") }
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "Shows a checklist with its items.",
            discussion: """
                  runbook checklist show 01k…
                """
        )

        @Argument(help: "The checklist's id.")
        var id: String

        @OptionGroup var server: ServerOptions
        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await server.withClient { client in
                let answer = try await client.get(.api("checklists", id), as: JSONValue.self)
                guard !format.json else { return try Output.data.json(answer) }
                try answer.decoded(as: Checklist.self).print(to: .data)
            }
        }
    }

    struct Complete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "complete",
            abstract: "Completes a checklist; nothing of it changes any more.",
            discussion: """
                  runbook checklist complete 01k…
                  runbook checklist complete 01k… --override "agreed with the owner, ticket 4711"
                """
        )

        @Argument(help: "The checklist's id.")
        var id: String

        @Option(
            name: .customLong("override"),
            help: ArgumentHelp("Complete it with items open, as an admin may, and say why.", valueName: "reason"))
        var reason: String?

        @OptionGroup var server: ServerOptions
        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await server.withClient { client in
                let answer = try await client.write(
                    .post, .api("checklists", id, "completion"), ReasonRequest(reason: reason), as: JSONValue.self)
                guard !format.json else { return try Output.data.json(answer) }
                try Output.talk.say("runbook: checklist \(id) is completed")
            }
        }
    }

    struct Abandon: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "abandon",
            abstract: "Ends a checklist that nobody works through any more.",
            discussion: """
                  runbook checklist abandon 01k… --reason "the release is called off"
                """
        )

        @Argument(help: "The checklist's id.")
        var id: String

        @Option(help: ArgumentHelp("Why, for the record.", valueName: "text"))
        var reason: String?

        @OptionGroup var server: ServerOptions
        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await server.withClient { client in
                let answer = try await client.write(
                    .post, .api("checklists", id, "abandonment"), ReasonRequest(reason: reason), as: JSONValue.self)
                guard !format.json else { return try Output.data.json(answer) }
                try Output.talk.say("runbook: checklist \(id) is abandoned")
            }
        }
    }

    struct Reopen: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "reopen",
            abstract: "Opens a completed or abandoned checklist again.",
            discussion: """
                  runbook checklist reopen 01k… --reason "the backup was of the wrong database"
                """
        )

        @Argument(help: "The checklist's id.")
        var id: String

        @Option(help: ArgumentHelp("Why, for the record.", valueName: "text"))
        var reason: String?

        @OptionGroup var server: ServerOptions
        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await server.withClient { client in
                let answer = try await client.write(
                    .post, .api("checklists", id, "reopening"), ReasonRequest(reason: reason), as: JSONValue.self)
                guard !format.json else { return try Output.data.json(answer) }
                try Output.talk.say("runbook: checklist \(id) is open again")
            }
        }
    }

    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "export",
            abstract: "Prints the guide with the boxes as the checklist has them.",
            discussion: """
                Nothing but the boxes differs from the guide, one byte for each. Where the guide has signs for boxes, each \
                that differs is ✅ or ⬜.

                  runbook checklist export 01k… > done.md
                """
        )

        @Argument(help: "The checklist's id.")
        var id: String

        @OptionGroup var server: ServerOptions

        func run() async throws {
            try await server.withClient { client in
                let answer = try await client.send(Client.Request(.get, .api("checklists", id, "export")))
                try Output.data.writeForeign(String(decoding: answer.bytes, as: UTF8.self))
            }
        }
    }
}

extension Checklist {
    /// The whole checklist, for people.
    func print(to output: Output) throws {
        try output.say("\(occasion.map { "\(title) · \($0)" } ?? title): \(state)")
        let settled = items.count { $0.isSettled }
        try output.say("checklist \(id) of \(runbook), \(settled) of \(items.count) done")
        try output.say("started \(Wording.moment(created)) by \(by.name ?? by.id)")
        if let override {
            try output.say(state == "abandoned" ? "because: \(override)" : "completed with open items: \(override)")
        }
        let ticked = items.count { $0.pre_ticked == true }
        if ticked > 0 {
            try output.say("the guide shows \(ticked) of \(items.count) as done already, which proves nothing")
        }
        var table = Table("", "NO", "STATE", "BY", "AT", "ITEM")
        for (index, item) in items.enumerated() {
            let indent = String(repeating: "  ", count: max(0, min(item.depth, 9) - 1))
            let remarks = [
                item.assignee.map { "for \($0)" }, item.role == "admin" ? "for an admin to settle" : nil,
                item.required ? nil : "optional", item.checking ? "its check is running" : nil,
                item.note.map { "“\($0)”" }, item.evidence?.reason,
            ].compactMap { $0 }
            table.add(
                item.mark, "\(index + 1)", item.state, item.by.map { $0.name ?? $0.id } ?? "-",
                item.at.map(Wording.moment) ?? "-", ([indent + item.text] + remarks).joined(separator: " · "))
        }
        try output.line()
        try table.print(to: output)
    }
}

extension ChecklistEntry {
    var isSettled: Bool { state == "ticked" || state == "not-applicable" }

    fileprivate var mark: String {
        switch state {
        case "ticked": "☑"
        case "not-applicable": "–"
        case "failed": "✕"
        default: checking ? "●" : "☐"
        }
    }
}
