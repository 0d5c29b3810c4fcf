import API
import Checklists
import Essentials

@testable import Server

/// Pages with every field filled, every optional there and no list empty (where one page cannot have all at once, several
/// of its kind), so that a test can compare what a template asks for with what its page has. Each text goes through `text`,
/// which a test may replace by something hostile.
struct Samples {
    let text: (String) -> String

    init(text: @escaping (String) -> String = { $0 }) { self.text = text }

    var reader: Reader { Reader(name: text("Ada Lovelace"), csrf: text("c5rf")) }
    var stranger: Reader { Reader(name: nil, csrf: text("c5rf")) }

    var pages: [any WebPage] {
        [
            signIn, firstAdmin, problem, now, beginning, importing, runbooks, runbook, runForm, runs,
            run(state: "interrupted"),
            run(state: "failed"),
            run(state: "waiting"),
            run(state: "waiting", asks: .manual),
            run(state: "waiting", refusal: "Ada started this run."),
            checklists, checklistForm, checklist(.open), checklist(.open, isReady: true), checklist(.completed),
            checklist(.open, mayOverride: false),
            incidents, incident, quietIncident, newIncident,
            services, noServices, service, unrecorded, newService, changedService,
            journal,
            search, noSearch, found,
        ] + versionPages + deploymentPages + schedulePages + hookPages + queuePages + outputPages + notificationPages
    }

    var signIn: SignInPage {
        SignInPage(
            name: text("ada"), next: text("/runs"),
            problem: text("The name or the password is wrong. Try again, or ask an admin for a new password."),
            reader: stranger)
    }

    var firstAdmin: FirstAdminPage {
        FirstAdminPage(
            token: text("t0ken"), name: text("ada"),
            problem: .invalid(
                text("The account could not be made: mend the fields below."),
                fields: [
                    .init(name: "name", message: text("Use letters, digits, dots and dashes.")),
                    .init(name: "password", message: text("Use at least 12 characters.")),
                    .init(name: "password_again", message: text("This is another password than the first.")),
                ]),
            reader: stranger)
    }

    var problem: ProblemPage {
        ProblemPage(
            ProblemDetails(
                title: text("Not signed in"), status: 401, detail: text("Your session has ended."),
                code: "unauthenticated",
                errors: [.init(name: text("session"), message: text("It is over."), line: nil)],
                request: text("01j9zk4m7c0v")),
            path: text("/runs/01j9zk"), reader: reader)
    }

    var now: NowPage {
        var now = Now(at: at(400))
        now.burning.add(
            "incident", 3, [line("triggered", id: "01j9zk4m7c0vxw5t3n8q2r6hyi", kind: "incident")],
            path: text("/incidents"))
        now.running.add("run", 1, [line("running")], path: text("/runs"))
        now.queued.add("run", 1, [line("queued", id: "01j9zk4m7c0vxw5t3n8q2r6hyg")], path: text("/runs"))
        now.waitingForYou.add("run", 2, [line("interrupted")], path: text("/runs"))
        now.waitingForOthers.add("run", 1, [line("waiting")], path: text("/runs"))
        var failed = line("failed")
        failed.successor = .init(id: "01j9zk4m7c0vxw5t3n8q2r6hye", path: text("/runs/01j9zk4m7c0vxw5t3n8q2r6hye"))
        now.failed.add(
            "run", 3, [line("failed", id: "01j9zk4m7c0vxw5t3n8q2r6hyf"), failed], path: text("/runs?state=failed"))
        return NowPage(now, mayOperate: true, mayImport: true, head: 4211, reader: reader)
    }

    /// Nothing has run yet.
    var beginning: NowPage {
        NowPage(
            Now(at: at(0), beginning: .running(text("accunode.deploy"))), mayOperate: true, mayImport: true, head: 1,
            reader: reader)
    }

    /// No guide has been imported yet.
    var importing: NowPage {
        NowPage(Now(at: at(0), beginning: .importing), mayOperate: true, mayImport: true, head: 1, reader: reader)
    }

