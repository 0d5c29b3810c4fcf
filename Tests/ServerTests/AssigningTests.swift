import Checklists
import Essentials
import HTTPTypes
import Runbooks
import Testing

@testable import Server

/// Whose an item is, and of which role whoever settles it must be.
@Suite struct AssigningTests {
    private func change(
        _ list: ChecklistRecord, _ body: JSONValue, _ version: Int, as credentials: Credentials, _ caller: Caller
    ) async throws -> Answer {
        try await caller.send(
            .put, "/api/v1/checklists/\(list.id)/items/\(Installation.backup)", as: credentials,
            .json(body).with([.ifMatch: "\"\(version)\""]))
    }

    private func waiting(_ caller: Caller, _ visitor: Visitor) async throws -> [JSONValue] {
        let token = try await caller.installation.token(visitor)
        let status = try await caller.send(.get, "/api/v1/status", as: token).json()
        guard case .array(let lines)? = status["waiting_for_you"]?["lines"] else { return [] }
        return lines.filter { $0["kind"] == "item" }
    }

    @Test func `who is given an item finds it among what waits for them, until it is settled`() async throws {
        let installation = try await Installation()
        let list = try await installation.checklist()
        try await installation.test { caller in
            let token = try await installation.token(.operator)
            let given = try await change(list, ["assignee": "AUTHOR"], 1, as: token, caller)
            #expect(given.status == 200)
            #expect(try given.json()["assignee"] == "author")
            #expect(try given.json()["state"] == "open")
            let mine = try await waiting(caller, .author)
            #expect(mine.map { $0["title"] } == ["The backup is taken."])
            #expect(mine.first?["id"] == .string("\(list.id)/\(Installation.backup)"))
            #expect(try await waiting(caller, .operator).isEmpty)
            // Who has not seen that it was given away is told to whom.
            let late = try await change(list, ["state": "ticked"], 1, as: token, caller)
            #expect(late.status == 412)
            #expect(try late.json()["detail"]?.string?.contains("gave this item to author at ") == true)
            // Anybody may help.
            #expect(try await change(list, ["state": "ticked"], 2, as: token, caller).status == 200)
            #expect(try await waiting(caller, .author).isEmpty)
            let taken = try await change(list, ["assignee": "", "state": "open"], 3, as: token, caller)
            #expect(try taken.json()["assignee"] == nil)
            #expect(try await waiting(caller, .author).isEmpty)
        }
    }

    @Test func `what is for an admin no operator settles, gives away or takes the role from`() async throws {
        let installation = try await Installation()
        let list = try await installation.checklist()
        try await installation.test { caller in
            let (token, admin) = (try await installation.token(.operator), try await installation.token(.admin))
            let reserved = try await change(list, ["role": "admin"], 1, as: token, caller)
            #expect(try reserved.json()["role"] == "admin")
            for body: JSONValue in [
                ["state": "ticked"], ["state": "not-applicable", "note": "no"], ["role": ""], ["role": "operator"],
            ] {
                let refused = try await change(list, body, 2, as: token, caller)
                #expect(refused.status == 403, "\(body.text): \(refused.text)")
            }
            // Nor is it given to one who may not settle it.
            let given = try await change(list, ["assignee": "operator"], 2, as: token, caller)
            #expect(given.status == 400)
            #expect(try given.faultyFields() == ["assignee"])
            // A note is everybody's.
            #expect(try await change(list, ["note": "asked"], 2, as: token, caller).status == 200)
            let page = try await caller.send(
                .get, "/checklists/\(list.id)", as: try await installation.session(.operator)
            ).text
            #expect(page.contains("for an admin") && !page.contains("value=\"tick 1 3\""))
            let own = try await caller.send(
                .get, "/checklists/\(list.id)", as: try await installation.session(.admin)
            ).text
            #expect(own.contains("value=\"tick 1 3\""))
            #expect(try await change(list, ["state": "ticked"], 3, as: admin, caller).status == 200)
            #expect(try await change(list, ["state": "open"], 4, as: token, caller).status == 403)
        }
    }

    @Test(
        arguments: [
            (["assignee": "nobody"], "assignee"), (["assignee": "viewer"], "assignee"), (["role": "viewer"], "role"),
            (["role": "king"], "role"),
        ] as [(JSONValue, String)])
    func `nobody is made up, and no viewer is given anything`(body: JSONValue, field: String) async throws {
        let installation = try await Installation()
        let list = try await installation.checklist()
        try await installation.test { caller in
            let refused = try await change(list, body, 1, as: try await installation.token(.operator), caller)
            #expect(refused.status == 400)
            #expect(try refused.faultyFields() == [field])
        }
    }

