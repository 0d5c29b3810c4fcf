import Essentials
import Testing
import Web

@testable import Server

struct RunPageTests {
    private let samples = Samples()

    private func read(_ page: RunPage) throws -> HTMLNode {
        try HTMLReader.read(try Templates(files: .embedded).render(page))
    }

    /// A run of which only the steps matter.
    private func run(
        _ state: String, _ steps: [RunPage.StepRecord], isCancelling: Bool = false, isCleaning: Bool = false,
        hasCleanup: Bool = false, mayOperate: Bool = true
    ) -> RunPage {
        RunPage(
            .init(
                id: "r1", runbook: "guide", version: "v", section: nil, state: state, by: "Ada", created: samples.at(0),
                started: nil, finished: nil, workspace: nil, isCancelling: isCancelling, isCleaning: isCleaning,
                hasCleanup: hasCleanup),
            steps: steps, parameters: [], cursor: nil, lastOutput: 0, mayOperate: mayOperate, reader: samples.reader)
    }

    private func step(_ id: String, _ state: String, output: String? = nil, status: Int? = nil) -> RunPage.StepRecord {
        let attempt = output.map { text in
            RunPage.AttemptRecord(
                number: 1, state: state, exitStatus: status, started: samples.at(0), finished: samples.at(2),
                output: [.init(isError: false, text: text)], earlierLines: 0, outputMayEndEarly: false, note: nil,
                linesPath: "/runs/1/steps/wait/output")
        }
        return .init(id: id, state: state, line: nil, attempts: attempt.map { [$0] } ?? [])
    }

    @Test(arguments: [
        ("queued", "queued", "It waits for a free worker."), ("running", "running", "At step 2 of 3, b."),
        ("failed", "failed", "Failed in step 2 of 3, b, with exit status 3."),
        ("failed", "timed-out", "Out of time in step 2 of 3, b."),
        ("cancelled", "cancelled", "Ended by a person in step 2 of 3, b."),
        ("cancelled", "queued", "Ended by a person before its next step."),
        ("interrupted", "unknown", "Nobody saw how step 2 of 3, b, ended. Look at its output, then say what happened."),
        ("succeeded", "succeeded", "All 3 steps went well."),
    ])
    func `a state says why`(state: String, current: String, sentence: String) {
        let last = state == "succeeded" ? "succeeded" : "queued"
        let status = current == "failed" ? 3 : nil
        let page = run(
            state, [step("a", "succeeded"), step("b", current, output: "x", status: status), step("c", last)])
        #expect(page.sentence == sentence)
    }

    private func step(_ id: String, after: [String]?) -> RunPage.StepRecord {
        .init(id: id, state: "queued", line: nil, comesAfter: after, attempts: [])
    }

    @Test func `steps beside each other stand in a row, and lead to where they are told of`() throws {
        let steps = [
            step("build", after: []), step("scan", after: []), step("test", after: ["build"]),
            step("ship", after: ["scan", "test"]),
        ]
        let rows = try read(run("queued", steps)).all(".graph ul")
        let names = rows.map { row in row.all("[data-node]").compactMap { $0.attribute("data-node") } }
        #expect(names == [["build", "scan"], ["test"], ["ship"]])
        let ship = try #require(rows.last)
        #expect(ship.all("a").first?.attribute("href") == "#page-step-ship")
        #expect(ship.content.contains("after scan, test"))
        #expect(!rows[0].content.contains("after"))
    }

    @Test func `one file of steps, or more than anybody would look at, is no picture`() throws {
        #expect(try read(run("queued", [step("a", after: nil), step("b", after: nil)])).all(".graph").isEmpty)
        #expect(try read(run("queued", [step("a", after: []), step("b", after: ["a"])])).all(".graph").isEmpty)
        let many = (1...121).map { step("s\($0)", after: []) }
        #expect(try read(run("queued", many)).all(".graph").isEmpty)
        #expect(try read(run("queued", Array(many.dropLast()))).all(".graph [data-node]").count == 120)
    }

    @Test func `a run that is being cancelled says so, and is not cancelled twice`() throws {
        let page = run("running", [step("a", "succeeded"), step("b", "running", output: "x")], isCancelling: true)
        #expect(page.sentence == "Being cancelled: b and all that it started are told to end.")
        #expect(try read(page).all("form[action=/runs/r1/cancellation]").isEmpty)
    }

    @Test func `what cleans up can be ended too, and one is told which it is`() throws {
        let steps = [step("a", "cancelled", output: "x"), step("tidy", "running", output: "y")]
        let page = run("running", steps, isCancelling: true, isCleaning: true, hasCleanup: true)
        #expect(page.sentence == "Being cancelled: tidy cleans up.")
        let cancellation = try read(page).all("form[action=/runs/r1/cancellation] button")
        #expect(cancellation.map(\.content) == ["End the cleanup too"])
        let before = try read(run("running", [step("a", "running", output: "x")], hasCleanup: true))
        let warning = before.all("form[action=/runs/r1/cancellation] p").first?.content
        #expect(warning?.hasSuffix("Steps that clean up still run.") == true)
    }

