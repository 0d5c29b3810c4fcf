@testable import Deployments
import Essentials
import Executions
import RunbookFormat
import Testing

@Suite struct StateTests {
    /// Every act that makes sense, and what comes of it; all others make none.
    static let table: [DeploymentState: [DeploymentState.Act: DeploymentState]] = [
        .planned: [.begin: .running, .abort: .aborted],
        .running: [
            .wait: .waiting, .succeed: .succeeded, .fail: .failed, .abort: .aborted, .rollBack: .rollingBack,
        ],
        .waiting: [
            .goOn: .running, .succeed: .succeeded, .fail: .failed, .abort: .aborted, .rollBack: .rollingBack,
        ],
        .succeeded: [.rollBack: .rollingBack],
        .failed: [.rollBack: .rollingBack, .resume: .running],
        .rollingBack: [.rollbackSucceeded: .rolledBack, .rollbackFailed: .rollbackFailed],
        .rolledBack: [:],
        .rollbackFailed: [.rollBack: .rollingBack, .resume: .rollingBack],
        .aborted: [.rollBack: .rollingBack],
    ]

    @Test(arguments: DeploymentState.allCases) func `a state has its acts and no others`(_ state: DeploymentState) {
        for act in DeploymentState.Act.allCases {
            #expect(state.after(act) == Self.table[state]?[act], "\(state.rawValue), \(act.rawValue)")
        }
    }

    @Test func `what was made elsewhere may end, and be taken back, and nothing else`() {
        let pairs = RecordOrder.states.flatMap { state in RecordOrder.states.map { (state, $0) } }
        let allowed = pairs.filter { $0 != $1 && $0.mayBeRecordedAs($1) }.map { "\($0.rawValue) \($1.rawValue)" }
        #expect(
            Set(allowed) == [
                "running succeeded", "running failed", "running rolled-back", "running aborted",
                "succeeded rolled-back", "failed rolled-back",
            ])
        #expect(RecordOrder.states.allSatisfy { $0.mayBeRecordedAs($0) })
    }
}

@Suite struct NextMoveTests {
    typealias Stage = NextMove.Stage

    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let state: DeploymentState
        let stages: [Stage]
        let rollback: RunState?
        let move: NextMove

        init(_ name: String, _ state: DeploymentState, _ stages: [Stage], rollback: RunState? = nil, _ move: NextMove) {
            testDescription = name
            self.state = state
            self.stages = stages
            self.rollback = rollback
            self.move = move
        }
    }

    static let rows = [
        Row("planned ones rest", .planned, [Stage(.pending, isGateOpen: true)], .rest),
        Row("the first stage is offered", .running, [Stage(.pending), Stage(.pending)], .offer(0)),
        Row("a closed gate holds", .running, [Stage(.waiting)], .become(.waiting)),
        Row("and goes on holding", .waiting, [Stage(.waiting), Stage(.pending)], .rest),
        Row("an open gate lets through", .waiting, [Stage(.waiting, isGateOpen: true)], .start(0)),
        Row("a stage without steps is done", .running, [Stage(.running)], .endStage(0, .succeeded)),
        Row("a running run is waited for", .running, [Stage(.running, run: .running)], .rest),
        Row("an unknown step waits for a person", .running, [Stage(.running, run: .interrupted)], .become(.waiting)),
        Row("a resumed run goes on", .waiting, [Stage(.running, run: .queued)], .become(.running)),
        Row("a good run ends its stage", .running, [Stage(.running, run: .succeeded)], .endStage(0, .succeeded)),
        Row("a failed run ends it too", .running, [Stage(.running, run: .failed)], .endStage(0, .failed)),
        Row("a cancelled one as well", .waiting, [Stage(.running, run: .cancelled)], .endStage(0, .failed)),
        Row("after a stage comes the next", .running, [Stage(.succeeded), Stage(.pending)], .offer(1)),
        Row("a failed stage fails all", .running, [Stage(.failed), Stage(.pending)], .fail),
        Row("the last stage is the end", .running, [Stage(.succeeded), Stage(.succeeded)], .succeed),
        Row("what failed rests", .failed, [Stage(.failed, run: .failed)], .rest),
        Row("until its run is resumed", .failed, [Stage(.succeeded), Stage(.failed, run: .queued)], .takeUp(1)),
        Row("what runs is stopped before a rollback", .rollingBack, [Stage(.running, run: .running)], .rest),
        Row("then the rollback begins", .rollingBack, [Stage(.running, run: .cancelled)], .startRollback),
        Row("it is waited for", .rollingBack, [Stage(.failed)], rollback: .running, .rest),
        Row("it succeeds", .rollingBack, [Stage(.failed)], rollback: .succeeded, .endRollback(.rolledBack)),
        Row("or fails", .rollingBack, [Stage(.failed)], rollback: .failed, .endRollback(.rollbackFailed)),
        Row("and rests", .rollbackFailed, [Stage(.failed)], rollback: .failed, .rest),
        Row("until it is resumed", .rollbackFailed, [Stage(.failed)], rollback: .running, .takeUpRollback),
        Row("an aborted one rests", .aborted, [Stage(.failed, run: .running)], .rest),
    ]

    @Test(arguments: rows) func `what comes next follows from where it stands`(_ row: Row) {
        #expect(NextMove.of(row.state, stages: row.stages, rollback: row.rollback) == row.move)
    }

    @Test(arguments: [DeploymentState.succeeded, .rolledBack, .aborted, .planned])
    func `an end stays an end`(_ state: DeploymentState) {
        for run in RunState.allCases {
            #expect(NextMove.of(state, stages: [Stage(.running, isGateOpen: true, run: run)], rollback: run) == .rest)
        }
    }
}

