import Essentials
import Executions
import RunbookFormat
import HTTPTypes

extension OpenAPIDocument {
    static let queue = Subject(
        name: "queue", description: "What waits for a worker and why, and how the workers of each priority fare.",
        operations: [
            Operation(
                method: .get, path: "/api/v1/queue", id: "getQueue",
                summary: "Answers what waits, why, and the figures of each priority.", access: .permitted(.read),
                parameters: [
                    .query("window", "Over which the figures go; a day without it.", .oneOf(RunQueue.Window.self))
                ],
                answers: [.json(.ref("Queue"), "The queue.")])
        ],
        schemas: [
            "Queue": .object(
                "What waits for a worker.",
                [
                    "time": .moment("When this was so."),
                    "window": .oneOf(RunQueue.Window.self, "Over which the figures go."),
                    "workers": .integer("How many runs are worked on at once, in all.", from: 1),
                    "shared": .flag("Every priority may take any worker; else each has its own."),
                    "busy": .integer("Workers that are at work.", from: 0),
                    "queued": .integer("Runs that wait.", from: 0),
                    "priorities": .list(of: .ref("QueuePriority"), "The most urgent first."),
                    "runs": .list(
                        of: .ref("QueuedRun"),
                        "The first of those that wait, by priority, then as they came: \(Executions.mostWaiting) at most."
                    ),
                ]),
            "QueuePriority": .object(
                "The runs of one priority.",
                [
                    "priority": priority,
                    "workers": .integer("Its own; those that it shares where all share them.", from: 1),
                    "busy": .integer("Runs that are worked on.", from: 0),
                    "queued": .integer("Runs that wait.", from: 0),
                    "ended": .integer(
                        "How many ended in the window; what a person cancelled or rejected is left out.", from: 0),
                    "failed": .integer(
                        "How many of these failed, were rolled back, or ended in a way that nobody knows.", from: 0),
                ],
                optional: [
                    "oldest_wait_seconds": .number("How long the run that waits longest has waited."),
                    "failure_rate": .number("From 0 to 1; absent where nothing ended."),
                    "wait": .ref("QueueTimes"), "took": .ref("QueueTimes"),
                ]),
            "QueueTimes": .object(
                """
                Times of the latest \(QueueFigures.mostTimes) that ended in the window: `wait` from when a run was asked for to \
                its first step, `took` from then to its end, waits for people included.
                """,
                [
                    "median_seconds": .number("Half of them took no longer."),
                    "p95_seconds": .number("Nineteen of twenty took no longer."),
                ]),
            "QueuedRun": .object(
                "A run that waits.",
                [
                    "id": .text(), "runbook": .text("Its name."), "priority": priority,
                    "created": .moment("When it was asked for."), "by": .ref("Actor"),
                    "waits_for": .text("Why it waits, as a sentence."),
                ], optional: ["section": .text("The slug of the section that runs.")]),
        ])
}
