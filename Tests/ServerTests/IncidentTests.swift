import Essentials
import Foundation
import HTTPTypes
import Incidents
import Journal
import Testing

@testable import Server

/// Incidents over HTTP and on their pages.
@Suite struct IncidentTests {
    @Test func `an incident is opened, worked and told over the API`() async throws {
        let installation = try await Installation()
        try await installation.test { caller in
            let session = try await installation.session(.operator)
            let opened = try await caller.send(
                .post, "/api/v1/incidents", as: session,
                .json([
                    "title": "Checkout errors", "severity": "sev2", "services": ["web"], "note": "Since the *deploy*.",
                    "runbooks": [.string(try await installation.runbook())],
                ]))
            #expect(opened.status == 201)
            let path = try #require(opened.location)
            let taken = try await caller.send(.post, "\(path)/acknowledgement", as: session)
            #expect(try taken.json()["acknowledged_by"] == "operator")
            let second = try await caller.send(
                .post, "\(path)/acknowledgement", as: try await installation.session(.author))
            #expect(second.status == 409)
            #expect(try second.json()["detail"]?.string?.hasPrefix("operator has acknowledged it already") == true)
            let assigned = try await caller.send(
                .put, "\(path)/roles/commander", as: session, .json(["person": "ADMIN"]))
            #expect(try assigned.json()["roles"] == ["commander": "admin"])
            let run = try await caller.send(
                .post, "/api/v1/runs", as: session,
                .json([
                    "runbook": "accunode.deploy", "incident": .string(String(path.split(separator: "/").last ?? "")),
                ]))
            #expect(run.status == 201)
            let timeline = try await caller.send(.get, "\(path)/timeline", as: session).json()
            guard case .array(let items) = timeline["items"] else {
                Issue.record("no items")
                return
            }
            #expect(
                items.compactMap { $0["sentence"]?.string } == [
                    "Opened as sev2, by operator.", "Note, by operator.", "Acknowledged, by operator.",
                    "admin is commander, by operator.", "Run accunode.deploy started, by operator.",
                ])
            let draft = try await caller.send(.get, "\(path)/postmortem", as: session)
            #expect(draft.contentType.hasPrefix("text/markdown"))
            #expect(draft.text.hasPrefix("# Postmortem: Checkout errors\n"))
        }
    }

    @Test func `an incident says how the people of its services are reached`() async throws {
        let installation = try await Installation()
        try await installation.test { caller in
            let session = try await installation.session(.operator)
            for (service, contacts) in [("web", ["on call: +49 30 123 456-78", "it@example.org"]), ("silent", [])] {
                let body: Body = .json([
                    "name": .string(service), "contacts": .array(contacts.map { .string($0) }),
                ])
                #expect(try await caller.send(.post, "/api/v1/services", as: session, body).status == 201)
            }
            let opened = try await caller.send(
                .post, "/api/v1/incidents", as: session,
                .json(["title": "Checkout errors", "services": ["web", "silent", "unrecorded"]]))
            let path = try #require(opened.location)
            let incident = try await caller.send(.get, path, as: session).json()
            #expect(
                incident["contacts"]
                    == [["service": "web", "contacts": ["on call: +49 30 123 456-78", "it@example.org"]]])
            let page = try await caller.send(.get, path.replacing("/api/v1", with: ""), as: session).text
            #expect(page.contains("on call: <a href=\"tel:+493012345678\">+49 30 123 456-78</a>"))
            #expect(page.contains("<a href=\"mailto:it@example.org\">it@example.org</a>"))
            #expect(!page.contains("/services/silent\"><bdi>silent</bdi></a><br>"))
        }
    }

    @Test func `a note for earlier is taken, and its edit keeps what it said`() async throws {
        let installation = try await Installation()
        let path = "/api/v1/incidents/\(try await installation.incident())/timeline"
        let earlier = installation.clock.now.advanced(by: .seconds(-600)).rfc3339
        try await installation.test { caller in
            let session = try await installation.session(.operator)
            let note = try await caller.send(
                .post, path, as: session, .json(["text": "one", "at": .string(earlier)]))
            #expect(note.status == 201)
            #expect(try note.json()["at"] == .string(earlier))
            let edited = try await caller.send(
                .put, try #require(note.location), as: session, .json(["text": "two"]).with([.ifMatch: "\"1\""])
            ).json()
            #expect(edited["text"] == "two")
            guard case .array(let before) = edited["earlier"] else {
                Issue.record("nothing was kept")
                return
            }
            #expect(before.map { $0["text"] } == ["one"])
            #expect(edited["seq"] == (try note.json())["seq"])
        }
    }

    @Test func `a timeline that is read again tells what was edited and erased meanwhile`() async throws {
        let installation = try await Installation()
        let path = "/api/v1/incidents/\(try await installation.incident())/timeline"
        try await installation.test { caller in
            let session = try await installation.session(.operator)
            let note = try await caller.send(.post, path, as: session, .json(["text": "one"]))
            let list = try await caller.send(.get, path, as: session)
            let first = list.text
            guard case .array(let entries)? = try list.json()["items"], let opened = entries.first?["seq"]?.integer
            else { throw Problem.invalid("no entries") }
            #expect(first.contains(#""text":"one""#))
            #expect(try await caller.send(.get, path, as: session).text == first)
            _ = try await caller.send(
                .put, try #require(note.location), as: session, .json(["text": "two"]).with([.ifMatch: "*"]))
            let edited = try await caller.send(.get, path, as: session).text
            #expect(edited.contains(#""text":"two""#))
            try await installation.journal.erase([opened], reason: "asked", by: try installation.principal(.admin))
            let erased = try await caller.send(.get, path, as: session).text
            #expect(first.contains("affects web") && !erased.contains("affects web"))
        }
    }

    @Test func `two who edit a note never overwrite each other: the second is told what the first wrote`() async throws
    {
        let installation = try await Installation()
        let path = "/api/v1/incidents/\(try await installation.incident())/timeline"
        try await installation.test { caller in
            let session = try await installation.session(.operator)
            let note = try await caller.send(.post, path, as: session, .json(["text": "one"]))
            let place = try #require(note.location)
            #expect(try note.json()["version"] == 1)
            func edit(_ text: String, _ tag: String?) async throws -> Answer {
                let body = Body.json(["text": .string(text)])
                return try await caller.send(
                    .put, place, as: session, tag.map { body.with([.ifMatch: $0]) } ?? body)
            }
            let first = try await edit("It was the disk.", "\"1\"")
            #expect(first.status == 200 && first.headers[.eTag] == "\"2\"")
            let second = try await edit("It was the network.", "\"1\"")
            #expect(second.status == 412)
            let detail = try second.json()["detail"]?.string ?? ""
            #expect(detail.hasPrefix("operator has changed this note at "))
            #expect(detail.contains("it says “It was the disk.” now (version 2)"))
            #expect(try await edit("unseen", nil).status == 400)
            #expect(try await edit("unseen", "soon").status == 400)
            let told = try await caller.send(.get, "\(path)?kind=note", as: session).text
            #expect(told.contains("It was the disk.") && !told.contains("network") && !told.contains("unseen"))
        }
    }

    @Test func `the page says what the other wrote, and keeps what was typed`() async throws {
        let installation = try await Installation()
        let note = try await installation.note()
        let id = String(note.prefix { $0 != "/" })
        try await installation.test { caller in
            let (one, two) = (try await installation.session(.operator), try await installation.session(.author))
            func edit(_ text: String, as session: Credentials) async throws -> Answer {
                try await caller.send(.post, "/incidents/\(note)", as: session, .form(["text": text, "version": "1"]))
            }
            #expect(try await edit("It was the switch.", as: one).status == 303)
            let late = try await edit("It was the <cable>.", as: two)
            #expect(late.status == 412)
            #expect(late.text.contains("operator has changed this note at "))
            #expect(late.text.contains("it says “It was the switch.” now"))
            #expect(late.text.contains("rows=\"4\" required>It was the &lt;cable&gt;.</textarea>"))
            #expect(late.text.contains("name=\"version\" value=\"2\""))
            let page = try await caller.send(.get, "/incidents/\(id)", as: one).text
            #expect(page.contains("It was the switch.") && !page.contains("cable"))
        }
    }

    @Test func `an incident that is opened from a deployment counts as its failure, until somebody says otherwise`()
        async throws
    {
        let installation = try await Installation()
        let deployment = try await installation.waitingDeployment()
        try await installation.test { caller in
            let session = try await installation.session(.operator)
            let form = try await caller.send(.get, "/deployments/\(deployment)", as: session).text
            #expect(form.contains("deployment=\(deployment)\""))
            let opened = try await caller.send(
                .post, "/api/v1/incidents", as: session,
                .json(["title": "Errors", "severity": "sev4", "deployment": .string(deployment)]))
            #expect(opened.status == 201)
            // The service is the deployment's.
            #expect(try opened.json()["services"] == ["accunode"])
            #expect(try opened.json()["deployment"] == .string(deployment))
            let id = try #require(try opened.json()["id"]?.string)
            func laid() async throws -> JSONValue? {
                try await caller.send(.get, "/api/v1/deployments/\(deployment)", as: session).json()["laid_to_it"]
            }
            #expect(try await laid() == [.string(id)])
            let page = try await caller.send(.get, "/deployments/\(deployment)", as: session).text
            #expect(page.contains("counts as its failure"))
            let changed = try await caller.send(
                .patch, "/api/v1/incidents/\(id)", as: session, .json(["deployment": "none"]))
            #expect(try changed.json()["deployment"] == "none")
            #expect(try await laid() == nil)
            let wrong = try await caller.send(
                .patch, "/api/v1/incidents/\(id)", as: session, .json(["deployment": "nothing"]))
            #expect(wrong.status == 400)
            #expect(try wrong.faultyFields() == ["deployment"])
        }
    }

    struct Bad: Sendable, CustomTestStringConvertible {
        let method: HTTPRequest.Method
        /// Below the incident's.
        let path: String
        let body: JSONValue
        let status: Int
        let fields: [String]
        var testDescription: String { "\(method) \(path) \(body.text)" }
    }

    @Test(arguments: [
        Bad(method: .patch, path: "", body: ["severity": "sev9"], status: 400, fields: ["severity"]),
        Bad(method: .patch, path: "", body: ["title": ""], status: 400, fields: ["title"]),
        Bad(method: .patch, path: "", body: ["runbooks": ["nobody"]], status: 400, fields: ["runbooks"]),
        Bad(method: .patch, path: "", body: ["services": "web"], status: 400, fields: ["services"]),
        Bad(method: .post, path: "/timeline", body: [:], status: 400, fields: ["text"]),
        Bad(method: .post, path: "/timeline", body: ["text": " "], status: 400, fields: ["text"]),
        Bad(method: .post, path: "/timeline", body: ["text": "a\u{0}b"], status: 400, fields: ["text"]),
        Bad(
            method: .post, path: "/timeline", body: ["text": .string(String(repeating: "x", count: 16_385))],
            status: 400, fields: ["text"]),
        Bad(method: .post, path: "/timeline", body: ["text": "a", "at": "yesterday"], status: 400, fields: ["at"]),
        Bad(
            method: .post, path: "/timeline", body: ["text": "a", "at": "2999-01-01T00:00:00Z"], status: 400,
            fields: ["at"]),
        Bad(method: .put, path: "/timeline/unknown", body: ["text": "a"], status: 404, fields: []),
        Bad(method: .put, path: "/roles/king", body: ["person": "admin"], status: 404, fields: []),
        Bad(method: .put, path: "/roles/scribe", body: ["person": "nobody"], status: 400, fields: ["person"]),
        Bad(method: .post, path: "/reopening", body: [:], status: 409, fields: []),
    ]) func `what is wrong is said by its field, and changes nothing`(_ bad: Bad) async throws {
        let installation = try await Installation()
        let id = try await installation.incident()
        let head = try await installation.journal.head()
        try await installation.test { caller in
            let answer = try await caller.send(
                bad.method, "/api/v1/incidents/\(id)\(bad.path)", as: try await installation.token(.operator),
                .json(bad.body).with([.ifMatch: "*"]))
            #expect(answer.status == bad.status)
            #expect(try answer.faultyFields() == bad.fields)
        }
        // The token is on the journal, and nothing after it.
        #expect(try await installation.journal.head()?.seq == (head?.seq ?? 0) + 1)
    }

    @Test(arguments: ["state=open", "severity=1", "open=yes", "limit=0"])
    func `a list refuses a filter that is none`(query: String) async throws {
        let installation = try await Installation()
        try await installation.test { caller in
            let answer = try await caller.send(
                .get, "/api/v1/incidents?\(query)", as: try await installation.token(.viewer))
            #expect(answer.status == 400)
            #expect(try answer.faultyFields() == [String(query.prefix { $0 != "=" })])
        }
    }

    @Test func `a run for an incident that is not there is refused by its field`() async throws {
        let installation = try await Installation()
        let runbook = try await installation.runbook()
        try await installation.test { caller in
            let answer = try await caller.send(
                .post, "/api/v1/runs", as: try await installation.token(.operator),
                .json(["runbook": .string(runbook), "incident": "unknown"]))
            #expect(answer.status == 400)
            #expect(try answer.faultyFields() == ["incident"])
        }
    }

    @Test func `the page of an incident shows what happened, newest first, a note for earlier where it belongs`()
        async throws
    {
        let installation = try await Installation()
        let id = try await installation.incident(.acknowledge)
        let admin = try installation.principal(.admin)
        _ = try await installation.incidents.note("now", on: ID(id), by: admin)
        _ = try await installation.incidents.note(
            "earlier", at: installation.clock.now.advanced(by: .seconds(-60)), on: ID(id), by: admin)
        try await installation.test { caller in
            let page = try await caller.send(.get, "/incidents/\(id)", as: try await installation.session(.operator))
            let places = ["<p>now</p>", "Acknowledged", "Opened as sev2", "<p>earlier</p>"].map {
                page.text.range(of: $0)?.lowerBound
            }
            #expect(!places.contains(nil))
            #expect(places.compactMap { $0 } == places.compactMap { $0 }.sorted())
            #expect(page.text.contains("Written down"))
            let viewed = try await caller.send(.get, "/incidents/\(id)", as: try await installation.session(.viewer))
            #expect(!viewed.text.contains("name=\"text\""))
            #expect(!viewed.text.contains("/mitigation"))
        }
    }

    @Test func `a form that is wrong comes back with what was typed and what is wrong with it`() async throws {
        let installation = try await Installation()
        try await installation.test { caller in
            let answer = try await caller.send(
                .post, "/incidents", as: try await installation.session(.operator),
                .form(["title": "  ", "services": "web, api", "severity": "sev1", "note": "It <b>burns</b>."]))
            #expect(answer.status == 400)
            #expect(answer.text.contains("Say in a few words what is wrong."))
            #expect(answer.text.contains("value=\"web, api\""))
            #expect(answer.text.contains("It &lt;b&gt;burns&lt;/b&gt;."))
            #expect(answer.text.contains("<option value=\"sev1\" selected>"))
        }
    }

    @Test(arguments: [
        "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[x](javascript:alert(1))",
        "![x](https://evil.example.org/pixel.png)", "<a href=\"javascript:alert(1)\">x</a>", "<svg onload=alert(1)>",
        "[x](data:text/html,<script>alert(1)</script>)", "`</code><script>alert(1)</script>`",
        "```\n</code></pre><script>alert(1)</script>\n```", "| <script> |\n| --- |\n| <style> |",
    ]) func `Markdown that attacks is shown, and does nothing`(text: String) async throws {
        let installation = try await Installation()
        let id = try await installation.incident()
        _ = try await installation.incidents.note(text, on: ID(id), by: try installation.principal(.admin))
        try await installation.test { caller in
            let page = try await caller.send(.get, "/incidents/\(id)", as: try await installation.session(.viewer))
            #expect(page.status == 200)
            let timeline = try #require(page.text.range(of: "id=\"page-timeline\"")).lowerBound
            let told = page.text[timeline...].lowercased()
            for harm in [
                "<script", "<img", "<svg", "<style", "href=\"javascript:", "href=\"data:", " onerror=\"", "src=",
            ] {
                // What was written is shown as text; as a tag or an attribute it is nowhere.
                let isShownOnly = harm == "src=" && text.contains("src=x")
                #expect(isShownOnly || !told.contains(harm), "\(harm)")
            }
        }
    }
}
