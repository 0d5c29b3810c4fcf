import Foundation
import Testing

/// What programs elsewhere may start, through the real binary and with the tools that a build has: bash, openssl and curl.
@Suite(.serialized, .timeLimit(.minutes(5))) struct HookTests {
    private static let guide = """
        ---
        parameters:
          VERSION: {required: true, pattern: "[0-9.]+"}
        ---
        # Deploy

        ```sh {name=deploy}
        echo "deploys $VERSION"
        ```
        """

    /// As README has it: address, secret, body, and the message's id and time. Prints the answer and its status.
    private static let send = #"""
        url=$1 secret=$2 body=$3 id=$4 now=$5
        key=$(printf %s "${secret#whsec_}" | base64 -d | od -An -v -tx1 | tr -d ' \n')
        code=$(printf %s "$id.$now.$body" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" -binary | base64)
        curl --silent --show-error --write-out '\n%{http_code}' --data-binary "$body" \
            --header "content-type: application/json" --header "webhook-id: $id" --header "webhook-timestamp: $now" \
            --header "webhook-signature: v1,$code" "$url"
        """#

    @Test func `a build starts a run by a message that openssl has signed, once, also over a kill of the server`()
        async throws
    {
        try await Server.with { server in
            try await server.store("deploy", Self.guide)
            let added = try await server.runbook(
                "hook", "add", "release", "--runbook", "deploy", "--from", "VERSION=/release/tag")
            #expect(added.status == 0, "\(added.error)")
            let secret = added.output.trimmingCharacters(in: .newlines)
            #expect(secret.hasPrefix("whsec_") && added.error.contains("POST /api/v1/hooks/release"), "\(added.error)")

            let body = #"{"release": {"tag": "1.2"}}"#
            let now = Int(Date().timeIntervalSince1970)
            let started = try await Self.send(body, secret, id: "m1", at: now, to: server)
            #expect(started.status == 201, "\(started.text)")
            let run = try #require(try JSON(parsing: started.text)["run"].string)
            let settled = try await server.settled(run)
            #expect(settled["state"].string == "succeeded")
            #expect(settled["occasions"].items.map(\.string) == ["hook/release"])
            #expect(try await server.output(of: run) == "deploys 1.2\n")

            try await server.end(by: SIGKILL)
            try await server.start()
            #expect(try await Self.send(body, secret, id: "m1", at: now, to: server).status == 409, "a replay")
            let again = try await Self.send(body, secret, id: "m1", at: now + 1, to: server)
            #expect(again.status == 200, "\(again.text)")
            #expect(try JSON(parsing: again.text)["run"].string == run)
            let wrong = try await Self.send(body, "whsec_QUJD", id: "m2", at: now, to: server)
            #expect(wrong.status == 401, "\(wrong.text)")
            let stale = try await Self.send(body, secret, id: "m3", at: now - 3600, to: server)
            #expect(stale.status == 401 && stale.text.contains("s off"), "\(stale.text)")
            let unfit = try await Self.send(#"{"release": {"tag": "; rm"}}"#, secret, id: "m4", at: now, to: server)
            #expect(unfit.status == 400 && unfit.text.contains("VERSION"), "\(unfit.text)")
            let large = try await server.wire.post("/api/v1/hooks/release", String(repeating: " ", count: 2 << 20))
            #expect(large.status == 413)
            #expect(try await server.runbook("runs", "list", "--json").json["items"].items.count == 1)
            try await server.expectIntactJournal()
        }
    }

    @Test func `a hook is added, shown, paused, renewed and removed from the terminal`() async throws {
        try await Server.with { server in
            try await server.store("deploy", Self.guide)
            let none = try await server.runbook("hook", "list")
            #expect(none.status == 0 && none.error.contains("hook add"), "\(none.error)")
            let added = try await server.runbook(
                "hook", "add", "release", "--runbook", "deploy", "--param", "VERSION=1.0", "--json")
            #expect(try added.json["hook"]["parameters"]["VERSION"].string == "1.0", "\(added.error)")
            let listed = try await server.runbook("hook", "list")
            #expect(listed.output.contains("release") && listed.output.contains("ready"), "\(listed.output)")
            #expect(try await server.runbook("hook", "pause", "release").status == 0)
            #expect(try await server.runbook("hook", "show", "release").output.contains("(paused)"))
            #expect(try await server.runbook("hook", "resume", "release").status == 0)
            let renewed = try await server.runbook("hook", "renew", "release")
            #expect(renewed.output.hasPrefix("whsec_") && renewed.error.contains("good until"), "\(renewed.error)")
            #expect(try renewed.output.trimmingCharacters(in: .newlines) != added.json["secret"].string)
            #expect(try await server.runbook("hook", "remove", "release").status == 0)
            #expect(try await server.runbook("hook", "show", "release").status == 65)
            for wrong in [
                ["Release", "--runbook", "deploy"], ["release", "--runbook", "none"],
                ["release", "--runbook", "deploy"],
                ["release", "--runbook", "deploy#none", "--from", "VERSION=/v"],
                ["release", "--runbook", "deploy", "--from", "VERSION=v"],
            ] {
                let refused = try await server.runbook(["hook", "add"] + wrong)
                #expect(refused.status == 65 && !refused.error.isEmpty, "\(wrong): \(refused.error)")
            }
        }
    }

    private static func send(
        _ body: String, _ secret: String, id: String, at time: Int, to server: Server
    ) async throws -> (status: Int, text: String) {
        let child = try Child(
            try #require(Programs.find("bash"), "install bash"),
            ["-c", send, "send", server.address + "/api/v1/hooks/release", secret, body, id, String(time)],
            environment: ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"], input: "",
            log: "\(server.folder)/send-\(UUID().uuidString)", directory: server.folder)
        guard case .exited(0) = try await child.ending else { throw Server.Refused(words: try child.error) }
        let lines = try child.output.split(separator: "\n")
        return (try #require(lines.last.flatMap { Int($0) }), lines.dropLast().joined(separator: "\n"))
    }
}
