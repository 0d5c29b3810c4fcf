import API
import ArgumentParser
import Essentials
import Foundation

struct ExecCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exec",
        abstract: "Runs a runbook on the server and follows it.",
        discussion: """
            The steps run on the server; the run goes on when this terminal closes.

              runbook exec accunode/deploy --param version=1.4.2
              runbook exec accunode/deploy#rollback
              runbook exec ./deploy.md --dry-run
              runbook exec nightly --detach

            In a terminal it asks for the parameters and placeholders that are missing and for what steps with \
            promptEnv export, and draws the steps as they \
            go. Elsewhere it asks nothing: what the steps print goes to standard output and standard error, what \
            becomes of them to standard error.

            A step that wants an approval is waited for, and it says whose. A terminal also asks for confirmations and \
            for what is done by hand; elsewhere a run that asks for these is left waiting, with 75; --yes confirms \
            beforehand, but does nothing by hand.

            Ends with 0 when the run succeeded, 1 when it failed, was rejected, cancelled or rolled back, 75 when it \
            waits for somebody. Ctrl-C asks whether to cancel the run or to leave it alone, and ends with 130; \
            without a terminal, SIGINT and SIGTERM cancel it.
            """
    )

    enum Priority: String, CaseIterable, ExpressibleByArgument {
        case critical, high, `default`, low
    }

    @Argument(
        help: ArgumentHelp(
            "A runbook, one section of it, or a guide's file, which is imported first.",
            valueName: "name[#section]|file"),
        completion: .file())
    var target: String

    @Option(
        name: .customLong("param"), parsing: .unconditionalSingleValue,
        help: ArgumentHelp("A parameter's value; once for each.", valueName: "key=value"))
    var parameters: [Assignment] = []

    @Option(
        name: .customLong("step"),
        help: ArgumentHelp("Only this step; once for each, they run in the runbook's order.", valueName: "step"))
    var steps: [String] = []

    @Option(
        name: .customLong("tag"),
        help: ArgumentHelp("Only steps with this tag; once for each, a step needs one of them.", valueName: "tag"))
    var tags: [String] = []

    @Flag(
        help: """
            Ask nothing: steps that ask before they begin are agreed to, what is missing is an error, and Ctrl-C cancels \
            the run.
            """)
    var yes = false

    @Flag(help: "Start the run, print its id, and leave it alone.")
    var detach = false

    @Flag(
        help: """
            Print what would run, with which values, and what is missing; run nothing and ask nothing. A file is imported \
            all the same. Ends with 65 where something is missing.
            """)
    var dryRun = false

    @Option(help: "How urgent it is where runs queue: critical, high, default or low.")
    var priority: Priority?

    @Option(help: ArgumentHelp("The incident that it is for: it shows on the timeline.", valueName: "id"))
    var incident: String?

    @OptionGroup var server: ServerOptions
    @OptionGroup var format: FormatOptions

    func validate() throws {
        if detach, dryRun { throw ValidationError("--detach and --dry-run cannot both be had.") }
        if !steps.isEmpty, !tags.isEmpty { throw ValidationError("--step and --tag cannot both be had.") }
        let names = parameters.map(\.name)
        if let twice = names.first(where: { name in names.count { $0 == name } > 1 }) {
            throw ValidationError("--param gives \(twice) twice.")
        }
    }

    func run() async throws {
        let status = try await server.withClient { client in
            var request = try await request(to: client)
            guard !dryRun else {
                return try tell(try await client.write(.post, .api("runs"), request, as: JSONValue.self))
            }
            if Keyboard.isThere, !yes { try await askForExports(in: &request, on: client) }
            let run = try await start(&request, on: client, as: Run.self)
            guard !detach else {
                try tellDetached(run)
                return .success
            }
            return try await follow(run.id, on: client)
        }
        if status != .success { throw ExitCode(status) }
    }

    /// What is to run; a file is imported first.
    private func request(to client: Client) async throws -> RunRequest {
        let name: String
        let section: String?
        switch RunTarget(target) {
        case .runbook(let runbook, let slug): (name, section) = (runbook, slug)
        case .file(let path, let slug):
            let file = GuideFile(path: path, name: GuideFile.name(ofFile: path))
            let imported = try await client.importGuide(try file.read(), name: file.name)
            try Output.talk.say("runbook: \(ImportCommand.line(of: imported))")
            (name, section) = (file.name, slug)
        }
        return RunRequest(
            runbook: name, section: section, steps: steps.isEmpty ? nil : steps,
            tags: tags.isEmpty ? nil : tags,
            parameters: parameters.isEmpty
                ? nil : Dictionary(parameters.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 }),
            priority: priority?.rawValue, dry_run: dryRun ? true : nil, incident: incident)
    }

    /// What the steps that would run export and `promptEnv` asks for; only the server knows which these are.
    private func askForExports(in request: inout RunRequest, on client: Client) async throws {
        let runbook = try await client.get(.api("runbooks", request.runbook), as: JSONValue.self)
        let questions = ExportQuestions(of: runbook)
        guard !questions.isEmpty else { return }
        request.dry_run = true
        let plan = try await start(&request, on: client, as: JSONValue.self).decoded(as: DryRun.self)
        request.dry_run = nil
        try questions.ask(for: plan.steps.map(\.id), into: &request)
    }

    /// Starts it; in a terminal, asks for what the server misses until it takes the request.
    private func start<Payload: Decodable>(
        _ request: inout RunRequest, on client: Client, as type: Payload.Type
    ) async throws -> Payload {
        while true {
            do {
                return try await client.write(.post, .api("runs"), request)
            } catch let problem as Problem where Keyboard.isThere && !yes && problem.code == .invalid {
                let runbook = try await client.get(.api("runbooks", request.runbook), as: JSONValue.self)
                guard let missing = MissingValues(of: problem, runbook: runbook) else { throw problem }
                try missing.ask(into: &request)
            }
        }
    }

    private func follow(_ id: String, on client: Client) async throws -> ExitStatus {
        let environment = ProcessInfo.processInfo.environment
        let isLive = !format.json && Output.talk.canRedraw(environment: environment)
        let view: any RunView =
            if format.json {
                JSONRunView()
            } else if isLive {
                LiveRunView(inColour: (environment["NO_COLOR"] ?? "").isEmpty)
            } else {
                PlainRunView()
            }
        return try await RunSupervision(
            following: RunFollowing(client: client, run: id, view: view),
            isInteractive: Keyboard.isThere && !yes && !format.json, ticks: isLive, yes: yes
        ).run()
    }

    private func tellDetached(_ run: Run) throws {
        guard !format.json else { return try Output.data.json(run) }
        try Output.data.say(run.id)
        try Output.talk.say("runbook: it goes on; follow it with: runbook runs logs \(run.id) --follow")
    }

    /// - Returns: what the command ends with.
    private func tell(_ answer: JSONValue) throws -> ExitStatus {
        let plan = try answer.decoded(as: DryRun.self)
        guard format.json else {
            try plan.print(to: .data)
            try plan.tellWhatIsMissing(to: .talk)
            return plan.missing.isEmpty ? .success : .badData
        }
        try Output.data.json(answer)
        return plan.missing.isEmpty ? .success : .badData
    }
}

extension Assignment: ExpressibleByArgument {}
