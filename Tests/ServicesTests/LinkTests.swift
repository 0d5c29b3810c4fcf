import Conversations
import Essentials
import Foundation
import Glibc
import Journal
import Logging
import Services
import Storage
import Testing

@testable import Outbound

/// Links of services, against a real web server.
@Suite struct LinkTests {
    /// `Tests/Receiver/origin.py` on a port of its own.
    private final class Origin {
        let port: String
        private let program: Conversation

        init(_ arguments: [String] = []) throws {
            let path = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
                .deletingLastPathComponent().appending(path: "Receiver/origin.py").path
            program = try Conversation.python([path] + arguments)
            port = try #require(program.line().split(separator: " ").last.map(String.init))
        }

        deinit { program.stop() }
    }

    private static func answer(_ status: Int, _ phrase: String = "") -> Requester.Outcome {
        .answered(
            .init(status: status, phrase: phrase, headers: [], body: [], isCut: false, took: .milliseconds(12)))
    }

    @Test(
        arguments: [
            (200, LinkState.reachable, nil), (204, .reachable, nil), (304, .reachable, nil), (401, .reachable, nil),
            (403, .reachable, nil), (400, .failing, "It answers 400."), (404, .failing, "It answers 404."),
            (500, .failing, "It answers 500."), (199, .failing, "It answers 199."),
        ] as [(Int, LinkState, String?)])
    func `an answer that a browser would show is reachable`(_ status: Int, _ state: LinkState, _ reason: String?) {
        let finding = LinkFinding(Self.answer(status), within: .seconds(10))
        #expect(finding.state == state && finding.reason == reason && finding.status == status)
        #expect(finding.milliseconds == 12)
    }

    @Test func `no answer fails with a sentence`() {
        let late = LinkFinding(.timedOut, within: .seconds(10))
        #expect(late.state == .failing && late.reason == "Nothing was answered within 10 seconds.")
        let refused = LinkFinding(.unanswered(reason: "Connection refused"), within: .seconds(10))
        #expect(refused.reason == "It was not answered: Connection refused." && refused.status == nil)
        let bad = LinkFinding(Self.answer(502, "Bad Gateway"), within: .seconds(1))
        #expect(bad.reason == "It answers 502 Bad Gateway.")
    }

    private func facts(_ urls: [String]) -> ServiceFacts {
        ServiceFacts(links: urls.enumerated().map { .init(title: "link \($0 + 1)", url: $1) })
    }

