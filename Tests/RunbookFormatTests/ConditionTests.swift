import Essentials
import Testing

@testable import RunbookFormat

@Suite struct ConditionTests {
    private let known: [Condition.Value: String] = [
        .parameter("stage"): "blue", .parameter("dry_run"): "false", .state(step: "wait-stable"): "failed",
        .output(step: "a.b", name: "slot"): "green", .output(step: "a.outputs", name: "x"): "1",
    ]

    private func isTrue(_ text: String) throws -> Bool {
        try Condition(parsing: text).isTrue { value in
            if case .text(let text) = value { return text }
            return known[value] ?? ""
        }
    }

    @Test(
        arguments: [
            (#"parameters.stage == "blue""#, true), (#"parameters.stage=='green'"#, false),
            (#"parameters.stage != 'green'"#, true), (#"'blue' == parameters.stage"#, true),
            ("parameters.stage", true), ("parameters.dry_run", false), ("!parameters.dry_run", true),
            ("!!parameters.stage", true), ("parameters.missing", false), ("parameters.missing == ''", true),
            (#"steps.wait-stable.state == "failed""#, true), ("steps.a.b.outputs.slot == 'green'", true),
            ("steps.a.outputs.outputs.x == 1", true), ("true", true), ("false", false), ("!false && true", true),
            // && binds before ||, whatever the order.
            ("true || false && false", true), ("false && false || true", true), ("(true || false) && false", false),
            ("!(parameters.dry_run || false)", true), ("! parameters.stage == 'green'", true),
        ])
    func `a condition compares texts`(text: String, holds: Bool) throws {
        #expect(try isTrue(text) == holds)
    }

    @Test(arguments: [
        "", "  ", "parameters.stage ==", "== 'a'", "parameters.stage = 'a'", "(true", "true)", "true true", "'open",
        "true &", "stage == 'a'", "steps.a", "steps.a.exit", "steps..state", "steps.a.outputs.", "parameters.",
        "system('rm -rf /')", "$(id)", "`id`", "true; false", "a\u{0}b", "parameters.stage < 3",
        String(repeating: "(", count: 200) + "true" + String(repeating: ")", count: 200),
        String(repeating: "!", count: 1000) + "true", String(repeating: "true && ", count: 400) + "true",
    ])
    func `what is no condition is refused with a sentence`(text: String) {
        let problem = #expect(throws: Problem.self) { try Condition(parsing: text) }
        #expect(problem?.code == .invalid)
        #expect(problem?.message.hasPrefix("\"if\" ") == true)
    }

    private func guide(_ condition: String) throws -> Guide {
        let source = """
            ---
            parameters:
              stage: {type: string, default: blue}
            ---
            # A

            ```sh {name=first}
            true
            ```

            ```sh {name=second if="\(condition)"}
            true
            ```

            ```sh {name=third}
            true
            ```
            """
        return try Guide(parsing: Array(source.utf8), name: "a")
    }

    @Test func `a condition that can't be read is found with its line, and its step is not passed by`() throws {
        let guide = try guide("stage ==")
        let finding = try #require(guide.findings.first { $0.rule == .invalidAttribute })
        #expect(finding.line == 11 && finding.severity == .error && finding.message.contains("stage"))
        #expect(guide.step("second")?.conditionFaults(in: guide) == [finding.message])
        #expect(guide.wholeRun.map(\.id) == ["first", "second", "third"])
    }

    @Test(arguments: [
        ("parameters.stage == 'a' && steps.first.state == 'failed'", 0), ("parameters.stag", 1),
        ("steps.third.state == 'failed'", 1), ("steps.second.state", 1), ("steps.firs.outputs.x || parameters.y", 2),
    ])
    func `a condition may ask for declared parameters and the steps before it`(condition: String, faults: Int) throws {
        let guide = try guide(condition)
        let step = try #require(guide.step("second"))
        #expect(step.conditionFaults(in: guide).count == faults)
    }
}
