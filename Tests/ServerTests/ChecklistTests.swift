import Checklists
import Essentials
import HTTPTypes
import Testing

@testable import Server

/// Several people on one checklist, over HTTP.
@Suite struct ChecklistTests {
    private func path(_ list: ChecklistRecord, _ item: String) -> String {
        "/api/v1/checklists/\(list.id)/items/\(item)"
    }

    private func tick(_ version: String) -> Body { .json(["state": "ticked"]).with([.ifMatch: version]) }

    @Test func `an item begins open whatever the source ticks, and a section has its own items`() async throws {
        let installation = try await Installation()
        try await installation.test { caller in
            let token = try await installation.token(.operator)
            let runbook = try await installation.goLive()
            let whole = try await caller.send(
                .post, "/api/v1/checklists", as: token, .json(["runbook": .string(runbook), "occasion": "2.0"]))
            #expect(whole.status == 201)
            let list = try whole.json()
            guard case .array(let items) = list["items"] else { return }
            #expect(items.map { $0["state"]?.string } == Array(repeating: "open", count: 6))
            #expect(items.map { $0["depth"]?.integer } == [1, 1, 2, 1, 1, 1])
            #expect(items.map { $0["required"] } == [true, true, true, true, false, true])
            #expect(items[3]["check"] == "https")
            #expect(whole.location == "/api/v1/checklists/\(list["id"]?.string ?? "")")
            let part = try await caller.send(
                .post, "/api/v1/checklists", as: token, .json(["runbook": .string(runbook), "section": "after"]))
            #expect(try part.json()["title"] == "After")
            guard case .array(let few) = try part.json()["items"] else { return }
            #expect(few.count == 1)
        }
    }

    @Test func `who has not seen the other's change does not undo it, and is told what it was`() async throws {
        let installation = try await Installation()
        try await installation.test { caller in
            let list = try await installation.checklist()
            let path = path(list, Installation.backup)
            let first = try await caller.send(.put, path, as: try await installation.token(.operator), tick("\"1\""))
            #expect(first.status == 200)
            #expect(first.headers[.eTag] == "\"2\"")
            #expect(try first.json()["by"]?["name"]?.string?.hasPrefix("operator") == true)
            let admin = try await installation.token(.admin)
            let second = try await caller.send(
                .put, path, as: admin,
                .json(["state": "not-applicable", "note": "there is no database"]).with([.ifMatch: "\"1\""]))
            #expect(second.status == 412)
            #expect(try second.json()["code"] == "outdated")
            let words = try second.json()["detail"]?.string ?? ""
            #expect(words.contains("operator") && words.contains("ticked this item at"), "\(words)")
            let now = try await caller.send(.get, "/api/v1/checklists/\(list.id)", as: admin).json()
            guard case .array(let items) = now["items"] else { return }
            #expect(items[0]["state"] == "ticked")
            // Seen, and then overwritten.
            let third = try await caller.send(
                .put, path, as: admin, .json(["state": "open"]).with([.ifMatch: "\"2\""]))
            #expect(third.status == 200)
        }
    }

    @Test func `who does not say what they have seen changes nothing`() async throws {
        let installation = try await Installation()
        try await installation.test { caller in
            let list = try await installation.checklist()
            let token = try await installation.token(.operator)
            for version in ["", "three", "\"0\"", "-1"] {
                let answer = try await caller.send(.put, path(list, Installation.backup), as: token, tick(version))
                #expect(answer.status == 400, "\(version)")
                #expect(try answer.faultyFields() == ["If-Match"])
            }
            let any = try await caller.send(.put, path(list, Installation.backup), as: token, tick("*"))
            #expect(any.status == 200)
        }
    }

