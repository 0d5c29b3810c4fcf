import API
import ArgumentParser
import Essentials
import Runbooks

struct DeployCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deploy",
        abstract: "Deploys by the stages of a runbook, promotes, rolls back, and records what others deployed.",
        discussion: """
              runbook deploy start accunode/deploy --version v1.2.4 --environment production --follow
              runbook deploy promote 01k…
              runbook deploy rollback 01k… --reason "errors above 5 %"
              runbook deploy record --service accunode --version v1.2.4 --environment production
            """,
        subcommands: [
            Start.self, List.self, Show.self, Promote.self, Abort.self, Rollback.self, Record.self, DeployVersions.self,
            DeployFigures.self,
        ],
        defaultSubcommand: List.self
    )

    enum Strategy: String, CaseIterable, ExpressibleByArgument {
        case rolling, canary
        case blueGreen = "blue-green"
    }

    struct Start: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "start",
            abstract: "Starts a deployment by the stages of a runbook.",
            discussion: """
                Each section of the runbook that holds steps, task items or approvals is a stage; it begins when the \
                stage before it has succeeded, its checklist is complete and its approvals are given. The parameters \
                version, environment, service and commit are filled in where the runbook declares them. A runbook whose \
                front matter names no rollback is refused, unless --no-rollback and --reason say that it goes without.

                  runbook deploy start accunode/deploy --version v1.2.4 --environment production
                  runbook deploy start accunode/deploy --version v1.2.4 --environment staging --follow
                  runbook deploy start guide --version v1.2.4 --environment staging --stage before --stage deployment

                With --follow it tells what happens, and ends with 0 when the deployment succeeded, 1 when it failed or \
                was rolled back, 75 when it waits for somebody.
                """
        )

        @Argument(help: ArgumentHelp("The runbook.", valueName: "name"))
        var runbook: String

        @Option(help: "What to deploy, as it is tagged.")
        var version: String

        @Option(help: "Where to, such as production.")
        var environment: String

        @Option(help: "Which service it is, where the runbook does not say.")
        var service: String?

        @Option(help: "How it takes the place of the old version: rolling, canary or blue-green.")
        var strategy: Strategy?

        @Option(help: "Of the source that it was built from.")
        var commit: String?

        @Option(help: ArgumentHelp("Why now, for the record.", valueName: "text"))
        var reason: String?

        @Option(
            name: .customLong("param"), parsing: .unconditionalSingleValue,
            help: ArgumentHelp("A parameter's value; once for each.", valueName: "key=value"))
        var parameters: [Assignment] = []

        @Option(
            name: .customLong("stage"),
            help: ArgumentHelp(
                "Only this section, with those in it, is a stage; once for each. An approval can't be left out.",
                valueName: "section"))
        var stages: [String] = []

        @Flag(help: "Only take its place; a promotion begins it.")
        var plan = false

        @Flag(help: "Go ahead though the runbook names no rollback; --reason then says why.")
        var noRollback = false

        @OptionGroup var following: FollowOptions
        @OptionGroup var server: ServerOptions
        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await following.perform(server, format) { client in
                let request = DeploymentRequest(
                    runbook: RunbookName.dotted(runbook), service: service, version: version, environment: environment,
                    strategy: strategy?.rawValue, commit: commit, reason: reason,
                    parameters: parameters.isEmpty
                        ? nil : Dictionary(parameters.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 }),
                    planned: plan ? true : nil, stages: stages.isEmpty ? nil : stages,
                    no_rollback: noRollback ? true : nil)
                return try await client.write(.post, .api("deployments"), request, as: JSONValue.self)
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "Lists deployments, the newest first.",
            discussion: """
                  runbook deploy list --service accunode --environment production
                  runbook deploy list --state waiting
                """
        )

        @Option(help: "Only those of this service.")
        var service: String?

        @Option(help: "Only those to this environment.")
        var environment: String?

        @Option(help: "Only those in this state, such as waiting.")
        var state: String?

        @Option(help: ArgumentHelp("At most so many.", valueName: "number"))
        var limit = Limit(50)

        @OptionGroup var server: ServerOptions
        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await server.withClient { client in
                let list = try await client.items(
                    { limit, after in
                        .api(
                            "deployments",
                            query: [
                                "service": service, "environment": environment, "state": state, "limit": limit,
                                "after": after,
                            ])
                    }, limit: limit.number)
                guard !format.json else { return try Output.data.json(list) }
                guard !list.items.isEmpty else {
                    return try Output.talk.say(
                        "No such deployments. Start one: runbook deploy start NAME --version V --environment E")
                }
                var table = Table("ID", "STATE", "SERVICE", "VERSION", "ENVIRONMENT", "BEGAN", "TOOK", "BY", "AT")
                for item in list.items {
                    let deployment = try item.decoded(as: Deployment.self)
                    table.add(
                        deployment.id, deployment.state, deployment.service, deployment.version,
                        deployment.environment, Wording.moment(deployment.started ?? deployment.created),
                        Wording.duration(from: deployment.started, to: deployment.finished) ?? "-",
                        deployment.by.name ?? deployment.by.id, deployment.place)
                }
                try table.print(to: .data)
                if list.next != nil { try Output.talk.say("There are more: raise --limit.") }
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "Shows a deployment: its stages, and what each waits for.",
            discussion: """
                  runbook deploy show 01k…
                """
        )

        @Argument(help: "The deployment's id.")
        var id: String

        @OptionGroup var server: ServerOptions
        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await server.withClient { client in
                let answer = try await client.get(.api("deployments", id), as: JSONValue.self)
                guard !format.json else { return try Output.data.json(answer) }
                try answer.decoded(as: Deployment.self).print(to: .data)
            }
        }
    }

    struct Promote: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "promote",
            abstract: "Approves the stage that waits, or begins a planned deployment.",
            discussion: """
                  runbook deploy promote 01k…
                  runbook deploy promote 01k… --stage production --note "seen on staging"
                """
        )

        @Argument(help: "The deployment's id.")
        var id: String

        @Option(help: "The stage that is meant: another one that waits by now is not promoted.")
        var stage: String?

        @Option(help: ArgumentHelp("For the record.", valueName: "text"))
        var note: String?

        @OptionGroup var following: FollowOptions
        @OptionGroup var server: ServerOptions
        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await following.perform(server, format) { client in
                try await client.write(
                    .post, .api("deployments", id, "promotion"), PromotionRequest(stage: stage, note: note),
                    as: JSONValue.self)
            }
        }
    }

    struct Abort: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "abort",
            abstract: "Ends a deployment where it stands; what runs is stopped.",
            discussion: """
                  runbook deploy abort 01k… --reason "the wrong tag"
                """
        )

        @Argument(help: "The deployment's id.")
        var id: String

        @Option(help: ArgumentHelp("Why, for the record.", valueName: "text"))
        var reason: String?

        @OptionGroup var server: ServerOptions
        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await server.withClient { client in
                let answer = try await client.write(
                    .post, .api("deployments", id, "cancellation"), AbortionRequest(reason: reason), as: JSONValue.self)
                guard !format.json else { return try Output.data.json(answer) }
                try Output.talk.say("runbook: deployment \(id) is aborted")
            }
        }
    }

    struct Rollback: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "rollback",
            abstract: "Undoes a deployment by the rollback runbook that its own names.",
            discussion: """
                What is under way is stopped first. The good version that ran before is filled in.

                  runbook deploy rollback 01k… --reason "errors above 5 %" --follow

                With --follow it ends with 0 when the deployment is rolled back, and with 1 when that failed.
                """
        )

        @Argument(help: "The deployment's id.")
        var id: String

        @Option(help: ArgumentHelp("Why, for the record.", valueName: "text"))
        var reason: String

        @Option(help: "The version to go back to, where it is another one than the record knows.")
        var version: String?

        @OptionGroup var following: FollowOptions
        @OptionGroup var server: ServerOptions
        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await following.perform(server, format, until: "rolled-back") { client in
                try await client.write(
                    .post, .api("deployments", id, "rollback"), RollbackRequest(reason: reason, version: version),
                    as: JSONValue.self)
            }
        }
    }

    struct Record: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "record",
            abstract: "Records a deployment that was made elsewhere, as by a CI pipeline.",
            discussion: """
                With --external-id the same told twice is one deployment, and its end may be told later.

                  runbook deploy record --service accunode --version v1.2.4 --environment production
                  runbook deploy record --service accunode --version v1.2.4 --environment production \\
                    --external-id "$CI_PIPELINE_ID" --state running
                """
        )

        @Option(help: "Which service it is.")
        var service: String

        @Option(help: "What was deployed, as it is tagged.")
        var version: String

        @Option(help: "Where to, such as production.")
        var environment: String

        @Option(help: "What became of it: running, succeeded, failed, rolled-back or aborted; without it succeeded.")
        var state: String?

        @Option(help: ArgumentHelp("What the pipeline calls it.", valueName: "id"))
        var externalID: String?

        @Option(help: ArgumentHelp("When it began, as RFC 3339.", valueName: "time"))
        var started: String?

        @Option(help: ArgumentHelp("When it ended, as RFC 3339.", valueName: "time"))
        var finished: String?

        @Option(help: "How it took the place of the old version: rolling, canary or blue-green.")
        var strategy: Strategy?

        @Option(help: "Of the source that it was built from.")
        var commit: String?

        @Option(help: ArgumentHelp("Why, for the record.", valueName: "text"))
        var reason: String?

        @OptionGroup var server: ServerOptions
        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await server.withClient { client in
                let request = DeploymentRecordRequest(
                    service: service, version: version, environment: environment, strategy: strategy?.rawValue,
                    commit: commit, reason: reason, state: state, started: started, finished: finished,
                    external_id: externalID)
                let answer = try await client.write(
                    .post, .api("deployments", "records"), request, as: JSONValue.self)
                guard !format.json else { return try Output.data.json(answer) }
                let deployment = try answer.decoded(as: Deployment.self)
                try Output.data.line(deployment.id)
                try Output.talk.say("runbook: \(deployment.title) is recorded as \(deployment.state)")
            }
        }
    }
}
