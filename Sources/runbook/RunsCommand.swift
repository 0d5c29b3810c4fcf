import API
import ArgumentParser
import Essentials
import Runbooks

struct RunsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runs",
        abstract: "Lists runs, shows them and their output, cancels, resumes and answers them.",
        discussion: """
              runbook runs --state running
              runbook runs logs 01k… --follow
              runbook runs resume 01k… --outcome succeeded --note "the pods are up"
            """,
        subcommands: [
            List.self, Show.self, Logs.self, Cancel.self, Resume.self, Approve.self, Reject.self, Confirm.self,
            Skip.self,
        ],
        defaultSubcommand: List.self
    )

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "Lists runs, the newest first.",
            discussion: """
                  runbook runs
                  runbook runs list --runbook accunode/deploy --state failed --limit 5
                """
        )

        @Option(help: "Only runs in this state.")
        var state: RunState?

        @Option(help: ArgumentHelp("Only runs of this runbook.", valueName: "name"))
        var runbook: String?

        @Option(help: ArgumentHelp("At most so many.", valueName: "number"))
        var limit = Limit(50)

        @OptionGroup var server: ServerOptions
        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await server.withClient { client in
                let name = runbook.map(RunbookName.dotted)
                let list = try await client.items(
                    { limit, after in
                        .api(
                            "runs",
                            query: ["state": state?.rawValue, "runbook": name, "limit": limit, "after": after])
                    }, limit: limit.number)
                guard !format.json else { return try Output.data.json(list) }
                guard !list.items.isEmpty else {
                    return try Output.talk.say("No such runs. Start one: runbook exec NAME")
                }
                var table = Table("ID", "STATE", "STEPS", "CREATED", "TOOK", "BY", "RUNBOOK")
                for item in list.items {
                    let run = try item.decoded(as: RunSummary.self)
                    let name = run.section.map { "\(run.runbook)#\($0)" } ?? run.runbook
                    let step = run.state == RunState.succeeded.rawValue ? nil : run.step
                    table.add(
                        run.id, run.state, "\(run.steps_done)/\(run.steps_total)", Wording.moment(run.created),
                        Wording.duration(from: run.started, to: run.finished) ?? "-", run.by.name ?? run.by.id,
                        step.map { "\(name), at \($0)" } ?? name)
                }
                try table.print(to: .data)
                if list.next != nil { try Output.talk.say("There are more: raise --limit.") }
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "Shows a run: its steps, attempts and parameters.",
            discussion: """
                  runbook runs show 01k…
                """
        )

        @Argument(help: "The run's id.")
        var id: String

        @OptionGroup var server: ServerOptions
        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await server.withClient { client in
                let answer = try await client.get(.api("runs", id), as: JSONValue.self)
                guard !format.json else { return try Output.data.json(answer) }
                try answer.decoded(as: Run.self).print(to: .data)
            }
        }
    }

    struct Logs: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "logs",
            abstract: "Prints what a run printed.",
            discussion: """
                What the steps wrote to standard output and standard error goes to the same here. With --follow it \
                goes on until the run is over, and ends with the status that `runbook exec` would have ended with.

                  runbook runs logs 01k… --step smoke > smoke.log
                  runbook runs logs 01k… --follow
                """
        )

        @Argument(help: "The run's id.")
        var id: String

        @Flag(name: .shortAndLong, help: "Go on until the run is over.")
        var follow = false

        @Option(help: "Only what this step printed.")
        var step: String?

        @OptionGroup var server: ServerOptions
        @OptionGroup var format: FormatOptions

        func run() async throws {
            let status = try await server.withClient { client in
                let view: any RunView =
                    format.json ? OutputJSONView(only: step) : PlainRunView(only: step, tellsSteps: false)
                let following = RunFollowing(client: client, run: id, view: view, endsAtRest: false)
                guard follow else {
                    let run = try await client.get(.api("runs", id), as: Run.self)
                    if let step, !run.steps.contains(where: { $0.id == step }) {
                        let names = run.steps.map(\.id).joined(separator: ", ")
                        throw Problem.notFound("Run \(id) has no step \(step); it has: \(names).")
                    }
                    try run.tellWhatIsGone(of: step)
                    try await following.showOutput(after: 0, step: step)
                    try await view.finish(run)
                    return ExitStatus.success
                }
                return try await following.untilEnd().knownState?.exitStatus ?? .failed
            }
            if status != .success { throw ExitCode(status) }
        }
    }

    struct Cancel: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "cancel",
            abstract: "Cancels a run: the running step and all its processes are ended.",
            discussion: """
                  runbook runs cancel 01k…
                """
        )

        @Argument(help: "The run's id.")
        var id: String

        @OptionGroup var server: ServerOptions
        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await server.withClient { client in
                let run = try await client.write(
                    .post, .api("runs", id, "cancellation"), [String: String](), as: JSONValue.self)
                guard !format.json else { return try Output.data.json(run) }
                try Output.talk.say("runbook: run \(id) is being cancelled; see: runbook runs show \(id)")
            }
        }
    }

    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "resume",
            abstract: "Goes on with a run that failed or was interrupted.",
            discussion: """
                A failed step runs again. With --from a step of your choice runs again, and all that comes after it; what \
                is done before it stays done. Where nobody knows how a step ended, look what it did, and say so:

                  runbook runs resume 01k…
                  runbook runs resume 01k… --from build
                  runbook runs resume 01k… --outcome succeeded --note "the pods are up"
                """
        )

        enum Outcome: String, CaseIterable, ExpressibleByArgument {
            case succeeded, failed, rerun
        }

        @Argument(help: "The run's id.")
        var id: String

        @Option(help: ArgumentHelp("Go on from this step.", valueName: "step"))
        var from: String?

        @Option(help: "What became of the step whose end is unknown: succeeded, failed, or rerun to run it again.")
        var outcome: Outcome?

        @Option(help: ArgumentHelp("Why, for the record.", valueName: "text"))
        var note: String?

        @OptionGroup var server: ServerOptions
        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await server.withClient { client in
                let run = try await client.write(
                    .post, .api("runs", id, "resumption"),
                    ResumptionRequest(from: from, outcome: outcome?.rawValue, note: note),
                    as: JSONValue.self)
                guard !format.json else { return try Output.data.json(run) }
                try Output.talk.say("runbook: run \(id) goes on; follow it with: runbook runs logs \(id) --follow")
            }
        }
    }
}

