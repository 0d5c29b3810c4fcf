import Foundation
import Testing

/// Bad input: a clear sentence, the right status, nothing started and nothing lost.
@Suite(.serialized, .timeLimit(.minutes(5))) struct RefusalTests {
    private static let guide = """
        ---
        parameters:
          COUNT: {type: integer, required: true, max: 9}
          COLOUR: {choices: [red, blue], default: red}
        ---
        # Painting

        ```sh {name=paint}
        echo "$COUNT $COLOUR"
        ```

        ## Later

        ```sh {name=dry}
        echo dry
        ```
        """

    struct Order: Sendable, CustomTestStringConvertible {
        let arguments: [String]
        let says: [String]
        var testDescription: String { arguments.joined(separator: " ") }
    }

    @Test(arguments: [
        Order(arguments: ["nothing"], says: ["nothing"]),
        Order(arguments: ["painting#nowhere"], says: ["nowhere", "later"]),
        Order(arguments: ["painting", "--step", "varnish"], says: ["varnish", "paint, dry"]),
        Order(arguments: ["painting"], says: ["COUNT", "is missing", "a whole number of 9 or less"]),
        Order(arguments: ["painting", "--param", "COUNT=many"], says: ["COUNT", "is not an integer"]),
        Order(arguments: ["painting", "--param", "COUNT=10"], says: ["COUNT", "is more than 9"]),
        Order(
            arguments: ["painting", "--param", "COUNT=1", "--param", "COLOUR=green"],
            says: ["COLOUR", "is none of the choices", "red, blue"]),
        Order(arguments: ["painting", "--param", "COUNT=1", "--param", "SIZE=2"], says: ["SIZE", "is not declared"]),
        Order(
            arguments: ["painting", "--param", "COUNT=1", "--param", "LD_PRELOAD=x"],
            says: ["LD_PRELOAD", "is refused"]),
        Order(arguments: ["unfilled"], says: ["<pod-name>", "(line 4)", "nothing was started"]),
        Order(arguments: ["lacking"], says: ["no-such-program", "is not installed", "(line 1)"]),
    ])
    func `a run that can't be is refused with what is wrong, and nothing starts`(order: Order) async throws {
        try await Server.with { server in
            try await server.store("painting", Self.guide)
            try await server.store(
                "unfilled", "# Unfilled\n\n```sh {name=restart}\nkubectl delete pod <pod-name>\n```\n")
            try await server.store(
                "lacking", "---\nrequires: [no-such-program]\n---\n# Lacking\n\n```sh {name=a}\ntrue\n```\n")
            let before = try await server.journal().count
            let refused = try await server.runbook(["exec"] + order.arguments)
            #expect(refused.status == 65, "\(refused.error)")
            #expect(refused.output.isEmpty)
            let sentence = refused.error.trimmingCharacters(in: .newlines)
            #expect(sentence.hasPrefix("runbook: ") && !sentence.contains("\n"), "one line: \(refused.error)")
            for word in order.says { #expect(sentence.contains(word), "\(sentence)") }
            #expect(try await server.journal().count == before)
            #expect(try await server.wire.get("/api/v1/runs").json["items"].items.isEmpty)
        }
    }

    @Test func `the API says the same as problem details`() async throws {
        try await Server.with { server in
            try await server.store("painting", Self.guide)
            let answer = try await server.wire.post(
                "/api/v1/runs", #"{"runbook": "painting", "parameters": {"COUNT": "many", "SIZE": "2"}}"#)
            #expect(answer.status == 400)
            #expect(answer.headers["content-type"] == "application/problem+json")
            let problem = try answer.json
            #expect(problem["code"].string == "invalid" && problem["status"].int == 400)
            #expect(problem["errors"].items.map { $0["name"].string } == ["COUNT", "SIZE"])
            for (body, status) in [
                ("", 400), ("{", 400), ("[]", 400), (#"{"runbook": 5}"#, 400), (#"{"runbook": "nothing"}"#, 404),
            ] {
                let refused = try await server.wire.post("/api/v1/runs", body)
                #expect(
                    refused.status == status && refused.headers["content-type"] == "application/problem+json", "\(body)"
                )
                #expect(try refused.json["detail"].string?.isEmpty == false)
            }
            let stranger = Wire(port: server.wire.port)
            #expect(try await stranger.post("/api/v1/runs", #"{"runbook": "painting"}"#).status == 401)
            #expect(try await server.wire.get("/api/v1/runs/nothing").status == 404)
            #expect(try await server.wire.post("/api/v1/runs/nothing/cancellation").status == 404)
        }
    }

    @Test func `a program that is not there, or has no server, says so`() async throws {
        try await Server.with { server in
            try await server.end(by: 9)
            let nobody = try await server.runbook("list")
            #expect(nobody.status == 69)
            #expect(nobody.error.contains("Nothing answers at \(server.address)"))
            let usage = try await server.runbook("exec")
            #expect(usage.status == 64)
            try await server.start()
            let stranger = try server.command(["list"], ["RUNBOOK_TOKEN": "a-token-that-nobody-has-given-out"])
            #expect(try await stranger.ending == .exited(77))
        }
    }
}
