import API
import ArgumentParser
import Essentials

struct ListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists the runbooks on the server.",
        discussion: """
              runbook list
              runbook list --json | jq -r '.items[].name'
            """
    )

    @Option(help: ArgumentHelp("At most so many; without it, all.", valueName: "number"))
    var limit: Limit?

    @OptionGroup var server: ServerOptions
    @OptionGroup var format: FormatOptions

    func run() async throws {
        try await server.withClient { client in
            let list = try await client.items(
                { .api("runbooks", query: ["limit": $0, "after": $1]) }, limit: limit?.number)
            guard !format.json else { return try Output.data.json(list) }
            guard !list.items.isEmpty else {
                return try Output.talk.say("No runbooks yet. Give the server one: runbook import FILE.md")
            }
            var table = Table("NAME", "STEPS", "ITEMS", "FINDINGS", "UPDATED", "TITLE")
            for item in list.items {
                let runbook = try item.decoded(as: RunbookSummary.self)
                table.add(
                    runbook.name, "\(runbook.steps)", "\(runbook.checklist)", "\(runbook.findings)",
                    Wording.moment(runbook.updated),
                    runbook.gone == nil ? runbook.title : "\(runbook.title) (gone from the folder)")
            }
            try table.print(to: .data)
        }
    }
}

/// A number of things to list, at least one.
struct Limit: ExpressibleByArgument {
    let number: Int

    init(_ number: Int) { self.number = number }

    init?(argument: String) {
        guard let number = Int(argument), number > 0 else { return nil }
        self.number = number
    }

    var defaultValueDescription: String { String(number) }
}
