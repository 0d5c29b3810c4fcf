import Essentials
import Foundation
import RunbookFormat
@testable import Runbooks
import Testing

@testable import Executions

@Suite struct PlanTests {
    private let guide = """
        ---
        parameters:
          replicas: {type: integer, default: 2, min: 1, max: 9}
          password: {type: string, required: true, sensitive: true}
        requires: [sh]
        ---
        # Deploy

        ```sh {name=first}
        echo "$replicas"
        ```

        ## Undo

        ```bash {name=second}
        echo <target-name> <target-name>
        ```

        ### Check

        ```sh {name=third}
        true
        ```
        """

    private func plan(
        _ source: String? = nil, section: String? = nil, steps: [String]? = nil,
        parameters: [String: String] = ["password": "correct horse"], placeholders: [String: String] = [:],
        priority: String? = nil, searchPath: String = "/usr/bin:/bin"
    ) throws -> RunPlan {
        let guide = try Guide(parsing: Array((source ?? guide).utf8), name: "deploy")
        let entry = Entry(
            name: "deploy", version: guide.sha256, number: 1, title: guide.title, service: nil,
            steps: guide.steps.count, items: 0,
            findings: 0, origin: .import, created: Timestamp(microseconds: 0), updated: Timestamp(microseconds: 0))
        let order = RunOrder(
            runbook: "deploy", section: section, steps: steps, parameters: parameters, placeholders: placeholders,
            priority: priority)
        return try RunPlan(order, entry: entry, guide: guide, searchPath: searchPath)
    }

    @Test func `a whole run takes every step, a section its own and those below it`() throws {
        let filled = ["<target-name>": "blue"]
        #expect(try plan(placeholders: filled).steps.map(\.id) == ["first", "second", "third"])
        #expect(try plan(section: "undo", placeholders: filled).steps.map(\.id) == ["second", "third"])
        #expect(try plan(section: "check").steps.map(\.id) == ["third"])
        #expect(try plan(steps: ["third", "first"]).steps.map(\.id) == ["first", "third"])
    }

    @Test func `a sensitive value is masked wherever it is shown, and sealed beside`() throws {
        let plan = try plan(steps: ["first"])
        #expect(plan.shownParameters == ["replicas": "2", "password": RunPlan.mask])
        #expect(plan.sealedParameters == Data(#"{"password":"correct horse"}"#.utf8))
    }

    @Test func `an unfilled placeholder stops the run before it starts, with its name and line`() {
        let problem = #expect(throws: Problem.self) { try plan() }
        #expect(problem?.code == .invalid)
        #expect(problem?.fields.map(\.name) == ["<target-name>"])
        #expect(problem?.fields.first?.line == 16)
    }

    @Test func `a missing parameter is told together with what else stands in the way`() {
        let problem = #expect(throws: Problem.self) { try plan(parameters: [:]) }
        #expect(problem?.fields.map(\.name) == ["password", "<target-name>"])
        let alone = #expect(throws: Problem.self) { try plan(steps: ["first"], parameters: [:]) }
        #expect(alone?.fields.map(\.name) == ["password"] && alone?.message.contains("need another value") == true)
    }

    @Test(arguments: [
        "", "a b", "x;rm -rf /", "$(id)", "`id`", "a\nb", "-rf", "é", String(repeating: "a", count: 1025),
    ])
    func `what fills a placeholder can't reach into the shell`(value: String) {
        let problem = #expect(throws: Problem.self) { try plan(placeholders: ["<target-name>": value]) }
        #expect(problem?.fields.first?.name == "<target-name>")
    }

    @Test func `a placeholder that no chosen step has is refused`() {
        let problem = #expect(throws: Problem.self) { try plan(steps: ["third"], placeholders: ["<nobody>": "x"]) }
        #expect(problem?.fields.map(\.name) == ["<nobody>"])
    }

