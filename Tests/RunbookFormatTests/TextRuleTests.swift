import RunbookFormat
import Testing

/// Rules about what stands around the commands.
@Suite struct TextRuleTests {
    private func lines(_ text: String, _ rule: Finding.Rule) throws -> [Int] {
        try read(text).findings.filter { $0.rule == rule }.map(\.line)
    }

    private func open(_ text: String) throws -> [Int] { try lines(text, .thresholdWithoutWindow) }

    @Test func `thresholds under a heading about alerts or triggers need a window`() throws {
        #expect(
            try open(
                """
                # Rollback triggers

                - Errors > 5%
                - Latency above 2 seconds (p95)
                - Memory > 90%
                - Failing connections
                - Errors > 1% for 10 minutes
                - More than 3 failures in a row
                """) == [3, 4, 5, 6])
    }

    @Test(arguments: [
        "- Errors > 5% for 5 minutes", "- Errors over 5% within 10m", "- Failures > 3 consecutive",
        "- p95 > 800 ms over 10 minutes", "- 5-minute error rate > 5%", "- more than 10 errors per minute",
        "- errors > 5% (5m)", "- hata > 5% (5 dakika)", "- The dashboard is at /d/alerts",
    ])
    func `one that has a window is none`(line: String) throws {
        #expect(try open("# Alerts\n\n\(line)\n") == [])
    }

    @Test func `a line that speaks of alerts opens a list of them, however deep`() throws {
        #expect(try open("Alerts for:\n\n- Errors (>5%)\n- Disk (>90%)\n\nDone.\n\n- Cores > 4\n") == [3, 4])
        #expect(try open("1. **Rollback triggers**\n   - Errors > 5%\n2. **Check**\n   - Cores > 4\n") == [2])
        #expect(try open("Roll back if errors go above 5%.\n") == [1])
        #expect(try open("We alert when CPU > 90% for 5 minutes.\n") == [])
        #expect(try open("Page if errors go above 5%, and stay\nthere for ten or more than 10 minutes.\n") == [])
        #expect(try open("This alert fires when the database exceeds 95% of its quota.\n") == [])
        #expect(try open("# HighLoadAlert\n\n## Repair\n\n- Add nodes until there are more than 4\n") == [])
    }

    @Test func `a table needs a window in the row or a column for it`() throws {
        #expect(try open("# Alerts\n\n| What | Limit |\n|---|---|\n| Errors | > 5% |\n") == [5])
        #expect(try open("# Alerts\n\n| What | Limit | For |\n|---|---|---|\n| Errors | > 5% | five minutes |\n") == [])
        #expect(try open("# Alerts\n\n| What | Limit |\n|---|---|\n| Errors | > 5% in 5m |\n") == [])
    }

    @Test(arguments: [
        "# Targets\n\n- Coverage > 80%\n", "# Before\n\n- [ ] Response time < 200ms\n",
        "Uptime > 99.9% is what we promise.\n",
        "# Alerts\n\n```yaml\n- Errors: > 5%\n```\n", "# Alerts\n\nThe limit is > 5%.\n",
    ])
    func `a target is no threshold`(text: String) throws {
        #expect(try open(text) == [])
    }

    private func unseen(_ text: String) throws -> [Int] { try lines(text, .rollbackWithoutVerification) }

    @Test func `a rollback that nobody looks at is a warning at its first change`() throws {
        #expect(try unseen("# Rollback\n\n```sh\necho now\nhelm rollback web\n```\n\nTell the team.\n") == [5])
        #expect(try unseen("# Plan\n## Roll back\n### By hand\n```sh\n./back.sh\n```\n# Checks\nVerify it.\n") == [5])
        #expect(try unseen("---\nkind: rollback\n---\n# Back\n```sh\n./back.sh\n```\n") == [6])
    }

    @Test(arguments: [
        "# Rollback\n```sh\n./back.sh\ncurl -f http://x.internal/health\n```\n",
        "# Rollback\n```sh\n./back.sh\n```\n```sh\nkubectl rollout status x --timeout=1m\n```\n",
        "# Rollback\n```sh\n./back.sh\n```\n- [ ] The error rate is verified\n", "# Deploy\n```sh\n./ship.sh\n```\n",
        "# Rollback\n```sh\nhelm history web\n```\n", "# Rollback\nSwitch it back by hand.\n",
    ])
    func `one that is looked at is none`(text: String) throws {
        #expect(try unseen(text) == [])
    }

    @Test func `a look before the change proves nothing`() throws {
        #expect(try unseen("# Rollback\n```sh\nhelm history web\nhelm rollback web\n```\n") == [4])
    }

    private func disagreeing(_ text: String) throws -> [Int] { try lines(text, .disagreeingTags) }

    @Test func `an image with one tag here and another there is a remark`() throws {
        let build = "```sh\ndocker build -t registry.internal:5000/team/web:1.2 .\n```\n"
        #expect(try disagreeing(build + "```yaml\nimage: \"team/web:1.3\"\n```\n") == [5])
        #expect(try disagreeing(build + "```json\n{\"image\": \"web:latest\"}\n```\n") == [5])
        #expect(try disagreeing(build + "```yaml\nimage: web:1.2\n```\n") == [])
        #expect(try disagreeing(build + "```yaml\nimage: web:${TAG}\n```\nThe image web:1.3 is newer.\n") == [])
        #expect(try disagreeing("```sh\ndocker tag web:1.2 web:latest\n```\n") == [])
    }

    @Test func `ports, volumes and other pairs are no images`() throws {
        let run = "```sh\ndocker run -p 80:8000 -v data:/var/web:ro -e A=b:c tool:1\n```\n"
        #expect(try disagreeing(run + "```sh\ndocker run -p 80:9000 -v data:/srv/web:rw tool:1\n```\n") == [])
    }

    @Test func `links to Markdown files are known with their lines`() throws {
        let guide = try read(
            """
            See [a](./a.md), [b](sub/b%20c.markdown#top "t") and
            [c](../c.MD?x=1), [web](https://x.org/d.md), [here](#e), [text](f.txt), [root](/g.md).

            | x |
            |---|
            | [h](h.md) |

            - ![i](i.md) [j][ref]

            [ref]: j.md
            """)
        #expect(guide.links.map(\.path) == ["./a.md", "sub/b c.markdown", "../c.MD", "h.md", "j.md"])
        #expect(guide.links.map(\.line) == [1, 1, 2, 6, 8])
    }
}

