import Essentials
import HTTPTypes
import Incidents

extension OpenAPIDocument {
    static let incidents = Subject(
        name: "incidents", description: "Incidents with their timelines, and the alerts that open and resolve them.",
        operations: [
            listIncidents, openIncident, getIncident, changeIncident,
            move(.acknowledge, "Takes an incident up. Who comes second is told who was first."),
            move(.mitigate, "Says that an incident does no more harm."),
            move(.resolve, "Says that an incident is over."),
            move(.reopen, "Opens a resolved incident again: nobody has taken it up then."),
            getTimeline, addNote, editNote, assignRole, getPostmortem, receiveAlerts,
        ],
        schemas: incidentSchemas)

    private static let id = Operation.Parameter.path("id", "The incident's id.")

    private static let listIncidents = Operation(
        method: .get, path: "/api/v1/incidents", id: "listIncidents", summary: "Lists incidents, the newest first.",
        access: .permitted(.read),
        parameters: [
            .query("state", "Only those in this state.", .oneOf(IncidentState.self)),
            .query("severity", "Only those that are so bad.", .oneOf(Severity.self)),
            .query("service", "Only those that affect this service."),
            .query("open", "`true`: only those that are not resolved.", .oneOf(["true", "false"])),
        ] + Operation.Parameter.page(),
        answers: [.json(.page(of: "IncidentSummary"), "Incidents.")])

    private static let openIncident = Operation(
        method: .post, path: "/api/v1/incidents", id: "openIncident", summary: "Opens an incident.",
        access: .permitted(.operate), body: .json("IncidentRequest"),
        answers: [.created("Incident", "It is open.")])

    private static let getIncident = Operation(
        method: .get, path: "/api/v1/incidents/{id}", id: "getIncident",
        summary: "Answers an incident with its people, runbooks and alerts.", access: .permitted(.read),
        parameters: [id], answers: [.json(.ref("Incident"), "The incident.")], problems: [404])

    private static let changeIncident = Operation(
        method: .patch, path: "/api/v1/incidents/{id}", id: "changeIncident",
        summary: "Changes an incident's title, severity, services or runbooks; what is left out stays.",
        access: .permitted(.operate), parameters: [id], body: .json("IncidentChangeRequest"),
        answers: [.json(.ref("Incident"), "As it is now.")], problems: [404])

    private static func move(_ move: IncidentMove, _ summary: String) -> Operation {
        Operation(
            method: .post, path: "/api/v1/incidents/{id}/\(move.noun)", id: "\(move.rawValue)Incident",
            summary: summary, access: .permitted(.operate), parameters: [id],
            body: .json("IncidentMoveRequest", isRequired: false),
            answers: [.json(.ref("Incident"), "As it is now.")], problems: [404])
    }

