import Deployments
import Essentials
import HTTPTypes
import Incidents
import Runbooks
import Services
import Testing

@testable import Server

/// Services over HTTP and on their pages.
@Suite struct ServiceTests {
    private static let guide = "---\nservice: %\n---\n# Guide of %\n\n```sh\ntrue\n```\n"

    private func name(_ service: String, in installation: Installation, as runbook: String) async throws {
        _ = try await installation.catalogue.store(
            Array(Self.guide.replacing("%", with: service).utf8), name: runbook, by: try installation.principal(.admin))
    }

    @Test func `a service that only a guide names has a page, which offers to record it`() async throws {
        let installation = try await Installation()
        try await name("orders", in: installation, as: "orders.deploy")
        try await installation.test { caller in
            let session = try await installation.session(.operator)
            let page = try await caller.send(.get, "/services/orders", as: session)
            #expect(page.text.contains("Guide of orders"))
            #expect(page.text.contains("/services/new?name=orders"))
            #expect(!page.text.contains("/services/orders/change"))
            let answer = try await caller.send(.get, "/api/v1/services/orders", as: session)
            #expect(try answer.json()["recorded"] == false)
            #expect(try answer.json()["runbooks"] == ["orders.deploy"])
            let viewer = try await installation.session(.viewer)
            #expect(!(try await caller.send(.get, "/services/orders", as: viewer)).text.contains("Record it"))
            #expect(try await caller.send(.get, "/services/unheard-of", as: session).status == 404)
        }
    }

    @Test func `a service that only an incident names has a page that shows the incident`() async throws {
        let installation = try await Installation()
        let incident = try await installation.incident()
        try await installation.test { caller in
            let session = try await installation.session(.operator)
            let page = try await caller.send(.get, "/services/web", as: session)
            #expect(page.text.contains("/incidents/\(incident)"))
            #expect(page.text.contains("/services/new?name=web"))
            let answer = try await caller.send(.get, "/api/v1/services/web", as: session).json()
            guard case .array(let incidents) = answer["incidents"] else { return }
            #expect(incidents.compactMap { $0["id"]?.string } == [incident])
        }
    }

    @Test func `a service shows its deployments, and a deployment what has burnt since it began`() async throws {
        let installation = try await Installation()
        let admin = try installation.principal(.admin)
        @Sendable func open(_ title: String) async throws -> String {
            try await installation.incidents.open(
                IncidentOrder(title: title, severity: .sev2, services: ["accunode"]), by: admin
            ).id.rawValue
        }
        let before = try await open("Before it")
        let deployment = try await installation.waitingDeployment()
        let during = try await open("While it waits")
        installation.clock.advance(by: .seconds(86_400))
        let late = try await open("A day later")
        try await installation.test { caller in
            let session = try await installation.session(.operator)
            let answer = try await caller.send(.get, "/api/v1/services/accunode", as: session).json()
            guard case .array(let deployments) = answer["deployments"] else {
                Issue.record("\(answer)")
                return
            }
            #expect(deployments.compactMap { $0["id"]?.string } == [deployment])
            #expect(deployments.first?["version"] == "v2" && deployments.first?["state"] == "waiting")
            let service = try await caller.send(.get, "/services/accunode", as: session)
            #expect(service.text.contains("href=\"/deployments/\(deployment)\""))
            let path = "/deployments/\(deployment)"
            let page = try await caller.send(.get, path, as: session).text
            // It still waits, so that the story goes on.
            #expect(page.contains(during) && page.contains(late) && !page.contains(before))
            #expect(page.contains("/incidents/new?service=accunode&amp;title=accunode%20v2%20to%20stage-"))
            let form = try await caller.send(.get, "/incidents/new?service=accunode&title=x%3Cy", as: session).text
            #expect(form.contains("value=\"accunode\"") && form.contains("value=\"x&lt;y\""))
            let viewed = try await caller.send(.get, path, as: try await installation.session(.viewer)).text
            #expect(viewed.contains(during) && !viewed.contains("/incidents/new"))
        }
        _ = try await installation.deployments.abort(ID(deployment), reason: nil, by: admin)
        try await installation.test { caller in
            let page = try await caller.send(
                .get, "/deployments/\(deployment)", as: try await installation.session(.operator)
            ).text
            #expect(page.contains(late))
            installation.clock.advance(by: .seconds(7200))
            let afterwards = try await open("Two hours after its end")
            let later = try await caller.send(
                .get, "/deployments/\(deployment)", as: try await installation.session(.operator)
            ).text
            #expect(later.contains(late) && !later.contains(afterwards))
        }
    }