@Suite struct StagesTests {
    private static let whole = """
        # Everything

        ## Build

        \(step)

        ### Package

        \(step)

        ## Ask

        ```approval {name=go}
        Go?
        ```

        ## Ship

        - [ ] told

        \(step)

        ## Undo

        \(step)
        """

    @Test(
        arguments: [
            (["ask", "build"], ["build", "ask"]), (["ask", "package"], ["package", "ask"]), (["ask"], ["ask"]),
            (["ship", "ask", "ship"], ["ask", "ship"]),
        ] as [([String], [String])])
    func `stages are those that are named, in the order of the guide`(named: [String], stages: [String]) throws {
        let guide = try Guide(parsing: Array(Self.whole.utf8), name: "guide")
        #expect(try guide.stages(named: named, rollback: "undo").map(\.section) == stages)
        let written = try Guide(
            parsing: Array("---\nstages: [\(named.joined(separator: ", "))]\n---\n\(Self.whole)".utf8), name: "guide")
        #expect(try written.stages(named: nil, rollback: "undo").map(\.section) == stages)
    }

    @Test(
        arguments: [
            ([], "name one at least"), (["build"], "“Ask” asks for an approval"),
            (["nowhere", "ask"], "“nowhere” is no section"),
            (["undo", "ask"], "“undo” is no section"), (["build", "package", "ask"], "“package” lies in “build”"),
        ] as [([String], String)])
    func `stages that can't be meant are refused, and no approval is passed by`(named: [String], reason: String) throws
    {
        let guide = try Guide(parsing: Array(Self.whole.utf8), name: "guide")
        let refusal = #expect(throws: Problem.self) { try guide.stages(named: named, rollback: "undo") }
        #expect(refusal?.fields.map(\.name) == ["stages"])
        #expect(refusal?.message.contains(reason) == true, "\(refusal?.message ?? "")")
    }

    private func stages(_ text: String, rollback: String? = nil) throws -> [StagePlan] {
        try Guide(parsing: Array(text.utf8), name: "guide").stages(rollback: rollback)
    }

    private func sections(_ text: String, rollback: String? = nil) throws -> [String] {
        try stages(text, rollback: rollback).map(\.section)
    }

    private static let step = "```sh\ntrue\n```\n"

    @Test func `all the usual stages named are the usual stages`() throws {
        let texts = [Self.whole, "# A\n\n\(Self.step)\n## B\n\n\(Self.step)", "\(Self.step)\n# A\n\n\(Self.step)"]
        for text in texts {
            let guide = try Guide(parsing: Array(text.utf8), name: "guide")
            let usual = guide.stages(rollback: "undo")
            #expect(try guide.stages(named: usual.map(\.id), rollback: "undo") == usual)
        }
    }