@Suite struct AllowanceTests {
    private let fence = "```sh\nrm -rf x\n```\n"

    @Test func `a comment above a block allows what is in it, and no more`() throws {
        let guide = try read("# A\n\n<!-- runbook: allow destructive-command -->\n\n\(fence)\n\(fence)")
        #expect(guide.findings.map(\.line) == [10])
        #expect(try read("# A\n<!-- runbook: allow destructive-command -->\n\(fence)").rules() == [])
        #expect(try read("# A\n<!-- runbook: allow sudo -->\n\(fence)").rules() == ["destructive-command"])
    }

    @Test func `several rules and a reason go into one comment`() throws {
        let comment = "<!-- runbook: allow sudo, destructive-command because it is a test host -->"
        #expect(try read("# A\n\(comment)\n```sh\nsudo rm -rf x\n```\n").rules() == [])
    }

    @Test func `above the first heading it is for the whole guide`() throws {
        let comment = "<!-- runbook: allow destructive-command -->\n\n"
        #expect(try read("\(comment)# A\n\(fence)\n\(fence)").rules() == [])
        #expect(try read("---\ntitle: x\n---\n\(comment)# A\n\(fence)\n\(fence)").rules() == [])
    }

    @Test func `in a line it is for that line`() throws {
        #expect(
            try read("# A\n\n- [x] a <!-- runbook: allow pre-ticked-box -->\n- [x] b\n").findings.map(\.line) == [4])
        let inList =
            "1. a\n\n   <!-- runbook: allow destructive-command -->\n\n   ```sh\n   rm -rf x\n   ```\n\n2. b\n\n   ```sh\n   rm -rf x\n   ```\n"
        #expect(try read("# A\n\n\(inList)").findings.map(\.line) == [14])
    }

    @Test(arguments: ["sudos", "Sudo", "", "invalid-front-matter", "invalid-attribute", "unknown-rule"])
    func `a rule that is not there, or that keeps a guide from running, is a finding`(name: String) throws {
        #expect(try read("# A\n\n<!-- runbook: allow \(name) -->\n").rules() == ["unknown-rule"])
    }

    @Test func `front matter that can't be meant stays a refusal`() throws {
        let guide = try read("---\ntimeout: never\n---\n<!-- runbook: allow invalid-front-matter -->\n# A\n")
        #expect(guide.refusal != nil)
    }

    @Test(arguments: [
        "<!-- allow sudo -->", "<!-- runbook allow sudo -->", "<!-- runbook: forbid sudo -->", "`runbook: allow x`",
    ])
    func `other comments are comments`(text: String) throws {
        #expect(try read("# A\n\n\(text)\n").rules() == [])
    }

    @Test func `findings of somebody who knows more are allowed alike`() throws {
        let guide = try read("# A\n\n<!-- runbook: allow broken-link -->\n[a](a.md)\n\n[b](b.md)\n")
        let others = guide.links.map { Finding(.brokenLink, .warning, line: $0.line, "It is not there.") }
        #expect(guide.findings(adding: others).map(\.line) == [6])
    }
}
