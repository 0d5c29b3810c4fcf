import API
import ArgumentParser
import Essentials

struct HookCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hook",
        abstract: "What programs elsewhere may start with a signed message.",
        discussion: """
            A message that is signed with the hook's secret, as Standard Webhooks says, starts a run, once.

              runbook hook add release --runbook orders.deploy --from VERSION=/release/tag_name
              runbook hook show release
            """,
        subcommands: [
            List.self, Show.self, Add.self, Pause.self, Resume.self, Renew.self, Remove.self,
        ]
    )

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "Lists the hooks.",
            discussion: """
                  runbook hook list
                """
        )

        @OptionGroup var server: ServerOptions
        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await server.withClient { client in
                let list = try await client.items { .api("hooks", query: ["limit": $0, "after": $1]) }
                guard !format.json else { return try Output.data.json(list) }
                guard !list.items.isEmpty else {
                    return try Output.talk.say(
                        "No other program may start anything yet: runbook hook add --help says how.")
                }
                var table = Table("NAME", "STATE", "RUNS", "GIVEN")
                for item in list.items {
                    let hook = try item.decoded(as: Hook.self)
                    table.add(
                        hook.name, hook.paused ? "paused" : "ready", hook.what,
                        (Array(hook.parameters.keys) + Array(hook.pointers.keys)).sorted().joined(separator: ","))
                }
                try table.print(to: .data)
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "Shows a hook, and what came of its messages.",
            discussion: """
                  runbook hook show release
                """
        )

        @Argument(help: "The hook's name.")
        var name: String

        @OptionGroup var server: ServerOptions
        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await server.withClient { client in
                let answer = try await client.get(.api("hooks", name), as: JSONValue.self)
                guard !format.json else { return try Output.data.json(answer) }
                try HookCommand.print(try answer.decoded(as: Hook.self), to: .data)
            }
        }
    }

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "add",
            abstract: "Adds a hook, and prints the secret that signs its messages, this once.",
            discussion: """
                The secret alone goes to standard output. What stands in the message is named by a JSON Pointer.

                  runbook hook add release --runbook orders.deploy --param ENVIRONMENT=staging --from VERSION=/tag
                """
        )

        @Argument(help: "What it is called; it stands in the address.")
        var name: String

        @Option(help: ArgumentHelp("What runs: a runbook, or a section of it.", valueName: "name#section"))
        var runbook: String

        @Option(
            name: .customLong("param"), parsing: .unconditionalSingleValue,
            help: ArgumentHelp("A parameter that is always the same; once for each.", valueName: "key=value"))
        var parameters: [Assignment] = []

        @Option(
            name: .customLong("from"), parsing: .unconditionalSingleValue,
            help: ArgumentHelp(
                "A parameter, and where it stands in the message; once for each.", valueName: "key=/path"))
        var pointers: [Assignment] = []

        @OptionGroup var server: ServerOptions
        @OptionGroup var format: FormatOptions

        func run() async throws {
            let parts = runbook.split(separator: "#", maxSplits: 1).map(String.init)
            let request = HookRequest(
                name: name, runbook: parts.first ?? "", section: parts.count > 1 ? parts[1] : nil,
                parameters: Dictionary(parameters.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 }),
                pointers: Dictionary(pointers.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 }))
            try await server.withClient { client in
                let answer = try await client.write(.post, .api("hooks"), request, as: JSONValue.self)
                guard !format.json else { return try Output.data.json(answer) }
                try HookCommand.tell(try answer.decoded(as: NewHook.self))
            }
        }
    }

    struct Pause: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "pause",
            abstract: "Refuses the messages of a hook until it is resumed.",
            discussion: """
                  runbook hook pause release
                """
        )

        @Argument(help: "The hook's name.")
        var name: String

        @OptionGroup var server: ServerOptions
        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await server.withClient { client in
                let answer = try await client.write(.post, .api("hooks", name, "pause"), as: JSONValue.self)
                guard !format.json else { return try Output.data.json(answer) }
                try Output.talk.say("runbook: the hook is paused")
            }
        }
    }

    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "resume",
            abstract: "Takes the messages of a paused hook again.",
            discussion: """
                  runbook hook resume release
                """
        )

        @Argument(help: "The hook's name.")
        var name: String

        @OptionGroup var server: ServerOptions
        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await server.withClient { client in
                let answer = try await client.write(.post, .api("hooks", name, "resumption"), as: JSONValue.self)
                guard !format.json else { return try Output.data.json(answer) }
                try Output.talk.say("runbook: the hook takes messages again")
            }
        }
    }

    struct Renew: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "renew",
            abstract: "Makes a new secret, and prints it, this once. The one before it stays good for a day.",
            discussion: """
                  runbook hook renew release
                """
        )

        @Argument(help: "The hook's name.")
        var name: String

        @OptionGroup var server: ServerOptions
        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await server.withClient { client in
                let answer = try await client.write(.post, .api("hooks", name, "secret"), as: JSONValue.self)
                guard !format.json else { return try Output.data.json(answer) }
                try HookCommand.tell(try answer.decoded(as: NewHook.self))
            }
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "remove",
            abstract: "Removes a hook and its secret; what it has started stays.",
            discussion: """
                  runbook hook remove release
                """
        )

        @Argument(help: "The hook's name.")
        var name: String

        @OptionGroup var server: ServerOptions
        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await server.withClient { client in
                _ = try await client.send(Client.Request(.delete, .api("hooks", name)))
                guard !format.json else { return try Output.data.json(["name": .string(name), "removed": true]) }
                try Output.talk.say("runbook: the hook is removed")
            }
        }
    }

    private static func tell(_ made: NewHook) throws {
        try Output.talk.say("runbook: its messages go to POST /api/v1/hooks/\(made.hook.name)")
        if let until = made.hook.former_secret_until {
            try Output.talk.say("runbook: the secret before it is good until \(Wording.moment(until))")
        }
        try Output.talk.say("runbook: the secret that signs them, shown this once:")
        try Output.data.say(made.secret)
    }

    private static func print(_ hook: Hook, to output: Output) throws {
        try output.say("\(hook.name)\(hook.paused ? " (paused)" : "") runs \(hook.what)")
        let facts: [(String, [String])] = [
            ("address", ["POST /api/v1/hooks/\(hook.name)"]), ("from", [hook.by]),
            ("given", hook.parameters.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }),
            ("taken", hook.pointers.sorted { $0.key < $1.key }.map { "\($0.key) from \($0.value)" }),
            ("former", hook.former_secret_until.map { ["secret good until \(Wording.moment($0))"] } ?? []),
        ]
        for (label, values) in facts where !values.isEmpty {
            try output.say("\(label.padded(to: 9))\(values.joined(separator: ", "))")
        }
        guard let deliveries = hook.deliveries, !deliveries.isEmpty else { return }
        try output.line()
        var table = Table("AT", "OUTCOME", "MESSAGE", "WHAT")
        for delivery in deliveries.prefix(20) {
            table.add(
                Wording.moment(delivery.at), delivery.outcome, delivery.message,
                delivery.run.map { "run/\($0)" } ?? delivery.reason ?? "-")
        }
        try table.print(to: output)
    }
}

extension Hook {
    fileprivate var what: String { section.map { "\(runbook)#\($0)" } ?? runbook }
}
