import Checklists
import Essentials
import HTTPTypes

extension OpenAPIDocument {
    static let checklists = Subject(
        name: "checklists", description: "Checklists that are worked through, by several people and by checks at once.",
        operations: [
            listChecklists, createChecklist, getChecklist, changeItem, checkItem, checkAll, complete, abandon, reopen,
            export,
        ], schemas: checklistSchemas)

    private static let id = Operation.Parameter.path("id", "The checklist's id.")
    private static let item = Operation.Parameter.path("item", "The item's id.")

    private static let listChecklists = Operation(
        method: .get, path: "/api/v1/checklists", id: "listChecklists", summary: "Lists checklists, the newest first.",
        access: .permitted(.read),
        parameters: [
            .query("state", "Only checklists in this state.", .oneOf(ChecklistState.self)),
            .query("runbook", "Only checklists of this runbook."),
            .query("object", "Only checklists for this, such as `deployment/01j9…`."),
        ] + Operation.Parameter.page(),
        answers: [.json(.page(of: "ChecklistSummary"), "Checklists.")])

    private static let createChecklist = Operation(
        method: .post, path: "/api/v1/checklists", id: "createChecklist",
        summary: "Starts a checklist from a runbook or a section of it.",
        details: "Every item begins open, also where the source ticks it.",
        access: .permitted(.operate), body: .json("ChecklistRequest"),
        answers: [.created("Checklist", "The checklist.")], problems: [404])

    private static let getChecklist = Operation(
        method: .get, path: "/api/v1/checklists/{id}", id: "getChecklist",
        summary: "Answers a checklist with its items.",
        access: .permitted(.read), parameters: [id], answers: [.json(.ref("Checklist"), "The checklist.")],
        problems: [404])

    private static let changeItem = Operation(
        method: .put, path: "/api/v1/checklists/{id}/items/{item}", id: "changeItem",
        summary: "Ticks an item, opens it again, marks it not applicable, notes something, or gives it to somebody.",
        details: """
            `If-Match` names the version of the item that was seen; when somebody has changed it since, nothing changes and \
            the problem says what they did. Not applicable needs a note, and so does ticking an item whose check failed.
            """,
        access: .permitted(.operate),
        parameters: [
            id, item,
            .header(
                "If-Match", "The item's `version` in quotes, such as `\"3\"`; `*` is whatever is there.",
                isRequired: true),
        ], body: .json("ItemRequest"), answers: [itemAnswer("The item as it is now.")], problems: [404, 412])

    private static let checkItem = Operation(
        method: .post, path: "/api/v1/checklists/{id}/items/{item}/check", id: "checkItem",
        summary: "Runs the check of an item.",
        details:
            "Its verdict ticks or fails the item when the run has ended; a check that could not run leaves it open.",
        access: .permitted(.operate), parameters: [id, item], answers: [itemAnswer("The item, which is `checking`.")],
        problems: [404])

    private static let checkAll = Operation(
        method: .post, path: "/api/v1/checklists/{id}/checks", id: "runChecks",
        summary: "Runs the checks of all items that are not settled.", access: .permitted(.operate), parameters: [id],
        answers: [.json(.ref("ChecksAnswer"), "The checklist, and the checks that could not be started.")],
        problems: [404])

    private static let complete = Operation(
        method: .post, path: "/api/v1/checklists/{id}/completion", id: "completeChecklist",
        summary: "Completes a checklist whose required items are settled.",
        details: "With a `reason`, which an admin may give, also one with open items. Its items change no more.",
        access: .permitted(.operate), parameters: [id], body: .json("ReasonRequest", isRequired: false),
        answers: [.json(.ref("Checklist"), "The checklist, completed.")], problems: [404])

    private static let reopen = Operation(
        method: .post, path: "/api/v1/checklists/{id}/reopening", id: "reopenChecklist",
        summary: "Opens a completed or abandoned checklist again, with its items as they stand.",
        access: .permitted(.operate), parameters: [id], body: .json("ReasonRequest", isRequired: false),
        answers: [.json(.ref("Checklist"), "The checklist, open.")], problems: [404])

    private static let abandon = Operation(
        method: .post, path: "/api/v1/checklists/{id}/abandonment", id: "abandonChecklist",
        summary: "Ends a checklist that nobody works through any more, with its items as they stand.",
        details: "Asking again changes nothing. A deployment that ends before a stage's turn abandons its checklist.",
        access: .permitted(.operate), parameters: [id], body: .json("ReasonRequest", isRequired: false),
        answers: [.json(.ref("Checklist"), "The checklist, abandoned.")], problems: [404])

    private static let export = Operation(
        method: .get, path: "/api/v1/checklists/{id}/export", id: "exportChecklist",
        summary: "Answers the guide's Markdown with the boxes as the checklist has them.",
        details: "One byte differs for each box; what is not applicable stays unticked.",
        access: .permitted(.read), parameters: [id],
        answers: [
            Operation.Answer(
                status: 200, description: "The Markdown.", content: ["text/markdown": .text("The guide's source.")])
        ], problems: [404])

