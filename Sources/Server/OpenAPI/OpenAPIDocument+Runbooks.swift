import Essentials
import HTTPTypes
import RunbookFormat

extension OpenAPIDocument {
    static let runbooks = Subject(
        name: "runbooks", description: "The catalogue: Markdown guides by name, each with its versions.",
        operations: [listRunbooks, storeRunbook, getRunbook, listVersions, getSource], schemas: runbookSchemas)

    private static let name = Operation.Parameter.path("name", "The runbook's name, such as `accunode.deploy`.")

    private static let listRunbooks = Operation(
        method: .get, path: "/api/v1/runbooks", id: "listRunbooks", summary: "Lists the runbooks, by name.",
        access: .permitted(.read), parameters: Operation.Parameter.page(),
        answers: [.json(.page(of: "RunbookSummary"), "Runbooks.")])

    private static let storeRunbook = Operation(
        method: .post, path: "/api/v1/runbooks", id: "storeRunbook",
        summary: "Stores a guide under a name. Nothing in it runs.", access: .permitted(.author),
        parameters: [
            .query(
                "name", "The runbook's name: letters, digits, `_` and `-`, and dots between them, at most 200 bytes.",
                isRequired: true)
        ],
        body: Operation.Body(content: ["text/markdown": markdown, "text/plain": markdown]),
        answers: [
            .created("Runbook", "A new version, kept byte for byte."),
            .json(.ref("Runbook"), "These bytes are the current version already; nothing was changed."),
        ])

    private static let getRunbook = Operation(
        method: .get, path: "/api/v1/runbooks/{name}", id: "getRunbook",
        summary: "Answers what was read from a runbook's current version.", access: .permitted(.read),
        parameters: [name],
        answers: [.json(.ref("Runbook"), "The runbook.")], problems: [404])

    private static let listVersions = Operation(
        method: .get, path: "/api/v1/runbooks/{name}/versions", id: "listRunbookVersions",
        summary: "Lists a runbook's versions, the newest first.", access: .permitted(.read),
        parameters: [name] + Operation.Parameter.page(),
        answers: [.json(.page(of: "RunbookVersion"), "Versions.")], problems: [404])

    private static let getSource = Operation(
        method: .get, path: "/api/v1/runbooks/{name}/source", id: "getRunbookSource",
        summary: "Answers a runbook's Markdown, byte for byte as it was stored.", access: .permitted(.read),
        parameters: [name, .query("version", "The content hash of a version; without it the current one.")],
        answers: [
            Operation.Answer(status: 200, description: "The source.", content: ["text/markdown": markdown])
        ], problems: [404])

    private static let markdown = Schema.text("Markdown in UTF-8, at most \(Guide.maximumBytes) bytes.")

    private static let runbookSchemas: KeyValuePairs<String, Schema> = [
        "RunbookSummary": .object(
            "A runbook in a list.",
            [
                "name": .text("Such as `accunode.deploy`."), "title": .text(),
                "version": .digest("SHA-256 of the source."),
                "origin": origin, "updated": .moment("When its current version was stored."),
                "steps": .integer("How many it has.", from: 0),
                "checklist": .integer("How many items it has.", from: 0),
                "findings": .integer("How many were found.", from: 0),
            ],
            optional: ["service": .text("The service that it is about.")]),
        "Runbook": .object(
            "A runbook, as its current version was read.",
            [
                "name": .text("Such as `accunode.deploy`."), "title": .text(),
                "version": .digest("SHA-256 of the source."),
                "origin": origin, "updated": .moment("When its current version was stored."),
                "sections": .list(of: .ref("Section")), "steps": .list(of: .ref("Step")),
                "checklist": .list(of: .ref("ChecklistItem")), "findings": .list(of: .ref("Finding")),
                "documents": .list(of: .ref("Document")), "metadata": .anyObject("The front matter, as read."),
            ],
            optional: ["service": .text("The service that it is about.")]),
        "Section": .object(
            "A heading.",
            [
                "slug": .text("Unique in the runbook."), "title": .text(),
                "level": .integer("Of the heading.", from: 1, through: 6),
                "line": line,
            ]),
        "Step": .object(
            "A fence that runs, waits for somebody, or says why it never runs.",
            [
                "id": .text("Unique in the runbook."), "section": section, "line": line,
                "end_line": .integer("The last one of its fence.", from: 1), "language": .text("The fence's tag."),
                "kind": .oneOf(Step.Kind.self), "attributes": .map(of: .text(), "As written."),
                "script": .text("What would run."),
                "placeholders": .list(of: .text(), "What somebody must fill before it runs, such as `<pod-name>`."),
                "runnable": .flag("Whether it can run."),
            ],
            optional: [
                "refusal": .text("Why it never runs."),
                "check_of": .text("The id of the checklist item that it proves."),
            ]),
        "ChecklistItem": .object(
            "A box to tick.",
            [
                "id": .text("Unique in the runbook."), "section": section, "line": line,
                "text": .text("Without the box."),
                "checked": .flag("Whether the box is ticked in the Markdown."),
                "depth": .integer("Its place among the items around it.", from: 1),
            ],
            optional: ["check": .text("The id of the step that proves it.")]),
        "Finding": .object(
            "Something to look at before the runbook runs.",
            [
                "rule": .oneOf(Finding.Rule.self), "severity": .oneOf(Finding.Severity.self), "line": line,
                "message": .text("Why, and what to write instead."),
            ]),
        "Document": .object(
            "A fence that nothing runs.", ["line": line, "language": .text("Its tag; empty when there is none.")]),
        "RunbookVersion": .object(
            "A stored version of a runbook.",
            [
                "number": .integer("The highest is the current one.", from: 1),
                "version": .digest("SHA-256 of the source."),
                "created": .moment("When it was stored."), "bytes": .integer("The length of the source.", from: 1),
                "by": .ref("Actor"),
            ]),
    ]

    private static let origin = Schema.oneOf(["folder", "import"], "`folder`: it stands in the watched folder.")
    private static let line = Schema.integer("In the source.", from: 1)
    private static let section = Schema.text("The slug of its section; empty before the first heading.")
}
