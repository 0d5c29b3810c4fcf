import Foundation
import Testing

/// A sensitive parameter reaches the step, and nothing that is kept or said.
@Suite(.timeLimit(.minutes(5))) struct SecrecyTests {
    private static let secret = "hunter2-Zq81xW0-correct-horse"

    @Test func `a sensitive parameter never appears in what is kept, said or logged`() async throws {
        try await Server.with(["--log-level", "debug"]) { server in
            let proof = server.folder + "/proof"
            try await server.store(
                "secretive",
                """
                ---
                parameters:
                  KEY: {type: string, required: true, sensitive: true}
                ---
                # Secretive

                ```bash {name=tell}
                printf '%s' "$KEY" > \(proof)
                echo "the key is $KEY."
                echo "again: $KEY" >&2
                # Split across writes, as a program with a small buffer does.
                printf '%s' "${KEY:0:9}"; sleep 0.05; printf '%s\\n' "${KEY:9}"
                echo "key=$KEY" >> "$RUNBOOK_OUTPUT"
                echo "HANDED=$KEY" >> "$RUNBOOK_ENV"
                ```

                ```sh {name=fail}
                echo "handed on: $HANDED"
                echo "$KEY is no name and value" >> "$RUNBOOK_OUTPUT"
                ```
                """)
            let exec = try await server.runbook("exec", "secretive", "--param", "KEY=\(Self.secret)")
            #expect(exec.status == 1)
            #expect(try content(proof) == Self.secret, "the step had it")
            let run = try #require(try await server.wire.get("/api/v1/runs").json["items"][0]["id"].string)
            #expect(try await server.output(of: run).hasPrefix("the key is ••••••.\n••••••\n"))
            let wrong = try await server.runbook(
                "exec", "secretive", "--param", "KEY=\(Self.secret)", "--param", "OTHER=\(Self.secret)")
            #expect(wrong.status == 65)

            var said = [exec.output, exec.error, wrong.output, wrong.error]
            for path in [
                "/api/v1/runs", "/api/v1/runs/\(run)", "/api/v1/runs/\(run)/output", "/api/v1/journal",
                "/runs/\(run)/output",
                "/api/v1/journal/export",
            ] {
                let answer = try await server.wire.get(path)
                #expect(answer.status == 200, "\(path)")
                said.append(answer.text)
            }
            said.append(try await server.wire.get("/runs/\(run)", ["Accept": "text/html"]).text)
            said.append(try await server.runbook("audit", "export").output)
            for try await event in server.wire.events("/api/v1/runs/\(run)/events") { said.append(event.data) }
            try await server.expectIntactJournal()
            try await server.crash()
            #expect(try await server.end(by: SIGTERM) == .exited(0))
            said.append(try server.log)
            for text in said { #expect(!text.contains(Self.secret), "\(text)") }

            // Also its pieces, in whatever is left in the data folder: the database, its log, the workspace.
            let enumerator = try #require(FileManager.default.enumerator(atPath: server.data))
            for case let name as String in enumerator {
                let bytes = FileManager.default.contents(atPath: "\(server.data)/\(name)") ?? Data()
                for piece in [Self.secret, String(Self.secret.prefix(9)), String(Self.secret.suffix(12))] {
                    #expect(bytes.range(of: Data(piece.utf8)) == nil, "\(name) holds \(piece)")
                }
            }
        }
    }
}
