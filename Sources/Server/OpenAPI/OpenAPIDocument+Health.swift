import Essentials
import HTTPTypes

extension OpenAPIDocument {
    static let health = Subject(
        name: "health", description: "What anybody may ask.",
        operations: [
            Operation(
                method: .get, path: "/health", id: "getHealth", summary: "Says that the server is alive.",
                details: "With what waits, and what came of the runs since it started.", access: .open,
                answers: [.json(.ref("Health"), "It is alive.")]),
            Operation(
                method: .get, path: "/ready", id: "getReadiness",
                summary: "Says whether the server can serve: the database can be read and written.", access: .open,
                answers: [
                    .json(.ref("Status"), "It can serve."),
                    .json(.ref("Status"), "It cannot serve at the moment.", status: 503),
                ]),
            Operation(
                method: .get, path: MetricsRoutes.path, id: "getMetrics",
                summary: "Answers figures for Prometheus, in its text format.",
                details: "With `serve --metrics-open` for everybody.", access: .permitted(.metrics),
                answers: [
                    Operation.Answer(
                        status: 200, description: "Requests, runs, the queue, the journal, the process.",
                        content: ["text/plain": .text("Prometheus' text format, version 0.0.4.")])
                ]),
            Operation(
                method: .get, path: "/api/openapi.json", id: "getDescription", summary: "Answers this document.",
                access: .open, answers: [.json(.anyObject("An OpenAPI 3.1 document."), "This document.")]),
            Operation(
                method: .get, path: "/api/front-matter.schema.json", id: "getFrontMatterSchema",
                summary: "Answers the JSON Schema of a guide's front matter.",
                details: "For editors that complete and check what one types; `runbook schema` prints the same.",
                access: .open,
                answers: [
                    Operation.Answer(
                        status: 200, description: "A JSON Schema of the draft 2020-12.",
                        content: ["application/schema+json": .anyObject("A JSON Schema.")])
                ]),
        ],
        schemas: [
            "Health": .object(
                "That the server is alive, what waits, and what came of the runs since it started.",
                [
                    "status": .oneOf(["alive"]), "uptime_seconds": .number("How long it has been up."),
                    "tasks": .ref("HealthTasks"),
                ],
                optional: [
                    "success_rate": .number("From 0 to 1; absent until a run has ended."),
                    "queues": .map(
                        of: .integer("How many wait.", from: 0),
                        "How many runs wait, by priority; absent where the database can't be read."),
                ]),
            "HealthTasks": .object(
                "What came of the runs; what a person cancelled or rejected is left out.",
                [
                    "completed": .integer("They succeeded.", from: 0),
                    "failed": .integer(
                        "They failed, were rolled back, or ended in a way that nobody knows.", from: 0),
                ]),
            "Status": .object("Whether the server can serve.", ["status": .oneOf(["ready", "not ready"])]),
        ])
}
