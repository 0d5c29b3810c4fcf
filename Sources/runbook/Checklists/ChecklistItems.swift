import API
import ArgumentParser
import Essentials

/// Which items of which checklist.
struct ItemArguments: ParsableArguments {
    @Argument(help: "The checklist's id.")
    var id: String

    @Argument(help: ArgumentHelp("Items, by number or id.", valueName: "item"))
    var items: [String] = []

    @OptionGroup var server: ServerOptions
    @OptionGroup var format: FormatOptions

    /// Changes each of the items, as it stood when the command began.
    func change(to request: ItemRequest) async throws {
        try await server.withClient { client in
            let list = try await client.get(.api("checklists", id), as: Checklist.self)
            for item in try list.items(named: items) {
                var change = try Client.Request(
                    .put, .api("checklists", id, "items", item.id), writing: request)
                change.headers.append(("If-Match", "\"\(item.version)\""))
                let answer = try client.decode(JSONValue.self, from: try await client.send(change))
                guard !format.json else {
                    try Output.data.json(answer)
                    continue
                }
                let changed = try answer.decoded(as: ChecklistEntry.self)
                let whose = changed.assignee.map { ", for \($0)" } ?? ""
                try Output.talk.say("runbook: \(changed.state)\(whose): \(changed.text)")
            }
        }
    }
}

extension Checklist {
    /// - Throws: `Problem.invalid` for none, `Problem.notFound` for one that is not there.
    func items(named names: [String]) throws(Problem) -> [ChecklistEntry] {
        guard !names.isEmpty else {
            throw .invalid("Say which items: their numbers stand in `runbook checklist show \(id)`.")
        }
        var found: [ChecklistEntry] = []
        for name in names {
            if let item = items.first(where: { $0.id == name }) {
                found.append(item)
            } else if let number = Int(name), items.indices.contains(number - 1) {
                found.append(items[number - 1])
            } else {
                throw .notFound(
                    "Checklist \(id) has no item \(name): `runbook checklist show \(id)` lists its \(items.count).")
            }
        }
        return found
    }
}