    @Test func `a step that waits says when it is tried again, one that was skipped why`() throws {
        var flaky = step("flaky", "waiting", output: "no\n", status: 1)
        flaky.said = "tried 1 of 3, again at 2026-11-22 05:12:00 UTC"
        var skipped = step("never", "skipped")
        skipped.said = "Its condition does not hold: parameters.stage"
        let page = run("running", [step("a", "succeeded"), flaky, skipped])
        #expect(page.sentence == "At step 2 of 3, flaky: tried 1 of 3, again at 2026-11-22 05:12:00 UTC.")
        let html = try read(page)
        #expect(
            html.all("[data-said]").map(\.content) == [
                "", "Tried 1 of 3, again at 2026-11-22 05:12:00 UTC", "Its condition does not hold: parameters.stage",
            ])
        #expect(html.all("[data-step=never] .silent").isEmpty)
        #expect(run("succeeded", [step("a", "succeeded"), skipped]).sentence == "1 of 2 steps went well, 1 skipped.")
    }

    private func asking(_ kind: RunPage.Asked.Kind, refusal: String? = nil) throws -> HTMLNode {
        var step = step("go", "waiting")
        step.said = "0 of 1 approval by an operator other than Ada"
        step.asked = .init(kind: kind, question: "Ship v2?", refusal: refusal, path: "/runs/r1/steps/go")
        return try read(run("waiting", [step]))
    }

    @Test func `who may approve is asked, without scripts too, and may reject`() throws {
        let page = try asking(.approval)
        #expect(page.all("#page-sentence").first?.content.hasPrefix("Waits at step 1 of 1, go, for 0 of 1 ") == true)
        #expect(page.all("[data-step=go] .asked").map(\.content) == ["Ship v2?"])
        let form = try #require(page.all("[data-step=go] form").first)
        #expect(form.attribute("action") == "/runs/r1/steps/go/approval")
        #expect(form.all("button").map(\.content) == ["Approve", "Reject"])
        #expect(form.all("button").map { $0.attribute("formaction") } == [nil, "/runs/r1/steps/go/rejection"])
        #expect(form.all("input[name=note]").count == 1)
    }

    @Test func `who may not approve reads why, and has no button`() throws {
        let page = try asking(.approval, refusal: "Ada started this run.")
        #expect(page.all("[data-step=go] form").isEmpty)
        #expect(page.all("[data-step=go] .question .note").map(\.content) == ["Ada started this run."])
    }

    @Test(arguments: [
        (RunPage.Asked.Kind.manual, ["It is done", "It failed", "Skip it"]), (.confirmation, ["Run it", "Skip it"]),
    ])
    func `what is no approval is confirmed, and what was done by hand may have failed`(
        kind: RunPage.Asked.Kind, labels: [String]
    ) throws {
        let form = try #require(try asking(kind).all("[data-step=go] form").first)
        #expect(form.attribute("action") == "/runs/r1/steps/go/confirmation")
        #expect(form.all("button").map(\.content) == labels)
        #expect(form.all("button").last?.attribute("formaction") == "/runs/r1/steps/go/skip")
        #expect(form.all("button[name=outcome]").map { $0.attribute("value") } == (labels.count > 2 ? ["failed"] : []))
    }

    @Test(arguments: [
        ("queued", true, false), ("running", true, false), ("waiting", true, false), ("interrupted", true, false),
        ("failed", false, true), ("cancelled", false, true), ("succeeded", false, false),
    ])
    func `one can cancel what goes on and resume what stopped`(state: String, cancel: Bool, resume: Bool) throws {
        let step = step("a", state == "succeeded" ? "succeeded" : "queued")
        let page = try read(run(state, [step]))
        #expect(page.all("form[action=/runs/r1/cancellation]").isEmpty != cancel)
        #expect(page.all("header form[action=/runs/r1/resumption]").isEmpty != resume)
        let viewer = try read(run(state, [step], mayOperate: false))
        #expect(viewer.all("main form").isEmpty)
    }

    @Test func `cancelling asks once more without a script`() throws {
        let page = try read(samples.run(state: "interrupted"))
        #expect(page.all("details.ask summary").map(\.content) == ["Cancel…"])
        #expect(page.all("details.ask form button").map(\.content) == ["Cancel the run"])
    }

    @Test func `resuming starts from the step that did not succeed`() throws {
        let page = try read(samples.run(state: "failed"))
        #expect(
            page.all("header form[action=/runs/01j9zk4m7c0vxw5t3n8q2r6hyd/resumption] button").map(\.content) == [
                "Resume from wait-stable"
            ])
    }

    @Test func `an unknown step asks how it ended, and for a note`() throws {
        let page = try read(samples.run(state: "interrupted"))
        let form = try #require(page.all("[data-step=wait-stable] form").first)
        #expect(form.attribute("action") == "/runs/01j9zk4m7c0vxw5t3n8q2r6hyd/resumption")
        #expect(
            form.all("button[name=outcome]").compactMap { $0.attribute("value") } == ["succeeded", "failed", "rerun"])
        #expect(form.all("input[name=note]").count == 1)
        #expect(form.all("[name=from]").isEmpty, "a verdict is on the step that is unknown")
    }

    @Test func `one chooses the step from which a run goes on, and one that is left out with a reason`() throws {
        let page = try read(samples.run(state: "failed"))
        let id = "/runs/01j9zk4m7c0vxw5t3n8q2r6hyd"
        let from = try #require(page.all("aside form[action=\(id)/resumption]").first)
        #expect(from.all("select[name=from] option").map(\.content) == ["preflight-1"])
        let skip = try #require(page.all("aside form[action=\(id)/skip]").first)
        #expect(skip.all("select[name=step] option").map(\.content) == ["switch-traffic"])
        #expect(skip.all("input[name=note]").first?.attribute("required") != nil)
    }

    @Test func `each line of output links to itself, standard error marked, the latest attempt under the step's name`()
        throws
    {
        let page = try read(samples.run(state: "failed"))
        let lines = page.all("[data-step=wait-stable] li")
        #expect(
            lines.compactMap { $0.attribute("id") } == [
                "wait-stable.1-1", "wait-stable-1205", "wait-stable-1206", "wait-stable-1207",
            ])
        #expect(lines.map { $0.attribute("class") } == ["err", nil, nil, "err"])
        #expect(lines.map { $0.attribute("data-open") != nil } == [false, false, true, false])
        #expect(lines.map { $0.all("a").first?.attribute("href") } == lines.map { $0.attribute("id").map { "#\($0)" } })
        #expect(
            page.all("[data-step=wait-stable] .note").contains {
                $0.content == "1204 earlier lines"
            })
        #expect(
            page.all("[data-step=wait-stable] .remark").map(\.content) == [
                "The output may end early: what watched this step was killed."
            ])
    }

    @Test func `a line answers for each of its fields`() throws {
        let page = samples.run(state: "failed")
        let line = try #require(page.groups.flatMap(\.steps).flatMap(\.attempts).flatMap(\.lines).last)
        for field in Mirror(reflecting: line).children {
            #expect(line.child(named: try #require(field.label)).map { "\($0)" } == "\(field.value)")
        }
        #expect(line.child(named: "unknown") == nil)
    }

    @Test func `a sensitive parameter is never on the page`() throws {
        let html = try Templates(files: .embedded).render(samples.run(state: "failed"))
        #expect(!html.contains("s3cret"))
        #expect(html.contains("••••••"))
    }

    @Test func `of a hundred steps the one that matters is in sight`() throws {
        let steps = (1...100).map { number in
            step(
                "host-\(number)", number < 57 ? "succeeded" : number == 57 ? "running" : "queued",
                output: number > 57 ? nil : "ok\n")
        }
        let page = try read(run("running", steps))
        #expect(page.all(".fold summary").map(\.content).contains("56 steps succeeded"))
        #expect(page.all(".fold summary").map(\.content).contains("43 steps to come"))
        #expect(page.all("details[data-step]").count == 100)
        #expect(page.all("details[data-step][open]").compactMap { $0.attribute("data-step") } == ["host-57"])
        #expect(page.all(".here").first?.attribute("href") == "#page-step-host-57")
    }

    @Test func `a short run that is over shows its output at once`() throws {
        let page = try read(
            run("succeeded", [step("a", "succeeded", output: "hello\n"), step("b", "succeeded", output: "")]))
        #expect(page.all("details[data-step][open]").compactMap { $0.attribute("data-step") } == ["a"])
    }

    @Test func `only a run that goes on listens for news, from where the page ends`() throws {
        let live = try read(samples.run(state: "interrupted"))
        #expect(live.all("#page-run").first?.attribute("data-events")?.hasSuffix("/events?after=e%3A41") == true)
        #expect(live.all("#page-run").first?.attribute("data-after") == "41")
        #expect(live.all("script").contains { $0.attribute("src")?.contains("/run.js") == true })
        let over = try read(samples.run(state: "failed"))
        #expect(over.all("#page-run").first?.attribute("data-events") == nil)
        #expect(!over.all("script").contains { $0.attribute("src")?.contains("/run.js") == true })
    }

    @Test func `the page of a very loud run weighs less than 100 KB with all that it loads`() throws {
        let loud = String(repeating: "a line of output that is neither short nor long & <quoted>\n", count: 50_000)
        let html = try Templates(files: .embedded).render(run("failed", [step("loud", "failed", output: loud)]))
        let assets = try ["style.css", "icon.svg", "times.js", "copy.js", "keys.js", "run.js"].reduce(0) { sum, name in
            sum + (try #require(WebFiles.embedded.asset(name))).bytes.count
        }
        #expect(html.utf8.count + assets < 100_000)
        #expect(html.contains("loud-50000"))
    }
}
