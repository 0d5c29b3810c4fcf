import API
import ArgumentParser
import Essentials

struct NotifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "notify",
        abstract: "Where news of incidents is sent.",
        discussion: """
            A webhook gets JSON that is signed as Standard Webhooks says; Slack gets a message. What is not taken is sent \
            again for a day.

              runbook notify add on-call --kind webhook --url https://example.com/hooks/incidents
              runbook notify add channel --kind slack --url https://hooks.slack.com/services/… --events incident.opened
              runbook notify test channel
            """,
        subcommands: [List.self, Add.self, Remove.self, Test.self, Retry.self, Deliveries.self]
    )

    enum Kind: String, ExpressibleByArgument, CaseIterable {
        case webhook, slack
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "Lists the destinations.",
            discussion: """
                  runbook notify list
                """
        )

        @OptionGroup var server: ServerOptions
        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await server.withClient { client in
                let list = try await client.get(
                    .api("notifications", "destinations"), as: API.List<JSONValue>.self)
                guard !format.json else { return try Output.data.json(list) }
                guard !list.items.isEmpty else {
                    return try Output.talk.say("Nothing is told to anybody yet: runbook notify add --help says how.")
                }
                var table = Table("NAME", "KIND", "ADDRESS", "CREATED", "EVENTS")
                for item in list.items {
                    let destination = try item.decoded(as: NotificationDestination.self)
                    table.add(
                        destination.name, destination.kind, destination.address, Wording.moment(destination.created),
                        destination.events.joined(separator: ","))
                }
                try table.print(to: .data)
            }
        }
    }

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "add",
            abstract: "Adds a destination, and prints the secret that signs what is sent there, this once.",
            discussion: """
                The secret alone goes to standard output; Slack has none.

                  runbook notify add on-call --kind webhook --url https://example.com/hooks/incidents
                """
        )

        @Argument(help: "What it is called.")
        var name: String

        @Option(help: "webhook or slack.")
        var kind: Kind

        @Option(
            name: .customLong("url"), help: ArgumentHelp("Where it is sent, by POST.", valueName: "target"))
        var target: String

        @Option(help: ArgumentHelp("What is told, with commas between; without it, all.", valueName: "kinds"))
        var events: String?

        @OptionGroup var format: FormatOptions

        func run() async throws {
            // Here --url is the destination's; the server is that of the environment, or of the last sign-in.
            try await ServerOptions.withClient { client in
                let request = DestinationRequest(
                    name: name, kind: kind.rawValue, url: target,
                    events: events.map { $0.split(separator: ",").map(String.init) })
                let answer = try await client.write(
                    .post, .api("notifications", "destinations"), request, as: JSONValue.self)
                guard !format.json else { return try Output.data.json(answer) }
                let made = try answer.decoded(as: NewNotificationDestination.self)
                try Output.talk.say(
                    "runbook: \(name) is told from now on; see that it works: runbook notify test \(name)")
                guard let secret = made.secret else { return }
                try Output.talk.say("runbook: the secret that signs it, shown this once:")
                try Output.data.say(secret)
            }
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "remove",
            abstract: "Removes a destination; what waits for it is not sent any more.",
            discussion: """
                  runbook notify remove channel
                """
        )

        @Argument(help: "The destination's name.")
        var name: String

        @OptionGroup var server: ServerOptions
        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await server.withClient { client in
                _ = try await client.send(Client.Request(.delete, .api("notifications", "destinations", name)))
                guard !format.json else { return try Output.data.json(["name": .string(name), "removed": true]) }
                try Output.talk.say("runbook: \(name) is told nothing any more")
            }
        }
    }

    struct Test: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "test",
            abstract: "Sends a test, and says how it went.",
            discussion: """
                Ends with 0 when it was taken, and with 1 when it was not: it is tried again then, as all news is.

                  runbook notify test channel
                """
        )

        @Argument(help: "The destination's name.")
        var name: String

        @OptionGroup var server: ServerOptions
        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await server.withClient { client in
                var answer = try await client.write(
                    .post, .api("notifications", "destinations", name, "test"), as: JSONValue.self)
                var delivery = try answer.decoded(as: NotificationDelivery.self)
                // A try takes ten seconds at most, and waits for one that is on its way there already.
                for _ in 0..<250 where delivery.tries == 0 && delivery.state == "pending" {
                    try await Task.sleep(for: .milliseconds(100))
                    answer = try await client.get(.api("notifications", "deliveries", delivery.id))
                    delivery = try answer.decoded(as: NotificationDelivery.self)
                }
                if format.json { try Output.data.json(answer) }
                guard delivery.state == "delivered" else {
                    if !format.json {
                        let why = delivery.error ?? "It waits behind what is on its way there already."
                        try Output.talk.say("runbook: the test was not taken by \(name). \(why)")
                    }
                    throw ExitCode(ExitStatus.failed)
                }
                if !format.json { try Output.talk.say("runbook: \(name) took the test") }
            }
        }
    }

    struct Retry: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "retry",
            abstract: "Sends news once more that could not be delivered, or at once what would be tried later.",
            discussion: """
                  runbook notify deliveries --state failed
                  runbook notify retry 01k…
                """
        )

        @Argument(help: "The delivery's id.")
        var id: String

        @OptionGroup var server: ServerOptions
        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await server.withClient { client in
                let answer = try await client.write(
                    .post, .api("notifications", "deliveries", id, "retry"), as: JSONValue.self)
                guard !format.json else { return try Output.data.json(answer) }
                let delivery = try answer.decoded(as: NotificationDelivery.self)
                try Output.talk.say("runbook: \(delivery.kind) goes to \(delivery.destination) once more")
            }
        }
    }

    struct Deliveries: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "deliveries",
            abstract: "Lists what was sent and what waits, the newest first.",
            discussion: """
                  runbook notify deliveries --state failed
                """
        )

        enum State: String, ExpressibleByArgument, CaseIterable {
            case pending, delivered, failed
        }

        @Option(help: "Only those: pending, delivered or failed.")
        var state: State?

        @Option(help: ArgumentHelp("At most so many.", valueName: "number"))
        var limit = Limit(50)

        @OptionGroup var server: ServerOptions
        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await server.withClient { client in
                let list = try await client.items(
                    {
                        .api(
                            "notifications", "deliveries",
                            query: ["state": state?.rawValue, "limit": $0, "after": $1])
                    }, limit: limit.number)
                guard !format.json else { return try Output.data.json(list) }
                var table = Table("ID", "DESTINATION", "WHAT", "STATE", "TRIES", "MADE", "LAST ERROR")
                for item in list.items {
                    let delivery = try item.decoded(as: NotificationDelivery.self)
                    table.add(
                        delivery.id, delivery.destination, delivery.kind, delivery.state, "\(delivery.tries)",
                        Wording.moment(delivery.created), delivery.error ?? "-")
                }
                try table.print(to: .data)
            }
        }
    }
}
