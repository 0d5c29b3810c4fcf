import Essentials
import Executions
import HTTPTypes
import Incidents
import Journal
import Runbooks
import Storage
import Testing

@testable import Server

/// What is the case, for whom.
@Suite struct NowTests {
    /// A run that has come to a state: no engine is there to bring it so far.
    private func run(
        _ state: RunState, finished: Timestamp? = nil, section: String? = nil, of runbook: String = "accunode.deploy",
        in installation: Installation
    ) async throws -> String {
        let admin = try installation.principal(.admin)
        _ = try await installation.catalogue.store(Array(Installation.guide.utf8), name: runbook, by: admin)
        let order = RunOrder(runbook: runbook, section: section)
        let id = try await installation.executions.start(order, by: admin).id
        let end = finished ?? (state.isSettled ? installation.clock.now : nil)
        if state == .rolledBack { try await installation.takeBack(id) }
        _ = try await installation.journal.database.write { transaction in
            try transaction.execute("UPDATE runs SET state = \(state), finished = \(end) WHERE id = \(id)")
        }
        return id.rawValue
    }

    private func status(_ caller: Caller, as visitor: Visitor) async throws -> JSONValue {
        try await caller.send(.get, "/api/v1/status", as: try await caller.installation.token(visitor)).json()
    }

    private func ids(_ part: JSONValue?) -> [String] { lines(part).compactMap { $0["id"]?.string } }

    private func lines(_ part: JSONValue?) -> [JSONValue] {
        guard case .array(let lines) = part?["lines"] ?? part else { return [] }
        return lines
    }

    @Test func `it begins with an import, then with the first run`() async throws {
        let installation = try await Installation()
        try await installation.test { caller in
            let empty = try await status(caller, as: .viewer)
            #expect(empty["begin"] == "runbook import FILE.md")
            #expect(empty["sentence"] == "There is no runbook yet: a guide that you have is the first.")
            _ = try await installation.runbook()
            #expect(try await status(caller, as: .viewer)["begin"] == "runbook exec accunode.deploy")
            _ = try await run(.queued, in: installation)
            #expect(try await status(caller, as: .viewer)["begin"] == nil)
        }
    }

