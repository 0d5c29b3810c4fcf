import Foundation
import Testing

/// `http` steps on the real server, against a web server of the tests' own.
@Suite(.serialized, .timeLimit(.minutes(5))) struct RequestTests {
    private func fence(_ attributes: String, _ request: String) -> String {
        "\n```http {\(attributes)}\n\(request)\n```\n"
    }

    private func with(_ body: (Server, Origin) async throws -> Void) async throws {
        try await Server.with { server in
            try await Origin.with(in: server.folder) { origin in try await body(server, origin) }
            try await server.expectIntactJournal()
        }
    }

    @Test func `a request is made, judged and kept, and its values reach later steps`() async throws {
        try await with { server, origin in
            try await server.store(
                "ask",
                "---\nparameters:\n  host: {type: string}\n  key: {type: string, sensitive: true}\n---\n# Ask\n"
                    + fence(
                        #"name=version status=200 json=["/status == 'ok'","$.release.parts[1] == 2.5"] output="tag=/release/tag,parts=$.release.parts" latency=1m"#,
                        "GET http://{{host}}/json?key={{key}}\nAuthorization: Bearer {{key}}")
                    + fence(
                        "name=tell status=200",
                        "POST http://{{host}}/echo\nContent-Type: application/json\n\n"
                            + #"{"tag": "{{steps.version.outputs.tag}}", "code": {{steps.version.outputs.status}}}"#)
                    + fence("name=never if=\"steps.version.outputs.tag != 'v2.1'\"", "GET http://{{host}}/status/500"))
            let host = origin.address.replacing("http://", with: "")
            let id = try await server.begin("ask", parameters: ["host": host, "key": "s3cr3t/value"])
            let run = try await server.settled(id)
            #expect(run["state"].string == "succeeded", "\(run)")
            let outputs = run["steps"][0]["outputs"]
            #expect(
                outputs["tag"].string == "v2.1" && outputs["parts"].string == "[1,2.5]"
                    && outputs["status"].string == "200")
            #expect(try Int(#require(outputs["latency_ms"].string)) != nil)
            #expect(run["steps"][2]["state"].string == "skipped")
            let requests = try origin.requests
            #expect(requests.map { $0["path"].string } == ["/json?key=s3cr3t%2Fvalue", "/echo"])
            #expect(requests[0]["headers"]["authorization"].string == "Bearer s3cr3t/value")
            #expect(requests[1]["body"].string == #"{"tag": "v2.1", "code": 200}"#)
            let output = try await server.output(of: id, step: "version")
            #expect(output.hasPrefix("GET http://\(host)/json?key=••••••\nHTTP 200 OK in "), "\(output)")
            #expect(output.contains("Content-Type: application/json\n") && output.contains(#""tag": "v2.1""#))
            let everything = try await server.chunks(of: id).map { $0["text"].string ?? "" }.joined()
            #expect(!everything.contains("s3cr3t"))
        }
    }

    @Test func `an answer other than expected fails the step and says each difference`() async throws {
        try await with { server, origin in
            try await server.store(
                "headers",
                "# Headers\n"
                    + fence(
                        #"name=good header=["Strict-Transport-Security: max-age=(31536000|63072000); includeSubDomains.*","X-Frame-Options: DENY|SAMEORIGIN","X-Content-Type-Options: nosniff","Referrer-Policy","Content-Security-Policy: default-src 'self'.*","!X-Powered-By"]"#,
                        "GET \(origin.address)/headers")
                    + fence(
                        #"name=bad status=301 header=["Permissions-Policy","X-Frame-Options: SAMEORIGIN","!Referrer-Policy"] body=missing json=/a"#,
                        "GET \(origin.address)/headers"))
            let id = try await server.begin("headers")
            let run = try await server.settled(id)
            #expect(run["steps"].items.map { $0["state"].string } == ["succeeded", "failed"], "\(run)")
            let attempt = run["steps"][1]["attempts"][0]
            #expect(
                attempt["exit_status"].int == nil && attempt["reason"].string == "Expected status 301, and got 200.")
            #expect(
                try await server.output(of: id, "stderr") == """
                    Expected status 301, and got 200.
                    Expected the header Permissions-Policy, and it is not there.
                    Expected the header X-Frame-Options like SAMEORIGIN, and it is DENY.
                    Expected no header Referrer-Policy, and it is there.
                    Expected missing in the body, and it is not there.
                    Expected JSON, and the answer is none.

                    """)
        }
    }

    @Test func `it is asked again after the interval, so often as the retries say`() async throws {
        try await with { server, origin in
            try await server.store(
                "health",
                "# Health\n" + fence("name=a interval=1s timeout=10s retries=3", "GET \(origin.address)/flaky/2")
                    + fence("name=b interval=10ms timeout=10s retries=3", "GET \(origin.address)/status/503"))
            let run = try await server.settled(try await server.begin("health"))
            let attempts = run["steps"][0]["attempts"].items
            #expect(attempts.map { $0["state"].string } == ["failed", "failed", "succeeded"], "\(run)")
            #expect(run["steps"][1]["attempts"].items.count == 4 && run["state"].string == "failed")
        }
    }

    @Test func `redirections are followed where this is asked for`() async throws {
        try await with { server, origin in
            try await server.store(
                "away",
                "# Away\n" + fence("name=a status=301 header=\"Location: /json\"", "GET \(origin.address)/away")
                    + fence("name=b follow json=\"/status == ok\"", "GET \(origin.address)/away"))
            let run = try await server.settled(try await server.begin("away"))
            #expect(run["state"].string == "succeeded", "\(run)")
            #expect(try origin.requests.map { $0["path"].string } == ["/away", "/away", "/json"])
        }
    }

    @Test func `what never answers times out, what answers without end is cut, what is not there is said`() async throws
    {
        try await with { server, origin in
            try await server.store(
                "slow",
                "# Slow\n" + fence("name=a timeout=200ms on-failure=continue", "GET \(origin.address)/hang/9")
                    + fence("name=b body=no", "GET \(origin.address)/endless")
                    + fence("name=c on-failure=continue", "GET http://127.0.0.1:1/")
                    + fence("name=d on-failure=continue", "GET https://\(origin.address.dropFirst(7))/json"))
            let run = try await server.settled(try await server.begin("slow"))
            let steps = run["steps"].items
            #expect(steps.map { $0["state"].string } == ["timed-out", "succeeded", "failed", "failed"], "\(run)")
            #expect(steps[0]["attempts"][0]["reason"].string == "Nothing was answered within 200ms.")
            #expect(steps[2]["attempts"][0]["reason"].string == "It was not answered: Connection refused.")
            #expect(steps[3]["attempts"][0]["reason"].string?.hasPrefix("It was not answered: ") == true)
            let output = try await server.output(of: try #require(run["id"].string), step: "b")
            #expect(output.utf8.count < 2000 && output.contains("… (more than 1048576 bytes in all)"), "\(output)")
        }
    }

    @Test func `a cancellation ends a request that is under way`() async throws {
        try await with { server, origin in
            try await server.store("long", "# Long\n" + fence("name=a", "POST \(origin.address)/hang/9"))
            let id = try await server.begin("long")
            try await until("the request came") { try origin.requests.count == 1 }
            #expect(try await server.runbook("runs", "cancel", id).status == 0)
            let run = try await server.settled(id)
            #expect(run["state"].string == "cancelled" && run["steps"][0]["state"].string == "cancelled", "\(run)")
        }
    }

    @Test func `after a crash what changes nothing is asked again, and nobody knows of the rest`() async throws {
        try await with { server, origin in
            let get = fence("name=a", "GET \(origin.address)/hang/1")
            try await server.store("reads", "# Reads\n" + get)
            try await server.store("writes", "# Writes\n" + fence("name=a", "POST \(origin.address)/hang/9?w"))
            try await server.store(
                "repeats", "# Repeats\n" + fence("name=a idempotent", "PUT \(origin.address)/hang/1?r"))
            var ids: [String] = []
            for (index, name) in ["reads", "writes", "repeats"].enumerated() {
                ids.append(try await server.begin(name))
                try await until("the request came") { try origin.requests.count == index + 1 }
            }
            try await server.crash()
            let (reads, writes, repeats) = (
                try await server.settled(ids[0]), try await server.settled(ids[1]), try await server.settled(ids[2])
            )
            for run in [reads, repeats] {
                #expect(run["state"].string == "succeeded", "\(run)")
                #expect(run["steps"][0]["attempts"].items.map { $0["state"].string } == ["unknown", "succeeded"])
            }
            #expect(writes["state"].string == "interrupted" && writes["steps"][0]["state"].string == "unknown")
            #expect(try origin.requests.count == 5)
        }
    }

    @Test func `a request is the check of an item, and what it expected in vain is a verdict`() async throws {
        try await with { server, origin in
            try await server.store(
                "checks",
                """
                # Checks

                - [ ] It redirects

                  ```http {check status=301 header="Location: /json"}
                  GET \(origin.address)/away
                  ```

                - [ ] It is up

                  ```http {check}
                  GET \(origin.address)/status/503
                  ```

                """)
            let list = try await server.runbook("checklist", "start", "checks", "--json").json
            let id = try #require(list["id"].string)
            let checked = try await server.runbook("checklist", "check", id, "--json")
            let shown = try await server.runbook("checklist", "show", id, "--json").json
            #expect(shown["items"].items.map { $0["state"].string } == ["ticked", "failed"], "\(checked) \(shown)")
            #expect(shown["items"][1]["evidence"]["output"].string?.contains("HTTP 503") == true, "\(shown)")
        }
    }

    @Test func `a run whose request can't be meant, or asks for what nothing gives, is refused before it starts`()
        async throws
    {
        try await with { server, origin in
            try await server.store(
                "faulty",
                "# Faulty\n" + fence("name=a", "GET example.com") + fence("name=b", "GET \(origin.address)/{{nothing}}")
            )
            let answer = try await server.wire.post("/api/v1/runs", #"{"runbook": "faulty", "steps": ["a", "b"]}"#)
            #expect(answer.status == 422 || answer.status == 400, "\(answer.text)")
            #expect(
                answer.text.contains("https://example.com/health") && answer.text.contains("nothing"), "\(answer.text)")
            #expect(try origin.requests.isEmpty)
        }
    }
}
