import Testing

@testable import RunbookFormat

struct UntilTests {
    private func step(_ attributes: String, _ script: String = "tail -f /var/log/app.log") throws -> Step {
        try #require(
            try Guide(parsing: Array("```sh {name=a \(attributes)}\n\(script)\n```\n".utf8), name: "a").steps.first)
    }

    @Test func `until is a time or a pattern that is found anywhere in a line`() throws {
        #expect(try step("until=30s").settings.until == .time(.seconds(30)))
        guard case .line("job [0-9]+ done", let pattern)? = try step("until=\"job [0-9]+ done\"").settings.until else {
            Issue.record("it is no pattern")
            return
        }
        #expect(pattern.matches("10:04 job 7 done.") && !pattern.matches("job x done"))
        #expect(try step("background").settings.isBackground)
        #expect(try step("").settings.isBackground == false)
    }

    @Test(
        arguments: [
            ("until=\"a(\"", "must be a duration or a pattern"), ("until", "must be a duration or a pattern"),
            ("until=30s timeout=30s", "must be shorter than"), ("until=30s background", "is a pattern, not a time"),
            ("background always", "don't go together"), ("background retries=2", "don't go together"),
        ])
    func `what can't be meant never runs`(attributes: String, message: String) throws {
        let refusal = try #require(try step(attributes).refusal)
        #expect(refusal.contains(message), "\(refusal)")
    }

    @Test(arguments: [("", 1), ("until=ready", 0), ("until=1m", 0), ("background", 0)])
    func `a command without an end is told of unless something ends it`(attributes: String, count: Int) throws {
        let source = "```sh {name=a \(attributes)}\ntail -f /var/log/app.log\n```\n"
        let guide = try Guide(parsing: Array(source.utf8), name: "a")
        #expect(guide.findings.count { $0.rule == .endlessCommand } == count)
    }
}