    @Test func `sections below the title are stages`() throws {
        let found = try stages(
            "# Release\n\nWords.\n\n## Before\n\n- [ ] Told\n- [ ] Backed up\n\n## Canary\n\n\(Self.step)\n### Look\n\n\(Self.step)\n## Notes\n\nWords.\n"
        )
        #expect(found.map(\.section) == ["before", "canary"])
        #expect(found.map(\.items.count) == [2, 0])
        #expect(found.map(\.steps) == [[], ["canary", "look"]])
        #expect(found.map(\.isWhole) == [true, true])
    }

    @Test func `sections at the top are stages where there is no title`() throws {
        #expect(try sections("## A\n\n\(Self.step)\n## B\n\n\(Self.step)") == ["a", "b"])
    }

    @Test func `what the title's section holds itself is a stage before its parts`() throws {
        let found = try stages("# Release\n\n\(Self.step)\n## A\n\n- [ ] x\n\n## B\n\n\(Self.step)")
        #expect(found.map(\.section) == ["release", "a", "b"])
        #expect(found.map(\.isWhole) == [false, true, true])
        #expect(found.map(\.steps) == [["release"], [], ["b"]])
    }

    @Test func `one section with all the work is one stage`() throws {
        let found = try stages("# Release\n\n## Deploy\n\n\(Self.step)\n## Words\n\nNone.\n")
        #expect(found.map(\.section) == ["deploy"])
    }

    @Test func `work before the first heading is a stage`() throws {
        let found = try stages("\(Self.step)\n# A\n\n\(Self.step)")
        #expect(found.map(\.id) == ["-", "a"])
        #expect(found.map(\.title) == ["A", "A"])
    }

    @Test func `the section that undoes it is no stage`() throws {
        let text = "# Release\n\n## A\n\n\(Self.step)\n## Rollback\n\n\(Self.step)\n### More\n\n\(Self.step)"
        #expect(try sections(text, rollback: "rollback") == ["a"])
        #expect(try sections(text) == ["a", "rollback"])
    }

    @Test func `a guide without work has no stages`() throws {
        #expect(try stages("# Words\n\n```yaml\na: 1\n```\n") == [])
    }

    @Test func `approvals are gates, and no steps`() throws {
        let found = try stages(
            "## Ship\n\n```approval {name=go role=admin minimum=2 not-starter}\nShip it?\n```\n\n\(Self.step)")
        let gate = try #require(found.first?.gates.first)
        #expect(found.first?.steps == ["ship"])
        #expect(gate.id == "go" && gate.question == "Ship it?")
        #expect(gate.rule.role == .admin && gate.rule.minimum == 2 && gate.rule.isClosedToStarter)
    }

    @Test(arguments: ["role=viewer", "role=boss", "minimum=0", "minimum=many", "not-starter=perhaps"])
    func `an approval that can't be meant is a fault, never an open gate`(_ attributes: String) throws {
        let found = try stages("## Ship\n\n```approval {\(attributes)}\nShip it?\n```\n")
        #expect(found.first?.gates == [])
        #expect(found.first?.faults.first?.line == 3)
    }

    @Test func `an approval alone asks for one operator`() throws {
        let rule = try #require(try stages("## Ship\n\n```approval {}\nShip it?\n```\n").first?.gates.first?.rule)
        #expect(rule.role == .operator && rule.minimum == 1 && !rule.isClosedToStarter)
    }

    @Test func `a misspelt attribute of an approval is pointed out`() throws {
        let guide = try Guide(parsing: Array("```approval {minimun=2}\nShip it?\n```\n".utf8), name: "guide")
        #expect(guide.findings.contains { $0.message.contains("did you mean \"minimum\"") })
    }
}

@Suite struct GateTests {
    private func gate(items: Int = 0, _ approvals: [GateStatus.Approvals] = []) -> GateStatus {
        var gate = GateStatus()
        gate.title = "Before"
        gate.starter = "mira"
        gate.openItems = items
        gate.approvals = approvals
        return gate
    }

