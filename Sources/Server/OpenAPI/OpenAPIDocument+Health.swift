import HTTPTypes

extension OpenAPIDocument {
    static let health = Subject(
        name: "health", description: "What anybody may ask.",
        operations: [
            Operation(
                method: .get, path: "/health", id: "getHealth", summary: "Says that the server is alive.",
                access: .open,
                answers: [.json(.ref("Status"), "It is alive.")]),
            Operation(
                method: .get, path: "/ready", id: "getReadiness",
                summary: "Says whether the server can serve: the database can be read and written.", access: .open,
                answers: [
                    .json(.ref("Status"), "It can serve."),
                    .json(.ref("Status"), "It cannot serve at the moment.", status: 503),
                ]),
            Operation(
                method: .get, path: "/api/openapi.json", id: "getDescription", summary: "Answers this document.",
                access: .open, answers: [.json(.anyObject("An OpenAPI 3.1 document."), "This document.")]),
        ],
        schemas: [
            "Status": .object("How the server is.", ["status": .oneOf(["alive", "ready", "not ready"])])
        ])
}