extension ChecklistCommand {
    struct Tick: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "tick",
            abstract: "Ticks items.",
            discussion: """
                What somebody else has changed since it was read is left alone, and said.

                  runbook checklist tick 01k… 1 2 3
                  runbook checklist tick 01k… before.backup-taken --note "snapshot 4711"
                """
        )

        @OptionGroup var arguments: ItemArguments

        @Option(help: ArgumentHelp("A note to the items.", valueName: "text"))
        var note: String?

        func run() async throws { try await arguments.change(to: ItemRequest(state: "ticked", note: note)) }
    }

    struct Untick: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "untick",
            abstract: "Opens items again.",
            discussion: """
                  runbook checklist untick 01k… 3
                """
        )

        @OptionGroup var arguments: ItemArguments

        @Option(help: ArgumentHelp("A note to the items.", valueName: "text"))
        var note: String?

        func run() async throws { try await arguments.change(to: ItemRequest(state: "open", note: note)) }
    }

    struct Waive: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "waive",
            abstract: "Marks items as not applicable, and says why.",
            discussion: """
                  runbook checklist waive 01k… 4 --note "no database change in this release"
                """
        )

        @OptionGroup var arguments: ItemArguments

        @Option(help: ArgumentHelp("Why it does not apply.", valueName: "text"))
        var note: String?

        func run() async throws { try await arguments.change(to: ItemRequest(state: "not-applicable", note: note)) }
    }

    struct Note: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "note",
            abstract: "Writes a note to items, whatever their state.",
            discussion: """
                  runbook checklist note 01k… 4 --note "waiting for the DBA"
                """
        )

        @OptionGroup var arguments: ItemArguments

        @Option(help: ArgumentHelp("The note; empty takes it away.", valueName: "text"))
        var note: String

        func run() async throws { try await arguments.change(to: ItemRequest(note: note)) }
    }

    struct Assign: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "assign",
            abstract: "Gives items to a person, or says of which role whoever settles them must be.",
            discussion: """
                Whoever has an item finds it with `runbook status`; others may settle it, too. What is for an admin no
                operator settles.

                  runbook checklist assign 01k… 3 4 --to ben
                  runbook checklist assign 01k… 7 --role admin
                  runbook checklist assign 01k… 3 --to nobody
                """
        )

        @OptionGroup var arguments: ItemArguments

        @Option(
            help: ArgumentHelp("Who is to see to them; nobody takes them from whoever has them.", valueName: "name"))
        var to: String?

        @Option(help: ArgumentHelp("Who may settle them: operator, admin or anybody.", valueName: "role"))
        var role: String?

        func validate() throws {
            if to == nil, role == nil { throw ValidationError("Say who: --to or --role.") }
        }

        func run() async throws {
            try await arguments.change(
                to: ItemRequest(
                    assignee: to.map { $0 == "nobody" ? "" : $0 }, role: role.map { $0 == "anybody" ? "" : $0 }))
        }
    }

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "check",
            abstract: "Runs the checks of items, or of all that are open, and waits for their verdicts.",
            discussion: """
                Ends with 1 when a check said no or gave no verdict.

                  runbook checklist check 01k…
                  runbook checklist check 01k… 7
                """
        )

        @OptionGroup var arguments: ItemArguments

        func run() async throws {
            let (id, format) = (arguments.id, arguments.format)
            let isGood = try await arguments.server.withClient { client in
                let head = try await client.get(
                    .api("journal", query: ["order": "desc", "limit": "1"]), as: API.List<JournalEvent>.self)
                let (pending, refused) = try await start(on: client)
                try await wait(for: pending, after: head.items.first?.seq ?? 0, on: client)
                let answer = try await client.get(.api("checklists", id), as: JSONValue.self)
                let list = try answer.decoded(as: Checklist.self)
                let checked = list.items.filter { pending.contains($0.id) }
                if format.json {
                    try Output.data.json(answer)
                } else {
                    for item in checked { try item.printVerdict(to: .data) }
                }
                for refusal in refused { try Output.talk.say("runbook: \(refusal.item): \(refusal.reason)") }
                if pending.isEmpty, refused.isEmpty { try Output.talk.say("runbook: every check has been made") }
                return refused.isEmpty && checked.allSatisfy(\.isSettled)
            }
            if !isGood { throw ExitCode(.failed) }
        }

        /// - Returns: the ids of the items whose checks run, and those that could not be started.
        private func start(on client: Client) async throws -> (pending: Set<String>, refused: [RefusedCheck]) {
            let id = arguments.id
            guard arguments.items.isEmpty else {
                let list = try await client.get(.api("checklists", id), as: Checklist.self)
                var pending: Set<String> = []
                for item in try list.items(named: arguments.items) {
                    let path = ResourcePath.api("checklists", id, "items", item.id, "check")
                    _ = try await client.write(.post, path, [String: String](), as: ChecklistEntry.self)
                    pending.insert(item.id)
                }
                return (pending, [])
            }
            let answer = try await client.write(
                .post, .api("checklists", id, "checks"), [String: String](), as: ChecksAnswer.self)
            return (Set(answer.checklist.items.filter(\.checking).map(\.id)), answer.refused)
        }

        /// A verdict is an event of the checklist that is about one of these.
        private func wait(for items: Set<String>, after seq: Int64, on client: Client) async throws {
            var pending = items
            guard !pending.isEmpty else { return }
            let path = ResourcePath.api("journal", "stream", query: ["object": "checklist/\(arguments.id)"])
            try await client.follow(
                path, after: String(seq),
                news: { news in
                    if news == .lost { try Output.talk.say("runbook: lost the server; the checks go on there") }
                },
                handle: { received in
                    let event = try JSONValue(jsonText: received.data)
                    guard let kind = event["kind"]?.string, let item = event["data"]?["item"]?.string else {
                        return true
                    }
                    if kind != "item.checking", kind != "item.noted" { pending.remove(item) }
                    return !pending.isEmpty
                })
        }
    }
}

extension ChecklistEntry {
    fileprivate func printVerdict(to output: Output) throws {
        let outcome = evidence?.reason ?? evidence?.exit_status.map { "exit status \($0)" } ?? state
        try output.say("\(isSettled ? "✓" : "✕") \(text): \(outcome)")
        guard !isSettled, let printed = evidence?.output, !printed.isEmpty else { return }
        for line in printed.split(separator: "\n") { try output.say("    \(line)") }
    }
}
