import API
import ArgumentParser
import Essentials

struct ServiceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "service",
        abstract: "What is operated, by whom, and what it needs.",
        discussion: """
            A guide belongs to a service when its front matter says so: `service: orders`.

              runbook service add orders --owner platform --environment staging --environment production
              runbook service change orders --depends-on orders-db --link "Dashboard=https://grafana.example.com/orders"
              runbook service show orders
            """,
        subcommands: [List.self, Show.self, Add.self, Change.self, Remove.self, Check.self]
    )

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "Lists the services, those that only guides name among them.",
            discussion: """
                  runbook service list
                  runbook service list --json | jq -r '.items[] | select(.recorded | not) | .name'
                """
        )

        @OptionGroup var server: ServerOptions
        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await server.withClient { client in
                let list = try await client.items { .api("services", query: ["limit": $0, "after": $1]) }
                guard !format.json else { return try Output.data.json(list) }
                guard !list.items.isEmpty else {
                    return try Output.talk.say("No services yet. Record one: runbook service add NAME --owner TEAM")
                }
                var table = Table("NAME", "RECORDED", "RUNBOOKS", "ENVIRONMENTS", "OWNER")
                for item in list.items {
                    let service = try item.decoded(as: ServiceSummary.self)
                    table.add(
                        service.name, service.recorded ? "yes" : "no", "\(service.runbooks)",
                        service.environments.joined(separator: ","), service.owner ?? "-")
                }
                try table.print(to: .data)
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "Shows a service: its owner, where it runs, what it needs, its guides.",
            discussion: """
                  runbook service show orders
                """
        )

        @Argument(help: "The service's name.")
        var name: String

        @OptionGroup var server: ServerOptions
        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await server.withClient { client in
                let answer = try await client.get(.api("services", name), as: JSONValue.self)
                guard !format.json else { return try Output.data.json(answer) }
                try ServiceCommand.print(try answer.decoded(as: Service.self), to: .data)
            }
        }
    }

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "add",
            abstract: "Records a service.",
            discussion: """
                  runbook service add orders --owner platform --environment production
                """
        )

        @Argument(help: "Its name: lower-case letters, digits, dots and dashes.")
        var name: String

        @OptionGroup var facts: ServiceFactsOptions
        @OptionGroup var server: ServerOptions
        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await server.withClient { client in
                let request = ServiceRequest(
                    name: name, description: facts.description, owner: facts.owner, contacts: facts.contacts,
                    links: facts.links.map(\.link), environments: facts.environments,
                    dependencies: facts.dependencies)
                let answer = try await client.write(.post, .api("services"), request, as: JSONValue.self)
                guard !format.json else { return try Output.data.json(answer) }
                try Output.talk.say("runbook: the service \(name) is recorded")
            }
        }
    }

    struct Change: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "change",
            abstract: "Changes what is said of a service.",
            discussion: """
                What is named replaces what was said, lists as a whole; the rest stays. An empty value takes it away.

                  runbook service change orders --owner "orders team"
                  runbook service change orders --environment staging --environment production
                  runbook service change orders --owner ""
                """
        )

        @Argument(help: "The service's name.")
        var name: String

        @OptionGroup var facts: ServiceFactsOptions
        @OptionGroup var server: ServerOptions
        @OptionGroup var format: FormatOptions

        func validate() throws {
            guard !facts.isEmpty else {
                throw ValidationError(
                    "Say what to change: --description, --owner, --contact, --link, --environment or --depends-on.")
            }
        }

        func run() async throws {
            try await server.withClient { client in
                let old = try await client.get(.api("services", name), as: Service.self)
                guard old.recorded else {
                    throw Problem.notFound("\(name) is not recorded yet: runbook service add \(name)")
                }
                let change = ServiceReplacement(
                    description: facts.description ?? old.description, owner: facts.owner ?? old.owner,
                    contacts: facts.contacts.isEmpty ? old.contacts : facts.contacts,
                    links: facts.links.isEmpty ? old.links : facts.links.map(\.link),
                    environments: facts.environments.isEmpty ? old.environments : facts.environments,
                    dependencies: facts.dependencies.isEmpty ? old.dependencies : facts.dependencies,
                    updated: old.updated)
                let answer = try await client.write(.put, .api("services", name), change, as: JSONValue.self)
                guard !format.json else { return try Output.data.json(answer) }
                try Output.talk.say("runbook: the service \(name) is changed")
            }
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "remove",
            abstract: "Takes a service's record away; what names it goes on naming it.",
            discussion: """
                  runbook service remove orders
                """
        )

        @Argument(help: "The service's name.")
        var name: String

        @OptionGroup var server: ServerOptions
        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await server.withClient { client in
                _ = try await client.send(Client.Request(.delete, .api("services", name)))
                guard !format.json else { return try Output.data.json(["name": .string(name), "removed": true]) }
                try Output.talk.say("runbook: the service \(name) is recorded no longer")
            }
        }
    }

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "check",
            abstract: "Looks whether the links of a service lead anywhere.",
            discussion: """
                A link is reachable where it answers below 400, or asks for a sign-in. It ends with 1 where one fails. The \
                server looks by itself too, every 15 minutes unless `runbook serve --check-links` says otherwise.

                  runbook service check orders
                """
        )

        @Argument(help: "The service's name.")
        var name: String

        @OptionGroup var server: ServerOptions
        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await server.withClient { client in
                let answer = try await client.write(
                    .post, .api("services", name, "checks"), nil as String?, as: JSONValue.self)
                let service = try answer.decoded(as: Service.self)
                if format.json {
                    try Output.data.json(answer)
                } else {
                    guard !service.links.isEmpty else {
                        return try Output.talk.say(
                            "\(name) has no links: runbook service change \(name) --link TITLE=ADDRESS")
                    }
                    var table = Table("LINK", "STATE", "SINCE", "ANSWER", "ADDRESS")
                    for link in service.links {
                        let check = service.link_checks.first { $0.url == link.url }
                        table.add(
                            link.title, check?.state ?? "-", check.map { Wording.moment($0.since) } ?? "-",
                            check?.told ?? "-", link.url)
                    }
                    try table.print(to: .data)
                }
                if service.link_checks.contains(where: { $0.state == "failing" }) { throw ExitCode(ExitStatus.failed) }
            }
        }
    }

    private static func print(_ service: Service, to output: Output) throws {
        try output.say(service.recorded ? service.name : "\(service.name) (not recorded yet)")
        let facts: [(String, [String])] = [
            ("owner", service.owner.map { [$0] } ?? []), ("contacts", service.contacts),
            ("runs in", service.environments), ("links", service.links.map { service.words(of: $0) }),
            ("depends on", service.dependencies), ("needed by", service.dependants), ("runbooks", service.runbooks),
            ("deployments", service.deployments.map { "\($0.version) to \($0.environment) \($0.state)" }),
            ("incidents", service.incidents.map { "\($0.title) (\($0.severity) \($0.state))" }),
            ("changed", service.updated.map { [Wording.moment($0)] } ?? []),
        ]
        for (label, values) in facts where !values.isEmpty {
            try output.say("\(label.padded(to: 12))\(values.joined(separator: ", "))")
        }
        guard !service.description.isEmpty else { return }
        try output.line()
        try output.line(service.description)
    }
}

