import Accounts
import Essentials
import Executions
import Foundation
import Hooks
import Journal
import Testing

/// What signed messages start, and what they don't.
@Suite struct ReceivingTests {
    @Test func `a signed message starts a run with what it says, on the record`() async throws {
        let fixture = try Fixture()
        let secret = try await fixture.release()
        let delivery = try await fixture.hooks.receive(try fixture.message("m1", secret: secret), at: "release")
        let run = try #require(try await fixture.runs().first)
        #expect(delivery.outcome == .started && delivery.run == run.id.rawValue)
        #expect(run.parameters["VERSION"] == "1.2" && run.parameters["ENVIRONMENT"] == "staging")
        #expect(run.occasions.map(\.text) == ["hook/release"])
        #expect(run.actorName == "hook", "the server starts it")
        let event = try await fixture.journal.events(PageRequest(limit: 500), by: fixture.ada).items
            .first { $0.kind == "hook.started" }
        #expect(event?.objects.map(\.text).contains("run/\(run.id)") == true)
        #expect(event?.details["address"]?.string == "192.0.2.7", "from where it came")
    }

    @Test func `a message that is sent again starts nothing more`() async throws {
        let fixture = try Fixture()
        let secret = try await fixture.release()
        let first = try fixture.message("m1", secret: secret)
        let started = try await fixture.hooks.receive(first, at: "release")
        let replayed = try await problem { try await fixture.hooks.receive(first, at: "release") }
        #expect(replayed?.code == .conflict, "the very same message is a replay")
        fixture.pass(.seconds(10))
        let again = try await fixture.hooks.receive(try fixture.message("m1", secret: secret), at: "release")
        #expect(again.outcome == .repeated && again.run == started.run, "its sender had not heard the answer")
        #expect(try await fixture.runs().count == 1)
        #expect(try await fixture.kinds() == ["hook.added", "hook.started", "hook.repeated"])
        let other = try await fixture.hooks.receive(try fixture.message("m2", secret: secret), at: "release")
        #expect(other.outcome == .started)
        #expect(try await fixture.runs().count == 2)
    }