extension Run {
    /// Says which output retention has removed, so that nobody takes what is left for the whole.
    fileprivate func tellWhatIsGone(of only: String?) throws {
        for step in steps where only == nil || step.id == only {
            for attempt in step.attempts {
                guard let time = attempt.output_expired else { continue }
                try Output.talk.say(
                    "runbook: the output of \(step.id), attempt \(attempt.number), was removed on \(Wording.moment(time))"
                )
            }
        }
    }

    /// The whole run, for people.
    func print(to output: Output) throws {
        try output.say("\(section.map { "\(runbook)#\($0)" } ?? runbook) \(state)")
        try output.say("run \(id), version \(Wording.short(hash: version)), priority \(priority)")
        let since = started.map { ", started \(Wording.moment($0))" } ?? ""
        let until = finished.map { ", finished \(Wording.moment($0))" } ?? ""
        let took = Wording.duration(from: started, to: finished).map { " (\($0))" } ?? ""
        try output.say("created \(Wording.moment(created)) by \(by.name ?? by.id)\(since)\(until)\(took)")
        if let parent {
            try output.say(
                "\(parent.rollback == true ? "rolls back" : "started by") run \(parent.run), step \(parent.step)")
        }
        if let rollback { try output.say("rolled back by run \(rollback)") }
        if let reason { try output.say(reason) }
        if let waits_for { try output.say("waits: \(waits_for)") }
        for (name, value) in parameters.sorted(by: { $0.key < $1.key }) { try output.say("  \(name)=\(value)") }
        guard !steps.isEmpty else { return }
        var table = Table("", "STEP", "LINE", "STATE", "TRY", "STARTED", "TOOK", "WHY")
        for step in steps {
            let mark = StepMark(state: step.state).rawValue
            guard !step.attempts.isEmpty else {
                let why = step.waits_for ?? step.reason ?? ""
                table.add(mark, step.id, "\(step.line)", step.state, "-", "-", "-", why)
                continue
            }
            for (index, attempt) in step.attempts.enumerated() {
                let notes = [
                    attempt.cause, attempt.output_cut ? "output cut" : nil,
                    attempt.output_may_end_early ? "output may end early" : nil,
                    attempt.output_expired.map { "output removed \(Wording.moment($0))" },
                ]
                // Its state is the step's own where it is the last: a person may have decided it.
                let isLast = index == step.attempts.count - 1
                table.add(
                    isLast ? mark : "", step.id, "\(step.line)", isLast ? step.state : attempt.state,
                    "\(attempt.number)", attempt.started.map(Wording.moment) ?? "-",
                    Wording.duration(from: attempt.started, to: attempt.finished) ?? "-",
                    notes.compactMap(\.self).joined(separator: ", "))
            }
        }
        try output.line()
        try table.print(to: output)
        for step in steps where step.state == "waiting" {
            guard let question = step.question else { continue }
            try output.line()
            try output.say("\(step.id) asks:")
            for line in question.split(separator: "\n", omittingEmptySubsequences: false) {
                try output.say("  \(line)")
            }
        }
    }
}
