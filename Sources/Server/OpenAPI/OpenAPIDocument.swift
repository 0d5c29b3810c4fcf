import API
import Essentials
import HTTPTypes

/// The description of the API that `GET /api/openapi.json` answers: OpenAPI 3.1, one file per subject.
enum OpenAPIDocument {
    /// What the description says about one subject.
    struct Subject: Sendable {
        let name: String
        let description: String
        let operations: [Operation]
        let schemas: KeyValuePairs<String, Schema>
    }

    static let subjects: [Subject] = [
        status,
        runbooks,
        runs,
        queue,
        checklists,
        deployments,
        incidents,
        services,
        schedules,
        hooks,
        notifications,
        search,
        journal,
        accounts,
        health,
    ]

    static var operations: [Operation] { subjects.flatMap(\.operations) }

    /// The document as JSON text in UTF-8, made once.
    static let json: [UInt8] = Array(value.text.utf8)

    private static let value: JSONValue = [
        "openapi": "3.1.0",
        "info": [
            "title": "Runbook", "version": .string(runbookVersion), "description": .string(introduction),
            "summary": "Runbooks that run, and the journal of everything that was done.",
        ],
        "tags": .array(subjects.map { ["name": .string($0.name), "description": .string($0.description)] }),
        "paths": paths,
        "components": [
            "schemas": schemas, "responses": problemResponses, "parameters": parameters, "headers": headers,
            "securitySchemes": securitySchemes,
        ],
    ]

    private static let introduction = """
        JSON in UTF-8. Times are RFC 3339 in UTC; ids are opaque strings that sort by time. Lists are read part by part: \
        pass the `next` of one part as the `after` of the next. Objects may get more members in later versions, so ignore \
        those you do not know. What can be absent is left out, not null; in a request, null and an empty value of the query count as left out.

        Every answer of 400 and above is a problem (RFC 9457) with a sentence that says what to do; below `/api/` always, \
        elsewhere with `Accept: application/json`. Another method than those described is answered 405, with `Allow`. \
        Every answer carries `X-Request-Id`, under which the server's log has the request.
        """

    private static var paths: JSONValue {
        var paths: [String: [String: JSONValue]] = [:]
        for subject in subjects {
            for operation in subject.operations {
                paths[operation.path, default: [:]][operation.method.rawValue.lowercased()] = operation.json(
                    tag: subject.name)
            }
        }
        return .object(paths.mapValues { .object($0) })
    }

    private static var schemas: JSONValue {
        var schemas: [String: JSONValue] = [:]
        for subject in subjects { for (name, schema) in subject.schemas { schemas[name] = schema.json } }
        for (name, schema) in sharedSchemas { schemas[name] = schema.json }
        return .object(schemas)
    }

    private static let parameters: JSONValue = [
        "IdempotencyKey": Operation.Parameter.header(
            "Idempotency-Key",
            """
            1 to 255 visible ASCII characters that name this change. Sent again within 24 hours, the same request is \
            carried out once and answered the same, with `Idempotent-Replayed`; another request with the key is refused.
            """
        ).json,
        "CSRFToken": Operation.Parameter.header(
            "X-CSRF-Token", "The session's `csrf`; needed with the session cookie, not with a token."
        ).json,
    ]

    private static let headers: JSONValue = [
        "IdempotentReplayed": [
            "description": "`true` when this is the kept answer to an earlier request with the same Idempotency-Key.",
            "schema": Schema.oneOf(["true"]).json,
        ]
    ]

    private static let securitySchemes: JSONValue = [
        "token": [
            "type": "http", "scheme": "bearer",
            "description": "`Authorization: Bearer TOKEN`, with a token of `POST /api/v1/tokens`.",
        ],
        "session": [
            "type": "apiKey", "in": "cookie", "name": .string(Gate.cookie),
            "description": "The cookie of `POST /session`. Writes also need its `X-CSRF-Token`.",
        ],
    ]
}
