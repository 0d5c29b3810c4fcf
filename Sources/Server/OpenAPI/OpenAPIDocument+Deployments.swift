import Deployments
import Essentials
import Executions
import HTTPTypes

extension OpenAPIDocument {
    static let deployments = Subject(
        name: "deployments",
        description: "What was deployed where: by the stages of a runbook, or elsewhere and recorded here.",
        operations: [
            listDeployments, createDeployment, recordDeployment, getDeploymentFigures, getRunningVersions,
            getDeployment,
            promoteDeployment,
            abortDeployment, rollBackDeployment,
        ], schemas: deploymentSchemas)

    private static let id = Operation.Parameter.path("id", "The deployment's id.")

    private static let listDeployments = Operation(
        method: .get, path: "/api/v1/deployments", id: "listDeployments",
        summary: "Lists deployments, the newest first.", access: .permitted(.read),
        parameters: [
            .query("service", "Only those of this service."), .query("environment", "Only those to this environment."),
            .query("state", "Only those in this state.", .oneOf(DeploymentState.self)),
        ] + Operation.Parameter.page(),
        answers: [.json(.page(of: "Deployment"), "Deployments.")])

    private static let createDeployment = Operation(
        method: .post, path: "/api/v1/deployments", id: "createDeployment",
        summary: "Starts a deployment by the stages of a runbook.",
        details: """
            Stages are the sections at the runbook's top working level that hold steps, task items or approvals. A stage \
            begins when the one before it has succeeded, its checklist is complete and its approvals are given. A runbook \
            that names no rollback is refused, unless `no_rollback` says that it goes without. \
            Everything that stands in the way of any stage, or of the rollback that the runbook names, is in `errors`, and \
            then nothing is started. One deployment at a time goes to a service's environment; a second one is a conflict \
            that names the first.
            """,
        access: .permitted(.operate), body: .json("DeploymentRequest"),
        answers: [.created("Deployment", "The deployment; its first stage has begun, or waits.")], problems: [404])

    private static let recordDeployment = Operation(
        method: .post, path: "/api/v1/deployments/records", id: "recordDeployment",
        summary: "Records a deployment that was made elsewhere.",
        details: """
            With an `external_id` it is known again: the same told twice is one deployment, and what is told later, such \
            as its end, changes its state.
            """,
        access: .permitted(.operate), body: .json("DeploymentRecordRequest"),
        answers: [
            .created("Deployment", "It was told of for the first time."),
            .json(.ref("Deployment"), "It was known; as it is now."),
        ])

    private static let getDeploymentFigures = Operation(
        method: .get, path: "/api/v1/deployments/figures", id: "getDeploymentFigures",
        summary: "Answers deployment frequency, change failure rate and time to restore.",
        details: """
            For each service and environment, by DORA's definitions: deployments that came to an end per day; the part of \
            them that failed or was rolled back; and the median time from such a failure to the end of its rollback, or to \
            the next deployment that went well.
            """,
        access: .permitted(.read),
        parameters: [
            .query("service", "Only those of this service."), .query("environment", "Only those to this environment."),
            .query(
                "days", "How many days back; without it \(Figures.usualDays).",
                .integer("Days.", from: 1, through: Int64(Figures.mostDays))),
        ],
        answers: [.json(.page(of: "DeploymentFigures"), "By service and environment; `next` is null.")])

    private static let getRunningVersions = Operation(
        method: .get, path: "/api/v1/deployments/versions", id: "getRunningVersions",
        summary: "Answers which version of a service runs where.", access: .permitted(.read),
        parameters: [.query("service", "The service.", isRequired: true)],
        answers: [.json(.page(of: "RunningVersion"), "By environment; `next` is null.")])

    private static let getDeployment = Operation(
        method: .get, path: "/api/v1/deployments/{id}", id: "getDeployment",
        summary: "Answers a deployment with its stages.", access: .permitted(.read), parameters: [id],
        answers: [.json(.ref("Deployment"), "The deployment.")], problems: [404])

