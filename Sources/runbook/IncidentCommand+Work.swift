import API
import ArgumentParser
import Essentials

extension IncidentCommand {
    struct Acknowledge: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "ack",
            abstract: "Takes an incident up; who comes second is told who was first.",
            discussion: """
                  runbook incident ack 01k…
                """
        )

        @OptionGroup var move: IncidentMoveOptions

        func run() async throws { try await move.carryOut("acknowledgement") }
    }

    struct Mitigate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "mitigate",
            abstract: "Says that an incident does no more harm, whether or not its cause is known.",
            discussion: """
                  runbook incident mitigate 01k… --note "traffic is back on blue"
                """
        )

        @OptionGroup var move: IncidentMoveOptions

        func run() async throws { try await move.carryOut("mitigation") }
    }

    struct Resolve: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "resolve",
            abstract: "Says that an incident is over.",
            discussion: """
                  runbook incident resolve 01k… --note "the disk was full"
                """
        )

        @OptionGroup var move: IncidentMoveOptions

        func run() async throws { try await move.carryOut("resolution") }
    }

    struct Reopen: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "reopen",
            abstract: "Opens a resolved incident again.",
            discussion: """
                  runbook incident reopen 01k… --note "it is back"
                """
        )

        @OptionGroup var move: IncidentMoveOptions

        func run() async throws { try await move.carryOut("reopening") }
    }

    struct Assign: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "assign",
            abstract: "Gives somebody a part: commander, communications or scribe.",
            discussion: """
                Without a name nobody has the part any more.

                  runbook incident assign 01k… commander ada
                """
        )

        enum Role: String, CaseIterable, ExpressibleByArgument {
            case commander, communications, scribe
        }

        @OptionGroup var incident: IncidentArgument

        @Argument(help: "commander, communications or scribe.")
        var role: Role

        @Argument(help: "The name of a person.")
        var person: String?

        @OptionGroup var server: ServerOptions
        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await server.withClient { client in
                let answer = try await client.write(
                    .put, .api("incidents", incident.id, "roles", role.rawValue), RoleRequest(person: person),
                    as: JSONValue.self)
                guard !format.json else { return try Output.data.json(answer) }
                let name = try answer.decoded(as: Incident.self).roles[role.rawValue]
                try Output.talk.say("runbook: \(name ?? "nobody") is \(role.rawValue) of \(incident.id)")
            }
        }
    }

    struct Change: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "change",
            abstract: "Changes an incident's title, severity, services or runbooks, or whose failure it is.",
            discussion: """
                What is not named stays; services and runbooks that are named replace those that were there.

                  runbook incident change 01k… --severity sev1 --service accunode --service web
                  runbook incident change 01k… --deployment none
                """
        )

        @OptionGroup var incident: IncidentArgument

        @Option(help: ArgumentHelp("What is wrong.", valueName: "text"))
        var title: String?

        @Option(help: "sev1, sev2, sev3 or sev4.")
        var severity: IncidentSeverity?

        @Option(
            name: .customLong("service"), help: ArgumentHelp("An affected service; once for each.", valueName: "name"))
        var services: [String] = []

        @Option(
            name: .customLong("runbook"), help: ArgumentHelp("A runbook that fits; once for each.", valueName: "name"))
        var runbooks: [String] = []

        @Option(
            help: ArgumentHelp(
                "The deployment that it is laid to, and counts as the failure of; none where no deployment did it.",
                valueName: "id"))
        var deployment: String?

        @OptionGroup var server: ServerOptions
        @OptionGroup var format: FormatOptions

        func validate() throws {
            if title == nil, severity == nil, services.isEmpty, runbooks.isEmpty, deployment == nil {
                throw ValidationError("Say what changes: --title, --severity, --service, --runbook or --deployment.")
            }
        }

        func run() async throws {
            try await server.withClient { client in
                let request = IncidentChangeRequest(
                    title: title, severity: severity?.rawValue, services: services.isEmpty ? nil : services,
                    runbooks: runbooks.isEmpty ? nil : runbooks, deployment: deployment)
                let answer = try await client.write(
                    .patch, .api("incidents", incident.id), request, as: JSONValue.self)
                guard !format.json else { return try Output.data.json(answer) }
                let changed = try answer.decoded(as: Incident.self)
                try Output.talk.say("runbook: incident \(changed.id) is \(changed.severity): \(changed.title)")
            }
        }
    }
}

/// An incident that is brought on, with a word about why.
struct IncidentMoveOptions: ParsableArguments {
    @OptionGroup var incident: IncidentArgument

    @Option(help: ArgumentHelp("Why, for the timeline.", valueName: "text"))
    var note: String?

    @OptionGroup var server: ServerOptions
    @OptionGroup var format: FormatOptions

    func carryOut(_ noun: String) async throws {
        try await server.withClient { client in
            let answer = try await client.write(
                .post, .api("incidents", incident.id, noun), IncidentMoveRequest(note: note), as: JSONValue.self)
            guard !format.json else { return try Output.data.json(answer) }
            let moved = try answer.decoded(as: Incident.self)
            try Output.talk.say("runbook: incident \(moved.id) is \(moved.state)")
        }
    }
}
