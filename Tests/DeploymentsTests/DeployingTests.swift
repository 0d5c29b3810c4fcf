import Checklists
import Deployments
import Essentials
import Executions
import Foundation
import Journal
import Testing

/// Deployments that run, with the engine and real processes.
@Suite struct DeployingTests {
    static let guide = """
        ---
        title: Release
        service: accunode
        kind: deployment
        rollback: undo
        parameters:
          VERSION: {type: string, required: true, pattern: "v[0-9]+"}
          environment: {type: string}
          KEY: {type: string, default: hush, sensitive: true}
        ---
        # Release

        ## Canary

        ```sh {name=canary}
        echo "canary $VERSION in $environment with $KEY"
        ```

        ## Production

        ```approval {name=ship minimum=2 not-starter}
        Ship {{ version }} to {{environment}}? {{KEY}} {{nothing}}
        ```

        ```sh {name=production}
        echo "production $VERSION"
        ```
        """

    static let undo = """
        ---
        title: Undo
        parameters:
          version: {type: string, required: true}
          previous_version: {type: string, required: true}
          reason: {type: string}
        ---
        ```sh {name=undo}
        echo "from $version to $previous_version for $reason"
        ```
        """

    private let fixture: Fixture

    init() async throws {
        fixture = try Fixture()
        try await fixture.store(Self.guide, as: "release")
        try await fixture.store(Self.undo, as: "undo")
    }