    private func line(
        _ state: String, id: String = "01j9zk4m7c0vxw5t3n8q2r6hyd", kind: String = "run"
    ) -> Now.Line {
        .init(
            kind: kind, id: text(id), path: text("/\(kind)s/\(id)"), title: text("accunode.deploy#rollback"),
            state: text(state), details: text("step 3 of 9 · wait-stable"), time: at(0),
            by: Actor(kind: "person", id: "1", name: text("Ada Lovelace")))
    }

    var runbooks: RunbooksPage {
        RunbooksPage(
            rows: [
                .init(
                    name: text("accunode.deploy"), title: text("Deploy AccuNode with two slots"),
                    service: text("accunode"),
                    steps: 9, items: 12, findings: 2, updated: at(0),
                    lastRun: .init(id: text("01j9zk4m7c0vxw5t3n8q2r6hyd"), state: text("succeeded"), started: at(3600))),
                .init(
                    name: text("f-kod.rollback"), title: text("Roll F-Kod back"), service: text("f-kod"), steps: 6,
                    items: 0,
                    findings: 0, updated: at(-86_400),
                    lastRun: .init(id: text("01j9zk4m7c0vxw5t3n8q2r6hye"), state: text("running"), started: at(9000)),
                    isGone: true),
            ], faults: [.init(path: text("f-kod/deploy.md"), message: text("The guide is empty."))],
            total: 2, next: text("f-kod.rollback"), head: 4211, reader: reader)
    }

    var runbook: RunbookPage {
        let placeholder = RunbookPage.Finding(
            severity: text("warning"), line: 24,
            message: text("<previous-target-group> is a placeholder: write the real value, or make it a parameter."))
        return RunbookPage(
            .init(
                name: text("accunode.rollback"), title: text("Roll AccuNode back"), service: text("accunode"),
                owner: text("platform"), steps: 2, items: 2,
                version: text("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"), updated: at(0),
                gone: at(0), faults: [.init(path: text("accunode/rollback.md"), message: text("The guide is empty."))]),
            parts: [
                .prose(
                    SafeHTML(
                        "<p>Moves traffic back to the slot that served before.</p><h2 id=\"switch\">Switch traffic</h2>"
                    )),
                .step(
                    .init(
                        id: text("switch-back"), runbook: text("accunode.rollback"), language: text("bash"),
                        timeout: .seconds(30), script: SafeHTML("<pre><code>aws elbv2 modify-listener\n</code></pre>"),
                        refusal: nil, findings: [placeholder], mayRun: true)),
                .prose(
                    SafeHTML(
                        """
                        <h2 id="verify">Verify</h2><ul><li><input type="checkbox" disabled checked aria-label="ticked"> Support
                        has been told</li><li><input type="checkbox" disabled aria-label="not ticked"> The error rate is below
                        1 %</li></ul>
                        """)),
                .step(
                    .init(
                        id: text("watch"), runbook: text("accunode.rollback"), language: text("console"), timeout: nil,
                        script: SafeHTML("<pre><code>$ tail -f /var/log/accunode.log\n</code></pre>"),
                        refusal: text("it never ends."), findings: [], mayRun: true)),
            ],
            sections: [
                .init(
                    runbook: text("accunode.rollback"), slug: text("switch"), title: text("Switch traffic"), depth: 1,
                    isRunnable: true),
                .init(
                    runbook: text("accunode.rollback"), slug: text("verify"), title: text("Verify"), depth: 2,
                    isRunnable: false),
            ],
            findings: [placeholder],
            pastRuns: [
                .init(id: text("01j9zk4m7c0vxw5t3n8q2r6hyd"), state: text("failed"), started: at(0), by: text("Ada"))
            ],
            mayRun: true, reader: reader)
    }