    @Test func `what burns stands first, the worst of it at the top, also where nothing has run`() async throws {
        let installation = try await Installation()
        try await installation.test { caller in
            let mild = try await installation.incident(.acknowledge)
            let worse = try await installation.incidents.open(
                IncidentOrder(title: "All is down", severity: .sev1), by: try installation.principal(.admin))
            _ = try await installation.incident(.resolve)
            let now = try await status(caller, as: .viewer)
            #expect(ids(now["burning"]) == [worse.id.rawValue, mild])
            #expect(lines(now["burning"]).map { $0["state"] } == ["triggered", "acknowledged"])
            #expect(
                lines(now["burning"]).map { $0["details"] }
                    == ["sev1 · nobody has taken it up", "sev2 · web · admin is on it"])
            #expect(now["sentence"]?.string?.hasPrefix("Two incidents burn, ") == true)
            #expect(now["begin"] == nil)
            let page = try await caller.send(.get, "/", as: try await installation.session(.viewer))
            #expect(page.text.contains("/incidents/\(mild)"))
        }
    }

    @Test func `what runs and what is queued stands where it stands, the oldest first`() async throws {
        let installation = try await Installation()
        try await installation.test { caller in
            let first = try await run(.running, in: installation)
            let queued = try await run(.queued, in: installation)
            let second = try await run(.running, in: installation)
            let now = try await status(caller, as: .operator)
            #expect(ids(now["running"]) == [first, second])
            #expect(ids(now["queued"]) == [queued])
            #expect(lines(now["running"])[0]["details"] == "step 1 of 2 · first")
            #expect(lines(now["running"])[0]["by"]?["name"] == "admin")
            let page = try await caller.send(.get, "/", as: try await installation.session(.viewer))
            #expect(page.text.contains("/runs/\(first)"))
        }
    }

    @Test(arguments: [RunState.interrupted, .waiting])
    func `what waits for a person waits for those who may act`(_ state: RunState) async throws {
        let installation = try await Installation()
        try await installation.test { caller in
            let id = try await run(state, in: installation)
            for visitor in [Visitor.operator, .author, .admin] {
                let now = try await status(caller, as: visitor)
                #expect(ids(now["waiting_for_you"]) == [id])
                #expect(ids(now["waiting_for_others"]) == [])
                let page = try await caller.send(.get, "/", as: try await installation.session(visitor))
                #expect(page.text.contains("One run waits for you") || page.text.contains("one run waits for you"))
                #expect(page.text.contains("/runs/\(id)#page-step-first"))
            }
            let now = try await status(caller, as: .viewer)
            #expect(ids(now["waiting_for_you"]) == [])
            #expect(ids(now["waiting_for_others"]) == [id])
            let page = try await caller.send(.get, "/", as: try await installation.session(.viewer))
            #expect(page.text.contains("/runs/\(id)") && !page.text.contains("for you"))
            #expect(!page.text.contains("Run a runbook"))
        }
    }

    @Test func `a failure is told once for each runbook and section, the newest of them`() async throws {
        let installation = try await Installation()
        try await installation.test { caller in
            _ = try await run(.failed, in: installation)
            let rollback = try await run(.failed, section: "rollback", in: installation)
            let newest = try await run(.failed, in: installation)
            let failed = try await status(caller, as: .viewer)["failed"]
            #expect(failed?["count"] == 3)
            #expect(ids(failed) == [newest, rollback])
            #expect(lines(failed).map { $0["title"]?.string } == ["accunode.deploy", "accunode.deploy#rollback"])
            #expect(lines(failed)[0]["details"]?.string?.hasSuffix(" · twice") == true)
        }
    }

    @Test func `what has succeeded since comes after what has not, and is said`() async throws {
        let installation = try await Installation()
        try await installation.test { caller in
            let open = try await run(.failed, of: "open", in: installation)
            let rollback = try await run(.failed, section: "rollback", in: installation)
            // The whole makes good what one of its sections missed; a section does not make good the whole.
            let success = try await run(.succeeded, in: installation)
            let whole = try await run(.failed, of: "whole", in: installation)
            _ = try await run(.succeeded, section: "rollback", of: "whole", in: installation)
            var now = try await status(caller, as: .viewer)
            #expect(ids(now["failed"]) == [whole, open, rollback])
            #expect(lines(now["failed"]).map { $0["successor"]?.string } == [nil, nil, success])
            #expect(now["sentence"]?.string?.hasSuffix("three runs failed in the last 24 hours.") == true)
            for runbook in ["open", "whole"] { _ = try await run(.succeeded, of: runbook, in: installation) }
            now = try await status(caller, as: .viewer)
            #expect(
                now["sentence"]?.string?.hasSuffix(
                    "three runs failed in the last 24 hours, what failed has succeeded since.") == true)
        }
    }

    @Test func `a failure of the day before is no news, however late it was asked for`() async throws {
        let installation = try await Installation()
        try await installation.test { caller in
            let now = installation.clock.now
            _ = try await run(.failed, finished: now.advanced(by: .seconds(-24 * 3600)), in: installation)
            let recent = try await run(
                .failed, finished: now.advanced(by: .seconds(-24 * 3600 + 60)), of: "b", in: installation)
            #expect(ids(try await status(caller, as: .viewer)["failed"]) == [recent])
        }
    }

    @Test func `a run that was cancelled or rejected by a person is no failure`() async throws {
        let installation = try await Installation()
        try await installation.test { caller in
            for state in [RunState.cancelled, .rejected] { _ = try await run(state, in: installation) }
            let now = try await status(caller, as: .operator)
            #expect(
                now["sentence"] == "Nothing is running, nothing waits for anybody, nothing failed in the last 24 hours."
            )
        }
    }

    @Test func `a run that was rolled back is a failure, told among the others by its time`() async throws {
        let installation = try await Installation()
        try await installation.test { caller in
            let now = installation.clock.now
            let first = try await run(.failed, finished: now.advanced(by: .seconds(-3)), of: "a", in: installation)
            let second = try await run(.rolledBack, finished: now.advanced(by: .seconds(-2)), of: "b", in: installation)
            let third = try await run(.failed, finished: now.advanced(by: .seconds(-1)), of: "c", in: installation)
            #expect(ids(try await status(caller, as: .viewer)["failed"]) == [third, second, first])
        }
    }

    @Test func `successes come newest first, and only the last few`() async throws {
        let installation = try await Installation()
        try await installation.test { caller in
            var ids: [String] = []
            for _ in 0..<10 { ids.append(try await run(.succeeded, in: installation)) }
            #expect(self.ids(try await status(caller, as: .viewer)["succeeded"]) == Array(ids.reversed().prefix(8)))
        }
    }

    @Test func `more than a page shows is counted, and led to`() async throws {
        let installation = try await Installation()
        try await installation.test { caller in
            for _ in 0..<51 { _ = try await run(.interrupted, in: installation) }
            let now = try await status(caller, as: .operator)
            #expect(now["waiting_for_you"]?["count"] == 51)
            #expect(ids(now["waiting_for_you"]).count == 50)
            let page = try await caller.send(.get, "/", as: try await installation.session(.operator))
            #expect(page.text.contains("<a href=\"/runs?state=interrupted\">All 51 runs</a>"))
        }
    }
}
