import Executions
import RunbookFormat

extension OpenAPIDocument {
    static let runSchemas: KeyValuePairs<String, Schema> = [
        "RunRequest": .object(
            "What to run.", ["runbook": .text("Its name.")],
            optional: [
                "section": .text("A section's slug: only its steps and those of its subsections."),
                "steps": .list(of: .text(), "Only these steps, in the runbook's order."),
                "tags": .list(of: .text(), "Only steps that have one of these tags; not together with `steps`."),
                "parameters": .map(of: .text(), "Values of the runbook's parameters, by name."),
                "placeholders": .map(
                    of: .text(),
                    """
                    Values for placeholders, by their text as it stands in the script, such as `<pod-name>`; and for \
                    variables that a step with `promptEnv` exports, by `export NAME`.
                    """),
                "priority": priority, "dry_run": .flag("Answers what would run, and runs nothing."),
                "incident": .text("The incident that it is for: the run shows on its timeline."),
            ]),
        "Run": .object(
            "A run with its steps.",
            [
                "id": .text(), "runbook": .text("Its name."),
                "version": .digest("The version that the run is pinned to."),
                "state": .oneOf(RunState.self, "`interrupted`: a step's outcome is unknown, and a person must say."),
                "priority": priority,
                "parameters": .map(of: .text(), "By name; those of sensitive ones are `\(RunPlan.mask)`."),
                "created": .moment("When it was asked for."), "by": .ref("Actor"), "steps": .list(of: .ref("RunStep")),
            ],
            optional: [
                "section": .text("The slug of the section that runs; absent for the whole runbook."),
                "started": .moment("When its first step started."), "finished": .moment("When it came to its end."),
                "occasions": .list(of: .text(), "What it is for, such as `incident/01j9…`."),
                "parent": .ref("RunParent"),
                "rollback": .text("The run that takes back what it did, or tried to."),
                "reason": .text(
                    "Why it ended as it did, where its steps do not say so: the rollback failed, or a step failed on some hosts."
                ),
                "waits_for": .text("Why it waits in the queue, as a sentence."),
            ]),
        "RunParent": .object(
            "The step of another run that started it.", ["run": .text("The id of that run."), "step": .text()],
            optional: ["rollback": .flag("That step failed, and this run takes back what that run did.")]),
        "RunStep": .object(
            "A step of a run.",
            [
                "id": .text(), "state": .oneOf(StepState.self), "line": .integer("Its line in the runbook.", from: 1),
                "attempts": .list(of: .ref("RunAttempt"), "Every attempt, the first one first."),
            ],
            optional: [
                "item": .text("The value that it runs for, where it runs once for each of a list."),
                "repeats": .text("The step of the runbook that runs once for each of a list."),
                "host": .text("The machine that it runs on, where that is not the server's own."),
                "outputs": .map(of: .text(), "What it wrote to `$RUNBOOK_OUTPUT`."),
                "needs": .list(of: .text(), "The steps that it comes after; absent for the one before it."),
                "waits_for": .text("What it waits for, as a sentence."),
                "due": .moment("When it is tried again, or its wait is over."),
                "run": .text("The run that it started and waits for, or that was its last."),
                "until": .moment("Until when it waits, or must hold."),
                "reason": .text("A sentence, where the state alone does not say why: of one that was skipped."),
                "asks": .oneOf(
                    StepQuestion.Kind.self,
                    "What people are asked: an `approval`, a `manual` step or, before it begins, a `confirmation`."),
                "question": .text("As it is put to people."),
                "expires": .moment("Until when it may be approved."),
            ]),
        "RunAttempt": .object(
            "An attempt at a step.",
            [
                "number": .integer("Per step.", from: 1), "state": .oneOf(AttemptState.self),
                "output_cut": .flag("The output was cut off at the limit."),
                "output_may_end_early": .flag("What the step wrote last may be missing."),
            ],
            optional: [
                "exit_status": .integer("Of the step's process.", from: 0, through: 255),
                "signal": .integer("The signal that ended it.", from: 1),
                "reason": .text("A sentence, where the state alone does not say why."),
                "started": .moment("When its process started."), "finished": .moment("When it ended."),
                "output_expired": .moment("When its output was removed, as the server's retention has it."),
            ]),
        "RunSummary": .object(
            "A run in a list.",
            [
                "id": .text(), "runbook": .text("Its name."),
                "version": .digest("The version that the run is pinned to."),
                "state": .oneOf(RunState.self), "created": .moment("When it was asked for."), "by": .ref("Actor"),
                "steps_total": .integer("How many steps it has.", from: 0),
                "steps_done": .integer("How many of them succeeded or were skipped.", from: 0),
            ],
            optional: [
                "section": .text("The slug of the section that runs; absent for the whole runbook."),
                "started": .moment("When its first step started."), "finished": .moment("When it came to its end."),
                "step": .text("The step that runs, waits, or stopped the run."),
            ]),
        "OutputChunk": .object(
            "A piece of what a run printed, as it arrived: of one stream, several lines or a part of one.",
            [
                "n": .integer("Per run, without gaps.", from: 1), "step": .text("The step's id."),
                "attempt": .integer("The attempt's number.", from: 1), "stream": .oneOf(["stdout", "stderr"]),
                "time": .moment("When it arrived."), "text": .text("What is not UTF-8 is shown as U+FFFD."),
            ]),
        "AnswerRequest": .object(
            "What somebody answers a step that waits.", [:],
            optional: [
                "note": .text("Goes on the journal."),
                "outcome": .oneOf(
                    ["succeeded", "failed"],
                    "Of a confirmation alone: how it went what somebody did by hand; without it, it succeeded."),
            ]),
        "SkipRequest": .object("Why a step is left out.", ["note": .text("The reason, for the record.")]),
        "ResumptionRequest": .object(
            "How a run is to go on.", [:],
            optional: [
                "from": .text("The step from which it goes on; without it, from what ended the run."),
                "outcome": .oneOf(
                    StepVerdict.self,
                    "What a person says of a step whose outcome is unknown. Where a step failed it may be left out."),
                "note": .text("Goes on the journal."),
            ]),
        "DryRun": .object(
            "What would run, and what is missing for it.",
            [
                "runbook": .text("Its name."), "version": .digest("The version that would run."),
                "priority": priority,
                "parameters": .map(of: .text(), "By name, defaults included; sensitive ones are masked."),
                "environment": .map(of: .text(), "What the guide declares for every step."),
                "steps": .list(
                    of: .ref("PlannedStep"), "In the runbook's order, in which they would run but for `needs`."),
                "missing": .list(of: .ref("FieldError"), "All that stands in the way; empty where it could start now."),
            ],
            optional: [
                "section": .text("The slug of the section that would run; absent for the whole runbook."),
                "rollback": .ref("PlannedRun"),
            ]),
        "PlannedRun": .object(
            "A run that another one would start.",
            ["runbook": .text("Its name."), "version": .digest("The version that would run.")],
            optional: ["section": .text("Its slug; absent for the whole runbook.")]),
        "PlannedStep": .object(
            "A step that would run.",
            [
                "id": .text(), "line": .integer("Its line in the runbook.", from: 1), "kind": .oneOf(Step.Kind.self),
                "interpreter": .list(of: .text(), "The program and its arguments, before the script's path."),
                "script": .text("What would run, its placeholders filled as far as they are."),
            ],
            optional: [
                "needs": .list(of: .text(), "The steps that it would come after; absent for the one before it."),
                "item": .text("The value that it would run for, where it runs once for each of a list."),
                "host": .text("The machine that it would run on, where that is not the server's own."),
                "environment": .map(of: .text(), "Its own values, beside the parameters and the guide's."),
                "asks": .oneOf(StepQuestion.Kind.self, "What people would be asked."),
                "question": .text("As it would be put to them."),
                "waits_for": .text("Who would have to answer, as a sentence."),
                "condition": .text("The condition under which it runs, as written."),
                "runs": .ref("PlannedRun"),
            ]),
    ]

    static let priority = Schema.oneOf(
        Metadata.Priority.self, "Without it, the runbook's own.")
}