    @Test func `stages follow one another, a gate holds until two others have approved`() async throws {
        let (fixture, deployments) = (fixture, fixture.deployments)
        try await fixture.working {
            let begun = try await deployments.start(
                fixture.order("release", "v2", "production", ["KEY": "s3cret"]), by: fixture.mira)
            #expect(begun.state == .running && begun.stages.map(\.state) == [.running, .pending])
            let held = try await fixture.wait(for: begun.id, .waiting)
            #expect(held.waitsFor == "blocked by: 0 of 2 approvals by an operator other than mira")
            #expect(held.stages[1].gate.approvals[0].question == "Ship v2 to production? {{KEY}} {{nothing}}")
            #expect(
                try await fixture.output(of: try #require(held.stages[0].run))
                    == "canary v2 in production with ••••••\n")

            let mira = try await problem { try await deployments.promote(begun.id, by: fixture.mira) }
            #expect(mira.code == .forbidden && mira.message.contains("somebody else"))
            let robot = try await problem { try await deployments.promote(begun.id, by: fixture.robot) }
            #expect(robot.code == .forbidden && robot.message.contains("a person"))
            let wrong = try await problem {
                try await deployments.promote(begun.id, stage: "canary", by: fixture.ada)
            }
            #expect(wrong.code == .conflict && wrong.message.contains("“Production” is the one that waits"))
            let unknown = try await problem {
                try await deployments.promote(begun.id, stage: "moon", by: fixture.ada)
            }
            #expect(unknown.code == .invalid && unknown.fields.map(\.name) == ["stage"])

            let once = try await deployments.promote(begun.id, stage: "production", note: "seen", by: fixture.ada)
            #expect(once.waitsFor == "blocked by: 1 of 2 approvals by an operator other than mira")
            let twice = try await problem { try await deployments.promote(begun.id, by: fixture.ada) }
            #expect(twice.code == .conflict && twice.message.contains("counts once"))
            let opened = try await deployments.promote(begun.id, by: fixture.root)
            #expect(opened.state == .running && opened.stages[1].state == .running)
            let done = try await fixture.wait(for: begun.id, .succeeded)
            #expect(done.stages.map(\.state) == [.succeeded, .succeeded])
            #expect(try await fixture.output(of: try #require(done.stages[1].run)) == "production v2\n")
            let late = try await problem { try await deployments.promote(begun.id, by: fixture.ada) }
            #expect(late.code == .conflict && late.message.contains("succeeded"))
            #expect(
                try await fixture.kinds(of: begun.id).filter { $0.hasPrefix("deployment.") } == [
                    "deployment.planned", "deployment.started", "deployment.stage-started",
                    "deployment.stage-succeeded", "deployment.waiting", "deployment.promoted", "deployment.promoted",
                    "deployment.stage-started", "deployment.stage-succeeded", "deployment.succeeded",
                ])
        }
    }

    @Test func `a failed stage fails all, and a resumed run takes it up again`() async throws {
        let (fixture, deployments) = (fixture, fixture.deployments)
        let flag = "\(fixture.folder)/fixed"
        try await fixture.store(
            Self.guide.replacing("echo \"canary", with: "test -e \(flag); echo \"canary"), as: "brittle")
        try await fixture.working {
            let begun = try await deployments.start(fixture.order("brittle"), by: fixture.mira)
            let failed = try await fixture.wait(for: begun.id, .failed)
            #expect(failed.stages.map(\.state) == [.failed, .pending])
            #expect(failed.stages[0].reason == "its run is failed")
            try Data().write(to: URL(fileURLWithPath: flag))
            _ = try await fixture.executions.resume(
                try #require(failed.stages[0].run), verdict: nil, note: nil, by: fixture.mira)
            let held = try await fixture.wait(for: begun.id, .waiting)
            #expect(held.stages.map(\.state) == [.succeeded, .waiting])
        }
    }

    @Test func `a stage waits for its checklist, and says how much of it is open`() async throws {
        let (fixture, deployments, checklists) = (fixture, fixture.deployments, fixture.checklists)
        try await fixture.store(
            """
            ---
            service: accunode
            rollback: undo
            ---
            # Go live

            - [ ] the date is fixed

            ## Before

            - [ ] told
            - [ ] backed up

            ## After

            ```sh
            echo done
            ```
            """, as: "golive")
        try await fixture.working {
            let begun = try await deployments.start(fixture.order("golive"), by: fixture.mira)
            #expect(begun.state == .waiting && begun.waitsFor == "blocked by: 1 item of “Go live” is open")
            func list(_ record: DeploymentRecord, _ index: Int) async throws -> ChecklistRecord {
                try await checklists.checklist(ID(try #require(record.stages[index].checklist)), by: fixture.ada)
            }
            func settle(_ list: ChecklistRecord) async throws {
                for item in list.items {
                    _ = try await checklists.change(
                        item.item, of: list.id, to: ItemChange(state: .ticked), expecting: nil, by: fixture.ada)
                }
            }
            // The title's own items alone, not those of its parts.
            let first = try await list(begun, 0)
            #expect(first.items.map(\.text) == ["the date is fixed"])
            #expect(first.summary.name.contains("accunode v2 to production"))
            let nothing = try await problem { try await deployments.promote(begun.id, by: fixture.ada) }
            #expect(nothing.code == .conflict && nothing.message.contains("nothing to approve"))
            try await settle(first)
            let ready = try await deployments.deployment(begun.id, by: fixture.mira)
            #expect(ready.waitsFor == "blocked by: the checklist of “Go live” is to be completed")
            _ = try await checklists.complete(first.id, by: fixture.ada)
            let second = try await until(begun.id) { $0.stages[1].state == .waiting }
            #expect(second.waitsFor == "blocked by: 2 items of “Before” are open")
            try await settle(try await list(second, 1))
            _ = try await checklists.complete(try await list(second, 1).id, by: fixture.ada)
            let done = try await fixture.wait(for: begun.id, .succeeded)
            #expect(done.stages.map(\.state) == [.succeeded, .succeeded, .succeeded])
            #expect(done.stages[2].checklist == nil && done.stages[1].run == nil)
        }
    }

    private func until(
        _ id: ID<DeploymentRecord>, _ condition: @Sendable (DeploymentRecord) -> Bool
    ) async throws -> DeploymentRecord {
        let news = fixture.journal.tail.listen()
        let record = try await fixture.deployments.deployment(id, by: fixture.root)
        if condition(record) { return record }
        for await _ in news {
            let record = try await fixture.deployments.deployment(id, by: fixture.root)
            if condition(record) { return record }
        }
        throw CancellationError()
    }

    @Test func `an aborted one stops its run`() async throws {
        let (fixture, deployments) = (fixture, fixture.deployments)
        try await fixture.store(Self.guide.replacing("echo \"canary", with: "sleep 600; echo \"canary"), as: "slow")
        try await fixture.working {
            let begun = try await deployments.start(fixture.order("slow"), by: fixture.mira)
            let aborted = try await deployments.abort(begun.id, reason: "the wrong tag", by: fixture.ada)
            #expect(aborted.state == .aborted && aborted.stages.map(\.state) == [.failed, .skipped])
            let news = fixture.journal.tail.listen()
            let run = try #require(begun.stages[0].run)
            var state = try await fixture.executions.run(run, by: fixture.mira).state
            if state != .cancelled {
                for await _ in news {
                    state = try await fixture.executions.run(run, by: fixture.mira).state
                    if state == .cancelled { break }
                }
            }
            #expect(state == .cancelled)
            // Its place is free.
            _ = try await deployments.start(fixture.order("release", "v3"), by: fixture.mira)
        }
    }

    /// What waits for nobody any more must not wait in anybody's list.
    @Test func `an aborted one abandons the checklist that its stage waited for`() async throws {
        let (fixture, deployments) = (fixture, fixture.deployments)
        try await fixture.store(
            "---\nrollback: undo\n---\n## Before\n\n- [ ] It is so\n\n## After\n\n```sh\ntrue\n```\n",
            as: "boxes")
        var order = fixture.order("boxes")
        order.service = "accunode"
        let waiting = try await deployments.start(order, by: fixture.mira)
        let list = ID<ChecklistRecord>(try #require(waiting.stages[0].checklist))
        #expect(try await fixture.checklists.now(by: fixture.mira).mineCount == 1)
        _ = try await fixture.checklists.abandon(list, reason: "by mistake", by: fixture.ada)
        let stuck = try await deployments.deployment(waiting.id, by: fixture.mira)
        #expect(stuck.waitsFor == "blocked by: the checklist of “Before” is abandoned, and is to be reopened")
        _ = try await fixture.checklists.reopen(list, by: fixture.ada)
        let aborted = try await deployments.abort(waiting.id, reason: nil, by: fixture.mira)
        #expect(aborted.stages.map(\.state) == [.skipped, .skipped])
        let summary = try await fixture.checklists.checklist(list, by: fixture.mira).summary
        #expect(summary.state == .abandoned && summary.override == "the deployment was aborted")
        #expect(try await fixture.checklists.now(by: fixture.mira).mineCount == 0)
        #expect(try await fixture.kinds(of: waiting.id).contains("checklist.abandoned"))
        let late = try await problem { try await fixture.checklists.complete(list, by: fixture.mira) }
        #expect(late.code == .conflict && late.message.contains("reopen it"))
    }

    @Test func `a planned one holds its place until somebody begins it`() async throws {
        var order = fixture.order()
        order.isPlanned = true
        let deployments = fixture.deployments
        let planned = try await deployments.start(order, by: fixture.mira)
        #expect(planned.state == .planned && planned.facts.started == nil)
        let second = try await problem { try await deployments.start(fixture.order(), by: fixture.ada) }
        #expect(second.code == .conflict && second.message.contains("is planned already"))
        let begun = try await deployments.promote(planned.id, by: fixture.mira)
        #expect(begun.state == .running && begun.stages[0].run != nil)
    }

    @Test func `ten at once to one place make one, with one run`() async throws {
        let fixture = fixture
        let results = await withTaskGroup(of: Problem.Code?.self) { group in
            for number in 1...10 {
                group.addTask {
                    do {
                        _ = try await fixture.deployments.start(
                            fixture.order("release", "v\(number)"), by: fixture.mira)
                        return nil
                    } catch {
                        return (error as? Problem)?.code
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(results.count { $0 == nil } == 1 && results.count { $0 == .conflict } == 9)
        #expect(try await fixture.executions.runs(PageRequest(), by: fixture.mira).items.count == 1)
        #expect(try await fixture.deployments.deployments(PageRequest(), by: fixture.mira).items.count == 1)
    }

    @Test(
        arguments: [
            ("release", "v2", "", [:], "environment"), ("release", "", "production", [:], "version"),
            ("release", "v2", "production", ["MOON": "full"], "MOON"), ("release", "two", "production", [:], "VERSION"),
            ("unbound", "v2", "production", [:], "rollback"), ("needy", "v2", "production", [:], "rollback"),
            ("vague", "v2", "production", [:], "ship"), ("request", "v2", "production", [:], "tell"),
            ("words", "v2", "production", [:], "runbook"), ("gap", "v2", "production", [:], "<pod-name>"),
        ] as [(String, String, String, [String: String], String)])
    func `what can't be carried out is refused with its field, and nothing is started`(
        _ runbook: String, _ version: String, _ environment: String, _ parameters: [String: String], _ field: String
    ) async throws {
        let step = "```sh\ntrue\n```\n"
        let guides = [
            "unbound": "---\nservice: accunode\nrollback: nowhere\n---\n## A\n\n\(step)",
            "needy": "---\nservice: accunode\nguards: [{http: \"http://x\"}]\n---\n## A\n\n\(step)",
            "vague": "---\nservice: accunode\n---\n## A\n\n```approval {name=ship minimum=few}\nGo?\n```\n\n\(step)",
            "request": "---\nservice: accunode\n---\n## A\n\n\(step)\n## B\n\n```http {name=tell}\nGET /\n```\n",
            "words": "---\nservice: accunode\n---\n## A\n\nWords.\n",
            "gap": "---\nservice: accunode\n---\n## A\n\n\(step)\n## B\n\n```sh\nkubectl logs <pod-name>\n```\n",
        ]
        if let guide = guides[runbook] { try await fixture.store(guide, as: runbook) }
        let order = fixture.order(runbook, version, environment, parameters)
        let problem = try await problem { try await fixture.deployments.start(order, by: fixture.mira) }
        #expect(problem.code == .invalid && problem.fields.contains { $0.name == field }, "\(problem)")
        #expect(try await fixture.deployments.deployments(PageRequest(), by: fixture.mira).items.isEmpty)
        #expect(try await fixture.executions.runs(PageRequest(), by: fixture.mira).items.isEmpty)
    }

    @Test func `another service than the runbook's is refused`() async throws {
        var order = fixture.order()
        order.service = "orders"
        let refused = order
        let problem = try await problem { try await fixture.deployments.start(refused, by: fixture.mira) }
        #expect(problem.fields.map(\.name) == ["service"])
    }

    @Test func `the version that was deployed with stays, whatever is imported meanwhile`() async throws {
        let (fixture, deployments) = (fixture, fixture.deployments)
        try await fixture.working {
            let begun = try await deployments.start(fixture.order(), by: fixture.mira)
            _ = try await fixture.wait(for: begun.id, .waiting)
            try await fixture.store(
                Self.guide.replacing("echo \"production", with: "echo \"something else"), as: "release")
            _ = try await deployments.promote(begun.id, by: fixture.ada)
            _ = try await deployments.promote(begun.id, by: fixture.root)
            let done = try await fixture.wait(for: begun.id, .succeeded)
            #expect(try await fixture.output(of: try #require(done.stages[1].run)) == "production v2\n")
        }
    }

    @Test func `what follows from an event is safe to repeat, and to come late`() async throws {
        let (fixture, deployments) = (fixture, fixture.deployments)
        let id = try await fixture.working {
            let begun = try await deployments.start(fixture.order(), by: fixture.mira)
            return try await fixture.wait(for: begun.id, .waiting).id
        }
        let events = try await fixture.journal.events(
            PageRequest(limit: 500), object: ObjectReference("deployment", id.rawValue), by: fixture.root
        ).items
        for event in events + events { try await deployments.follow(event) }
        for event in events { try await deployments.stopRuns(event) }
        #expect(try await fixture.kinds(of: id) == events.map(\.kind))
    }
}
