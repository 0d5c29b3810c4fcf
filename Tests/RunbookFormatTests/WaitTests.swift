import Testing

@testable import RunbookFormat

@Suite struct WaitTests {
    @Test func `a wait has a length, and its words are for people`() throws {
        let step = try #require(try onlyStep("wait {name=watch for=24h}", "Watch."))
        #expect(step.kind == .wait && step.refusal == nil && step.settings.lasts == .seconds(86_400))
        #expect(try onlyStep("wait") == nil)
    }

    @Test(arguments: ["", "for=soon", "for=0s", "for=1h retries=2", "for=1h cwd=/tmp", "for=1h on-failure=continue"])
    func `a wait that can't be meant is refused and has its place in a run`(attributes: String) throws {
        let guide = try read("```wait {name=x \(attributes)}\n```\n```sh\ntrue\n```\n")
        #expect(guide.steps.first?.refusal != nil && guide.wholeRun.count == 2)
        #expect(guide.rules(.error).contains("invalid-attribute"))
    }

    @Test(arguments: [
        ("sh {for=1h interval=5m}", true), ("http {for=1h interval=5m}", true), ("sh {for=1h}", false),
        ("sh {for=24h interval=1s}", false), ("sh {for=1000s interval=1s}", true),
    ])
    func `what must hold is looked at now and then, not for ever`(info: String, isRunnable: Bool) throws {
        let step = try #require(try onlyStep(info, "GET https://example.com/"))
        #expect(step.isRunnable == isRunnable)
    }

    @Test(arguments: [
        ("python {exec}", ["python3"]), ("py {exec}", ["python3"]), ("js {exec}", ["node"]), ("perl {exec}", ["perl"]),
        ("psql {exec}", ["psql", "-X", "-w", "-q", "-v", "ON_ERROR_STOP=1", "-f"]),
        (
            "sql {exec=\"psql -h db orders\"}",
            ["psql", "-h", "db", "orders", "-X", "-w", "-q", "-v", "ON_ERROR_STOP=1", "-f"]
        ),
        ("sqlite3 {exec=\"/usr/bin/sqlite3 a.db\"}", ["/usr/bin/sqlite3", "a.db", "-batch", "-bail", "-init"]),
        ("sqlite3 {exec}", ["sqlite3", "-batch", "-bail", "-init"]), ("zsh", ["zsh", "-f", "-eo", "pipefail"]),
        ("dash", ["dash", "-e"]), ("ksh", ["ksh", "-e", "-o", "pipefail"]),
    ])
    func `a language names the program that reads the script`(info: String, program: [String]) throws {
        #expect(try onlyStep(info)?.interpreter == program)
    }
}
