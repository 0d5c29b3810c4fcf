import Essentials
import Executions
import HTTPTypes
import Journal
import Storage
import Testing

@testable import Server

/// What a person may choose of a run's steps: to leave one out, and to go on from an earlier one.
@Suite struct StepChoiceTests {
    /// `first` and `second` of a run, in these states.
    private func run(
        _ state: RunState, _ first: StepState, second: StepState = .queued, _ installation: Installation
    ) async throws -> ID<RunRecord> {
        let run = ID<RunRecord>(try await installation.queuedRun())
        if state == .rolledBack { try await installation.takeBack(run) }
        try await installation.executions.database.write { transaction in
            try transaction.execute("UPDATE runs SET state = \(state) WHERE id = \(run)")
            try transaction.execute("UPDATE run_steps SET state = \(first) WHERE run = \(run) AND step = 'first'")
            try transaction.execute("UPDATE run_steps SET state = \(second) WHERE run = \(run) AND step = 'second'")
        }
        return run
    }

    @Test(
        arguments: [
            (.queued, .queued, .queued), (.running, .queued, .running), (.waiting, .queued, .waiting),
            (.running, .waiting, .running), (.waiting, .waiting, .running),
            (.failed, .queued, .failed), (.failed, .failed, .queued), (.failed, .timedOut, .queued),
            (.cancelled, .cancelled, .queued), (.cancelled, .queued, .cancelled), (.interrupted, .queued, .interrupted),
            (.interrupted, .failed, .interrupted),
            (.running, .running, nil), (.running, .failed, nil), (.running, .succeeded, nil), (.running, .skipped, nil),
            (.interrupted, .unknown, nil), (.succeeded, .succeeded, nil), (.succeeded, .queued, nil),
            (.rejected, .queued, nil), (.rejected, .rejected, nil), (.rolledBack, .queued, nil),
        ] as [(RunState, StepState, RunState?)])
    func `each step may be left out or not, and its run goes on or stays`(
        state: RunState, step: StepState, after: RunState?
    ) async throws {
        let installation = try await Installation()
        let run = try await run(state, step, installation)
        let admin = try installation.principal(.admin)
        guard let after else {
            let problem = await #expect(throws: Problem.self) {
                _ = try await installation.executions.skip(run, step: "first", note: "why", by: admin)
            }
            #expect(problem?.code == .conflict, "\(problem?.message ?? "")")
            let record = try await installation.executions.run(run, by: admin)
            #expect(record.state == state && record.steps[0].state == step && !record.skippable.contains("first"))
            return
        }
        #expect(try await installation.executions.run(run, by: admin).skippable.contains("first"))
        let record = try await installation.executions.skip(run, step: "first", note: " not today ", by: admin)
        #expect(record.state == after)
        #expect(record.steps.map(\.state) == [.skipped, .queued])
        #expect(record.steps[0].reason == "Skipped by admin: not today")
        let events = try await installation.journal.events(PageRequest(limit: 100), by: admin).items
        #expect(events.filter { $0.kind == "step.skipped" }.count == 1)
    }

    @Test func `nobody leaves a step out without a reason`() async throws {
        let installation = try await Installation()
        let run = try await run(.failed, .failed, installation)
        let token = try await installation.token(.operator)
        try await installation.test { caller in
            for note in ["", "  "] {
                let answer = try await caller.send(
                    .post, "/api/v1/runs/\(run)/steps/first/skip", as: token, .json(["note": .string(note)]))
                #expect(answer.status == 422 || answer.status == 400, "\(answer.text)")
                #expect(answer.text.contains("Say why first is skipped."))
            }
        }
    }

    @Test func `an approval is left out by no path`() async throws {
        let installation = try await Installation()
        let run = try await installation.askingRun(at: "go", by: try installation.principal(.operator))
        let session = try await installation.session(.admin)
        try await installation.test { caller in
            let page = try await caller.send(.get, "/runs/\(run)", as: session)
            #expect(!page.text.contains("/runs/\(run)/skip") && !page.text.contains("steps/go/skip"))
            #expect(
                try await caller.send(.post, "/api/v1/runs/\(run)/steps/go/skip", as: session, .json(["note": "x"]))
                    .status == 409)
            #expect(
                try await caller.send(.post, "/runs/\(run)/steps/go/skip", as: session, .form(["note": "x"])).status
                    == 409)
            #expect(
                try await caller.send(
                    .post, "/runs/\(run)/skip", as: session, .form(["step": "go", "note": "x"])
                ).status == 409)
        }
        for statement: SQL in [
            "UPDATE run_steps SET state = 'skipped' WHERE run = \(run) AND step = 'go'",
            "UPDATE run_steps SET is_conditional = 1 WHERE run = \(run) AND step = 'go'",
            "UPDATE run_steps SET position = 900 WHERE run = \(run) AND step = 'go'",
            "UPDATE run_steps SET may_fail = 1 WHERE run = \(run) AND step = 'go'",
            "UPDATE run_steps SET round = 7 WHERE run = \(run) AND step = 'go'",
            "DELETE FROM run_steps WHERE run = \(run) AND step = 'go'",
            "INSERT INTO run_approvals (run, step, round, person, name, time) VALUES (\(run), 'go', 2, 'x', 'x', 1)",
        ] {
            await #expect(throws: (any Error).self, "\(statement)") {
                try await installation.executions.database.write { try $0.execute(statement) }
            }
        }
    }

    @Test func `a check of a checklist is not left out, for then nobody looked`() async throws {
        let installation = try await Installation()
        let run = try await run(.running, .queued, installation)
        try await installation.executions.database.write { transaction in
            try transaction.execute("UPDATE runs SET is_check = 1 WHERE id = \(run)")
        }
        let problem = await #expect(throws: Problem.self) {
            _ = try await installation.executions.skip(
                run, step: "first", note: "why", by: try installation.principal(.admin))
        }
        #expect(problem?.message.contains("waive the item") == true)
    }

    @Test func `a run goes on from a step that stands before what ended it, and from none behind`() async throws {
        let installation = try await Installation()
        let executions = installation.executions
        let admin = try installation.principal(.admin)
        let run = try await run(.failed, .succeeded, second: .failed, installation)
        #expect(try await executions.run(run, by: admin).mayGoOnFrom == ["first", "second"])
        let again = try await executions.resume(run, from: "first", verdict: nil, note: "from the start", by: admin)
        #expect(again.state == .queued && again.steps.map(\.state) == [.queued, .queued])
        let event = try #require(
            try await installation.journal.events(PageRequest(limit: 100), by: admin).items.last {
                $0.kind == "run.resumed"
            })
        #expect(event.details["from"]?.string == "first" && event.details["note"]?.string == "from the start")
        let early = try await self.run(.failed, .failed, installation)
        #expect(try await executions.run(early, by: admin).mayGoOnFrom == ["first"])
        let problem = await #expect(throws: Problem.self) {
            _ = try await executions.resume(early, from: "second", verdict: nil, note: nil, by: admin)
        }
        #expect(problem?.message == "second comes after first, which is failed: resume from first, or skip it first.")
        let unknown = await #expect(throws: Problem.self) {
            _ = try await executions.resume(early, from: "third", verdict: nil, note: nil, by: admin)
        }
        #expect(unknown?.code == .notFound)
    }

    @Test(arguments: [RunState.queued, .running, .waiting, .succeeded, .rejected, .rolledBack])
    func `from no step goes on what is under way, went well or was rejected`(state: RunState) async throws {
        let installation = try await Installation()
        let run = try await run(state, .succeeded, installation)
        let admin = try installation.principal(.admin)
        #expect(try await installation.executions.run(run, by: admin).mayGoOnFrom == [])
        let problem = await #expect(throws: Problem.self) {
            _ = try await installation.executions.resume(run, from: "first", verdict: nil, note: nil, by: admin)
        }
        #expect(problem?.code == .conflict)
    }

    @Test func `what runs again needs no word on how it ended, and takes none`() async throws {
        let installation = try await Installation()
        let admin = try installation.principal(.admin)
        let run = try await run(.interrupted, .succeeded, second: .unknown, installation)
        let problem = await #expect(throws: Problem.self) {
            _ = try await installation.executions.resume(run, from: "first", verdict: .succeeded, note: nil, by: admin)
        }
        #expect(problem?.code == .conflict)
        let record = try await installation.executions.resume(
            run, from: "second", verdict: nil, note: nil, by: admin)
        #expect(record.steps.map(\.state) == [.succeeded, .queued])
    }

    @Test func `what a person left out stays so when the run goes on, unless it is chosen`() async throws {
        let installation = try await Installation()
        let admin = try installation.principal(.admin)
        let executions = installation.executions
        let run = try await run(.failed, .failed, installation)
        _ = try await executions.skip(run, step: "second", note: "not needed", by: admin)
        let resumed = try await executions.resume(run, verdict: nil, note: nil, by: admin)
        #expect(resumed.steps.map(\.state) == [.queued, .skipped])
        let other = try await self.run(.failed, .succeeded, second: .failed, installation)
        _ = try await executions.skip(other, step: "second", note: "not needed", by: admin)
        try await executions.database.write { transaction in
            try transaction.execute("UPDATE runs SET state = 'failed' WHERE id = \(other)")
        }
        let chosen = try await executions.resume(other, from: "second", verdict: nil, note: nil, by: admin)
        #expect(chosen.steps.map(\.state) == [.succeeded, .queued])
    }
}
