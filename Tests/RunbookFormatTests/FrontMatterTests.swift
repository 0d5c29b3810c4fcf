import Essentials
import Testing

@testable import RunbookFormat

@Suite struct FrontMatterTests {
    @Test func `every key that Runbook knows is read`() throws {
        let guide = try read(
            """
            ---
            title: Deploy
            service: shop
            owner: team-a
            kind: deployment
            env: {STAGE: blue, LEVEL: 3}
            secrets: [API_TOKEN]
            requires: [curl, jq]
            priority: high
            timeout: 1h30m
            rollback: shop/rollback
            on-restart: resume
            concurrency: service
            schedule: "0 3 * * * Europe/Istanbul"
            guards: []
            alerts: []
            notify: []
            parameters: {}
            ---
            # Other
            """)
        let metadata = guide.metadata
        #expect(metadata.title == "Deploy")
        #expect(metadata.service == "shop")
        #expect(metadata.owner == "team-a")
        #expect(metadata.kind == .deployment)
        #expect(metadata.environment == ["STAGE": "blue", "LEVEL": "3"])
        #expect(metadata.secrets == [.init(variable: "API_TOKEN", secret: "API_TOKEN")])
        #expect(metadata.requires == ["curl", "jq"])
        #expect(metadata.priority == .high)
        #expect(metadata.timeout == .seconds(5400))
        #expect(metadata.rollback == "shop/rollback")
        #expect(metadata.onRestart == .resume)
        #expect(metadata.schedules.map(\.timeZone) == ["Europe/Istanbul"])
        #expect(metadata.raw["schedule"] == "0 3 * * * Europe/Istanbul")
        #expect(metadata.raw["env"] == ["STAGE": "blue", "LEVEL": 3])
        #expect(guide.findings.isEmpty)
        #expect(guide.sections.first?.line == 20)
    }