    private func approvals(_ minimum: Int, given: [String], closed: Bool = false) -> GateStatus.Approvals {
        var rule = ApprovalRule()
        rule.minimum = minimum
        rule.isClosedToStarter = closed
        return .init(gate: "go", question: "", rule: rule, given: given, people: Set(given))
    }

    @Test func `a gate says all that it waits for in one sentence`() {
        #expect(
            gate(items: 2, [approvals(2, given: ["ada"], closed: true)]).sentence
                == "blocked by: 2 items of “Before” are open; 1 of 2 approvals by an operator other than mira")
        #expect(gate(items: 1).sentence == "blocked by: 1 item of “Before” is open")
        #expect(gate([approvals(1, given: [])]).sentence == "blocked by: 0 of 1 approval by an operator")
    }

    @Test func `a gate is open when nothing is left`() {
        let open = gate([approvals(2, given: ["ada", "mira"])])
        #expect(open.isOpen && open.sentence == nil)
        #expect(gate().isOpen)
        #expect(!gate(items: 1, [approvals(1, given: ["ada"])]).isOpen)
        #expect(!gate([approvals(1, given: ["ada"]), approvals(2, given: ["ada"])]).isOpen)
    }
}

@Suite struct RollbackTests {
    private func guide(_ front: String, _ body: String = "") throws -> Guide {
        try Guide(parsing: Array("---\n\(front)\n---\n\(body)".utf8), name: "guide")
    }

    @Test(
        arguments: [
            ("accunode.rollback", "accunode.rollback", nil), ("accunode/rollback", "accunode.rollback", nil),
            ("accunode/deploy#rollback", "accunode.deploy", "rollback"), ("\"#rollback\"", nil, "rollback"),
        ] as [(String, String?, String?)])
    func `a binding names a runbook, a section of one, or its own`(
        _ text: String, _ runbook: String?, _ section: String?
    )
        throws
    {
        let binding = try #require(RollbackBinding(try guide("rollback: \(text)").metadata))
        #expect(binding.runbook == runbook && binding.section == section)
    }

    @Test func `without the key there is none`() throws {
        #expect(RollbackBinding(try guide("title: a").metadata) == nil)
    }

    @Test func `guards and steps that roll back need a rollback`() throws {
        #expect(try guide("title: a").whyRollbackIsNeeded == nil)
        #expect(try guide("guards: [{http: \"https://x\"}]").whyRollbackIsNeeded?.contains("guards") == true)
        let step = try guide("title: a", "```sh {name=ship on-failure=rollback}\ntrue\n```\n")
        #expect(step.whyRollbackIsNeeded?.contains("ship in line 4") == true)
    }

    private let values = DeploymentValues(
        service: "accunode", environment: "production", version: "v2", commit: "abc", parameters: ["SLOT": "green"])

    @Test func `the version alone is the good one, beside previous_version it is the bad one`() throws {
        let alone = try guide("parameters: {VERSION: {type: string}}").metadata.parameters
        #expect(values.rollbackValues(for: alone, previous: "v1", reason: "r") == ["VERSION": "v1"])
        let both = try guide("parameters: {version: {type: string}, PREVIOUS_VERSION: {type: string}}").metadata
        #expect(
            values.rollbackValues(for: both.parameters, previous: "v1", reason: "r") == [
                "version": "v2", "PREVIOUS_VERSION": "v1",
            ])
        let more = try guide(
            "parameters: {REASON: {type: string}, SLOT: {type: string}, service: {type: string}, OTHER: {type: string}}"
        ).metadata
        #expect(
            values.rollbackValues(for: more.parameters, previous: nil as String?, reason: "r") == [
                "REASON": "r", "SLOT": "green", "service": "accunode",
            ])
    }

    @Test func `a stage is given what the deployment knows, and what was given comes first`() throws {
        let declared = try guide(
            "parameters: {VERSION: {type: string}, environment: {type: string}, SLOT: {type: string}}"
        ).metadata.parameters
        #expect(values.values(for: declared) == ["VERSION": "v2", "environment": "production", "SLOT": "green"])
        var given = values
        given.parameters = ["VERSION": "v9"]
        #expect(given.values(for: declared)["VERSION"] == "v9")
    }
}
