import Essentials
import Executions
import HTTPTypes

extension OpenAPIDocument {
    static let runs = Subject(
        name: "runs", description: "Executions of runbooks: started, followed, cancelled, resumed.",
        operations: [
            listRuns, createRun, getRun, getRunOutput, followRun, cancelRun, resumeRun, approveStep, rejectStep,
            confirmStep, skipStep,
        ], schemas: runSchemas)

    private static let id = Operation.Parameter.path("id", "The run's id.")

    private static let listRuns = Operation(
        method: .get, path: "/api/v1/runs", id: "listRuns", summary: "Lists runs, the newest first.",
        access: .permitted(.read),
        parameters: [
            .query("state", "Only runs in this state.", .oneOf(RunState.self)),
            .query("runbook", "Only runs of this runbook."),
            .query("version", "Only runs of this version of `runbook`, by its content hash."),
        ] + Operation.Parameter.page(),
        answers: [.json(.page(of: "RunSummary"), "Runs.")])

    private static let createRun = Operation(
        method: .post, path: "/api/v1/runs", id: "createRun", summary: "Starts a run, or says what would run.",
        details: """
            Every parameter, placeholder, step and program that stands in the way is named in `errors`, each with its \
            line, and then nothing is started. With `dry_run` nothing is started either way, and what stands in the way is \
            told beside what would run.
            """,
        access: .permitted(.operate), body: .json("RunRequest"),
        answers: [
            .created("Run", "The run; it starts as soon as there is room."),
            .json(.ref("DryRun"), "What would run; nothing was started."),
        ], problems: [404])

    private static let getRun = Operation(
        method: .get, path: "/api/v1/runs/{id}", id: "getRun", summary: "Answers a run with its steps and attempts.",
        access: .permitted(.read), parameters: [id], answers: [.json(.ref("Run"), "The run.")], problems: [404])

    private static let getRunOutput = Operation(
        method: .get, path: "/api/v1/runs/{id}/output", id: "getRunOutput",
        summary: "Answers what a run printed, in the order in which it arrived.", access: .permitted(.read),
        parameters: [
            id, .query("step", "Only what this step printed."),
            .query(
                "limit", "How many pieces at most; without it 200.",
                .integer("Pieces.", from: 1, through: Int64(PageRequest.maximum))),
            .query("after", "Only pieces with a greater `n`.", .integer("The `n` of a piece.", from: 0)),
            .query(
                "before",
                "Instead of `after`: the nearest pieces with a smaller `n`, in their order; `end` for the last ones."),
        ],
        answers: [
            .json(
                .page(of: "OutputChunk"),
                "Pieces of output; `next`, for `after` or `before`, is null when there is no more at this moment.")
        ], problems: [404])

    private static let followRun = Operation(
        method: .get, path: "/api/v1/runs/{id}/events", id: "followRun",
        summary: "Streams a run and its output as they come, to the end.", access: .permitted(.read),
        parameters: [
            id, .query("after", "Only output with a greater `n`.", .integer("The `n` of a piece.", from: 0)),
            .header("Last-Event-ID", "The `id` of the last event, to go on after it; counts before `after`."),
        ],
        answers: [
            .events(
                """
                Events `output` (data: OutputChunk), `step` (data: RunStep, whenever it changed) and `run` (data: Run, \
                whenever it changed); first the run as it is and the output so far. Each `id` resumes the stream. The \
                stream ends after the `run` in a state that nothing follows by itself.
                """)
        ], problems: [404])

    private static let cancelRun = Operation(
        method: .post, path: "/api/v1/runs/{id}/cancellation", id: "cancelRun", summary: "Asks for a run's end.",
        details: """
            A running step is stopped with all its processes, and what the guide marks `always` still runs. Asking again \
            while one of these is at it ends it too, and else changes nothing.
            """,
        access: .permitted(.operate), parameters: [id],
        answers: [.json(.ref("Run"), "The run; while a step is being stopped it is still `running`.")], problems: [404])

    private static let step = Operation.Parameter.path("step", "The step's id.")

    private static let approveStep = Operation(
        method: .post, path: "/api/v1/runs/{id}/steps/{step}/approval", id: "approveStep",
        summary: "Gives somebody's approval to the step that waits for it.",
        details: """
            It takes a person with the role that the gate names, and another one than who started the run, unless the gate \
            says `starter`. The run goes on once enough people have approved.
            """,
        access: .permitted(.operate), parameters: [id, step], body: .json("AnswerRequest", isRequired: false),
        answers: [.json(.ref("Run"), "The run.")], problems: [404, 409])

    private static let rejectStep = Operation(
        method: .post, path: "/api/v1/runs/{id}/steps/{step}/rejection", id: "rejectStep",
        summary: "Refuses what a step wants approved: the run ends `rejected`.", access: .permitted(.operate),
        parameters: [id, step], body: .json("AnswerRequest", isRequired: false),
        answers: [.json(.ref("Run"), "The run.")], problems: [404, 409])

    private static let confirmStep = Operation(
        method: .post, path: "/api/v1/runs/{id}/steps/{step}/confirmation", id: "confirmStep",
        summary: "Says that a step may begin, or how it went what a `manual` or `interactive` one had somebody do.",
        access: .permitted(.operate), parameters: [id, step], body: .json("AnswerRequest", isRequired: false),
        answers: [.json(.ref("Run"), "The run.")], problems: [404, 409])

    private static let skipStep = Operation(
        method: .post, path: "/api/v1/runs/{id}/steps/{step}/skip", id: "skipStep",
        summary: "Leaves a step out, for a reason.",
        details: """
            A step to come is passed by, one that waits is over, and a run that a failed or cancelled step ended goes on after \
            it. An approval is never left out.
            """,
        access: .permitted(.operate), parameters: [id, step], body: .json("SkipRequest"),
        answers: [.json(.ref("Run"), "The run.")], problems: [404, 409])

    private static let resumeRun = Operation(
        method: .post, path: "/api/v1/runs/{id}/resumption", id: "resumeRun",
        summary: "Lets a failed, cancelled or interrupted run go on from where it ended, or from a step.",
        details: """
            With `from` this step and all that comes after it run again, and gates among them ask again; the outputs of what \
            is done before it stay. It is refused where something before the step is not done.
            """,
        access: .permitted(.operate), parameters: [id], body: .json("ResumptionRequest", isRequired: false),
        answers: [.json(.ref("Run"), "The run, queued again.")], problems: [404])
}
