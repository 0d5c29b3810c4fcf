import Foundation
import Glibc
import Testing

/// What was printed and noted is found, on the real server.
@Suite(.serialized, .timeLimit(.minutes(5))) struct SearchingTests {
    private func found(_ words: String, kind: String? = nil, on server: Server) async throws -> [JSON] {
        let words = words.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        let answer = try await server.wire.get("/api/v1/search?q=\(words)\(kind.map { "&kind=\($0)" } ?? "")")
        try #require(answer.status == 200, "\(answer.text)")
        return try answer.json["items"].items
    }

    private func isFound(_ words: String, on server: Server) async throws -> Bool {
        try await !found(words, on: server).isEmpty
    }

    @Test func `a run is found by what its steps printed at their beginning and their end, behind the guide about it`()
        async throws
    {
        try await Server.with { server in
            try await server.store(
                "caches",
                """
                # Quicksilver caches

                ```sh {name=flush}
                printf '\\033[31mKırmızı\\033[0m quicksilver alert\\n'
                seq 1 20000
                echo the penultimatum
                ```

                ```sh {name=after}
                echo nachlese >&2
                ```
                """)
            let id = try await server.begin("caches")
            #expect(try await server.settled(id)["state"].string == "succeeded")
            for words in ["kirmizi", "KIRMIZI alert", "penultimatum", "nachlese", "\"quicksilver alert\""] {
                try await until("\(words) is found") { try await !found(words, kind: "run", on: server).isEmpty }
                let hit = try await found(words, kind: "run", on: server)[0]
                #expect(
                    hit["kind"].string == "run" && hit["id"].string == id && hit["title"].string == "caches", "\(hit)")
            }
            #expect(try await !isFound("12345", on: server), "the middle of a long output is not searched")
            #expect(try await found("quicksilver", on: server).map { $0["kind"].string } == ["runbook", "run"])
            #expect(try await found("quicksilver", kind: "run", on: server).count == 1)
            let told = try await server.runbook("search", "penultimatum", "--kind", "run")
            #expect(told.output.contains(id) && told.output.contains("the penultimatum"))
            let page = try await server.wire.get("/search?q=nachlese", ["Accept": "text/html"])
            #expect(page.text.contains("href=\"/runs/\(id)\"") && page.text.contains("<mark>nachlese</mark>"))
            try await server.expectIntactJournal()
        }
    }

    @Test func `notes are found by what they say now, also when the server was killed before it had indexed them`()
        async throws
    {
        try await Server.with { server in
            try await server.store("list", "# List\n\n- [ ] Look at the dashboards\n- [ ] Tell everybody\n")
            let opened = try await server.runbook("incident", "open", "Checkout errors", "--severity", "sev2")
            let incident = opened.output.trimmingCharacters(in: .newlines)
            let note = try await server.runbook("incident", "note", incident, "The gallimaufry began it.").output
                .trimmingCharacters(in: .newlines)
            try await until("it is found") { try await isFound("gallimaufry", on: server) }
            let hit = try await found("gallimaufry", on: server)[0]
            #expect(hit["kind"].string == "note" && hit["of"].string == "incident/\(incident)", "\(hit)")
            #expect(hit["title"].string == "Checkout errors")
            let page = try await server.wire.get("/search?q=gallimaufry", ["Accept": "text/html"])
            let anchor = "page-entry-\(try #require(hit["id"].string))"
            #expect(page.text.contains("href=\"/incidents/\(incident)#\(anchor)\""))
            let shown = try await server.wire.get("/incidents/\(incident)", ["Accept": "text/html"])
            #expect(shown.text.contains("id=\"\(anchor)\""))
            let edited = try await server.runbook(
                "incident", "note", incident, "--edit", note, "Un brouillamini l'a fait.")
            #expect(edited.status == 0, "\(edited.error)")
            try await until("the edit is found") { try await isFound("brouillamini", on: server) }
            #expect(try await !isFound("gallimaufry", on: server), "what it replaced is not")
            #expect(try await found("brouillamini", on: server)[0]["id"].string == hit["id"].string)

            let list = try await server.runbook("checklist", "start", "list", "--json").json
            let checklist = try #require(list["id"].string)
            #expect(
                try await server.runbook("checklist", "tick", checklist, "2", "--note", "per semaphore").status == 0)
            try await server.crash()
            try await until("its note is found") { try await isFound("semaphore", on: server) }
            let ticked = try await found("semaphore", on: server)[0]
            #expect(ticked["of"].string == "checklist/\(checklist)" && ticked["id"].string == "2", "\(ticked)")
            #expect(try await server.runbook("checklist", "note", checklist, "2", "--note", "by mail").status == 0)
            try await until("what it says now is found") { try await isFound("mail", on: server) }
            #expect(try await !isFound("semaphore", on: server))
            #expect(
                try await server.runbook("incident", "ack", incident, "--note", "taking the velocipede").status == 0)
            try await until("words of an acknowledgement are found") { try await isFound("velocipede", on: server) }
            try await server.expectIntactJournal()
        }
    }
}
