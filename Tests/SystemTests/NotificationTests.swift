import Foundation
import Testing

/// News goes out through the real server to real receivers, and none is lost or held up by another.
@Suite(.timeLimit(.minutes(5))) struct NotificationTests {
    @Test func `a webhook is signed so that a program without our code can check it`() async throws {
        try await Server.with { server in
            let receiver = try await Receiver(["200"], in: server.folder)
            defer { receiver.end() }
            let secret = try await server.add("on-call", "webhook", receiver.address + "/hook?a=b")
            let told = try await server.runbook("notify", "test", "on-call")
            #expect(told.status == 0, "\(told.error)")
            let came = try #require(try receiver.requests.first)
            #expect(came["path"].string == "/hook?a=b")
            #expect(came["headers"]["content-type"].string == "application/json")
            #expect(try JSON(parsing: came["body"].string ?? "")["type"].string == "notification.test")
            #expect(try await receiver.signatures(secret) == ["right"])
            #expect(
                try await receiver.signatures("whsec_" + Data(repeating: 7, count: 32).base64EncodedString()) == [
                    "wrong"
                ])
            for text in [try server.log, told.output, told.error] {
                #expect(!text.contains(secret.dropFirst("whsec_".count)))
            }
            let all = try await server.runbook("notify", "list", "--json").json
            #expect(all["items"][0]["address"].string == receiver.address)
            let delivery = try await server.runbook("notify", "deliveries", "--json").json["items"][0]
            #expect(delivery["state"].string == "delivered")
            #expect(delivery["id"].string == came["headers"]["webhook-id"].string)
            try await server.expectIntactJournal()
        }
    }

    @Test func `what is answered 500 is sent again under the same id until it is taken`() async throws {
        try await Server.with { server in
            let receiver = try await Receiver(["500", "away", "200"], in: server.folder)
            defer { receiver.end() }
            let secret = try await server.add("on-call", "webhook", receiver.address)
            let first = try await server.runbook("notify", "test", "on-call")
            #expect(first.status == 1)
            #expect(first.error.contains("It answered 500: word"))
            try await server.settled(deliveries: 1)
            let came = try receiver.requests
            #expect(came.map { $0["answer"].string } == ["500", "away", "200"])
            #expect(came.allSatisfy { $0["path"].string == "/" }, "no redirect is followed")
            #expect(Set(came.map { $0["headers"]["webhook-id"].string }).count == 1)
            #expect(Set(came.map { $0["body"].string }).count == 1)
            #expect(try await receiver.signatures(secret) == ["right", "right", "right"])
        }
    }

    @Test(arguments: ["hang", "drip", "endless"])
    func `a receiver that hangs holds up nobody else`(manner: String) async throws {
        try await Server.with { server in
            let slow = try await Receiver([manner], in: server.folder)
            let quick = try await Receiver(["200"], in: server.folder)
            defer {
                slow.end()
                quick.end()
            }
            _ = try await server.add("slow", "webhook", slow.address)
            _ = try await server.add("quick", "slack", quick.address)
            let waiting = try server.command(["notify", "test", "slow"])
            try await until("the slow one has been asked") { try !slow.requests.isEmpty }
            #expect(try await server.runbook("notify", "test", "quick").status == 0)
            #expect(try quick.requests.first?["headers"]["webhook-signature"].string == nil)
            let text = try JSON(parsing: try quick.requests.first?["body"].string ?? "")["text"].string
            #expect(text?.contains("nothing has happened") == true)
            #expect(try await waiting.ending == .exited(1))
            let error = try waiting.error
            #expect(error.contains(manner == "endless" ? "It answered 500: no no" : "It was not answered"), "\(error)")
        }
    }

    @Test func `a server that is killed while it sends sends it again, under the same id`() async throws {
        try await Server.with { server in
            let receiver = try await Receiver(["hang", "200"], in: server.folder)
            defer { receiver.end() }
            let secret = try await server.add("on-call", "webhook", receiver.address)
            _ = try await server.wire.post("/api/v1/notifications/destinations/on-call/test", "")
            try await until("it is on its way") { try receiver.requests.count == 1 }
            try await server.crash()
            try await server.settled(deliveries: 1)
            let came = try receiver.requests
            #expect(came.count == 2)
            #expect(Set(came.map { $0["headers"]["webhook-id"].string }).count == 1)
            #expect(try await receiver.signatures(secret) == ["right", "right"])
            let events = try await server.journal().filter { $0["kind"].string == "notification.delivered" }
            #expect(events.count == 1)
            try await server.expectIntactJournal()
        }
    }

    @Test func `nobody listens at an address, and it is said without the address`() async throws {
        try await Server.with { server in
            let receiver = try await Receiver(["200"], in: server.folder)
            receiver.end()
            try await until("its port is free") { receiver.hasEnded }
            _ = try await server.add("nobody", "slack", receiver.address + "/services/s3cret")
            let told = try await server.runbook("notify", "test", "nobody")
            #expect(told.status == 1)
            #expect(told.error.contains("Connection refused"), "\(told.error)")
            #expect(!told.error.contains("s3cret"))
            #expect(try !server.log.contains("s3cret"))
        }
    }
}

extension Server {
    /// - Returns: the secret; empty for Slack.
    fileprivate func add(_ name: String, _ kind: String, _ url: String) async throws -> String {
        let added = try await runbook("notify", "add", name, "--kind", kind, "--url", url)
        try #require(added.status == 0, "\(added.error)")
        return added.output.trimmingCharacters(in: .newlines)
    }

    fileprivate func settled(deliveries count: Int) async throws {
        try await until("\(count) are delivered") {
            try await wire.get("/api/v1/notifications/deliveries?state=delivered").json["items"].items.count == count
        }
    }
}