    @Test func `ten who tick one item make one change, and nine of them hear of it`() async throws {
        let installation = try await Installation()
        try await installation.test { caller in
            let list = try await installation.checklist()
            let token = try await installation.token(.operator)
            let path = path(list, Installation.backup)
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<10 {
                    group.addTask {
                        let body = Body.json(["state": "ticked", "note": .string("client \(number)")])
                        return try await caller.send(.put, path, as: token, body.with([.ifMatch: "\"1\""])).status
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.count { $0 == 200 } == 1)
            #expect(statuses.count { $0 == 412 } == 9)
        }
    }

    @Test func `what makes no sense is refused with its reason, and changes nothing`() async throws {
        let installation = try await Installation()
        try await installation.test { caller in
            let token = try await installation.token(.operator)
            let (list, other) = (try await installation.checklist(), try await installation.checklist(section: "after"))
            // Of another list, of none, without a reason, by hand what only a check does, and to be or not to be.
            let refusals: [(String, JSONValue, Int)] = [
                (path(other, Installation.backup), ["state": "ticked"], 404),
                (path(list, "no-such-item"), ["state": "ticked"], 404),
                ("/api/v1/checklists/none/items/a", ["state": "ticked"], 404),
                (path(list, Installation.backup), ["state": "not-applicable"], 400),
                (path(list, Installation.backup), ["state": "failed"], 400),
                (path(list, Installation.backup), ["state": "maybe"], 400),
                (path(list, Installation.backup), ["note": .string(String(repeating: "a", count: 5000))], 400),
            ]
            for (path, body, status) in refusals {
                let answer = try await caller.send(.put, path, as: token, .json(body).with([.ifMatch: "\"1\""]))
                #expect(answer.status == status, "\(path) \(body.text.prefix(60)): \(answer.text)")
            }
            let check = try await caller.send(
                .post, path(list, Installation.backup) + "/check", as: token)
            #expect(check.status == 400)
            #expect(try check.json()["detail"]?.string?.contains("has no check") == true)
            let after = try await installation.checklists.checklist(list.id, by: try installation.principal(.viewer))
            #expect(after.items == list.items)
        }
    }

    @Test func `a completed checklist stands still until it is reopened`() async throws {
        let installation = try await Installation()
        try await installation.test { caller in
            let token = try await installation.token(.operator)
            let list = try await installation.checklist()
            let refused = try await caller.send(
                .post, "/api/v1/checklists/\(list.id)/completion", as: token, .json([:]))
            #expect(refused.status == 409)
            #expect(try refused.json()["detail"]?.string?.hasPrefix("5 items are open: “The backup is taken.”") == true)
            // An override is an admin's.
            let reason: JSONValue = ["reason": "agreed with the owner"]
            let path = "/api/v1/checklists/\(list.id)/completion"
            #expect(try await caller.send(.post, path, as: token, .json(reason)).status == 403)
            let admin = try await installation.token(.admin)
            let done = try await caller.send(.post, path, as: admin, .json(reason))
            #expect(try done.json()["override"] == "agreed with the owner")
            let late = try await caller.send(.put, self.path(list, Installation.backup), as: token, tick("\"1\""))
            #expect(late.status == 409)
            #expect(try late.json()["detail"]?.string?.contains("reopen it") == true)
            let open = try await caller.send(.post, "/api/v1/checklists/\(list.id)/reopening", as: token, .json([:]))
            #expect(try open.json()["state"] == "open")
            #expect(try open.json()["override"] == nil)
            #expect(
                try await caller.send(.put, self.path(list, Installation.backup), as: token, tick("\"1\"")).status
                    == 200)
        }
    }

    @Test func `an export differs from the guide in the boxes alone`() async throws {
        let installation = try await Installation()
        try await installation.test { caller in
            let list = try await installation.checklist()
            let token = try await installation.token(.operator)
            _ = try await caller.send(.put, path(list, Installation.backup), as: token, tick("*"))
            let export = try await caller.send(.get, "/api/v1/checklists/\(list.id)/export", as: token)
            // The box that the source ticks proves nothing: it is open until somebody ticks it here.
            let expected = Installation.goLive
                .replacing("- [ ] The backup", with: "- [x] The backup")
                .replacing("- [x] The owner", with: "- [ ] The owner")
            #expect(export.text == expected)
        }
    }

