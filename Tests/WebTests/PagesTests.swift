import API
import Essentials
import Testing
import Web

@testable import Server

/// What each page must offer, asserted on its HTML.
struct PagesTests {
    private let templates: Templates
    private let samples = Samples()

    init() throws { templates = try Templates(files: .embedded) }

    private func read(_ page: some WebPage) throws -> HTMLNode { try HTMLReader.read(try templates.render(page)) }

    @Test(arguments: Samples().pages.indices)
    func `a page has a title, one heading, a sentence, and ids that are unique`(index: Int) throws {
        let page = try read(Samples().pages[index])
        #expect(page.all("title").first?.content.hasSuffix(" · Runbook") == true)
        #expect(page.all("main h1").count == 1)
        #expect(page.all("main .lead").first?.content.isEmpty == false)
        let ids = page.all("[id]").compactMap { $0.attribute("id") }
        #expect(Set(ids).count == ids.count)
    }

    @Test(arguments: Samples().pages.indices)
    func `every form that posts carries the token, and every field a label`(index: Int) throws {
        let page = try read(Samples().pages[index])
        for form in page.all("form[method=post]") {
            #expect(form.all("input[name=csrf]").first?.attribute("value") == "c5rf")
        }
        let labelled = Set(page.all("label").compactMap { $0.attribute("for") })
        let visible = page.all("main input").filter {
            $0.attribute("type") != "hidden" && $0.attribute("type") != "checkbox"
        }
        for field in visible + page.all("main select") {
            #expect(labelled.contains(field.attribute("id") ?? ""))
        }
        for id in page.all("[aria-describedby]").flatMap({
            ($0.attribute("aria-describedby") ?? "").split(separator: " ")
        }) {
            #expect(page.all("[id=\(id)]").count == 1)
        }
    }

