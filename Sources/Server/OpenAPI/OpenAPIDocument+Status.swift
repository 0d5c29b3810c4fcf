import Checklists
import Deployments
import Essentials
import Executions
import HTTPTypes
import Incidents

extension OpenAPIDocument {
    static let status = Subject(
        name: "status", description: "What is the case now.",
        operations: [
            Operation(
                method: .get, path: "/api/v1/status", id: "getStatus",
                summary:
                    "Answers what burns, what runs, what waits for whom, what failed lately, and what succeeded last.",
                details: "Counts are of all; lines may be fewer, and the lists of the subjects have the rest.",
                access: .permitted(.read), answers: [.json(.ref("Situation"), "What is the case.")])
        ],
        schemas: [
            "Situation": .object(
                "What is the case now.",
                [
                    "sentence": .text("All of it in one sentence, for people."),
                    "time": .moment("By the server's clock."), "burning": .ref("SituationPart"),
                    "running": .ref("SituationPart"), "queued": .ref("SituationPart"),
                    "waiting_for_you": .ref("SituationPart"), "waiting_for_others": .ref("SituationPart"),
                    "failed": .ref("SituationPart"),
                    "succeeded": .list(of: .ref("SituationLine"), "The last few, the newest first."),
                ],
                optional: ["begin": .text("The command to begin with, as long as nothing has run.")]),
            "SituationPart": .object(
                """
                One kind of news. `burning` are the open incidents, the worst first. `waiting_for_you` goes on only when \
                the one who asks has acted, `waiting_for_others` when somebody has who may. `failed` is of the last 24 \
                hours: each line is the newest failure of a runbook and section, those first that nothing has made good \
                since.
                """,
                [
                    "count": .integer("Of all; the lines may be fewer.", from: 0),
                    "lines": .list(of: .ref("SituationLine")),
                ]),
            "SituationLine": .object(
                "Something that runs, waits, failed or succeeded.",
                [
                    "kind": .oneOf(
                        ["run", "incident", "checklist", "deployment", "item"],
                        "What it is, as the journal names objects."),
                    "id": .text("Of an item: its checklist's id, `/` and its own."),
                    "title": .text("What people call it, such as `accunode.deploy#rollback`."),
                    "state": .oneOf(stateNames, "Of its kind."),
                    "details": .text("Where it stands or why it ended, for people."),
                    "time": .moment("Since when it is so."), "by": .ref("Actor"),
                ],
                optional: ["successor": .text("Of what failed: the id of a later run that succeeded.")]),
        ])

    /// Each once: subjects share some.
    private static let stateNames = Array(
        Set(
            RunState.allCases.map(\.rawValue) + ItemState.allCases.map(\.rawValue)
                + ChecklistState.allCases.map(\.rawValue)
                + IncidentState.allCases.map(\.rawValue)
                + DeploymentState.allCases.map(\.rawValue))
    ).sorted()
}