    private static let promoteDeployment = Operation(
        method: .post, path: "/api/v1/deployments/{id}/promotion", id: "promoteDeployment",
        summary: "Approves the stage that waits, or begins a deployment that was only planned.",
        details: """
            The approval is the person's: of a token, of the one who made it. Who started the deployment may be excluded \
            by the gate, and nobody counts twice.
            """,
        access: .permitted(.operate), parameters: [id], body: .json("PromotionRequest", isRequired: false),
        answers: [.json(.ref("Deployment"), "The deployment; its stage has begun where nothing else holds it back.")],
        problems: [404])

    private static let abortDeployment = Operation(
        method: .post, path: "/api/v1/deployments/{id}/cancellation", id: "abortDeployment",
        summary: "Ends a deployment where it stands.",
        details: "What runs is stopped; what was done stays done. Asking again changes nothing.",
        access: .permitted(.operate), parameters: [id], body: .json("AbortionRequest", isRequired: false),
        answers: [.json(.ref("Deployment"), "The deployment, aborted.")], problems: [404])

    private static let rollBackDeployment = Operation(
        method: .post, path: "/api/v1/deployments/{id}/rollback", id: "rollBackDeployment",
        summary: "Undoes a deployment by the rollback runbook that its own names.",
        details: """
            What is under way is stopped first. The rollback's run is given the good version that ran before: as \
            `previous_version` where the rollback runbook declares that, else as `version`.
            """,
        access: .permitted(.operate), parameters: [id], body: .json("RollbackRequest"),
        answers: [.json(.ref("Deployment"), "The deployment, rolling back.")], problems: [404])