    @Test func `a form that shows an older item says beside it what the other did`() async throws {
        let installation = try await Installation()
        try await installation.test { caller in
            let list = try await installation.checklist()
            let page = "/checklists/\(list.id)"
            let first = try await caller.send(
                .post, page + "/items", as: try await installation.session(.operator), .form(["do": "tick 1 1"]))
            #expect(first.status == 303)
            #expect(first.location == page + "#page-item-1")
            let second = try await caller.send(
                .post, page + "/items", as: try await installation.session(.admin),
                .form(["do": "waive 1 1", "note-1": "there is none"]))
            #expect(second.status == 412)
            #expect(second.text.contains("operator ticked this item at"))
            // What was typed before somebody else came is not lost on the server's side either: it was never taken.
            #expect(!second.text.contains("there is none"))
            for nonsense in ["", "tick", "tick one 1", "burn 1 1", "tick 1 1 1"] {
                let answer = try await caller.send(
                    .post, page + "/items", as: try await installation.session(.operator), .form(["do": nonsense]))
                #expect(answer.status == 400, "\(nonsense)")
            }
            let outside = try await caller.send(
                .post, page + "/items", as: try await installation.session(.operator), .form(["do": "tick 99 1"]))
            #expect(outside.status == 404)
        }
    }

    @Test func `every act on a checklist is on the journal with all that it takes to replay it`() async throws {
        let installation = try await Installation()
        try await installation.test { caller in
            let list = try await installation.finishedChecklist()
            _ = try await installation.checklists.complete(list.id, by: try installation.principal(.operator))
            let token = try await installation.token(.viewer)
            let events = try await caller.send(
                .get, "/api/v1/journal?object=checklist/\(list.id)&limit=100", as: token
            ).json()
            guard case .array(let items) = events["items"] else { return }
            let kinds = items.compactMap { $0["kind"]?.string }
            #expect(
                kinds == ["checklist.started"] + Array(repeating: "item.ticked", count: 5) + ["checklist.completed"])
            #expect(items[1]["data"]?["item"]?.string == Installation.backup)
            #expect(items[1]["data"]?["version"]?.integer == 2)
            #expect(items[1]["data"]?["state"] == "ticked")
        }
    }

    @Test func `a checklist that is started for an incident shows on its timeline and its page`() async throws {
        let installation = try await Installation()
        try await installation.test { caller in
            let token = try await installation.token(.operator)
            let runbook = try await installation.goLive()
            let opened = try await caller.send(
                .post, "/api/v1/incidents", as: token, .json(["title": "The lamp is out"]))
            let incident = try #require(try opened.json()["id"]?.string)
            let made = try await caller.send(
                .post, "/api/v1/checklists", as: token,
                .json(["runbook": .string(runbook), "section": "after", "incident": .string(incident)]))
            #expect(try made.json()["object"]?.string == "incident/\(incident)")
            let list = try #require(try made.json()["id"]?.string)
            let path = "/api/v1/checklists/\(list)/items/after.the-smoke-test-is-green"
            #expect(try await caller.send(.put, path, as: token, tick("\"1\"")).status == 200)
            let done = try await caller.send(.post, "/api/v1/checklists/\(list)/completion", as: token, .json([:]))
            #expect(done.status == 200)
            let told = try await caller.send(.get, "/api/v1/incidents/\(incident)/timeline", as: token).json()
            guard case .array(let entries) = told["items"] else { return }
            // Not each tick: the checklist's own page has those.
            #expect(
                entries.compactMap { $0["kind"]?.string } == [
                    "incident.opened", "checklist.started", "checklist.completed",
                ])
            let page = try await caller.send(
                .get, "/incidents/\(incident)", as: try await installation.session(.operator))
            #expect(page.text.contains("<a href=\"/checklists/\(list)\">"))
            let unknown = try await caller.send(
                .post, "/api/v1/checklists", as: token,
                .json(["runbook": .string(runbook), "incident": "none"]))
            #expect(unknown.status == 400)
            #expect(try unknown.faultyFields() == ["incident"])
        }
    }
}