    private static func itemAnswer(_ description: String) -> Operation.Answer {
        Operation.Answer(
            status: 200, description: description, content: ["application/json": .ref("ChecklistEntry")],
            headers: ["ETag": "The item's version, for `If-Match`."])
    }

    private static let checklistSchemas: KeyValuePairs<String, Schema> = [
        "ChecklistRequest": .object(
            "What to start a checklist from.", ["runbook": .text("Its name.")],
            optional: [
                "section": .text("A section's slug: only its items and those of its subsections."),
                "occasion": .text("What it is for, in words."),
                "incident": .text("The id of the incident that it is for: it shows on its timeline."),
                "parameters": .map(of: .text(), "What the checks are given; sensitive ones are not kept."),
            ]),
        "ItemRequest": .object(
            "What to make of an item.", [:],
            optional: [
                "state": .oneOf(ItemState.byPeople.map(\.rawValue), "Absent leaves it."),
                "note": .text("Absent leaves it, empty takes it away."),
                "assignee": .text(
                    "The name of the person who is to see to it; absent leaves it, empty takes it from whoever has it."),
                "role": .oneOf(
                    ["operator", "admin", ""],
                    "What whoever settles it must be; absent leaves it, empty lets anybody who may tick."),
            ]),
        "ReasonRequest": .object("Why.", [:], optional: ["reason": .text("Goes on the journal.")]),
        "Checklist": .object(
            "A checklist with its items.",
            [
                "id": .text(), "title": .text("Of the guide, or of the section."), "runbook": .text("Its name."),
                "version": .digest("The version of the runbook that it was started from."),
                "state": .oneOf(ChecklistState.self), "created": .moment("When it was started."), "by": .ref("Actor"),
                "items": .list(of: .ref("ChecklistEntry"), "In the order of the guide."),
            ],
            optional: [
                "occasion": .text("What it is for, in words."),
                "object": .text("What it is for, as the journal names objects."),
                "section": .text("The slug of the section that it is of; absent for the whole runbook."),
                "completed": .moment("When it was completed or abandoned."),
                "override": .text("Why it was completed with required items open, or abandoned."),
            ]),
        "ChecklistSummary": .object(
            "A checklist in a list.",
            [
                "id": .text(), "title": .text("Of the guide, or of the section."), "runbook": .text("Its name."),
                "version": .digest("The version of the runbook that it was started from."),
                "state": .oneOf(ChecklistState.self), "created": .moment("When it was started."), "by": .ref("Actor"),
                "items_total": .integer("How many items it has.", from: 0),
                "items_settled": .integer("How many are ticked or not applicable.", from: 0),
                "items_missing": .integer("How many are required and not settled.", from: 0),
                "items_failed": .integer("How many failed their check.", from: 0),
            ],
            optional: [
                "occasion": .text("What it is for, in words."),
                "object": .text("What it is for, as the journal names objects."),
                "section": .text("The slug of the section that it is of; absent for the whole runbook."),
                "completed": .moment("When it was completed or abandoned."),
            ]),
        "ChecklistEntry": .object(
            "An item of a checklist.",
            [
                "id": .text("The same as in the runbook."),
                "section": .text("The slug of its section; empty before the first heading."),
                "line": .integer("Its line in the runbook.", from: 1),
                "depth": .integer("Its place among the items around it.", from: 1), "text": .text(),
                "required": .flag("The checklist is complete only with it."),
                "state": .oneOf(ItemState.self, "`failed`: its check ran and said no."),
                "version": .integer("Counts its changes.", from: 1), "checking": .flag("Its check is under way."),
            ],
            optional: [
                "note": .text(), "by": .ref("Actor"), "at": .moment("When it came to its state."),
                "check": .text("The step that proves it."), "evidence": .ref("CheckEvidence"),
                "assignee": .text("Who is to see to it."),
                "role": .oneOf(["operator", "admin"], "What whoever settles it must be."),
                "pre_ticked": .flag("True where the guide shows it as done, which proves nothing: it began open."),
            ]),
        "CheckEvidence": .object(
            "What a check did.",
            [
                "run": .text("The run's id."), "command": .text("What ran."),
                "output": .text("The end of what it printed."), "output_cut": .flag("It printed more than this."),
                "time": .moment("When it ended."),
            ],
            optional: [
                "exit_status": .integer("Of the check's process.", from: 0, through: 255),
                "reason": .text("Why there is no verdict."),
            ]),
        "ChecksAnswer": .object(
            "What became of the checks.",
            ["checklist": .ref("Checklist"), "refused": .list(of: .ref("RefusedCheck"))]),
        "RefusedCheck": .object(
            "A check that could not be started.", ["item": .text("The item's id."), "reason": .text("Why.")]),
    ]
}
