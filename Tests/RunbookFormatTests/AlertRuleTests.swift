import Essentials
import RunbookFormat
import Testing

@Suite struct AlertRuleTests {
    private func guide(_ alerts: String) throws -> Guide {
        try Guide(parsing: [UInt8]("---\nalerts:\(alerts)\n---\n# A\n".utf8), name: "a")
    }

    @Test(arguments: [
        (" {alertname: A}", ["alertname": "A"], true), (" {alertname: A}", ["alertname": "B"], false),
        (" {alertname: A, service: web}", ["alertname": "A"], false),
        (" {code: 500}", ["code": "500"], true),
        ("\n  - {alertname: A}\n  - {alertname: B}", ["alertname": "B"], true),
        (" 'alertname=A'", ["alertname": "A"], true), (" '{alertname=\"A\",}'", ["alertname": "A"], true),
        (" 'alertname=\"A\", service!=\"web\"'", ["alertname": "A", "service": "web"], false),
        (" 'alertname=\"A\", service!=\"web\"'", ["alertname": "A"], true),
        (" 'alertname=~\"High.*|Low\"'", ["alertname": "HighErrorRate"], true),
        // The whole value, as in Prometheus.
        (" 'alertname=~\"High\"'", ["alertname": "HighErrorRate"], false),
        (" 'alertname!~\"High.*\"'", ["alertname": "HighErrorRate"], false),
        (" 'alertname!~\"High.*\"'", [:], true), (" 'alertname=\"a\\\"b\"'", ["alertname": "a\"b"], true),
        ("\n  - match: 'alertname=A'\n    severity: sev1", ["alertname": "A"], true),
    ]) func `a rule fits the alerts whose labels meet all of its conditions`(
        alerts: String, labels: [String: String], fits: Bool
    ) throws {
        let guide = try guide(alerts)
        #expect(guide.findings.isEmpty)
        #expect(guide.metadata.alerts.contains { $0.fits(labels) } == fits)
    }

    @Test(arguments: [
        " 5", " {}", "\n  - {}", " ''", " 'alertname'", " 'alertname='", " '9a=b'", " 'a=~\"(\"'", " 'a=\"b'",
        " 'a=b,,c=d'", " {a: {b: c}}", "\n  - match: {a: b}\n    severity: bad", " {\"not a label\": b}",
    ]) func `a rule that can't be meant is a finding, and fits nothing`(alerts: String) throws {
        let guide = try guide(alerts)
        #expect(guide.findings.map(\.rule) == [.invalidFrontMatter])
        #expect(guide.metadata.alerts == [])
    }

    @Test func `a rule says how bad such an alert is`() throws {
        let guide = try guide("\n  - match: {alertname: A}\n    severity: sev2\n  - {alertname: B}")
        #expect(guide.metadata.alerts.map(\.severity) == ["sev2", nil])
    }
}

@Suite struct ProseTests {
    @Test(arguments: [
        ("# A\n\ntext", "<p><strong>A</strong></p>\n<p>text</p>\n"),
        ("---\ntitle: x\n---\n", "<hr>\n<p><strong>title: x</strong></p>\n"),
        ("- [x] a\n- [ ] b", "<ul>\n<li class=\"task\">☑  a</li>\n<li class=\"task\">☐  b</li>\n</ul>\n"),
        ("<script>alert(1)</script>", "<pre class=\"raw\">&lt;script&gt;alert(1)&lt;/script&gt;\n</pre>\n"),
        ("[a](javascript:alert(1))", "<p><a>a</a></p>\n"),
        ("`a` <b onclick=x>", "<p><code>a</code> &lt;b onclick=x&gt;</p>\n"),
    ]) func `what people write is shown safely, without headings or ids of its own`(text: String, html: String) {
        #expect(Prose.html(of: text) == html)
    }

    @Test func `a step in a note is only shown`() {
        let html = Prose.html(of: "```sh {name=a}\nrm -rf <dir>\n```\n")
        #expect(html.hasPrefix("<pre"))
        #expect(!html.contains(" id="))
    }
}
