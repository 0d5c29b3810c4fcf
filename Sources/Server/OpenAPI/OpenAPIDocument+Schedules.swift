import Essentials
import HTTPTypes
import RunbookFormat
import Schedules

extension OpenAPIDocument {
    static let schedules = Subject(
        name: "schedules", description: "What starts by itself: runs, and checklists that come again.",
        operations: [listSchedules, addSchedule, getSchedule, removeSchedule, pauseSchedule, resumeSchedule],
        schemas: scheduleSchemas)

    private static let id = Operation.Parameter.path("id", "The schedule's id.")

    private static let listSchedules = Operation(
        method: .get, path: "/api/v1/schedules", id: "listSchedules",
        summary: "Lists schedules, what comes next first.", access: .permitted(.read),
        parameters: [.query("runbook", "Only those of this runbook.")] + Operation.Parameter.page(),
        answers: [.json(.page(of: "Schedule"), "Schedules.")])

    private static let addSchedule = Operation(
        method: .post, path: "/api/v1/schedules", id: "addSchedule", summary: "Adds a schedule.",
        details: "What it would start is planned once; what stands in the way of that is refused now.",
        access: .permitted(.operate), body: .json("ScheduleRequest"),
        answers: [.created("Schedule", "The schedule.")], problems: [404])

    private static let getSchedule = Operation(
        method: .get, path: "/api/v1/schedules/{id}", id: "getSchedule",
        summary: "Answers a schedule, when it comes next, and what came of it.", access: .permitted(.read),
        parameters: [id], answers: [.json(.ref("Schedule"), "The schedule.")], problems: [404])

    private static let removeSchedule = Operation(
        method: .delete, path: "/api/v1/schedules/{id}", id: "removeSchedule", summary: "Removes a schedule.",
        details: "What it has started stays. One that a guide asks for is refused: 409.", access: .permitted(.operate),
        parameters: [id], answers: [.noContent("Nothing starts by it any more.")], problems: [404])

    private static let pauseSchedule = Operation(
        method: .post, path: "/api/v1/schedules/{id}/pause", id: "pauseSchedule", summary: "Pauses a schedule.",
        access: .permitted(.operate), parameters: [id], answers: [.json(.ref("Schedule"), "The schedule.")],
        problems: [404])

    private static let resumeSchedule = Operation(
        method: .post, path: "/api/v1/schedules/{id}/resumption", id: "resumeSchedule",
        summary: "Resumes a paused schedule.", details: "What would have come meanwhile is not made up for.",
        access: .permitted(.operate), parameters: [id], answers: [.json(.ref("Schedule"), "The schedule.")],
        problems: [404])

    private static let scheduleSchemas: KeyValuePairs<String, Schema> = [
        "Schedule": .object(
            "What starts by itself, again and again.",
            [
                "id": .text(), "runbook": .text(), "starts": starts, "cron": cron, "timezone": zone, "missed": missed,
                "overlap": overlap, "parameters": parameters,
                "declared": .flag("The guide's front matter asks for it."), "paused": .flag("Nothing starts."),
                "created": .moment("When it was added."), "by": .text("Who added it."),
            ],
            optional: [
                "section": section,
                "due": .moment("When it comes next; absent while it is paused, and when it never comes again."),
                "next": .list(of: .moment("A time."), "The next times; where one schedule is asked for."),
                "firings": .list(
                    of: .ref("ScheduleFiring"), "The last ones, the newest first; where one schedule is asked for."),
            ]),
        "ScheduleFiring": .object(
            "What came of one time.",
            [
                "due": .moment("The time that it was for."), "at": .moment("When it was started."),
                "outcome": .oneOf(
                    FiringRecord.Outcome.self,
                    "`skipped`: the one before was not done yet; `refused`: it could not be started."),
            ],
            optional: [
                "object": .text("What it started, such as `run/01j9…`."), "reason": .text("Why it started nothing."),
            ]),
        "ScheduleRequest": .object(
            "A schedule to add.", ["runbook": .text("Its name."), "cron": cron],
            optional: [
                "timezone": zone, "section": section, "starts": starts, "missed": missed, "overlap": overlap,
                "parameters": parameters,
            ]),
    ]

    private static let starts = Schema.oneOf(ScheduleDeclaration.Start.self, "What it starts.")
    private static let cron = Schema.text(
        "As crontab(5) has it: minute, hour, day of the month, month, day of the week; or `@daily` and the like.")
    private static let zone = Schema.text("Whose clocks count: a name of the tz database, such as `Europe/Istanbul`.")
    private static let missed = Schema.oneOf(
        ScheduleDeclaration.Missed.self, "What becomes of times that passed while the server was down.")
    private static let overlap = Schema.oneOf(
        ScheduleDeclaration.Overlap.self, "What happens when the one before is not done yet.")
    private static let section = Schema.text("A section's slug.")
    private static let parameters = Schema.map(of: .text(), "What it is given; no sensitive values.")
}
