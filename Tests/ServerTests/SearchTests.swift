import Checklists
import Essentials
import Incidents
import HTTPTypes
import RunbookFormat
import Runbooks
import Services
import Storage
import Testing

@testable import Server

/// Search over HTTP and on its page.
@Suite struct SearchTests {
    @Test func `guides and services are found as soon as they are there, and by what they say now`() async throws {
        let installation = try await Installation()
        _ = try await installation.runbook()
        let admin = try installation.principal(.admin)
        _ = try await installation.services.add(
            ServiceFacts(description: "Takes the release to customers."), name: "orders", by: admin)
        try await installation.test { caller in
            let session = try await installation.session(.viewer)
            func found(_ query: String) async throws -> [String] {
                guard
                    case .array(let items) = try await caller.send(.get, "/api/v1/search?\(query)", as: session).json()[
                        "items"]
                else { return [] }
                return items.compactMap { $0["id"]?.string }
            }
            #expect(try await found("q=release") == ["orders", "accunode.deploy"])
            #expect(try await found("q=release&kind=runbook") == ["accunode.deploy"])
            #expect(try await found("q=accunode.deploy") == ["accunode.deploy"])
            #expect(try await found("q=%22backup+is+taken%22") == ["accunode.deploy"])
            _ = try await installation.services.change("orders", to: ServiceFacts(owner: "platform"), by: admin)
            #expect(try await found("q=customers") == [])
            #expect(try await found("q=platform") == ["orders"])
            try await installation.services.remove("orders", by: admin)
            #expect(try await found("q=platform") == [])
            _ = try await installation.catalogue.store(
                Array("# Retire\n\nThe old cluster.\n".utf8), name: "accunode.deploy", by: admin)
            #expect(try await found("q=release") == [])
            #expect(try await found("q=cluster") == ["accunode.deploy"])
        }
    }

