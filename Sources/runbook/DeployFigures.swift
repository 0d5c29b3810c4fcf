import API
import ArgumentParser
import Essentials

/// `runbook deploy figures`.
struct DeployFigures: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "figures",
        abstract: "Says how often each service is deployed, how much of that fails, and how long it takes to restore.",
        discussion: """
              runbook deploy figures
              runbook deploy figures --service accunode --environment production --days 30
            """
    )

    @Option(help: "Only those of this service.")
    var service: String?

    @Option(help: "Only those to this environment.")
    var environment: String?

    @Option(help: ArgumentHelp("How many days back.", valueName: "number"))
    var days = 90

    @OptionGroup var server: ServerOptions
    @OptionGroup var format: FormatOptions

    func run() async throws {
        try await server.withClient { client in
            let path = ResourcePath.api(
                "deployments", "figures",
                query: ["service": service, "environment": environment, "days": String(days)])
            let answer = try await client.get(path, as: JSONValue.self)
            guard !format.json else { return try Output.data.json(answer) }
            let list = try answer.decoded(as: API.List<DeploymentFigures>.self)
            guard !list.items.isEmpty else {
                return try Output.talk.say("Nothing has been deployed yet: there are no figures.")
            }
            var table = Table(
                "SERVICE", "ENVIRONMENT", "DEPLOYMENTS", "A WEEK", "FAILED", "RATE", "TIME TO RESTORE", "OPEN")
            for figures in list.items {
                table.add(
                    figures.service, figures.environment, String(figures.deployments),
                    Self.decimal(figures.per_day * 7), String(figures.failures),
                    figures.change_failure_rate.map { "\(Int(($0 * 100).rounded())) %" } ?? "-",
                    figures.seconds_to_restore.map { Wording.duration(.seconds($0)) } ?? "-",
                    String(figures.open_failures))
            }
            try table.print(to: .data)
        }
    }

    private static func decimal(_ number: Double) -> String {
        let tenths = Int((number * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}

/// `runbook deploy versions`.
struct DeployVersions: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "versions",
        abstract: "Says which version of a service runs where.",
        discussion: """
              runbook deploy versions accunode
            """
    )

    @Argument(help: "The service.")
    var service: String

    @OptionGroup var server: ServerOptions
    @OptionGroup var format: FormatOptions

    func run() async throws {
        try await server.withClient { client in
            let path = ResourcePath.api("deployments", "versions", query: ["service": service])
            let answer = try await client.get(path, as: JSONValue.self)
            guard !format.json else { return try Output.data.json(answer) }
            let list = try answer.decoded(as: API.List<RunningVersion>.self)
            guard !list.items.isEmpty else {
                return try Output.talk.say("\(service) has not been deployed anywhere that is known here.")
            }
            var table = Table("ENVIRONMENT", "VERSION", "SINCE", "DEPLOYMENT", "LATEST")
            for place in list.items {
                table.add(
                    place.environment, place.version ?? "-", place.since.map(Wording.moment) ?? "-",
                    place.deployment ?? "-",
                    place.latest_deployment == place.deployment
                        ? "" : "\(place.latest_version) \(place.latest_state)")
            }
            try table.print(to: .data)
        }
    }
}