    private static let deploymentSchemas: KeyValuePairs<String, Schema> = [
        "DeploymentRequest": .object(
            "What to deploy.",
            [
                "runbook": .text("Its name."), "version": .text("What to deploy, as it is tagged."),
                "environment": .text("Where to, such as `production`."),
            ],
            optional: [
                "service": .text("Without it, the one that the runbook names."),
                "strategy": .oneOf(Strategy.self, "Without it `rolling`."),
                "commit": .text("Of the source that it was built from."), "reason": .text("For the record."),
                "parameters": .map(
                    of: .text(),
                    "Values of the runbook's parameters. `version`, `environment`, `service` and `commit` are filled in."
                ),
                "planned": .flag("It only takes its place; a promotion begins it."),
                "stages": .list(
                    of: .text(),
                    "The sections that are its stages, by slug; without them those of the guide. None that asks for an approval can be left out."
                ),
                "no_rollback": .flag(
                    "It goes ahead though the runbook names no rollback, which is refused otherwise; `reason` says why."
                ),
            ]),
        "DeploymentRecordRequest": .object(
            "A deployment that was made elsewhere.",
            [
                "service": .text(), "version": .text("What was deployed, as it is tagged."),
                "environment": .text("Where to, such as `production`."),
            ],
            optional: [
                "strategy": .oneOf(Strategy.self, "Without it `rolling`."), "commit": .text(), "reason": .text(),
                "state": .oneOf(
                    RecordOrder.states.map(\.rawValue),
                    "Without it `succeeded`. `running` takes the place until its end is told."),
                "started": .moment("When it began; without it now, or when it ended."),
                "finished": .moment("When it ended; without it now."),
                "external_id": .text("What the pipeline calls it, unique for the service and environment."),
            ]),
        "PromotionRequest": .object(
            "What is approved.", [:],
            optional: [
                "stage": .text("The id of the stage that is meant: another one that waits by now is not promoted."),
                "note": .text("For the record."),
            ]),
        "AbortionRequest": .object("Why.", [:], optional: ["reason": .text("For the record.")]),
        "RollbackRequest": .object(
            "Why, and where to.", ["reason": .text("For the record.")],
            optional: ["version": .text("The version to go back to, where it is another one than the record knows.")]),
        "Deployment": .object(
            "A deployment with its stages; one that was made elsewhere has none.",
            [
                "id": .text(), "service": .text(), "version": .text(), "environment": .text(),
                "strategy": .oneOf(Strategy.self), "state": .oneOf(DeploymentState.self),
                "created": .moment("When it was asked for, or recorded."), "by": .ref("Actor"),
                "stages": .list(of: .ref("DeploymentStage"), "In their order."),
            ],
            optional: [
                "waits_for": .text("What it waits for, as a sentence; absent while it waits for nothing."),
                "commit": .text(), "reason": .text(), "runbook": .text("Its name; absent for one made elsewhere."),
                "runbook_version": .digest("The version that the deployment is pinned to."),
                "external_id": .text("What the pipeline that made it calls it."),
                "previous_version": .text("The good version that ran there before."),
                "rollback_run": .text("The id of the run that undoes it, the last one."), "rollback_reason": .text(),
                "no_rollback": .flag("True where it was started though nothing was known to undo it."),
                "follow_up": .text("The id of the checklist of what is left to do after its rollback."),
                "started": .moment("When it began."), "finished": .moment("When it came to its end."),
                "failed": .moment("When it was first known to have gone wrong."),
                "laid_to_it": .list(
                    of: .text(),
                    "The incidents that count as its failure, by id; told where one deployment is asked for."),
            ]),
        "DeploymentStage": .object(
            "A stage of a deployment: a section of its runbook.",
            [
                "id": .text("The section's slug."), "title": .text(), "state": .oneOf(StageState.self),
                "steps": .list(of: .text(), "The ids of the steps that its run takes."),
                "items": .integer("How many task items it has.", from: 0),
                "approvals": .list(of: .ref("DeploymentApproval"), "What people must approve before it begins."),
            ],
            optional: [
                "waits_for": .text("What it waits for, as a sentence."), "checklist": .text("The id of its checklist."),
                "run": .text("The id of its run."), "run_state": .oneOf(RunState.self),
                "reason": .text("A sentence, where the state alone does not say why."),
                "started": .moment("When its gate had opened."), "finished": .moment("When it came to its end."),
            ]),
        "DeploymentApproval": .object(
            "What people must approve before a stage begins.",
            [
                "id": .text("The id of its fence."), "question": .text("What is asked."),
                "role": .oneOf(["operator", "admin"]), "minimum": .integer("How many different people.", from: 1),
                "not_starter": .flag("Whoever started the deployment doesn't count."),
                "given": .list(of: .text(), "The names of those who have approved, the first one first."),
            ]),
        "RunningVersion": .object(
            "Which version of a service runs in one environment.",
            [
                "service": .text(), "environment": .text(),
                "latest_version": .text("Of the last deployment that was begun, whatever became of it."),
                "latest_deployment": .text("Its id."), "latest_state": .oneOf(DeploymentState.self),
            ],
            optional: [
                "version": .text("Of the last deployment that succeeded and was not taken back."),
                "deployment": .text("Its id."), "since": .moment("When it had succeeded."),
            ]),
        "DeploymentFigures": .object(
            "How often and how well a service is deployed to an environment.",
            [
                "service": .text(), "environment": .text(), "from": .moment("Where the window begins."),
                "to": .moment("Where it ends: now."), "days": .integer("How long it is.", from: 1),
                "deployments": .integer("Those that came to an end; aborted ones count nowhere.", from: 0),
                "failures": .integer("Those that failed, were rolled back, or have an incident laid to them.", from: 0),
                "open_failures": .integer("Those that nothing has restored yet.", from: 0),
                "per_day": .number("Deployments per day."), "days_per_bar": .integer("Of each bar.", from: 1),
                "bars": .list(of: .ref("DeploymentFiguresBar"), "The oldest first."),
            ],
            optional: [
                "change_failure_rate": .number("From 0 to 1; absent without deployments."),
                "seconds_to_restore": .number("The median; absent where nothing had to be restored."),
            ]),
        "DeploymentFiguresBar": .object(
            "A day or a week.",
            [
                "start": .moment("Where it begins."), "deployments": .integer("In it.", from: 0),
                "failures": .integer("Of them.", from: 0),
            ]),
    ]
}