    @Test func `each link is looked at, whatever the others do`() async throws {
        let fixture = try Fixture(patience: .seconds(20))
        let origin = try Origin()
        let site = "http://127.0.0.1:\(origin.port)"
        let urls = [
            "\(site)/status/200", "\(site)/away", "\(site)/status/401", "\(site)/endless", "\(site)/status/503",
            "\(site)/round", "\(site)/hang/3600", "http://127.0.0.1:1/", "https://127.0.0.1:\(origin.port)/",
        ]
        _ = try await fixture.services.add(facts(urls + [urls[0]]), name: "orders", by: fixture.ada)
        #expect(try await fixture.services.linkChecks(of: "orders", by: fixture.guest).isEmpty)
        let found = try await fixture.services.checkLinks(of: "orders", by: fixture.ada)
        #expect(found.map(\.url) == urls)
        #expect(
            found.map(\.state) == [
                .reachable, .reachable, .reachable, .reachable, .failing, .failing, .failing, .failing, .failing,
            ])
        #expect(found[1].status == 200 && found[2].status == 401)
        #expect(found[4].reason == "It answers 503 Service Unavailable.")
        #expect(found[6].reason == "Nothing was answered within 20 seconds.")
        #expect(found[7].reason == "It was not answered: Connection refused.")
        #expect(found.allSatisfy { ($0.state == .failing) == ($0.reason != nil) })
        #expect(try await fixture.services.linkChecks(of: "orders", by: fixture.guest) == found)
        // Those that fail from the first look on are told of, once, and not that others are reachable.
        let told = try await fixture.events().filter { $0.kind.hasPrefix("service.link-") }
        #expect(told.map(\.kind) == Array(repeating: "service.link-failed", count: 5))
        #expect(Set(told.compactMap { $0.details["url"]?.string }) == Set(urls[4...]))
    }

    @Test func `a certificate that nobody trusts fails`() async throws {
        let fixture = try Fixture(patience: .seconds(120))
        let (certificate, key) = ("\(fixture.folder)/certificate.pem", "\(fixture.folder)/key.pem")
        let made = try Conversation([
            "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "1",
            "-keyout", key, "-out", certificate,
        ])
        try #require(made.finish().status == 0)
        let origin = try Origin([certificate, key])
        _ = try await fixture.services.add(
            facts(["https://localhost:\(origin.port)/"]), name: "orders", by: fixture.ada)
        let found = try await fixture.services.checkLinks(of: "orders", by: fixture.ada)
        #expect(found.map(\.reason) == ["It was not answered: its certificate is not trusted."])
    }

    @Test func `the journal tells of changes alone`() async throws {
        let fixture = try Fixture(patience: .seconds(120))
        let origin = try Origin()
        // Twice away, then there.
        let url = "http://127.0.0.1:\(origin.port)/flaky/2"
        _ = try await fixture.services.add(facts([url]), name: "orders", by: fixture.ada)
        for state in [LinkState.failing, .failing, .reachable, .reachable] {
            fixture.clock.advance(by: .seconds(60))
            let found = try await fixture.services.checkLinks(of: "orders", by: fixture.ada)
            #expect(found.map(\.state) == [state])
        }
        let found = try #require(try await fixture.services.linkChecks(of: "orders", by: fixture.ada).first)
        #expect(found.since.duration(to: found.checked) == .seconds(60))
        let told = try await fixture.events().filter { $0.kind.hasPrefix("service.link-") }
        #expect(told.map(\.kind) == ["service.link-failed", "service.link-recovered"])
        #expect(told[0].details["reason"]?.string == "It answers 503 Service Unavailable.")
        // A link that is not the service's any more leaves nothing behind.
        _ = try await fixture.services.change("orders", to: facts([]), by: fixture.ada)
        #expect(try await fixture.services.linkChecks(of: "orders", by: fixture.ada).isEmpty)
        _ = try await fixture.services.change("orders", to: facts([url]), by: fixture.ada)
        #expect(try await fixture.services.linkChecks(of: "orders", by: fixture.ada).isEmpty)
        try await fixture.services.remove("orders", by: fixture.ada)
    }

    @Test func `who may not operate may not look, and an unknown service has no links`() async throws {
        let fixture = try Fixture()
        _ = try await fixture.services.add(facts([]), name: "orders", by: fixture.ada)
        #expect(
            try await problem { try await fixture.services.checkLinks(of: "orders", by: fixture.guest) }?.code
                == .forbidden)
        #expect(
            try await problem { try await fixture.services.checkLinks(of: "none", by: fixture.ada) }?.code == .notFound)
    }

    /// On the real clock: what is new is looked at because it was said, what is old because its time has come.
    @Test func `links are looked at by themselves, the new ones at once`() async throws {
        let fixture = try Fixture(patience: .seconds(120), isOnTheWall: true)
        let origin = try Origin()
        let site = "http://127.0.0.1:\(origin.port)"
        let watch = LinkWatch(
            services: fixture.services, interval: .seconds(1),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let news = fixture.journal.tail.listen()
        let task = Task { await watch.run() }
        defer { task.cancel() }
        _ = try await fixture.services.add(facts(["\(site)/flaky/1"]), name: "orders", by: fixture.ada)
        var kinds: [String] = []
        for await event in news where event.kind.hasPrefix("service.link-") {
            kinds.append(event.kind)
            if event.kind == "service.link-recovered" { break }
        }
        #expect(kinds == ["service.link-failed", "service.link-recovered"])
    }
}