    @Test func `guards and whom to tell are read, and that nothing carries them out is said at their lines`() throws {
        let guide = try read(
            """
            ---
            guards:
              - {http: "https://shop.internal/health", failures: 2, p95: 800ms}
              - {query: 'rate(errors[5m])', above: 0.05, for: 2m}
            notify: [on-call, {to: channel, on: succeeded}]
            ---
            # A
            """)
        #expect(
            guide.metadata.guards.map(\.probe) == [
                .http("https://shop.internal/health", failures: 2, p95: .milliseconds(800), p99: nil),
                .query("rate(errors[5m])", above: 0.05, below: nil),
            ])
        #expect(guide.metadata.guards.map(\.lasts) == [nil, .seconds(120)])
        #expect(guide.metadata.notify.map(\.destination) == ["on-call", "channel"])
        #expect(guide.metadata.notify.map(\.occasions.count) == [6, 1])
        #expect(guide.findings.map(\.rule) == [.idleFrontMatter, .idleFrontMatter])
        #expect(guide.findings.map(\.line) == [3, 5] && guide.refusal == nil)
    }

    @Test func `each entry that can't be meant is told at its own line`() throws {
        let guide = try read(
            "---\nguards:\n  - {query: up, above: 1}\n  - {http: nowhere}\nnotify:\n  - a\n  - {to: b, on: fire}\n---\n# A\n"
        )
        let errors = guide.findings.filter { $0.severity == .error }
        #expect(errors.map(\.line) == [4, 7] && guide.metadata.guards.count == 1)
        #expect(errors.last?.message.contains("rolled-back") == true)
    }

    @Test func `tags of the guide are those of every step`() throws {
        let guide = try read(
            "---\ntag: shop, slow\ncategory: [eu]\nrunme: {id: x}\n---\n# A\n\n```sh {tag=fast,slow}\ntrue\n```\n\n```sh\ntrue\n```\n"
        )
        #expect(guide.steps.map(\.settings.tags) == [["fast", "slow", "shop", "eu"], ["shop", "slow", "eu"]])
        #expect(guide.findings.map(\.rule) == [.unknownFrontMatter] && guide.findings.first?.severity == .info)
    }

    @Test func `values are read as YAML 1.2 reads them, so that words stay words`() throws {
        let raw = try read(
            "---\na: no\nb: on\nc: 12:30\nd: 007\ne: 1.5\nf: true\ng: ~\nh: '8'\ni: [1, x]\nj: 0x1F\n---\nx\n"
        )
        .metadata.raw
        #expect(
            raw == [
                "a": "no", "b": "on", "c": "12:30", "d": "007", "e": .number(1.5), "f": true, "g": .null, "h": "8",
                "i": [1, "x"], "j": 31,
            ])
    }

    @Test(arguments: [
        ("---\na: [1\n---\nx", 3), ("---\na: 1\n b: 2\n---\nx", 3), ("---\ntitle: \"x\n---\nx", 3),
        ("---\na: 1\na: 2\n---\nx", 2),
        ("---\n- a\n---\nx", 2), ("---\na: {b\n---\n", 3), ("---\na: b: c\n---\n", 2),
    ])
    func `YAML that can't be read is refused with a line of the front matter`(text: String, line: Int) throws {
        let problem = try #require(refusal(of: text))
        #expect(problem.code == .invalid)
        let found = try #require(problem.fields.first?.line)
        #expect(abs(found - line) <= 1)
    }

    @Test(arguments: [
        "---\na: &x 1\nb: *x\n---\n", "---\n&x a: 1\n---\n", "---\na: [&x 1, *x]\n---\n",
        "---\na:\n  - &x\n    b: 1\n---\n",
        "---\nschedule: */5 * * * *\n---\n", "---\na: !!str &x b\n---\n", "---\n? &a b\n: c\n---\n",
    ])
    func `anchors and aliases are refused`(text: String) throws {
        #expect(try #require(refusal(of: text)).message.contains("anchors"))
    }

    @Test(arguments: [
        "---\na: \"*x &y\"\n---\n", "---\na: '&x'\n---\n", "---\na: R&D * 2\n---\n",
        "---\na: |\n  *bold* &nbsp;\nb: 1\n---\n",
        "---\na: b # &x *y\n---\n", "---\na: >-\n  &x\n  *y\n---\n",
    ])
    func `text with their signs is no anchor`(text: String) {
        #expect(refusal(of: text) == nil)
    }

    @Test func `front matter that nests deeper than twenty levels is refused`() throws {
        let brackets = "---\na: " + String(repeating: "[", count: 5000) + "\n---\n"
        let dashes = "---\n" + String(repeating: "- ", count: 5000) + "a\n---\n"
        let indents = "---\n" + (0..<300).map { String(repeating: " ", count: $0) + "a:\n" }.joined() + "---\n"
        for text in [brackets, dashes, indents] {
            #expect(try #require(refusal(of: text)).message.contains("20 levels"))
        }
    }

    @Test func `front matter of more than 64 KiB is refused`() throws {
        let text = "---\na: " + String(repeating: "x", count: 70_000) + "\n---\n"
        #expect(try #require(refusal(of: text)).message.contains("65536"))
    }

    @Test(arguments: [
        "---\n\n# Title\n\n---\n", "---\nA sentence.\n---\n", "# A\n---\na: 1\n---\n", " ---\na: 1\n---\n",
        "----\na: 1\n---\n",
    ])
    func `rules and prose are no front matter`(text: String) throws {
        #expect(try read(text).metadata.raw.isEmpty)
    }

    @Test func `front matter that is never closed is text, with a finding`() throws {
        let guide = try read("---\ntitle: x\n\n# A\n")
        #expect(guide.metadata.title == nil)
        #expect(guide.rules() == ["invalid-front-matter"])
    }

    @Test func `an unknown key is kept and a finding names the one that was meant`() throws {
        let guide = try read("---\ntittle: x\nlayout: post\n---\n# A\n")
        #expect(guide.metadata.raw["layout"] == "post")
        #expect(guide.rules() == ["unknown-front-matter", "unknown-front-matter"])
        #expect(guide.findings.first?.line == 2)
        #expect(guide.findings.first?.message.contains("\"title\"") == true)
        #expect(guide.refusal == nil)
    }

    @Test(arguments: [
        "kind: party", "priority: 5", "timeout: 30", "timeout: soon", "on-restart: maybe", "requires: {a: b}",
        "requires: [rm -rf]",
        "env: [A]", "env: {1A: x}", "env: {RUNBOOK_URL: x}", "secrets: yes", "title: [a]", "parameters: 5",
        "parameters: {1: x}",
        "parameters: {PATH: x}", "parameters: {A: {type: stone}}", "parameters: {A: {min: x}}",
        "parameters: {A: {colour: red}}",
        "parameters: {A: {type: choice}}", "parameters: {A: {pattern: '('}}",
        "parameters: {A: {type: integer, default: x}}",
        "parameters: {A: {min: 3, max: 2, type: integer}}", "parameters: [{type: string}]",
        "parameters: {A: {required: perhaps}}",
        "parameters: {A: {choices: x}}", "parameters: {A: {choices: [a], default: b}}",
    ])
    func `a value that can't be meant is an error with its line, and the guide then does not run`(line: String) throws {
        let guide = try read("---\n\(line)\n---\n# A\n")
        let finding = try #require(guide.findings.first)
        #expect(finding.rule == .invalidFrontMatter)
        #expect(finding.severity == .error)
        #expect(finding.line == 2)
        #expect(guide.refusal?.code == .invalid)
    }
}