    @Test func `by the page's form an item is given away, and the page says whose it is`() async throws {
        let installation = try await Installation()
        let list = try await installation.checklist()
        try await installation.test { caller in
            let session = try await installation.session(.operator)
            func press(_ fields: KeyValuePairs<String, String>) async throws -> Answer {
                try await caller.send(.post, "/checklists/\(list.id)/items", as: session, .form(fields))
            }
            #expect(try await press(["do": "assign 1 1", "to-1": "author"]).status == 303)
            let page = try await caller.send(.get, "/checklists/\(list.id)", as: session).text
            #expect(page.contains("<bdi>for author</bdi>"))
            let late = try await press(["do": "assign 1 1", "to-1": "admin, an admin"])
            #expect(late.status == 412 && late.text.contains("operator gave this item to author at "))
            let wrong = try await press(["do": "assign 1 2", "to-1": "somebody"])
            #expect(wrong.status == 400 && wrong.text.contains("There is nobody called somebody"))
        }
    }

    @Test func `the same field says who must settle an item`() async throws {
        let installation = try await Installation()
        let list = try await installation.checklist()
        try await installation.test { caller in
            let (admin, session) = (try await installation.session(.admin), try await installation.session(.operator))
            func give(_ owners: String, _ version: Int, as session: Credentials) async throws -> Answer {
                try await caller.send(
                    .post, "/checklists/\(list.id)/items", as: session,
                    .form(["do": "assign 1 \(version)", "to-1": owners]))
            }
            func page() async throws -> String {
                try await caller.send(.get, "/checklists/\(list.id)", as: session).text
            }
            #expect(try await page().contains("<option value=\"an admin\">"))
            #expect(try await give("An admin", 1, as: session).status == 303)
            var told = try await page()
            #expect(told.contains("<bdi>for an admin</bdi>") && told.contains("name=\"to-1\" value=\"an admin\""))
            #expect(!told.contains("value=\"tick 1 "))
            let taken = try await give("author", 2, as: session)
            #expect(taken.status == 403 && taken.text.contains("give an admin&#39;s item to others"), "\(taken.text)")
            #expect(try await give("admin, an admin", 2, as: admin).status == 303)
            #expect(try await page().contains("<bdi>for admin, an admin</bdi>"))
            #expect(try await give("an operator", 3, as: admin).status == 303)
            told = try await page()
            #expect(told.contains("<bdi>for an operator</bdi>") && told.contains("value=\"tick 1 4\""))
            #expect(try await give("", 4, as: session).status == 303)
            #expect(try await !page().contains("<bdi>for "))
        }
    }

    @Test(
        arguments: [
            ("", nil, nil), (" , ", nil, nil), ("Ada", "Ada", nil), ("an admin", nil, .admin),
            ("Ada, An Admin", "Ada", .admin), ("an operator,Ada", "Ada", .operator), ("admin", "admin", nil),
            ("Lovelace, Ada", "Lovelace, Ada", nil),
        ] as [(String, String?, Role?)])
    func `a field says a person, a role, or both`(_ text: String, _ person: String?, _ role: Role?) {
        let owners = ItemOwners(typed: text)
        #expect(owners.person == person && owners.role == role)
        #expect(ItemOwners(typed: owners.words ?? "") == owners)
    }

    @Test func `an item whose text names a role begins with it`() async throws {
        let installation = try await Installation()
        let guide =
            "- [ ] The budget is approved (role: admin)\n- [ ] (Role: operator) It is told\n- [ ] log in (admin)\n"
        let admin = try installation.principal(.admin)
        _ = try await installation.catalogue.store(Array(guide.utf8), name: "roles", by: admin)
        let list = try await installation.checklists.start(ChecklistOrder(runbook: "roles"), by: admin)
        #expect(list.items.map(\.role) == [.admin, .operator, nil])
    }

    @Test func `an abandoned checklist changes no more until it is reopened`() async throws {
        let installation = try await Installation()
        let list = try await installation.checklist()
        try await installation.test { caller in
            let token = try await installation.token(.operator)
            let path = "/api/v1/checklists/\(list.id)"
            for _ in 1...2 {
                let abandoned = try await caller.send(
                    .post, "\(path)/abandonment", as: token, .json(["reason": "called off"]))
                #expect(abandoned.status == 200)
                #expect(try abandoned.json()["state"] == "abandoned")
                #expect(try abandoned.json()["override"] == "called off")
            }
            #expect(try await change(list, ["state": "ticked"], 1, as: token, caller).status == 409)
            #expect(try await caller.send(.post, "\(path)/completion", as: token, .json([:])).status == 409)
            let found = try await caller.send(.get, "/api/v1/checklists?state=abandoned", as: token).text
            #expect(found.contains(list.id.rawValue))
            #expect(try await caller.send(.post, "\(path)/reopening", as: token, .json([:])).status == 200)
            #expect(try await change(list, ["state": "ticked"], 1, as: token, caller).status == 200)
            let done = try await installation.completedChecklist().id
            #expect(try await caller.send(.post, "/api/v1/checklists/\(done)/abandonment", as: token).status == 409)
        }
    }
}