    @Test func `a name that no service can be recorded under is shown, and not offered`() async throws {
        let installation = try await Installation()
        try await name("Orders & Co", in: installation, as: "orders.deploy")
        try await installation.test { caller in
            let session = try await installation.session(.operator)
            let page = try await caller.send(.get, "/services/Orders%20%26%20Co", as: session)
            #expect(page.status == 200)
            #expect(page.text.contains("Orders &amp; Co"))
            #expect(!page.text.contains("/services/new?"))
        }
    }

    @Test func `the list has recorded and named services in one order, page by page`() async throws {
        let installation = try await Installation()
        for service in ["b", "Zürich", "d", "é"] { try await name(service, in: installation, as: "of-\(service)") }
        try await name("b", in: installation, as: "of-b-too")
        for service in ["a", "b", "c", "e"] {
            _ = try await installation.services.add(
                ServiceFacts(), name: service, by: try installation.principal(.admin))
        }
        try await installation.test { caller in
            let session = try await installation.session(.viewer)
            var names: [String] = []
            var after: String?
            repeat {
                let path = Paths.query("/api/v1/services", [("limit", "2"), ("after", after)])
                let part = try await caller.send(.get, path, as: session).json()
                guard case .array(let items) = part["items"] else { break }
                #expect(items.count <= 2)
                names += items.compactMap { $0["name"]?.string }
                if items.contains(where: { $0["name"] == "b" }) {
                    #expect(items.first { $0["name"] == "b" }?["runbooks"] == 2)
                }
                after = part["next"]?.string
            } while after != nil
            #expect(names == ["Zürich", "a", "b", "c", "d", "e", "é"])
        }
    }

    @Test func `the form records, says what is wrong, and keeps what was typed`() async throws {
        let installation = try await Installation()
        try await installation.test { caller in
            let session = try await installation.session(.operator)
            let wrong = try await caller.send(
                .post, "/services", as: session,
                .form(["name": "orders", "owner": "platform", "links": "Dashboard javascript:alert(1)"]))
            #expect(wrong.status == 400)
            #expect(wrong.text.contains("Dashboard javascript:alert(1)"))
            #expect(wrong.text.contains("is no address"))
            #expect(wrong.text.contains("value=\"platform\""))
            let made = try await caller.send(
                .post, "/services", as: session,
                .form([
                    "name": "orders", "owner": "platform", "links": "The dashboard https://x.example\r\nLogs http://y",
                    "environments": "staging, production", "dependencies": "orders-db\r\nmail",
                    "description": "Takes **orders**.\r\n\r\n<script>alert(1)</script>",
                ]))
            #expect(made.location == "/services/orders")
            let record = try await installation.services.service("orders", by: try installation.principal(.viewer))
            #expect(
                record.facts.links == [
                    .init(title: "The dashboard", url: "https://x.example"), .init(title: "Logs", url: "http://y"),
                ])
            #expect(record.facts.environments == ["staging", "production"])
            #expect(record.facts.dependencies == ["mail", "orders-db"])
            let page = try await caller.send(.get, "/services/orders", as: session)
            #expect(page.text.contains("<strong>orders</strong>"))
            #expect(!page.text.contains("<script>alert"))
            #expect(page.text.contains("/services/orders-db"))
            #expect(try await caller.send(.get, "/services/orders-db", as: session).status == 200)
        }
    }

    @Test func `a form that was opened before somebody's change does not overwrite it`() async throws {
        let installation = try await Installation()
        let service = try await installation.service()
        try await installation.test { caller in
            let session = try await installation.session(.operator)
            let updated = try await installation.services.service(
                service, by: try installation.principal(.viewer)
            ).updated.rfc3339
            let first = try await caller.send(
                .post, "/services/\(service)", as: session, .form(["owner": "first", "updated": updated]))
            #expect(first.status == 303)
            let second = try await caller.send(
                .post, "/services/\(service)", as: session, .form(["owner": "second", "updated": updated]))
            #expect(second.status == 409)
            #expect(second.text.contains("was changed meanwhile"))
            #expect(second.text.contains("value=\"second\""))
            let stale = try await caller.send(
                .put, "/api/v1/services/\(service)", as: session, .json(["updated": .string(updated)]))
            #expect(stale.status == 409)
        }
    }

    @Test func `a description that looks like front matter is prose`() throws {
        #expect(try SafeHTML.markdown("---\ntitle: x\n---\n# A")?.html.contains("title: x") == true)
        #expect(try SafeHTML.markdown(" \n ") == nil)
        let hostile = try SafeHTML.markdown("<img src=x onerror=alert(1)> [a](javascript:alert(1))\n\n- [ ] box\n")?
            .html
        #expect(hostile?.contains("<img") == false)
        #expect(hostile?.contains("href=\"javascript") == false)
    }
}
