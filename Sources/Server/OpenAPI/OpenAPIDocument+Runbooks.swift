import Essentials
import HTTPTypes
import RunbookFormat
import Runbooks

extension OpenAPIDocument {
    static let runbooks = Subject(
        name: "runbooks", description: "The catalogue: Markdown guides by name, each with its versions.",
        operations: [listRunbooks, storeRunbook, getRunbook, listVersions, compareVersions, getSource, getFolder],
        schemas: runbookSchemas)

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

    private static let compareVersions = Operation(
        method: .get, path: "/api/v1/runbooks/{name}/versions/{version}/changes", id: "compareRunbookVersions",
        summary: "Answers what a version of a runbook has other than an older one, by steps, items and lines.",
        access: .permitted(.read),
        parameters: [
            name, .path("version", "The number of a version, or its content hash."),
            .query("from", "The version to compare with, by number or hash; without it the one before."),
        ],
        answers: [.json(.ref("RunbookChanges"), "The changes.")], problems: [404])

    private static let getSource = Operation(
        method: .get, path: "/api/v1/runbooks/{name}/source", id: "getRunbookSource",
        summary: "Answers a runbook's Markdown, byte for byte as it was stored.", access: .permitted(.read),
        parameters: [name, .query("version", "The content hash of a version; without it the current one.")],
        answers: [
            Operation.Answer(status: 200, description: "The source.", content: ["text/markdown": markdown])
        ], problems: [404])

    private static let getFolder = Operation(
        method: .get, path: "/api/v1/folder", id: "getFolder",
        summary: "Answers whether the folder of runbooks is watched, and which of its files are not in the catalogue.",
        access: .permitted(.read), answers: [.json(.ref("WatchedFolder"), "The folder.")])

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
            optional: ["service": .text("The service that it is about."), "gone": gone]),
        "Runbook": .object(
            "A runbook, as its current version was read.",
            [
                "name": .text("Such as `accunode.deploy`."), "title": .text(),
                "version": .digest("SHA-256 of the source."),
                "number": .integer("Of that version: 1 for the first that was stored.", from: 1),
                "origin": origin, "updated": .moment("When its current version was stored."),
                "sections": .list(of: .ref("Section")), "steps": .list(of: .ref("Step")),
                "checklist": .list(of: .ref("ChecklistItem")), "findings": .list(of: .ref("Finding")),
                "documents": .list(of: .ref("Document")), "metadata": .anyObject("The front matter, as read."),
            ],
            optional: ["service": .text("The service that it is about."), "gone": gone]),
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
                "exports": .list(of: .ref("ExportedVariable"), "What is asked for before it runs."),
                "tags": .list(of: .text(), "By which a run can choose its steps."),
                "refusal": .text("Why it never runs."),
                "check_of": .text("The id of the checklist item that it proves."),
            ]),
        "ExportedVariable": .object(
            "A variable that a step with `promptEnv` exports.",
            ["name": .text(), "value": .text("What holds without an answer."), "line": line]),
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
            ],
            optional: ["runbook": .text("Of a broken link the runbook that is not there.")]),
        "Document": .object(
            "A fence that nothing runs.", ["line": line, "language": .text("Its tag; empty when there is none.")]),
        "WatchedFolder": .object(
            "The folder of runbooks.",
            [
                "watching": .oneOf(
                    FolderState.Watching.self,
                    "`events`: the kernel tells of changes; `polling`: it is looked at every second."),
                "faults": .list(of: .ref("FolderFault")),
            ]),
        "FolderFault": .object(
            "A file that is not in the catalogue as it stands there.",
            [
                "path": .text("Below the folder."),
                "runbook": .text("Its name; a version that was stored before still counts."),
                "message": .text("What is wrong, and what to do."), "since": .moment("When it was found."),
            ]),
        "RunbookVersion": .object(
            "A stored version of a runbook.",
            [
                "number": .integer("The highest is the current one.", from: 1),
                "version": .digest("SHA-256 of the source."),
                "created": .moment("When it was stored."), "bytes": .integer("The length of the source.", from: 1),
                "steps": .integer("How many it has.", from: 0),
                "checklist": .integer("How many items it has.", from: 0),
                "runs": .integer("How many runs used it; a thousand are counted.", from: 0, through: 1000),
                "origin": origin, "by": .ref("Actor"),
            ]),
        "RunbookChanges": .object(
            "What a version of a runbook has other than an older one.",
            [
                "runbook": .text("Its name."), "from": .ref("VersionReference"), "to": .ref("VersionReference"),
                "facts": .list(of: .ref("ChangedValue"), "The title and the front matter."),
                "steps": .list(of: .ref("StepChange")), "checklist": .list(of: .ref("ItemChange")),
                "same_steps": .integer("How many stayed as they were.", from: 0),
                "same_checklist": .integer("How many items stayed as they were.", from: 0),
                "left_out": .integer("How many changes are not listed, because there are too many.", from: 0),
                "source": .ref("LineChanges"),
            ]),
        "VersionReference": .object(
            "Which version is meant.",
            [
                "number": .integer("The highest is the current one.", from: 1),
                "version": .digest("SHA-256 of the source."), "created": .moment("When it was stored."),
            ]),
        "ChangedValue": .object(
            "A value that is another now.", ["name": .text()],
            optional: ["from": .text("Absent when there was none."), "to": .text("Absent when there is none.")]),
        "StepChange": .object(
            "A step that is not as it was.",
            [
                "change": change, "id": .text("Of the newer version, unless it was removed."), "section": section,
                "line": line, "language": .text("The fence's tag."), "moved": moved,
                "values": .list(of: .ref("ChangedValue"), "The language and the attributes that are others now."),
            ],
            optional: [
                "was_section": .text("The section that it stood in, when that was another."),
                "script": .ref("LineChanges"),
            ]),
        "ItemChange": .object(
            "A checklist item that is not as it was.",
            [
                "change": change, "section": section, "line": line, "text": .text("Without the box."),
                "checked": .flag("Whether the box is ticked in the Markdown."), "moved": moved,
            ],
            optional: [
                "was_section": .text("The section that it stood in, when that was another."),
                "was_text": .text("What it said before."),
            ]),
        "LineChanges": .object(
            "Two texts line by line: what changed, with three lines around it.",
            [
                "added": .integer("Lines.", from: 0), "removed": .integer("Lines.", from: 0),
                "lines": .list(of: .ref("ChangedLine")), "cut": .flag("Whether there is more than `lines` shows."),
            ]),
        "ChangedLine": .object(
            "A line; what is longer than 400 bytes ends with an ellipsis.",
            ["change": .oneOf(["same", "removed", "added"]), "text": .text("Without its end.")],
            optional: [
                "from": .integer("Its number in the older text.", from: 1),
                "to": .integer("Its number in the newer text.", from: 1),
            ]),
    ]

    private static let change = Schema.oneOf(GuideDifference.Kind.self, "The most telling of what happened to it.")
    private static let moved = Schema.flag("Whether it stands elsewhere than before.")

    private static let gone = Schema.moment("When its file left the watched folder.")
    private static let origin = Schema.oneOf(["folder", "import"], "`folder`: it stands in the watched folder.")
    private static let line = Schema.integer("In the source.", from: 1)
    private static let section = Schema.text("The slug of its section; empty before the first heading.")
}
