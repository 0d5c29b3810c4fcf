import Essentials
import HTTPTypes

extension OpenAPIDocument {
    static let journal = Subject(
        name: "journal", description: "Everything that was done, in order, each event sealed to the one before it.",
        operations: [listEvents, followJournal, verifyJournal, exportJournal],
        schemas: [
            "JournalEvent": .object(
                "An event of the journal.",
                [
                    "seq": .integer("1, 2, 3, … without gaps.", from: 1), "id": .text(),
                    "time": .moment("By the server's clock."), "kind": .text("Such as `run.created`."),
                    "actor": .ref("Actor"),
                    "via": .oneOf(["web", "api", "terminal", "folder", "system"], "Through which door it came in."),
                    "objects": .list(
                        of: .text("Such as `run/01j9…` or `runbook/accunode.deploy`."), "What it is about."),
                    "data": .anyObject("What the kind of event tells; empty when it was erased."),
                    "hash": .digest("Of the chain, up to and with this event."),
                ]),
            "JournalVerification": .object(
                "What a walk over the whole journal found.",
                [
                    "ok": .flag("Whether nothing is wrong."), "events": .integer("How many were examined.", from: 0),
                    "warnings": .list(of: .text(), "What is odd without being wrong."),
                ],
                optional: [
                    "head": .text("`SEQ:HASH`, to be kept elsewhere; absent for an empty journal."),
                    "first_bad": .ref("JournalFault"),
                ]),
            "JournalFault": .object(
                "The first bad event.",
                ["seq": .integer("Its number.", from: 1), "reason": .text("What is wrong with it.")]),
        ])

    private static let listEvents = Operation(
        method: .get, path: "/api/v1/journal", id: "listEvents", summary: "Lists events, the oldest first.",
        access: .permitted(.read),
        parameters: [
            .query("order", "`desc`: the newest first.", .oneOf(["asc", "desc"])),
            .query("kind", "Only events of this kind."),
            .query("object", "Only events about this object, such as `run/01j9…`."),
        ] + Operation.Parameter.page(),
        answers: [.json(.page(of: "JournalEvent"), "Events.")])

    private static let followJournal = Operation(
        method: .get, path: "/api/v1/journal/stream", id: "followJournal",
        summary: "Streams events as they are appended.",
        access: .permitted(.read),
        parameters: [
            .query(
                "after", "Begins after this event; without it and without `Last-Event-ID`, with what is new.",
                .integer("A `seq`.", from: 0)),
            .query("object", "Only events about this, such as `checklist/01j9…`."),
            .header("Last-Event-ID", "The `id` of the last event, to go on after it; counts before `after`."),
        ],
        answers: [.events("Events `journal` (data: JournalEvent); each `id` is its `seq`, and resumes the stream.")])

    private static let verifyJournal = Operation(
        method: .get, path: "/api/v1/journal/verification", id: "verifyJournal",
        summary: "Walks over the whole journal and stops at the first bad event.", access: .permitted(.read),
        parameters: [
            .query("head", "A `head` noted earlier, `SEQ:HASH`: with it a cut tail and a full rewrite are found too.")
        ],
        answers: [.json(.ref("JournalVerification"), "What was found; a bad event is an answer, not a problem.")])

    private static let exportJournal = Operation(
        method: .get, path: "/api/v1/journal/export", id: "exportJournal", summary: "Answers the whole journal.",
        access: .permitted(.read),
        answers: [
            Operation.Answer(
                status: 200,
                description: """
                    A line `{"instance": …}`, then a line `{"seq", "prev", "hash", "body", "salt", "data"}` per event, enough \
                    to verify the chain without this server.
                    """,
                content: ["application/x-ndjson": .text("JSON, a value per line.")])
        ])
}