    var runForm: RunFormPage {
        RunFormPage(
            runbook: text("accunode.deploy"), title: text("Deploy AccuNode"), section: text("switch"),
            step: text("switch-back"), incident: text("01j9zk4m7c0vxw5t3n8q2r6hyi"),
            idempotencyKey: text("01j9zk4m7c0v"),
            fields: [
                .init(
                    name: text("version"), kind: .text, value: text("v1.2.4"), isRequired: true,
                    description: text("What to deploy, as it is tagged."), pattern: text("v[0-9.]+"),
                    complaint: text("There is no image with this tag.")),
                .init(
                    name: text("environment"), kind: .choice([text("staging"), "production"]), value: text("staging"),
                    isRequired: true, description: text("Where to.")),
                .init(name: text("instances"), kind: .integer, value: text("4"), isRequired: false),
                .init(
                    name: text("api_key"), kind: .text, value: text("never sent back"), isRequired: true,
                    isSensitive: true),
                RunFormPage.gap(text("<target group>"), line: 24, step: text("switch-back"), value: nil),
            ],
            steps: [
                .init(planned: text("snapshot"), language: text("bash"), caution: nil),
                .init(planned: text("switch-back"), language: text("bash"), caution: text("It deletes the old slot.")),
            ],
            problem: text("The run was not started: one parameter is wrong."),
            preview: .init(
                gaps: [.init(text("db"), text("is not installed"), line: 3)],
                values: [.init(text("version"), text("v1.2.4"))],
                steps: [
                    .init(
                        dryStep: text("switch"), dryFacts: text("line 24"), remarks: [.init(said: text("Waits."))],
                        text: text("echo"))
                ], wayBack: text("The rollback runs.")), reader: reader)
    }

    var runs: RunsPage {
        RunsPage(
            rows: [
                .init(
                    id: text("01j9zk4m7c0vxw5t3n8q2r6hyd"), runbook: text("accunode.deploy"), section: text("rollback"),
                    state: text("running"), current: (3, text("wait-stable")), steps: 9, created: at(0), started: at(1),
                    finished: at(402), by: text("the deploy token")),
                .init(
                    id: text("01j9zk4m7c0vxw5t3n8q2r6hye"), runbook: text("mp4totext.cleanup"), section: nil,
                    state: text("succeeded"), current: nil, steps: 2, created: at(-500), started: at(-500),
                    finished: at(-488),
                    by: text("Ada Lovelace")),
            ],
            state: nil, runbook: text("accunode.deploy"), version: text("9f86d081884c7d65"), going: 1, interrupted: 1,
            next: text("01j9zk4m7c0vxw5t3n8q2r6hye"), head: 4211, reader: reader)
    }

