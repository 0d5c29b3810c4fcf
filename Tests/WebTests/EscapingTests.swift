import Testing
import Web

@testable import Server

struct EscapingTests {
    /// Ends attributes, elements and comments; hides a quote behind a combining mark; turns the reading order round.
    static let hostile =
        "\"'`<>&\"\u{301}'\u{308}<\u{338}>\u{20D2}&\u{301}\u{202E}\"><script>alert(1)</script><!--&amp;{{name}}"

    @Test(arguments: Samples().pages.indices)
    func `no text leaves its attribute or its element`(index: Int) throws {
        let templates = try Templates(files: .embedded)
        let plain = try HTMLReader.read(try templates.render(Samples().pages[index]))
        let hostile = Self.hostile
        let page = try HTMLReader.read(try templates.render(Samples(text: { _ in hostile }).pages[index]))
        #expect(page.shape == plain.shape)
        #expect(page.values.contains { $0.contains(hostile) })
    }

    @Test func `a quote under a combining mark is escaped`() {
        #expect(EscapedHTML().escapeText("a\"\u{301}b") == "a&quot;\u{301}b")
        #expect(EscapedHTML().escapeText("<\u{338}'`&") == "&lt;\u{338}&#39;&#96;&amp;")
        #expect(EscapedHTML().escapeText("plain, naïve, 火") == "plain, naïve, 火")
        #expect(EscapedHTML().escapeText("a\0b") == "a\u{FFFD}b")
    }

    @Test func `a path cannot leave its segment, nor a query its value`() {
        #expect(Paths.run("../../etc?x=1#y") == "/runs/..%2F..%2Fetc%3Fx%3D1%23y")
        #expect(Paths.runForm("a b", section: "x&step=y") == "/runbooks/a%20b/run?section=x%26step%3Dy")
        #expect(Paths.journal(object: "run/ü") == "/journal?object=run%2F%C3%BC")
        #expect(Paths.query("/runs", [("state", nil)]) == "/runs")
    }
}