    @Test func `the navigation names the places, the current one, who is signed in, and the way out`() throws {
        let page = try read(samples.runs)
        #expect(
            page.all("nav.places li a").map(\.content) == [
                "Now", "Runbooks", "Runs", "Checklists", "Deployments", "Incidents", "Services", "Schedules", "Journal",
                "Search",
            ])
        #expect(page.all("nav.places a[aria-current=page]").map(\.content) == ["Runs"])
        #expect(page.all("button.place").map(\.content) == ["Runs"])
        #expect(page.all("nav.places bdi").map(\.content) == ["Ada Lovelace"])
        #expect(page.all("form[action=/session/end] button").count == 1)
        #expect(page.all("a.skip").first?.attribute("href") == "#page-main")
    }

    @Test func `a stranger sees no navigation`() throws {
        #expect(try read(samples.signIn).all("nav").isEmpty)
    }

    @Test func `assets carry their version`() throws {
        let page = try read(samples.run(state: "running"))
        let sources =
            page.all("script").compactMap { $0.attribute("src") } + page.all("link").compactMap { $0.attribute("href") }
        #expect(sources.count == 6)
        #expect(sources.allSatisfy { $0.hasPrefix("/assets/") && $0.contains("?v=") })
        #expect(page.all("script").allSatisfy { $0.attribute("type") == "module" && $0.content.isEmpty })
    }

    @Test func `an empty catalogue teaches the command that fills it`() throws {
        let page = try read(RunbooksPage(rows: [], total: 0, next: nil, reader: samples.reader))
        #expect(page.all(".command code").map(\.content) == ["runbook import FILE.md"])
        #expect(page.all("tbody tr").isEmpty)
    }

    @Test func `a catalogue leads to each runbook, its last run, and the next page`() throws {
        let page = try read(samples.runbooks)
        #expect(
            page.all("tbody th a").compactMap { $0.attribute("href") } == [
                "/runbooks/accunode.deploy", "/runbooks/f-kod.rollback",
            ])
        #expect(page.all("tbody a.state").first?.attribute("data-state") == "succeeded")
        #expect(page.all("tbody time").first?.attribute("datetime") == "2026-01-19T09:30:00Z")
        #expect(page.all("a[rel=next]").first?.attribute("href") == "/runbooks?after=f-kod.rollback")
    }

    @Test func `a runbook offers to run the whole, a section and a step, and shows why a step does not run`() throws {
        let page = try read(samples.runbook)
        let links = page.all("main a").compactMap { $0.attribute("href") }
        #expect(links.contains("/runbooks/accunode.rollback/run"))
        #expect(links.contains("/runbooks/accunode.rollback/run?section=switch"))
        #expect(links.contains("/runbooks/accunode.rollback/run?step=switch-back"))
        #expect(!links.contains("/runbooks/accunode.rollback/run?step=watch"))
        #expect(page.all("[id=page-step-watch] .remark").map(\.content) == ["Never runs: it never ends."])
        #expect(
            page.all("[id=page-step-switch-back] .remark").first?.content.hasPrefix("line 24 · <previous-target-group>")
                == true)
        #expect(page.all(".guide input[type=checkbox]").map { $0.attribute("checked") != nil } == [true, false])
        #expect(page.all(".guide input[type=checkbox]").allSatisfy { $0.attribute("disabled") != nil })
    }

    @Test func `what is said below a block is escaped, and its line is one place`() {
        var lines: Set<Int> = [3]
        let findings = [3, 7, 7].map { RunbookPage.Finding(severity: "info", line: $0, message: "<b>") }
        let html = RunbookPage.margin(findings, &lines)
        #expect(lines == [3, 7])
        #expect(html.split(separator: "\n").map { $0.contains("id=\"page-line-7\"") } == [false, true, false])
        #expect(html.contains("line 7 · <bdi>&lt;b&gt;</bdi></p>") && !html.contains("<b>"))
    }

    @Test func `who may not run sees no button that would be refused`() throws {
        let step = RunbookPage.Step(
            id: "a", runbook: "r", language: "sh", timeout: nil, script: SafeHTML("<pre></pre>"), refusal: nil,
            findings: [],
            mayRun: false)
        let facts = RunbookPage.Facts(
            name: "r", title: "R", service: nil, owner: nil, steps: 1, items: 0, version: "v", updated: samples.at(0))
        let page = try read(
            RunbookPage(
                facts, parts: [.step(step)], sections: [], findings: [], pastRuns: [], mayRun: false,
                reader: samples.reader))
        let links = page.all("main a").compactMap { $0.attribute("href") }
        #expect(links.contains("/runbooks/r/source"))
        #expect(!links.contains { $0.hasPrefix("/runbooks/r/run") })
    }

    @Test func `a form asks for what fills a placeholder, and says where it stands`() throws {
        let page = try read(samples.runForm)
        let gap = try #require(page.all("input[name=p.gap.%3Ctarget%20group%3E]").first)
        #expect(gap.attribute("required") != nil && gap.attribute("value") == "")
        #expect(page.all("label").contains { $0.content == "<target group>" })
        #expect(page.all(".note").contains { $0.content.hasPrefix("A placeholder in line 24, step switch-back") })
    }

    @Test func `a form asks for each parameter as what it is`() throws {
        let page = try read(samples.runForm)
        let version = try #require(page.all("input[name=p.version]").first)
        #expect(version.attribute("value") == "v1.2.4")
        #expect(version.attribute("required") != nil)
        #expect(version.attribute("aria-invalid") == "true")
        #expect(page.all("[id=page-p.version-hint] .problem").map(\.content) == ["There is no image with this tag."])
        #expect(page.all("select[name=p.environment] option[selected]").map(\.content) == ["staging"])
        #expect(page.all("input[name=p.instances]").first?.attribute("inputmode") == "numeric")
        let secret = try #require(page.all("input[name=p.api_key]").first)
        #expect(secret.attribute("type") == "password")
        #expect(secret.attribute("value") == "")
        #expect(page.all("input[name=idempotency_key]").first?.attribute("value") == "01j9zk4m7c0v")
    }

    @Test func `a choice without a default makes one choose`() throws {
        let field = RunFormPage.Field(name: "e", kind: .choice(["a", "b"]), value: nil, isRequired: true)
        #expect(field.choices.map(\.option) == ["", "a", "b"])
        #expect(field.choices.map(\.isSelected) == [true, false, false])
        #expect(
            RunFormPage.Field(name: "e", kind: .boolean, value: "false", isRequired: true).choices.map(\.option) == [
                "true", "false",
            ])
    }

    @Test func `an empty list of runs says what is missing`() throws {
        let page = try read(
            RunsPage(rows: [], state: "failed", going: 0, interrupted: 0, next: nil, reader: samples.reader))
        #expect(page.all(".teach h2").map(\.content) == ["No run is failed."])
        #expect(page.all(".filters a[aria-current=true]").map(\.content) == ["failed"])
        #expect(page.all(".lead").map(\.content) == ["Nothing runs at the moment."])
    }

    @Test func `a next page of runs keeps the filter`() {
        let page = RunsPage(
            rows: [], state: "failed", runbook: "a b", going: 0, interrupted: 0, next: "x", reader: samples.reader)
        #expect(page.nextPath == "/runs?state=failed&runbook=a%20b&after=x")
    }

    @Test func `a journal shows what happened as sentences, newest first, each with its seal`() throws {
        let page = try read(samples.journal)
        #expect(page.all(".journal li").compactMap { $0.attribute("data-seq") } == ["4211", "4210"])
        #expect(page.all(".journal .what").first?.content == "Ada Lovelace asked for a run")
        #expect(
            page.all(".journal .object a").compactMap { $0.attribute("href") }.prefix(3)
                == ["/runs/01j9zk4m7c0vxw5t3n8q2r6hyd", "/runbooks/accunode.deploy", "/journal?object=token%2Fci"])
        #expect(page.all(".verdict").first?.attribute("data-tone") == "good")
        #expect(page.all("form[action=/journal/verification] button").count == 1)
        #expect(page.all("ol.journal").first?.attribute("data-events") == "/journal/stream?after=4211")
    }

    @Test func `a broken journal says so first`() throws {
        let page = try read(
            JournalPage(
                rows: [], head: (9, "ab"),
                verification: .broken(at: samples.at(0), first: 7, reason: "its hash is another"),
                knownKinds: [], isFirstPage: false, next: nil, mayVerify: false, reader: samples.reader))
        #expect(page.all(".verdict").first?.attribute("data-tone") == "bad")
        #expect(page.all(".verdict").first?.content.contains("Event 7 is the first that does not hold") == true)
        #expect(page.all("ol.journal").first?.attribute("data-events") == nil)
    }

    @Test func `a problem says what is wrong, where, and what to do`() throws {
        let page = try read(samples.problem)
        #expect(page.all(".lead").map(\.content) == ["Your session has ended."])
        #expect(page.all("a.button.main").first?.attribute("href") == "/sign-in?next=%2Fruns%2F01j9zk")
        #expect(page.all(".lines li").map(\.content) == ["session It is over."])
        #expect(page.all("code").map(\.content) == ["01j9zk4m7c0v"])
    }
}