    /// A run of ten steps: eight done, one at which it stands, one to come. `interrupted` asks how the ninth ended, `failed`
    /// offers to resume from it.
    func run(state: String, asks kind: RunPage.Asked.Kind = .approval, refusal: String? = nil) -> RunPage {
        RunPage(
            .init(
                id: text("01j9zk4m7c0vxw5t3n8q2r6hyd"), runbook: text("accunode.deploy"),
                version: text("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
                section: text("rollout"),
                state: state, by: text("the deploy token"), created: at(0), started: at(1), finished: at(402),
                workspace: text("data/runs/01j9zk4m7c0v"), parent: text("01j9zk4m7c0vxw5t3n8q2r6hya"),
                rollback: text("01j9zk4m7c0vxw5t3n8q2r6hyc"),
                goesOnFrom: [text("preflight-1")], skippable: [text("switch-traffic")]),
            steps: (1...8).map { number -> RunPage.StepRecord in
                let before: [String]? = number > 2 ? [text("preflight-1")] : nil
                return RunPage.StepRecord(
                    id: text("preflight-\(number)"), state: "succeeded", item: text("a b"), line: 10 + number,
                    comesAfter: before,
                    attempts: [
                        attempt(
                            1, "succeeded", status: 0, finished: at(3),
                            [.init(isError: false, text: text("4 cores") + "\n")])
                    ])
            } + [
                .init(
                    id: text("wait-stable"), state: state == "interrupted" ? "unknown" : "failed", line: 24,
                    said: text("tried 2 of 3, again at 2026-01-19 08:40:00 UTC"), isAlways: true,
                    child: text("01j9zk4m7c0vxw5t3n8q2r6hyb"),
                    asked: state == "waiting"
                        ? .init(
                            kind: kind, question: text("Ship it?"), script: kind == .manual ? text("ship --now") : nil,
                            refusal: refusal.map(text),
                            path: "/runs/01j9zk4m7c0vxw5t3n8q2r6hyd/steps/wait-stable") : nil,
                    attempts: [
                        attempt(
                            1, "failed", status: 1, finished: at(90),
                            [.init(isError: true, text: text("not yet") + "\n")]),
                        attempt(
                            2, state, status: state == "failed" ? 3 : nil, finished: state == "failed" ? at(400) : nil,
                            [
                                .init(
                                    isError: false,
                                    text: text("waiting for the service to settle") + "\n"
                                        + text("desired 4  running 2")),
                                .init(isError: true, text: text("task 7f3a: health check failed (1 of 3)") + "\n"),
                            ], earlier: 1204, note: text("Seen in the console.")),
                    ]),
                .init(id: text("switch-traffic"), state: "queued", line: 31, attempts: []),
            ],
            parameters: [
                .init(name: text("version"), value: text("v1.2.4"), isSensitive: false),
                .init(name: text("api_key"), value: text("s3cret"), isSensitive: true),
            ],
            cursor: text("e:41"), lastOutput: 41, mayOperate: true, reader: reader)
    }

    private func attempt(
        _ number: Int, _ state: String, status: Int?, finished: Timestamp?, _ output: [RunPage.Chunk], earlier: Int = 0,
        note: String? = nil
    ) -> RunPage.AttemptRecord {
        .init(
            number: number, state: text(state), exitStatus: status, started: at(Int64(number)), finished: finished,
            output: output, earlierLines: earlier, outputMayEndEarly: note != nil, note: note,
            linesPath: "/runs/1/steps/wait/output")
    }

    /// What can't be searched for.
    var search: SearchPage {
        SearchPage(
            typed: text("?!"), kind: .runbook,
            problem: .invalid(text("Search for words."), fields: [.init(name: "q", message: text("words"))]),
            reader: reader)
    }

    var noSearch: SearchPage { SearchPage(typed: "", kind: nil, reader: reader) }

    var found: SearchPage {
        SearchPage(
            typed: text("deploy"), kind: nil,
            answer: SearchAnswer(
                items: [
                    Found(
                        kind: "runbook", id: text("accunode.deploy"), title: text("Deploy AccuNode"),
                        excerpt: text("… before you deploy …"), match: text("deploy"), section: text("prepare"),
                        step: text("drain"),
                        line: 12, time: at(0).rfc3339),
                    Found(
                        kind: "note", id: text("7"), title: text("Errors"), excerpt: text("we deploy"),
                        match: text("deploy"),
                        of: text("incident/01j9zk4m7c0vxw5t3n8q2r6hyd"), time: at(0).rfc3339),
                    Found(kind: "service", id: text("orders"), title: text("orders"), excerpt: "", time: at(0).rfc3339),
                ], next: text("1-20"), broad: [text("de")]), reader: reader)
    }

    var journal: JournalPage {
        JournalPage(
            rows: [
                .init(
                    seq: 4211, time: at(0), actor: text("Ada Lovelace"), kind: text("run.created"),
                    objects: [
                        ("run", text("01j9zk4m7c0vxw5t3n8q2r6hyd")), ("runbook", text("accunode.deploy")),
                        (text("token"), text("ci")),
                    ],
                    hash: text("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")),
                .init(
                    seq: 4210, time: at(-60), actor: text("the server"), kind: text("step.finished"),
                    objects: [("run", text("01j9zk4m7c0vxw5t3n8q2r6hyd"))],
                    details: ["step": .string(text("wait-stable")), "exit_status": .integer(1)],
                    hash: text("60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752")),
            ],
            head: (4211, text("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")),
            verification: .holds(through: 4200, at: at(-3600)), kind: text("run.created"),
            object: text("run/01j9zk4m7c0v"),
            knownKinds: [text("run.created"), "step.finished"], isFirstPage: true, next: text("4210"), mayVerify: true,
            reader: reader)
    }

    /// Seconds from the morning of 19 January 2026.
    func at(_ seconds: Int64) -> Timestamp { Timestamp(microseconds: (1_768_811_400 + seconds) * 1_000_000) }
}
