import Essentials

extension OpenAPIDocument {
    static let sharedSchemas: KeyValuePairs<String, Schema> = [
        "ProblemDetails": .object(
            "What is wrong, and in a sentence what to do about it (RFC 9457).",
            [
                "type": .oneOf(["about:blank"], "The status says which kind of problem it is."),
                "title": .text("What the status means."),
                "status": .integer("The HTTP status.", from: 400, through: 599),
                "detail": .text("A sentence that says what to do."),
                "code": .oneOf(Problem.Code.allCases.map(\.rawValue) + ["internal"], "For programs."),
            ],
            optional: [
                "errors": .list(of: .ref("FieldError"), "What is wrong with each field."),
                "request": .text("Names the request in the server's log."),
            ]),
        "FieldError": .object(
            "What is wrong with a field.",
            [
                "name": .text("A field, a parameter, a placeholder or a step."),
                "message": .text("What would be right."),
            ],
            optional: ["line": .integer("The line in the runbook, when it is about one.", from: 1)]),
        "Actor": .object(
            "Who did something.",
            [
                "kind": .oneOf(["person", "token", "system"]),
                "id": .text("The person's or token's id; for the system, the name of its part."),
            ],
            optional: ["name": .text("Absent when it was erased.")]),
    ]

    /// By the name that `Operation` refers to.
    static var problemResponses: JSONValue {
        var responses: [String: JSONValue] = [:]
        for (status, description) in problems {
            var response: [String: JSONValue] = [
                "description": .string(description),
                "content": ["application/problem+json": ["schema": Schema.ref("ProblemDetails").json]],
            ]
            if let header = headersOfProblems[status] {
                response["headers"] = [
                    header.name: ["description": .string(header.text), "schema": Schema.text().json]
                ]
            }
            responses["Problem\(status)"] = .object(response)
        }
        return .object(responses)
    }

    private static let problems: KeyValuePairs<Int, String> = [
        400: "Something in the request is not valid; `errors` names the fields.",
        401: "Not signed in, or the token is unknown, expired or revoked.",
        403: "Not allowed: the permission is missing, or, with a cookie, the CSRF token.",
        404: "There is no such thing.",
        409: "It does not fit the state that things are in, or the Idempotency-Key was used for another request.",
        412: "Somebody else has changed it since it was read: read it again.",
        413: "The body is too large.",
        429: "Too many requests: wait and try again.",
        500: "Something went wrong in the server; its log has it under `request`.",
        503: "The database cannot be used at the moment; nothing was changed.",
    ]

    private static let headersOfProblems: [Int: (name: String, text: String)] = [
        401: ("WWW-Authenticate", "`Bearer`."),
        429: ("Retry-After", "Seconds to wait."),
    ]
}