    @Test func `one message at twenty doors starts one run`() async throws {
        let fixture = try Fixture()
        let secret = try await fixture.release()
        let message = try fixture.message("m1", secret: secret)
        let outcomes = await withTaskGroup(of: String.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    do {
                        return try await fixture.hooks.receive(message, at: "release").outcome.rawValue
                    } catch let problem as Problem {
                        return problem.code.rawValue
                    } catch {
                        return "\(error)"
                    }
                }
            }
            return await group.reduce(into: [:]) { $0[$1, default: 0] += 1 }
        }
        #expect(outcomes == ["started": 1, "conflict": 19])
        #expect(try await fixture.runs().count == 1)
    }

    @Test func `what is not signed with the secret starts nothing, and says not which hooks there are`() async throws {
        let fixture = try Fixture()
        let secret = try await fixture.release()
        let other = WebhookSignature.makeSecret()
        let unknown = try await problem {
            try await fixture.hooks.receive(try fixture.message("m1", secret: secret), at: "none")
        }
        let wrong = try await problem {
            try await fixture.hooks.receive(try fixture.message("m1", secret: other), at: "release")
        }
        #expect(wrong?.code == .unauthenticated && wrong == unknown)
        let good = try fixture.message("m1", secret: secret)
        let bad: [HookMessage] = [
            HookMessage(
                id: good.id, timestamp: good.timestamp, signature: good.signature,
                body: Data(#"{"release": {"tag": "6.6"}}"#.utf8), address: nil),
            HookMessage(id: "m2", timestamp: good.timestamp, signature: good.signature, body: good.body, address: nil),
            HookMessage(
                id: good.id, timestamp: good.timestamp.map { "\($0)1" }, signature: good.signature, body: good.body,
                address: nil),
            HookMessage(
                id: good.id, timestamp: good.timestamp.map { "0\($0)" }, signature: good.signature, body: good.body,
                address: nil),
            HookMessage(
                id: good.id, timestamp: "-9223372036854775808", signature: "v1,AA==", body: good.body, address: nil),
            HookMessage(id: good.id, timestamp: good.timestamp, signature: "", body: good.body, address: nil),
            HookMessage(id: good.id, timestamp: good.timestamp, signature: "v1,", body: good.body, address: nil),
            HookMessage(
                id: good.id, timestamp: good.timestamp, signature: good.signature?.replacing("v1,", with: "v2,"),
                body: good.body, address: nil),
            HookMessage(
                id: "m\u{0}1", timestamp: good.timestamp, signature: good.signature, body: good.body, address: nil),
        ]
        for message in bad {
            let refused = try await problem { try await fixture.hooks.receive(message, at: "release") }
            #expect(refused == wrong, "\(message)")
        }
        let unsigned = HookMessage(id: nil, timestamp: nil, signature: nil, body: good.body, address: nil)
        let told = try await problem { try await fixture.hooks.receive(unsigned, at: "release") }
        #expect(told?.code == .unauthenticated && told?.message.contains("webhook-signature") == true)
        #expect(try await fixture.runs().isEmpty)
        #expect(try await fixture.kinds() == ["hook.added"])
        #expect(try await fixture.hooks.receive(good, at: "release").outcome == .started, "none of it used it up")
    }

    @Test(arguments: [(300, true), (301, false), (-300, true), (-301, false)])
    func `a message is good for five minutes`(late: Int, isGood: Bool) async throws {
        let fixture = try Fixture()
        let secret = try await fixture.release()
        let message = try fixture.message("m1", secret: secret, late: .seconds(late))
        let refused = try await problem { try await fixture.hooks.receive(message, at: "release") }
        #expect((refused == nil) == isGood)
        if let refused { #expect(refused.code == .unauthenticated && refused.message.contains("301 s off")) }
    }

    @Test func `several signatures stand in one header, of which one must hold`() async throws {
        let fixture = try Fixture()
        let secret = try await fixture.release()
        let good = try fixture.message("m1", secret: secret)
        let other = try fixture.message("m1", secret: WebhookSignature.makeSecret())
        let both = HookMessage(
            id: good.id, timestamp: good.timestamp,
            signature: "v1a,abc= \(other.signature ?? "") \(good.signature ?? "")", body: good.body, address: nil)
        #expect(try await fixture.hooks.receive(both, at: "release").outcome == .started)
    }

    @Test func `a new secret is good at once, and the one before it for a day`() async throws {
        let fixture = try Fixture()
        let first = try await fixture.release()
        let renewed = try await fixture.hooks.renewSecret(of: "release", by: fixture.ada)
        #expect(renewed.secret != first && renewed.hook.formerUntil != nil)
        for (id, secret) in [("m1", first), ("m2", renewed.secret)] {
            let message = try fixture.message(id, secret: secret)
            #expect(try await fixture.hooks.receive(message, at: "release").outcome == .started)
        }
        fixture.pass(.seconds(86_400))
        let late = try await problem {
            try await fixture.hooks.receive(try fixture.message("m3", secret: first), at: "release")
        }
        #expect(late?.code == .unauthenticated)
        #expect(try await fixture.hooks.hook("release", by: fixture.guest).hook.formerUntil == nil)
        // Twice within a day: only the one just before is good.
        let third = try await fixture.hooks.renewSecret(of: "release", by: fixture.ada)
        _ = try await fixture.hooks.renewSecret(of: "release", by: fixture.ada)
        let dropped = try await problem {
            try await fixture.hooks.receive(try fixture.message("m4", secret: renewed.secret), at: "release")
        }
        #expect(dropped?.code == .unauthenticated)
        let kept = try fixture.message("m5", secret: third.secret)
        #expect(try await fixture.hooks.receive(kept, at: "release").outcome == .started)
    }

    @Test func `what can't be started is refused and recorded, and can be sent again`() async throws {
        let fixture = try Fixture()
        let secret = try await fixture.release()
        for (id, body, word) in [
            ("a", #"{"release": {}}"#, "VERSION"), ("b", #"{"release": {"tag": "x y"}}"#, "VERSION"),
            ("c", #"{"release": {"tag": [1]}}"#, "/release/tag"), ("d", "no json", "no JSON"), ("e", "", "no JSON"),
            ("f", String(repeating: "[", count: 100_000), "no JSON"),
        ] {
            let refused = try await problem {
                try await fixture.hooks.receive(try fixture.message(id, body, secret: secret), at: "release")
            }
            #expect(
                refused?.code == .invalid && refused?.description.contains(word) == true, "\(id): \(refused as Any)")
        }
        #expect(try await fixture.runs().isEmpty)
        let shown = try await fixture.hooks.hook("release", by: fixture.guest).deliveries
        #expect(shown.count == 6 && shown.allSatisfy { $0.outcome == .refused && $0.reason != nil })
        fixture.pass(.seconds(30))
        let mended = try fixture.message("a", secret: secret)
        #expect(try await fixture.hooks.receive(mended, at: "release").outcome == .started)
    }

    @Test func `numbers and words of the message are values`() async throws {
        let fixture = try Fixture()
        let secret = try await fixture.release()
        for (id, tag, value) in [("a", "7", "7"), ("b", "1.5", "1.5"), ("c", #""2.0.1""#, "2.0.1")] {
            let body = #"{"release": {"tag": \#(tag)}}"#
            _ = try await fixture.hooks.receive(try fixture.message(id, body, secret: secret), at: "release")
            #expect(try await fixture.runs().last?.parameters["VERSION"] == value)
            fixture.pass(.seconds(1))
        }
    }

    @Test func `a sensitive value may come with the message, and is on no record`() async throws {
        let fixture = try Fixture()
        try await fixture.store()
        let made = try await fixture.hooks.add(
            HookOrder(
                name: "release", runbook: "deploy", parameters: ["VERSION": "1"], pointers: ["TOKEN": "/token"]),
            by: fixture.ada)
        let message = try fixture.message("m1", #"{"token": "k3y-of-the-gate"}"#, secret: made.secret)
        _ = try await fixture.hooks.receive(message, at: "release")
        #expect(try await fixture.runs().first?.parameters["TOKEN"] != "k3y-of-the-gate")
        let events = try await fixture.journal.events(PageRequest(limit: 500), by: fixture.ada).items
        #expect(!"\(events)".contains("k3y-of-the-gate"))
        for name in ["runbook.db", "runbook.db-wal"] {
            let bytes = try Data(contentsOf: URL(filePath: fixture.folder + "/" + name))
            for secret in ["k3y-of-the-gate", made.secret] {
                #expect(bytes.range(of: Data(secret.utf8)) == nil, "\(name)")
            }
        }
    }

    @Test func `a paused hook refuses its messages until it is resumed`() async throws {
        let fixture = try Fixture()
        let secret = try await fixture.release()
        #expect(try await fixture.hooks.pause("release", by: fixture.operator_).isPaused)
        _ = try await fixture.hooks.pause("release", by: fixture.operator_)
        let message = try fixture.message("m1", secret: secret)
        let refused = try await problem { try await fixture.hooks.receive(message, at: "release") }
        #expect(refused?.code == .conflict && refused?.message.contains("paused") == true)
        #expect(try await !fixture.hooks.resume("release", by: fixture.operator_).isPaused)
        #expect(try await fixture.hooks.receive(message, at: "release").outcome == .started)
        #expect(try await fixture.kinds() == ["hook.added", "hook.paused", "hook.resumed", "hook.started"])
    }

    @Test func `messages are remembered for a month`() async throws {
        let fixture = try Fixture()
        let secret = try await fixture.release()
        _ = try await fixture.hooks.receive(try fixture.message("m1", secret: secret), at: "release")
        fixture.pass(.seconds(31 * 86_400))
        _ = try await fixture.hooks.receive(try fixture.message("m2", secret: secret), at: "release")
        #expect(try await fixture.hooks.hook("release", by: fixture.guest).deliveries.map(\.message) == ["m2"])
    }
}