extension Service {
    /// `Dashboard https://grafana.example.com (failing since 03:05: It answers 502 Bad Gateway.)`
    fileprivate func words(of link: Link) -> String {
        let check = link_checks.first { $0.url == link.url }
        return "\(link.title) \(link.url)"
            + (check.map { " (\($0.state) since \(Wording.moment($0.since)): \($0.told))" } ?? "")
    }
}

extension Service.LinkCheck {
    /// `200 in 12 ms`, or why it fails.
    fileprivate var told: String {
        reason ?? status.map { "\($0)\(milliseconds.map { " in \($0) ms" } ?? "")" } ?? ""
    }
}

/// What is said of a service.
struct ServiceFactsOptions: ParsableArguments {
    @Option(help: "What it does and for whom, in Markdown.")
    var description: String?

    @Option(help: "The team that answers for it.")
    var owner: String?

    @Option(name: .customLong("contact"), help: "How its people are reached, once for each.")
    var contacts: [String] = []

    @Option(name: .customLong("link"), help: ArgumentHelp("A link, once for each.", valueName: "title=address"))
    var links: [ServiceLinkArgument] = []

    @Option(name: .customLong("environment"), help: "Where it runs, once for each.")
    var environments: [String] = []

    @Option(
        name: .customLong("depends-on"),
        help: ArgumentHelp("A service that it needs, once for each.", valueName: "name"))
    var dependencies: [String] = []

    var isEmpty: Bool {
        description == nil && owner == nil && contacts.isEmpty && links.isEmpty && environments.isEmpty
            && dependencies.isEmpty
    }
}

/// `Dashboard=https://grafana.example.com`.
struct ServiceLinkArgument: ExpressibleByArgument {
    let link: Service.Link

    init?(argument: String) {
        guard let equals = argument.firstIndex(of: "="), equals != argument.startIndex else { return nil }
        link = Service.Link(title: String(argument[..<equals]), url: String(argument[argument.index(after: equals)...]))
    }
}
