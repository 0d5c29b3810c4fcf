import Essentials
import Testing

@testable import Executions

@Suite struct HandedOnTests {
    @Test func `names and values are read, also over several lines`() throws {
        let text = "version=1.2.4\nempty=\nurl=https://a/?b=c\n\nnotes<<END\nfirst\nsecond=2\nEND\nlast=x"
        let values = try HandedOn.parse(text, called: "RUNBOOK_OUTPUT")
        #expect(
            values == [
                "version": "1.2.4", "empty": "", "url": "https://a/?b=c", "notes": "first\nsecond=2", "last": "x",
            ])
    }

    @Test func `a value that comes twice is the later one`() throws {
        #expect(try HandedOn.parse("a=1\na=2\n", called: "X") == ["a": "2"])
    }

    @Test func `an equals sign before a marker makes it a value`() throws {
        #expect(try HandedOn.parse("a=b<<c\n", called: "X") == ["a": "b<<c"])
    }

    @Test(
        arguments: [
            ("no sign", "line 1"), ("ok=1\n1abc=2", "line 2"), ("a b=1", "line 1"), ("=1", "line 1"),
            ("x<<END\nnever\n", "line 1"), ("ok=1\n\nx<<END\nnever", "line 3"),
        ])
    func `what is not NAME=VALUE is refused with its line`(text: String, place: String) {
        let problem = #expect(throws: Problem.self) { try HandedOn.parse(text, called: "RUNBOOK_ENV") }
        #expect(problem?.message.contains("RUNBOOK_ENV, \(place)") == true, "\(problem?.message ?? "")")
    }
}