    @Test func `a missing program stops the run before it starts, with its name and line`() {
        let problem = #expect(throws: Problem.self) {
            try plan(section: "check", searchPath: "/nonexistent")
        }
        #expect(problem?.fields.map(\.name) == ["sh", "sh"])
        #expect(problem?.fields.last?.line == 21)
    }

    @Test func `an unknown section or step is named, with those there are`() {
        let section = #expect(throws: Problem.self) { try plan(section: "nowhere") }
        #expect(section?.code == .notFound)
        #expect(section?.message.contains("undo") == true)
        let step = #expect(throws: Problem.self) { try plan(steps: ["fourth"]) }
        #expect(step?.code == .notFound)
        #expect(step?.message.contains("fourth") == true)
    }

    @Test func `a guide without steps has nothing to run`() {
        let problem = #expect(throws: Problem.self) { try plan("# Only prose\n", parameters: [:]) }
        #expect(problem?.code == .invalid)
    }

    @Test(
        arguments: [
            "if=\"x == 1\"", "on-failure=rollback", "hosts=web",
        ])
    func `a step that wants what this engine can't do is refused, not run without it`(attribute: String) {
        let source = "# A\n\n```sh {name=first}\ntrue\n```\n\n```sh {name=second \(attribute)}\ntrue\n```\n"
        let problem = #expect(throws: Problem.self) { try plan(source, parameters: [:]) }
        #expect(problem?.fields.map(\.name) == ["second"])
        #expect(problem?.fields.first?.line == 7)
    }

    @Test(arguments: [
        "if=\"parameters.x == 1\"", "if=\"steps.second.state == 'failed'\"", "if=\"steps.third.outputs.x\"",
        "if=\"x == 1\"",
    ])
    func `a condition with a name that nothing has is refused before anything runs`(attribute: String) {
        let source = "# A\n\n```sh {name=first}\ntrue\n```\n\n```sh {name=second \(attribute)}\ntrue\n```\n"
        let problem = #expect(throws: Problem.self) { try plan(source, parameters: [:]) }
        #expect(problem?.fields.map(\.name) == ["second"])
        #expect(problem?.fields.first?.line == 7)
    }

    @Test(
        arguments: [
            ("needs=third", "second needs third, and no step of the guide has that name; name one that is there."),
            ("needs=second", "second needs itself (second → second) and would never start; take that need out."),
            (
                "parallel if=\"steps.first.state == 'failed'\"",
                "\"if\" asks for the step first, which this one does not come after: add it to \"needs\"."
            ),
        ])
    func `a graph that can't be meant is refused before anything runs`(attributes: String, message: String) {
        let source = "# A\n\n```sh {name=first parallel}\ntrue\n```\n\n```sh {name=second \(attributes)}\ntrue\n```\n"
        let problem = #expect(throws: Problem.self) { try plan(source, parameters: [:]) }
        #expect(problem?.fields == [.init(name: "second", message: message, line: 7)])
    }

    @Test func `steps that wait for each other are refused with their path, also in a run of a part`() {
        let source =
            "# A\n\n```sh {name=a needs=c}\ntrue\n```\n```sh {name=b needs=a}\ntrue\n```\n```sh {name=c needs=b}\ntrue\n```\n"
        for steps in [nil, ["b"]] as [[String]?] {
            let problem = #expect(throws: Problem.self) { try plan(source, steps: steps, parameters: [:]) }
            #expect(problem?.fields.map(\.name) == ["a"] && problem?.fields.first?.line == 3)
            #expect(problem?.fields.first?.message.contains("a → c → b → a") == true)
        }
    }

    @Test func `what a step comes after is fixed with the run, for a part of it too`() throws {
        let source =
            "# A\n\n```sh {name=a}\ntrue\n```\n```sh {name=b parallel}\ntrue\n```\n```sh {name=c needs=a,b}\ntrue\n```\n"
        #expect(try plan(source, parameters: [:]).comesAfter == ["a": [], "b": ["a"], "c": ["a", "b"]])
        #expect(try plan(source, steps: ["b", "c"], parameters: [:]).comesAfter == ["b": [], "c": ["b"]])
        #expect(try plan(steps: ["third"]).comesAfter == nil)
        #expect(try plan(source, parameters: [:]).steps.map(\.isPlain) == [true, false, false])
    }

    private let gated = """
        # Deploy

        ```approval {name=go not-starter}
        Ship {{version}}?
        ```

        ```sh {name=a}
        true
        ```

        ## Switch

        ```sh {name=b}
        true
        ```

        ```approval {name=later}
        Really?
        ```

        ### Clean

        ```sh {name=c}
        true
        ```
        """

    @Test(
        arguments: [
            (nil, nil, ["go", "a", "b", "later", "c"]), (nil, ["a"], ["go", "a"]), (nil, ["c"], ["go", "later", "c"]),
            ("switch", nil, ["go", "b", "later", "c"]), ("clean", nil, ["go", "later", "c"]), (nil, ["go"], ["go"]),
        ] as [(String?, [String]?, [String])])
    func `no choice of steps goes around the approvals before them`(
        section: String?, steps: [String]?, chosen: [String]
    ) throws {
        #expect(try plan(gated, section: section, steps: steps, parameters: [:]).steps.map(\.id) == chosen)
    }

    @Test(arguments: [("", true), ("not-starter", true), ("starter", false), ("starter=false", true)])
    func `nobody approves what they have started, unless the gate says so`(attribute: String, isClosed: Bool) throws {
        let plan = try plan(gated.replacing("not-starter", with: attribute), parameters: [:])
        #expect(plan.question(of: plan.steps[0], starter: "ada")?.rule.isClosedToStarter == isClosed)
    }

    @Test(arguments: ["minimum=many", "role=viewer", "not-starter=perhaps", "starter=perhaps", "starter not-starter"])
    func `an approval that can't be read is not passed by`(attribute: String) {
        let source = gated.replacing("not-starter", with: attribute)
        for steps in [nil, ["a"], ["c"]] as [[String]?] {
            let problem = #expect(throws: Problem.self) { try plan(source, steps: steps, parameters: [:]) }
            #expect(problem?.fields.map(\.name) == ["go"])
            #expect(problem?.fields.first?.line == 3)
        }
    }

    @Test(arguments: [
        "retries=3 backoff=10s", "confirm=\"sure?\"", "always", "on-failure=continue",
        "if=\"steps.first.state == 'failed'\"",
    ])
    func `a step with settings that run is accepted`(attributes: String) throws {
        let source = "# A\n\n```sh {name=first}\ntrue\n```\n\n```sh {name=second \(attributes)}\ntrue\n```\n"
        #expect(try plan(source, parameters: [:]).steps.map(\.isPlain) == [true, false])
    }

    @Test func `an unknown priority is refused with those there are`() {
        let problem = #expect(throws: Problem.self) { try plan(steps: ["first"], priority: "urgent") }
        #expect(problem?.fields.first?.name == "priority")
    }
}