    private static let getTimeline = Operation(
        method: .get, path: "/api/v1/incidents/{id}/timeline", id: "getTimeline",
        summary: "Answers what happened in an incident, in the order of the journal.",
        details: """
            The journal seen from the incident: its own events, runs with the last lines of their output, its checklists and \
            deployments, and deployments of the affected services since an hour before. A note that was written down later \
            has `at`, the time that it tells of.
            """,
        access: .permitted(.read),
        parameters: [
            id,
            .query(
                "kind",
                "Only these: \(TimelineSubject.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")), or a kind of event."
            ),
            .query("order", "`desc`: the newest first.", .oneOf(["asc", "desc"])),
        ] + Operation.Parameter.page(usual: 100),
        answers: [.json(.page(of: "TimelineEntry"), "Entries.")], problems: [404])

    private static let addNote = Operation(
        method: .post, path: "/api/v1/incidents/{id}/timeline", id: "addNote",
        summary: "Adds a note to the timeline, also one for earlier.", access: .permitted(.operate), parameters: [id],
        body: .json("NoteRequest"), answers: [.created("TimelineEntry", "The note.")], problems: [404])

    private static let editNote = Operation(
        method: .put, path: "/api/v1/incidents/{id}/timeline/{note}", id: "editNote",
        summary: "Replaces a note's text. What it said before stays, and is shown with it.",
        details: """
            `If-Match` names the version of the note that was read; when somebody has edited it since, nothing changes and \
            the answer, 412, says what they wrote.
            """,
        access: .permitted(.operate),
        parameters: [
            id, .path("note", "The note's id."),
            .header(
                "If-Match", "The note's `version` in quotes, such as `\"3\"`; `*` is whatever is there.",
                isRequired: true),
        ], body: .json("NoteEditRequest"),
        answers: [
            Operation.Answer(
                status: 200, description: "The note as it is now.",
                content: ["application/json": .ref("TimelineEntry")],
                headers: ["ETag": "The note's version, for `If-Match`."])
        ], problems: [404, 412])

    private static let assignRole = Operation(
        method: .put, path: "/api/v1/incidents/{id}/roles/{role}", id: "assignRole",
        summary: "Gives a person a part in the incident, or takes it from whoever has it.",
        access: .permitted(.operate), parameters: [id, .path("role", "`commander`, `communications` or `scribe`.")],
        body: .json("RoleRequest"), answers: [.json(.ref("Incident"), "As it is now.")], problems: [404])

    private static let getPostmortem = Operation(
        method: .get, path: "/api/v1/incidents/{id}/postmortem", id: "getPostmortem",
        summary: "Answers a draft of the postmortem, with the times and the timeline filled in.",
        access: .permitted(.read), parameters: [id],
        answers: [
            Operation.Answer(
                status: 200, description: "The draft.", content: ["text/markdown": .text("Markdown in UTF-8.")])
        ], problems: [404])

    private static let receiveAlerts = Operation(
        method: .post, path: "/api/v1/alerts/alertmanager", id: "receiveAlerts",
        summary: "Takes in what Alertmanager's webhook sends, version 4.",
        details: """
            A group of alerts has one open incident at most, in which each alert is known by its fingerprint: repeats change \
            nothing. The label `severity` says how bad it is, the label `service` what is affected; the annotation \
            `runbook_url` and the front matter's `alerts` attach runbooks. When every alert has ended, the incident is \
            resolved.
            """,
        access: .permitted(.alerts), body: .json("AlertmanagerMessage"),
        answers: [.json(.ref("AlertReceipt"), "What became of it.")])

    private static let names = Schema.list(of: .text(), "Names; a service need not be known.")
    private static let severity = Schema.oneOf(Severity.self, "`sev1` is the worst.")

    private static let incidentSchemas: KeyValuePairs<String, Schema> = [
        "IncidentRequest": .object(
            "What is wrong.", ["title": .text("In a few words, at most 300 bytes.")],
            optional: [
                "severity": .oneOf(Severity.self, "Without it `sev3`."), "services": names,
                "runbooks": .list(of: .text(), "Runbooks that fit, by name."),
                "note": .text("The first note on the timeline, in Markdown."),
                "deployment": .text("The id of the deployment that it is laid to: it counts as that one's failure."),
            ]),
        "IncidentChangeRequest": .object(
            "What changes.", [:],
            optional: [
                "title": .text("In a few words, at most 300 bytes."), "severity": severity, "services": names,
                "runbooks": .list(of: .text(), "Runbooks that fit, by name."),
                "deployment": .text("The id of the deployment that it is laid to; `none` where no deployment did it."),
            ]),
        "IncidentMoveRequest": .object("Why.", [:], optional: ["note": .text("Goes on the timeline.")]),
        "NoteRequest": .object(
            "What somebody noted.", ["text": .text("Markdown, at most 16 KiB.")],
            optional: ["at": .moment("When it was so, where that was earlier; not in the future.")]),
        "NoteEditRequest": .object("What the note says from now on.", ["text": .text("Markdown, at most 16 KiB.")]),
        "RoleRequest": .object(
            "Who has the part.", [:],
            optional: ["person": .text("The name of a person who can sign in; without it nobody has it.")]),
        "Incident": .object(
            "An incident.",
            [
                "id": .text(), "title": .text(), "severity": severity, "state": .oneOf(IncidentState.self),
                "services": .list(of: .text(), "Those affected, by name."),
                "roles": .map(of: .text(), "Who is `commander`, `communications`, `scribe`."),
                "opened": .moment("When it was opened."), "by": .ref("Actor"),
                "runbooks": .list(of: .ref("IncidentRunbook"), "Those that fit."),
                "alerts": .list(of: .ref("IncidentAlert"), "Those that fire first; at most 50."),
                "alerts_total": .integer("How many there are.", from: 0),
                "alerts_firing": .integer("How many of them fire.", from: 0),
            ],
            optional: [
                "acknowledged": .moment("When somebody took it up."), "acknowledged_by": .text("Who did."),
                "mitigated": .moment("When it did no more harm."), "resolved": .moment("When it was over."),
                "deployment": .text(
                    "The id of the deployment that somebody has laid it to; `none` where they said that it is none. Absent, the times decide whose failure it counts as."
                ),
                "contacts": .list(
                    of: .ref("IncidentContacts"),
                    "How the people of the affected services are reached; only in the answer to a GET of its id, and where the services say it."
                ),
            ]),
        "IncidentSummary": .object(
            "An incident in a list.",
            [
                "id": .text(), "title": .text(), "severity": severity, "state": .oneOf(IncidentState.self),
                "services": .list(of: .text(), "Those affected, by name."),
                "opened": .moment("When it was opened."), "by": .ref("Actor"),
            ],
            optional: [
                "acknowledged": .moment("When somebody took it up."), "acknowledged_by": .text("Who did."),
                "mitigated": .moment("When it did no more harm."), "resolved": .moment("When it was over."),
            ]),
        "IncidentContacts": .object(
            "How the people of an affected service are reached.",
            ["service": .text("Its name."), "contacts": .list(of: .text(), "A line each, as the service has them.")]),
        "IncidentRunbook": .object(
            "A runbook that fits an incident.", ["runbook": .text("Its name.")],
            optional: ["section": .text("The slug of the section that fits.")]),
        "IncidentAlert": .object(
            "An alert, as it was told last.",
            [
                "fingerprint": .text("Of its labels."), "name": .text(), "firing": .flag("Whether it goes on."),
                "starts": .moment("When it began."),
            ],
            optional: [
                "ends": .moment("When it ended."), "summary": .text(), "link": .text("Where it comes from."),
            ]),
        "TimelineEntry": .object(
            "An entry of a timeline.",
            [
                "seq": .integer("Of its event on the journal.", from: 1), "time": .moment("When it was written down."),
                "kind": .text("Of the event, such as `incident.acknowledged`, `incident.noted` or `run.failed`."),
                "actor": .ref("Actor"), "sentence": .text("What happened, for people."),
                "objects": .list(of: .text(), "What it is about, as `run/ID`."),
            ],
            optional: [
                "at": .moment("Of what was written down later: when it was so."),
                "text": .text("Of a note its Markdown, of others what else there is to say."),
                "note": .text("Of a note its id."),
                "version": .integer("Of a note: counts its texts; an edit names it as `If-Match`.", from: 1),
                "earlier": .list(of: .ref("EarlierText"), "What an edited note said before, the oldest first."),
                "output": .list(of: .text(), "The last lines that a run printed."),
            ]),
        "EarlierText": .object(
            "What a note said before.", ["until": .moment("When it was changed."), "by": .ref("Actor")],
            optional: ["text": .text("Markdown; absent when it was erased.")]),
        "AlertmanagerMessage": .object(
            "A message of Alertmanager's webhook.",
            [
                "version": .oneOf(["4"]), "groupKey": .text("Names the group of alerts."),
                "status": .oneOf(["firing", "resolved"], "Of the group."),
                "alerts": .list(of: .ref("AlertmanagerAlert"), "At most 10,000."),
            ],
            optional: [
                "truncatedAlerts": .integer("How many were left out.", from: 0), "receiver": .text(),
                "groupLabels": labels, "commonLabels": labels, "commonAnnotations": labels, "externalURL": .text(),
            ]),
        "AlertmanagerAlert": .object(
            "An alert.",
            [
                "status": .oneOf(["firing", "resolved"]), "labels": labels, "startsAt": .moment("When it began."),
                "fingerprint": .text("Of its labels, at most 200 bytes."),
            ],
            optional: [
                "annotations": labels, "endsAt": .moment("When it ended; the year 1 where it goes on."),
                "generatorURL": .text("Where it comes from."),
            ]),
        "AlertReceipt": .object(
            "What became of a message of alerts.",
            [
                "opened": .flag("They opened the incident."), "resolved": .flag("They resolved it."),
                "fired": .integer("How many fired that were not known.", from: 0),
                "ended": .integer("How many ended.", from: 0),
                "known": .integer("How many were known already.", from: 0),
            ],
            optional: ["incident": .text("The incident's id; absent when none is open.")]),
    ]

    private static let labels = Schema.map(of: .text(), "By name.")
}
