import Essentials
import HTTPTypes

/// One operation of the API, and what its description says.
struct Operation: Sendable {
    enum Access: Sendable, Equatable {
        /// Strangers too.
        case open
        /// Whoever is signed in.
        case signedIn
        /// Who is signed in and has the permission.
        case permitted(Permission)
    }

    let method: HTTPRequest.Method
    let path: String
    let id: String
    let summary: String
    var details: String?
    let access: Access
    var parameters: [Parameter] = []
    var body: Body?
    let answers: [Answer]
    /// Statuses of problems that do not follow from the rest.
    var problems: [Int] = []

    /// A write of somebody signed in: it takes an idempotency key, and a CSRF token with a cookie.
    var isGuardedWrite: Bool { access != .open && method != .get }

    /// The statuses of every problem that it can answer, but for 500.
    var problemStatuses: Set<Int> {
        var statuses = Set(problems)
        if access != .open { statuses.formUnion([401, 429, 503]) }
        if case .permitted = access { statuses.insert(403) }
        if isGuardedWrite { statuses.formUnion([400, 403, 409]) }
        if method != .get { statuses.insert(413) }
        if !parameters.isEmpty { statuses.insert(400) }
        return statuses
    }

    func json(tag: String) -> JSONValue {
        var members: [String: JSONValue] = [
            "operationId": .string(id), "summary": .string(summary), "tags": [.string(tag)], "responses": responses,
            "security": security,
        ]
        if let description { members["description"] = .string(description) }
        var parameters = parameters.map(\.json)
        if isGuardedWrite { parameters += [Parameter.shared("IdempotencyKey"), Parameter.shared("CSRFToken")] }
        if !parameters.isEmpty { members["parameters"] = .array(parameters) }
        if let body { members["requestBody"] = body.json }
        return .object(members)
    }

    private var description: String? {
        guard case .permitted(let permission) = access else { return details }
        return [details, "Needs the permission `\(permission.rawValue)`."].compactMap { $0 }.joined(separator: " ")
    }

    private var security: JSONValue {
        switch access {
        case .open: []
        case .signedIn: [["token": []], ["session": []]]
        // OpenAPI 3.1: for schemes other than OAuth 2 the array names the roles that are required.
        case .permitted(let permission):
            [["token": [.string(permission.rawValue)]], ["session": [.string(permission.rawValue)]]]
        }
    }

    private var responses: JSONValue {
        var responses: [String: JSONValue] = ["500": ["$ref": "#/components/responses/Problem500"]]
        for status in problemStatuses {
            responses[String(status)] = ["$ref": .string("#/components/responses/Problem\(status)")]
        }
        for answer in answers { responses[String(answer.status)] = answer.json(mayBeReplayed: isGuardedWrite) }
        return .object(responses)
    }
}

extension Operation {
    struct Parameter: Sendable {
        let json: JSONValue

        static func path(_ name: String, _ description: String) -> Parameter {
            Parameter(name, in: "path", description, .text(), isRequired: true)
        }

        static func query(
            _ name: String, _ description: String, _ schema: Schema = .text(), isRequired: Bool = false
        ) -> Parameter {
            Parameter(name, in: "query", description, schema, isRequired: isRequired)
        }

        static func header(
            _ name: String, _ description: String, _ schema: Schema = .text(), isRequired: Bool = false
        ) -> Parameter {
            Parameter(name, in: "header", description, schema, isRequired: isRequired)
        }

        static func shared(_ name: String) -> JSONValue { ["$ref": .string("#/components/parameters/\(name)")] }

        /// How many entries of a list, and after which cursor.
        static func page(usual: Int = 50) -> [Parameter] {
            [
                .query(
                    "limit", "How many entries at most; without it \(usual).",
                    .integer("Entries.", from: 1, through: Int64(PageRequest.maximum))),
                .query("after", "The `next` of the part before."),
            ]
        }

        private init(_ name: String, in place: String, _ description: String, _ schema: Schema, isRequired: Bool) {
            json = [
                "name": .string(name), "in": .string(place), "description": .string(description),
                "required": .bool(isRequired), "schema": schema.json,
            ]
        }
    }

    struct Body: Sendable {
        var isRequired = true
        let content: [String: Schema]

        static func json(_ schema: String, isRequired: Bool = true) -> Body {
            Body(isRequired: isRequired, content: ["application/json": .ref(schema)])
        }

        var json: JSONValue {
            ["required": .bool(isRequired), "content": .object(content.mapValues { ["schema": $0.json] })]
        }
    }

    struct Answer: Sendable {
        let status: Int
        let description: String
        var content: [String: Schema] = [:]
        var headers: [String: String] = [:]

        static func json(_ schema: Schema, _ description: String, status: Int = 200) -> Answer {
            Answer(status: status, description: description, content: ["application/json": schema])
        }

        static func created(_ schema: String, _ description: String) -> Answer {
            Answer(
                status: 201, description: description, content: ["application/json": .ref(schema)],
                headers: ["Location": "Where it is from now on."])
        }

        static func noContent(_ description: String) -> Answer { Answer(status: 204, description: description) }

        /// Server-sent events; what each is called and what its data is stands in the description.
        static func events(_ description: String) -> Answer {
            Answer(status: 200, description: description, content: ["text/event-stream": .text("A stream of events.")])
        }

        func json(mayBeReplayed: Bool) -> JSONValue {
            var headers = headers.mapValues { text -> JSONValue in
                ["description": .string(text), "schema": Schema.text().json]
            }
            if mayBeReplayed { headers["Idempotent-Replayed"] = ["$ref": "#/components/headers/IdempotentReplayed"] }
            var members: [String: JSONValue] = ["description": .string(description)]
            if !content.isEmpty { members["content"] = .object(content.mapValues { ["schema": $0.json] }) }
            if !headers.isEmpty { members["headers"] = .object(headers) }
            return .object(members)
        }
    }
}
