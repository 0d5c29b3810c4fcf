import Accounts
import Essentials
import Executions
import HTTPTypes
import Journal
import Storage
import Testing

@testable import Server

/// Whoever started a run does not approve what is closed to its starter, by whichever path.
@Suite struct GateTests {
    private func state(_ run: String, _ installation: Installation) async throws -> (RunState, StepState) {
        let record = try await installation.executions.run(ID(run), by: try installation.principal(.admin))
        return (record.state, try #require(record.steps.first).state)
    }

    @Test func `whoever started a run approves it by no path`() async throws {
        let installation = try await Installation()
        let starter = try installation.principal(.operator)
        let run = try await installation.askingRun(at: "go", by: starter)
        let (token, session) = (try await installation.token(.operator), try await installation.session(.operator))
        // The API with a token and with a session, and the form of the page.
        try await installation.test { caller in
            let api = "/api/v1/runs/\(run)/steps/go/approval"
            #expect(try await caller.send(.post, api, as: token, .json([:])).status == 403)
            #expect(try await caller.send(.post, api, as: session, .json([:])).status == 403)
            #expect(
                try await caller.send(.post, "/runs/\(run)/steps/go/approval", as: session, .form([:])).status == 403)
            let page = try await caller.send(.get, "/runs/\(run)", as: session)
            #expect(
                page.text.contains("wants the approval of somebody else") && !page.text.contains("steps/go/approval"))
        }
        // The verb, which every command and page calls.
        let problem = await #expect(throws: Problem.self) {
            _ = try await installation.executions.approve(ID(run), by: starter)
        }
        #expect(problem?.code == .forbidden)
        // The database itself: a row for the starter, a gate opened without any, a rule that is changed, another starter.
        for statement: SQL in [
            "INSERT INTO run_approvals (run, step, round, person, name, time) VALUES (\(run), 'go', 1, \(starter.id), 'x', 1)",
            """
            INSERT OR REPLACE INTO run_approvals (run, step, round, person, name, time)
            VALUES (\(run), 'go', 1, \(starter.id), 'x', 1)
            """,
            "UPDATE run_steps SET state = 'succeeded' WHERE run = \(run) AND step = 'go'",
            "UPDATE run_steps SET state = 'running' WHERE run = \(run) AND step = 'go'",
            "UPDATE run_steps SET not_starter = 0 WHERE run = \(run) AND step = 'go'",
            "UPDATE run_steps SET approvals = 0 WHERE run = \(run) AND step = 'go'",
            "UPDATE run_steps SET asks = NULL WHERE run = \(run) AND step = 'go'",
            "UPDATE runs SET person = 'somebody', actor = 'somebody' WHERE id = \(run)",
        ] {
            await #expect(throws: (any Error).self, "\(statement)") {
                try await installation.executions.database.write { try $0.execute(statement) }
            }
        }
        #expect(try await state(run, installation) == (.waiting, .waiting))
        let events = try await installation.journal.events(
            PageRequest(limit: 100), by: try installation.principal(.admin)
        ).items
        #expect(!events.contains { $0.kind == "step.approved" })
    }

    @Test func `where too few people may approve, the run that waits says so`() async throws {
        let installation = try await Installation()
        let executions = installation.executions
        let (admin, starter) = (try installation.principal(.admin), try installation.principal(.operator))
        let run = ID<RunRecord>(try await installation.askingRun(at: "go", by: starter))
        let words = "of 2 approvals by an operator other than operator"
        func waitsFor() async throws -> String? { try await executions.run(run, by: starter).steps[0].waitsFor }
        #expect(try await waitsFor() == "0 \(words)", "admin and author may")
        let author = try installation.account(.author).id
        _ = try await installation.accounts.change(author, AccountChange(disabled: true), by: admin)
        #expect(try await waitsFor() == "0 \(words), but only one more person may: add people")
        _ = try await executions.approve(run, by: admin)
        #expect(try await waitsFor() == "1 \(words), but there is nobody who may: add people")
        _ = try await installation.accounts.change(author, AccountChange(disabled: false), by: admin)
        #expect(try await waitsFor() == "1 \(words)")
    }

    @Test func `a run goes on once enough different people have approved`() async throws {
        let installation = try await Installation()
        let executions = installation.executions
        let run = try await installation.askingRun(at: "go", by: try installation.principal(.operator))
        let first = try await executions.approve(ID(run), note: "seen", by: try installation.principal(.admin))
        #expect(first.state == .waiting)
        #expect(first.steps[0].waitsFor == "1 of 2 approvals by an operator other than operator")
        let again = await #expect(throws: Problem.self) {
            _ = try await executions.approve(ID(run), by: try installation.principal(.admin))
        }
        #expect(again?.code == .conflict, "nobody counts twice")
        let second = try await executions.approve(
            ID(run), step: "go", note: "again on blue", by: try installation.principal(.author))
        #expect(second.state == .running && second.steps[0].state == .succeeded)
        #expect(second.steps[0].reason == "Approved by admin, author: again on blue")
        let late = await #expect(throws: Problem.self) {
            _ = try await executions.approve(ID(run), by: try installation.principal(.author))
        }
        #expect(late?.code == .conflict)
    }

    @Test func `a program that is nobody's approves nothing`() async throws {
        let installation = try await Installation()
        let run = try await installation.askingRun(at: "go")
        let robot = Principal(
            kind: .token, id: "robot", name: "robot", permissions: [.read, .operate], via: .api, person: nil)
        let problem = await #expect(throws: Problem.self) {
            _ = try await installation.executions.approve(ID(run), by: robot)
        }
        #expect(problem?.code == .forbidden)
        #expect(problem?.message.contains("of a person") == true)
    }

    @Test func `what has expired is approved by no path, also before a server has noticed`() async throws {
        let installation = try await Installation()
        let run = try await installation.askingRun(at: "go")
        let (now, author) = (installation.executions.journal.time.now(), try installation.principal(.author))
        try await installation.executions.database.write { transaction in
            try transaction.execute("UPDATE run_steps SET expires = \(now) WHERE run = \(run) AND step = 'go'")
        }
        let problem = await #expect(throws: Problem.self) {
            _ = try await installation.executions.approve(ID(run), by: author)
        }
        #expect(problem?.code == .conflict && problem?.message.contains("it is too late") == true)
        for statement: SQL in [
            """
            INSERT INTO run_approvals (run, step, round, person, name, time)
            VALUES (\(run), 'go', 1, \(author.id), 'x', \(now))
            """,
            "UPDATE run_steps SET expires = NULL WHERE run = \(run) AND step = 'go'",
            "UPDATE run_steps SET expires_after = 1 WHERE run = \(run) AND step = 'go'",
        ] {
            await #expect(throws: (any Error).self, "\(statement)") {
                try await installation.executions.database.write { try $0.execute(statement) }
            }
        }
    }

    @Test func `who rejects ends the run, and it has not failed`() async throws {
        let installation = try await Installation()
        let run = try await installation.askingRun(at: "go")
        let record = try await installation.executions.reject(
            ID(run), note: "not on a Friday", by: try installation.principal(.author))
        #expect(record.steps[0].state == .rejected)
        #expect(record.steps[0].reason == "Rejected by author: not on a Friday")
    }

    @Test(arguments: [("cable", StepState.succeeded), ("wipe", .queued)])
    func `a step that is done by hand is done then, one that asks beforehand begins`(
        step: String, state: StepState
    ) async throws {
        let installation = try await Installation()
        let run = try await installation.askingRun(at: step)
        let wrong = await #expect(throws: Problem.self) {
            _ = try await installation.executions.approve(ID(run), by: try installation.principal(.author))
        }
        #expect(wrong?.code == .conflict)
        let record = try await installation.executions.confirm(
            ID(run), step: step, note: "port 12", by: try installation.principal(.admin))
        #expect(record.state == .running && record.steps[0].state == state)
    }

    @Test func `another step than the one that waits is not answered`() async throws {
        let installation = try await Installation()
        let run = try await installation.askingRun(at: "cable")
        let problem = await #expect(throws: Problem.self) {
            _ = try await installation.executions.confirm(
                ID(run), step: "nothing", by: try installation.principal(.admin))
        }
        #expect(problem?.code == .notFound)
        let queued = try await installation.queuedRun()
        let early = await #expect(throws: Problem.self) {
            _ = try await installation.executions.confirm(ID(queued), by: try installation.principal(.admin))
        }
        #expect(early?.code == .conflict)
    }

    @Test func `a cancelled run waits for nobody any more`() async throws {
        let installation = try await Installation()
        let run = try await installation.askingRun(at: "go")
        let record = try await installation.executions.cancel(ID(run), by: try installation.principal(.admin))
        #expect(record.state == .cancelled && record.steps[0].state == .cancelled)
        let problem = await #expect(throws: Problem.self) {
            _ = try await installation.executions.approve(ID(run), by: try installation.principal(.author))
        }
        #expect(problem?.code == .conflict)
    }

    @Test func `Now tells who may answer that a run waits for them, and others that it waits`() async throws {
        let installation = try await Installation()
        _ = try await installation.askingRun(at: "go", by: try installation.principal(.operator))
        let (starter, other) = (try await installation.token(.operator), try await installation.token(.author))
        try await installation.test { caller in
            let mine = try await caller.send(.get, "/api/v1/status", as: starter).json()
            #expect(
                mine["waiting_for_you"]?["count"]?.integer == 0 && mine["waiting_for_others"]?["count"]?.integer == 1)
            let yours = try await caller.send(.get, "/api/v1/status", as: other).json()
            #expect(yours["waiting_for_you"]?["count"]?.integer == 1)
            guard case .array(let lines) = yours["waiting_for_you"]?["lines"] else {
                Issue.record("no lines: \(yours)")
                return
            }
            #expect(
                lines.first?["details"]?.string
                    == "step 1 of 1 · go · Go on? · waits for 0 of 2 approvals by an operator other than operator")
        }
    }
}
