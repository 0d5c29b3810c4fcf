import API
import ArgumentParser
import Essentials

struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Tokens, by which programs are let in.",
        discussion: """
            A token has scopes of read, operate, author, admin, alerts and metrics, never more than its maker.

              runbook token add ci --scope read --scope operate --expires 90d
              runbook token revoke 01k…
            """,
        subcommands: [List.self, Add.self, Revoke.self]
    )

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "Lists your tokens, without their secrets.",
            discussion: """
                  runbook token list
                  runbook token list --all
                """
        )

        @Flag(help: "Everybody's, for an admin.")
        var all = false

        @OptionGroup var server: ServerOptions
        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await server.withClient { client in
                let list = try await client.items {
                    .api("tokens", query: ["all": all ? "true" : nil, "limit": $0, "after": $1])
                }
                guard !format.json else { return try Output.data.json(list) }
                var table = Table("ID", "WHOSE", "SCOPES", "CREATED", "EXPIRES", "STATE", "NAME")
                for item in list.items {
                    let token = try item.decoded(as: Token.self)
                    table.add(
                        token.id, token.person ?? "-", token.scopes.joined(separator: ","),
                        Wording.moment(token.created),
                        token.expires.map(Wording.moment) ?? "never", token.revoked == nil ? "valid" : "revoked",
                        token.name)
                }
                try table.print(to: .data)
            }
        }
    }

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "add",
            abstract: "Makes a token and prints its secret, this once.",
            discussion: """
                The secret alone goes to standard output:

                  RUNBOOK_TOKEN=$(runbook token add ci --scope operate --expires 30d)
                """
        )

        @Argument(help: "What it is for.")
        var name: String

        @Option(
            name: .customLong("scope"),
            help: "What it may do, once for each: read, operate, author, admin, alerts or metrics.")
        var scopes: [Permission]

        @Option(help: ArgumentHelp("When it ends; without it, when it is revoked.", valueName: "30d|12h|time"))
        var expires: Expiry?

        @OptionGroup var server: ServerOptions
        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await server.withClient { client in
                let request = TokenRequest(
                    name: name, scopes: scopes.map(\.rawValue), expires: expires?.time(from: TimeSource.system.now()))
                let answer = try await client.write(.post, .api("tokens"), request, as: JSONValue.self)
                guard !format.json else { return try Output.data.json(answer) }
                let made = try answer.decoded(as: NewToken.self)
                try Output.talk.say("runbook: token \(made.token.id), shown this once:")
                try Output.data.say(made.secret)
            }
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "revoke",
            abstract: "Ends a token at once.",
            discussion: """
                  runbook token revoke 01k…
                """
        )

        @Argument(help: "The token's id, from `runbook token list`.")
        var id: String

        @OptionGroup var server: ServerOptions
        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await server.withClient { client in
                _ = try await client.send(Client.Request(.delete, .api("tokens", id)))
                guard !format.json else { return try Output.data.json(["id": .string(id), "revoked": true]) }
                try Output.talk.say("runbook: token \(id) is revoked")
            }
        }
    }
}

extension Permission: ExpressibleByArgument {}

/// When something ends: after `30d`, `12h`, `90m` or `2w`, or at an RFC 3339 time.
enum Expiry: Equatable, ExpressibleByArgument {
    case after(Duration)
    case at(Timestamp)

    init?(argument: String) {
        if let time = Timestamp(rfc3339: argument) {
            self = .at(time)
            return
        }
        let units: [Character: Int64] = ["m": 60, "h": 3600, "d": 86_400, "w": 604_800]
        // A hundred years at most, which also keeps the arithmetic in bounds.
        guard let unit = argument.last.flatMap({ units[$0] }), let count = Int64(argument.dropLast()), count > 0,
            count <= 100 * 366 * 86_400 / unit
        else { return nil }
        self = .after(.seconds(count * unit))
    }

    /// RFC 3339, in UTC.
    func time(from now: Timestamp) -> String {
        switch self {
        case .after(let duration): now.advanced(by: duration).rfc3339
        case .at(let time): time.rfc3339
        }
    }
}
