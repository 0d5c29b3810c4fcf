import API
import ArgumentParser
import Essentials

extension RunsCommand {
    struct Approve: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "approve",
            abstract: "Approves the step that waits for it.",
            discussion: """
                Who may is on the run: `runbook runs show ID`. The run goes on once enough people have approved.

                  runbook runs approve 01k…
                  runbook runs approve 01k… ship --note "seen on staging"
                """
        )

        @OptionGroup var answer: StepAnswer

        func run() async throws { try await answer.give("approval", done: "approved") }
    }

    struct Reject: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "reject",
            abstract: "Refuses what a step wants approved: the run ends, rejected.",
            discussion: """
                  runbook runs reject 01k… ship --note "not on a Friday"
                """
        )

        @OptionGroup var answer: StepAnswer

        func run() async throws { try await answer.give("rejection", done: "rejected") }
    }

    struct Confirm: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "confirm",
            abstract: "Says that a step may begin, or how it went what you did by hand.",
            discussion: """
                  runbook runs confirm 01k…
                  runbook runs confirm 01k… switch-cables --note "rack 4, port 12"
                  runbook runs confirm 01k… switch-cables --failed --note "port 12 is dead"
                """
        )

        @Flag(help: "What you did by hand failed.")
        var failed = false

        @OptionGroup var answer: StepAnswer

        func run() async throws {
            try await answer.give(
                "confirmation", outcome: failed ? "failed" : nil, done: failed ? "reported as failed" : "confirmed")
        }
    }

    struct Skip: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "skip",
            abstract: "Leaves a step out, for a reason that stands on the record.",
            discussion: """
                A step to come is passed by. One that waits is over, and a run that a failed step ended goes on after it. \
                An approval is never left out.

                  runbook runs skip 01k… --note "the mirror is down, and this step only warms its cache"
                  runbook runs skip 01k… warm-cache --note "not needed today"
                """
        )

        @Argument(help: "The run's id.")
        var id: String

        @Argument(help: "The step's id; without it the one that waits, or that ended the run.")
        var step: String?

        @Option(help: ArgumentHelp("Why, for the record.", valueName: "text"))
        var note: String

        @OptionGroup var server: ServerOptions
        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await server.withClient { client in
                let step =
                    if let step { step } else { try await client.get(.api("runs", id), as: Run.self).stopped().id }
                let run = try await client.write(
                    .post, .api("runs", id, "steps", step, "skip"), SkipRequest(note: note), as: JSONValue.self)
                guard !format.json else { return try Output.data.json(run) }
                try Output.talk.say("runbook: \(step) of run \(id) is skipped; see: runbook runs show \(id)")
            }
        }
    }
}

/// Which step of which run is answered, and with which note.
struct StepAnswer: ParsableArguments {
    @Argument(help: "The run's id.")
    var id: String

    @Argument(help: "The step's id; without it the one that waits.")
    var step: String?

    @Option(help: ArgumentHelp("Why, or what you did, for the record.", valueName: "text"))
    var note: String?

    @OptionGroup var server: ServerOptions
    @OptionGroup var format: FormatOptions

    func give(_ noun: String, outcome: String? = nil, done: String) async throws {
        try await server.withClient { client in
            let step = if let step { step } else { try await waitingStep(client) }
            let run = try await client.write(
                .post, .api("runs", id, "steps", step, noun), AnswerRequest(note: note, outcome: outcome),
                as: JSONValue.self)
            guard !format.json else { return try Output.data.json(run) }
            let waits = try run.decoded(as: Run.self).steps.first { $0.id == step && $0.state == "waiting" }?.waits_for
            let next = waits.map { "it waits for \($0)" } ?? "follow it with: runbook runs logs \(id) --follow"
            try Output.talk.say("runbook: \(step) of run \(id) is \(done); \(next)")
        }
    }

    /// - Throws: `Problem.conflict` when none waits for a person.
    private func waitingStep(_ client: Client) async throws -> String {
        let run = try await client.get(.api("runs", id), as: Run.self)
        let waiting = run.steps.filter { $0.state == "waiting" && $0.until != nil }
        guard let step = run.askingStep ?? (waiting.count == 1 ? waiting.first : nil) else {
            throw Problem.conflict("The run is \(run.state): no step of it waits for a person.")
        }
        return step.id
    }
}

extension Run {
    /// The step that waits for people; nil where none does.
    var askingStep: RunStep? { steps.first { $0.state == "waiting" && $0.asks != nil && $0.due == nil } }

    /// The step at which it stands.
    /// - Throws: `Problem.conflict` when it stands at none.
    fileprivate func stopped() throws -> RunStep {
        let states: Set = ["waiting", "failed", "timed-out", "cancelled"]
        guard let step = steps.first(where: { states.contains($0.state) }) else {
            throw Problem.conflict("The run is \(state): say which step is meant.")
        }
        return step
    }
}