    @Test func `the page shows what was found with its surroundings, and what can't be searched for`() async throws {
        let installation = try await Installation()
        _ = try await installation.runbook()
        try await installation.test { caller in
            let session = try await installation.session(.viewer)
            let page = try await caller.send(.get, "/search?q=backup", as: session)
            #expect(page.text.contains("/runbooks/accunode.deploy"))
            #expect(page.text.contains("The <mark>backup</mark> is taken."))
            #expect(page.text.contains("value=\"backup\""))
            let none = try await caller.send(.get, "/search?q=nowhere", as: session)
            #expect(none.text.contains("Nothing has all of these words."))
            let wrong = try await caller.send(.get, "/search?q=%3F%21", as: session)
            #expect(wrong.status == 400)
            #expect(wrong.text.contains("aria-invalid"))
            let attack = try await caller.send(.get, "/search?q=%3Cscript%3Ealert(1)%3C/script%3E", as: session)
            #expect(!attack.text.contains("<script>alert"))
            #expect(try await caller.send(.get, "/api/v1/search", as: session).faultyFields() == ["q"])
            #expect(
                try await caller.send(.get, "/api/v1/search?q=a&kind=person", as: session).faultyFields() == ["kind"])
            #expect(
                try await caller.send(.get, "/api/v1/search?q=deploy&after=x", as: session).faultyFields() == ["after"])
        }
    }

    @Test func `a guide is found at the section, the step and the line where the words stand`() async throws {
        let installation = try await Installation()
        let guide =
            "# Geçiş\n\nÖnce oku.\n\n## Önbellek\n\nHepsini sıfırla.\n\n```sh {name=flush}\nredis-cli FLUSHALL\n```\n"
        _ = try await installation.catalogue.store(
            Array(guide.utf8), name: "cache", by: try installation.principal(.admin))
        try await installation.test { caller in
            let session = try await installation.session(.viewer)
            func found(_ words: String) async throws -> JSONValue? {
                let answer = try await caller.send(
                    .get, Paths.query("/api/v1/search", [("q", words)]), as: session
                ).json()
                guard case .array(let items) = answer["items"] else { return nil }
                return items.first
            }
            let prose = try await found("SIFIRLA")
            #expect(prose?["section"] == "önbellek" && prose?["step"] == nil && prose?["line"] == 7)
            #expect(prose?["match"] == "sıfırla" && prose?["excerpt"]?.string?.contains("Hepsini sıfırla.") == true)
            let command = try await found("flushall")
            #expect(command?["step"] == "flush" && command?["line"] == 10)
            let page = try await caller.send(.get, "/search?q=flushall", as: session)
            #expect(page.text.contains("/runbooks/cache#page-step-flush"))
            #expect(page.text.contains("<mark>FLUSHALL</mark>"))
            let prosePage = try await caller.send(.get, "/search?q=hepsini", as: session)
            #expect(prosePage.text.contains("/runbooks/cache#%C3%B6nbellek"))
        }
    }

    @Test func `a search reads no guide that was read before, and keeps what it had to read`() async throws {
        let installation = try await Installation()
        let admin = try installation.principal(.admin)
        let text = "# One\n\n## Two\n\nThe needle.\n"
        let (entry, _) = try await installation.catalogue.store(Array(text.utf8), name: "hay", by: admin)
        @Sendable func kept() async throws -> String? {
            try await installation.catalogue.database.read {
                try $0.text("SELECT places FROM runbook_places WHERE version = \(entry.version)")
            }
        }
        @Sendable func rewrite(_ places: String, revision: Int) async throws {
            try await installation.catalogue.database.write { transaction in
                _ = try transaction.execute(
                    """
                    UPDATE runbook_places SET places = \(places), revision = \(revision) WHERE version = \(entry.version)
                    """)
            }
        }
        #expect(try await kept() == "1 one\n3 two")
        try await installation.test { caller in
            let session = try await installation.session(.viewer)
            func section() async throws -> JSONValue? {
                let answer = try await caller.send(.get, "/api/v1/search?q=needle", as: session).json()
                guard case .array(let items) = answer["items"] else { return nil }
                return items.first?["section"]
            }
            #expect(try await section() == "two")
            try await rewrite("1 kept", revision: Guide.revision)
            #expect(try await section() == "kept")
            try await rewrite("1 older", revision: Guide.revision - 1)
            #expect(try await section() == "two", "what another revision read counts no longer")
            #expect(try await kept() == "1 one\n3 two")
            try await installation.catalogue.database.write { transaction in
                _ = try transaction.execute("DELETE FROM runbook_places WHERE version = \(entry.version)")
            }
            #expect(try await section() == "two", "it was stored before places were kept")
            #expect(try await kept() == "1 one\n3 two")
        }
    }

    @Test func `also a long guide leads to the section where the words stand`() async throws {
        let installation = try await Installation()
        let filler = String(repeating: "Lorem ipsum dolor sit amet.\n", count: 12_000)
        _ = try await installation.catalogue.store(
            Array("# Long\n\n\(filler)\n## End\n\nThe needle.\n".utf8), name: "long",
            by: try installation.principal(.admin))
        try await installation.test { caller in
            let session = try await installation.session(.viewer)
            let answer = try await caller.send(.get, "/api/v1/search?q=needle", as: session).json()
            guard case .array(let items) = answer["items"] else { return }
            #expect(items.first?["section"] == "end" && items.first?["line"] == 12_006)
        }
    }

    @Test func `an incident is found by its title and its services`() async throws {
        let installation = try await Installation()
        let id = try await installation.incident()
        try await installation.test { caller in
            let session = try await installation.session(.viewer)
            for words in ["checkout err", "web"] {
                let query = Paths.query("/api/v1/search", [("q", words), ("kind", "incident")])
                let answer = try await caller.send(.get, query, as: session).json()
                guard case .array(let items) = answer["items"] else { return }
                #expect(items.compactMap { $0["id"]?.string } == [id], "\(words)")
            }
            let page = try await caller.send(.get, "/search?q=checkout", as: session)
            #expect(page.text.contains("/incidents/\(id)"))
        }
    }

    @Test func `a checklist is found by what it is for and by its items`() async throws {
        let installation = try await Installation()
        let checklist = try await installation.checklist().id.rawValue
        try await installation.test { caller in
            let session = try await installation.session(.viewer)
            for words in ["smoke green", "go-live 2.0"] {
                let query = Paths.query("/api/v1/search", [("q", words), ("kind", "checklist")])
                let answer = try await caller.send(.get, query, as: session).json()
                guard case .array(let items) = answer["items"] else { return }
                #expect(items.compactMap { $0["id"]?.string } == [checklist])
            }
        }
    }

    @Test func `an incident is found by its title and its services, as they are now, and not by its notes`()
        async throws
    {
        let installation = try await Installation()
        let admin = try installation.principal(.admin)
        let incident = try await installation.incidents.open(
            IncidentOrder(title: "Queue grows", severity: .sev3, services: ["mailroom"], note: "Call the plumber."),
            by: admin)
        _ = try await installation.incidents.change(
            incident.id, IncidentChange(title: "Letters are late"), by: admin)
        try await installation.test { caller in
            let session = try await installation.session(.viewer)
            for (words, isFound) in [("letters late", true), ("mailroom", true), ("queue", false), ("plumber", false)] {
                let query = Paths.query("/api/v1/search", [("q", words), ("kind", "incident")])
                let answer = try await caller.send(.get, query, as: session).json()
                guard case .array(let items) = answer["items"] else { return }
                #expect(items.compactMap { $0["id"]?.string } == (isFound ? [incident.id.rawValue] : []), "\(words)")
            }
            let page = try await caller.send(.get, "/search?q=letters", as: session)
            #expect(page.text.contains("/incidents/\(incident.id)"))
        }
    }

    @Test(arguments: [
        ("one two", ["two"], "one two"), ("one", ["zwei"], ""), ("", ["a"], ""), ("In ZÜRICH", ["in"], "In ZÜRICH"),
        (String(repeating: "a ", count: 100) + "end", ["end"], "…" + String(repeating: "a ", count: 30) + "end"),
        (String(repeating: "ä", count: 100) + "end", ["end"], "…" + String(repeating: "ä", count: 30) + "end"),
        ("end" + String(repeating: "ää", count: 100), ["end"], "end" + String(repeating: "ä", count: 89) + "…"),
    ])
    func `an excerpt is what stands around the first word`(text: String, words: [String], excerpt: String) {
        #expect(Excerpt.of(text, around: words) == excerpt)
    }
}
