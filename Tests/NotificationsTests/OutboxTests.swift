import Essentials
import Foundation
import Journal
import Outbound
import Storage
import Testing

@testable import Notifications

@Suite struct OutboxTests {
    private let fixture: Fixture

    init() throws { fixture = try Fixture() }

    private func json(_ text: String) throws -> JSONValue {
        try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
    }

    @Test func `an event is told once to each destination that wants it`() async throws {
        try await fixture.add("all")
        try await fixture.add("ends", .slack, [.resolved])
        let opened = try await fixture.happens("incident.opened", ["title": "Orders fail"])
        let resolved = try await fixture.happens("incident.resolved")
        for _ in 0..<3 {
            try await fixture.notifications.enqueue(opened)
            try await fixture.notifications.enqueue(resolved)
        }
        let told = try await fixture.deliveries().map { "\($0.name) \($0.kind)" }
        #expect(Set(told) == ["all incident.opened", "all incident.resolved", "ends incident.resolved"])
        #expect(told.count == 3)
    }

    @Test func `what failed is sent once more under its id, for a day again; what was delivered is not`() async throws {
        try await fixture.add("all")
        try await fixture.notifications.enqueue(try await fixture.happens("incident.opened"))
        let made = try #require(try await fixture.deliveries().first)
        let gone = try await fixture.notifications.settle(made, .answered(status: 410, beginning: ""))
        #expect(gone.state == .failed)
        fixture.clock.advance(by: .seconds(25 * 3600))
        let asked = try await fixture.notifications.retry(made.id, by: fixture.admin)
        #expect(asked.state == .pending && asked.id == made.id && asked.tries == 0 && asked.body == made.body)
        // A day after it was made it would have been given up.
        #expect(try await fixture.notifications.settle(asked, .unanswered(reason: "nobody is there")).state == .pending)
        let now = try await fixture.notifications.retry(made.id, by: fixture.admin)
        let done = try await fixture.notifications.settle(now, .answered(status: 200, beginning: ""))
        #expect(done.state == .delivered)
        await #expect(throws: Problem.self) { try await fixture.notifications.retry(made.id, by: fixture.admin) }
        try await fixture.notifications.enqueue(try await fixture.happens("incident.resolved"))
        let other = try #require(try await fixture.deliveries().first { $0.id != made.id })
        try await fixture.notifications.remove("all", by: fixture.admin)
        let late = await #expect(throws: Problem.self) {
            try await fixture.notifications.retry(other.id, by: fixture.admin)
        }
        #expect(late?.message.contains("was removed") == true)
    }

    @Test func `nothing is told of other events`() async throws {
        try await fixture.add("all")
        try await fixture.notifications.enqueue(try await fixture.happens("incident.noted"))
        #expect(try await fixture.deliveries().isEmpty)
    }

    @Test func `the webhook's body says what happened, to what, by whom and when`() async throws {
        try await fixture.add("all")
        let event = try await fixture.happens(
            "incident.opened", ["title": "Orders \"fail\"", "severity": "sev2", "services": ["orders", "shop"]])
        try await fixture.notifications.enqueue(event)
        let delivery = try #require(try await fixture.deliveries().first)
        #expect(delivery.object == "incident/01jincident")
        let body = try json(delivery.body)
        #expect(body["type"] == "incident.opened")
        #expect(body["timestamp"]?.string == event.time)
        #expect(body["data"]?["event"] == .integer(event.seq))
        #expect(body["data"]?["by"] == "Ada")
        let incident: JSONValue = [
            "id": "01jincident", "title": "Orders \"fail\"", "severity": "sev2", "services": ["orders", "shop"],
        ]
        #expect(body["data"]?["incident"] == incident)
    }

    @Test func `what an event does not repeat is taken from the incident's first`() async throws {
        try await fixture.add("all")
        _ = try await fixture.happens("incident.opened", ["title": "Orders fail", "services": ["orders"]])
        _ = try await fixture.happens("incident.opened", to: "another", ["title": "Another"])
        try await fixture.notifications.enqueue(try await fixture.happens("incident.acknowledged"))
        let body = try json(try #require(try await fixture.deliveries().last).body)
        #expect(body["data"]?["incident"]?["title"] == "Orders fail")
        #expect(body["data"]?["incident"]?["services"] == ["orders"])
    }

    @Test func `Slack is told in words that it obeys nothing of`() async throws {
        try await fixture.add("channel", .slack)
        let event = try await fixture.happens(
            "incident.opened",
            ["title": "<!channel> a < b & c > d\n*bold*", "severity": "sev1", "services": ["<@U1>"]])
        try await fixture.notifications.enqueue(event)
        let body = try json(try #require(try await fixture.deliveries().first).body)
        #expect(
            body["text"]
                == """
                Incident opened (sev1): &lt;!channel&gt; a &lt; b &amp; c &gt; d
                *bold*
                Services: &lt;@U1&gt;
                By Ada
                """)
        #expect(body["mrkdwn"] == false)
    }

    @Test func `what was taken is settled, and the journal says so of the incident`() async throws {
        try await fixture.add("all")
        try await fixture.notifications.enqueue(
            try await fixture.happens("incident.opened", ["title": "Orders fail"]))
        let delivery = try #require(try await fixture.deliveries().first)
        let settled = try await fixture.notifications.settle(delivery, .answered(status: 204, beginning: ""))
        #expect(settled.state == .delivered)
        #expect(settled.tries == 1)
        #expect(settled.finished != nil)
        let event = try #require(try await fixture.events("notification.delivered").first)
        #expect(event.objects == [.destination("all"), ObjectReference("incident", "01jincident")])
        // A try that was on its way twice settles it once.
        _ = try await fixture.notifications.settle(delivery, .answered(status: 204, beginning: ""))
        #expect(try await fixture.events("notification.delivered").count == 1)
        #expect(try await fixture.notifications.nextDeliveries().isEmpty)
    }

    @Test func `what was not taken waits twice as long each time, and is given up after a day`() async throws {
        try await fixture.add("all")
        try await fixture.notifications.enqueue(try await fixture.happens("incident.opened", ["title": "a"]))
        var pauses: [Int64] = []
        while let delivery = try await fixture.notifications.nextDeliveries().first {
            fixture.clock.advance(by: fixture.clock.source.now().duration(to: delivery.due))
            let settled = try await fixture.notifications.settle(delivery, .answered(status: 500, beginning: "no\0 \n"))
            #expect(settled.error == "It answered 500: no")
            if settled.state == .pending {
                pauses.append(fixture.clock.source.now().duration(to: settled.due).components.seconds)
            }
        }
        #expect(pauses.prefix(12) == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600])
        #expect((86_400 - 600...86_400).contains(pauses.reduce(0, +)))
        let failed = try #require(try await fixture.deliveries(.failed).first)
        #expect(failed.tries == pauses.count + 1)
        let event = try #require(try await fixture.events("notification.failed").first)
        #expect(event.details["error"] == "It answered 500: no")
    }

    @Test func `one that is due later does not hold up another destination`() async throws {
        try await fixture.add("slow")
        try await fixture.add("quick")
        try await fixture.notifications.enqueue(try await fixture.happens("incident.opened", ["title": "a"]))
        let slow = try #require(try await fixture.deliveries().first { $0.name == "slow" })
        _ = try await fixture.notifications.settle(slow, .unanswered(reason: "nothing came in time"))
        let next = try await fixture.notifications.nextDeliveries()
        #expect(Set(next.filter { $0.due <= fixture.clock.source.now() }.map(\.name)) == ["quick"])
        #expect(next.first { $0.name == "slow" }?.error == "It was not answered: nothing came in time.")
    }

    @Test func `deliveries are listed by state, by destination and page by page`() async throws {
        try await fixture.add("a")
        try await fixture.add("b")
        for _ in 0..<3 {
            fixture.clock.advance(by: .seconds(1))
            _ = try await fixture.notifications.test("a", by: fixture.admin)
        }
        _ = try await fixture.notifications.test("b", by: fixture.admin)
        let first = try await fixture.notifications.deliveries(
            PageRequest(limit: 2), destination: "a", by: fixture.admin)
        #expect(first.items.count == 2)
        let rest = try await fixture.notifications.deliveries(
            PageRequest(limit: 2, after: first.next), state: .pending, destination: "a", by: fixture.admin)
        #expect(rest.items.count == 1)
        #expect(rest.next == nil)
        #expect(try await fixture.deliveries(.delivered).isEmpty)
        let unknown = try await problem {
            try await self.fixture.notifications.deliveries(
                PageRequest(), destination: "c", by: self.fixture.admin)
        }
        #expect(unknown?.code == .notFound)
    }
}

@Suite struct VerdictTests {
    private let now = Timestamp(microseconds: 1_768_811_400_000_000)

    @Test(arguments: [
        (Courier.Outcome.answered(status: 200, beginning: "ok"), Delivery.State.delivered),
        (.answered(status: 299, beginning: ""), .delivered), (.answered(status: 302, beginning: ""), .pending),
        (.answered(status: 400, beginning: ""), .pending), (.answered(status: 410, beginning: ""), .failed),
        (.answered(status: 500, beginning: ""), .pending), (.unanswered(reason: "a"), .pending),
    ])
    func `how a try went says what follows`(outcome: Courier.Outcome, state: Delivery.State) {
        let verdict = Verdict(outcome, tries: 1, created: now, now: now)
        #expect(verdict.state == state)
        #expect((verdict.next == nil) == (state != .pending))
        #expect((verdict.error == nil) == (state == .delivered))
    }

    @Test func `what is a day old is not tried again`() {
        let late = now.advanced(by: .seconds(24 * 3600 - 1))
        #expect(Backoff.next(after: 1, created: now, now: late) == now.advanced(by: .seconds(24 * 3600)))
        #expect(Backoff.next(after: 2, created: now, now: late) == nil)
        #expect(Backoff.next(after: 1_000_000, created: now, now: now) == now.advanced(by: .seconds(600)))
    }
}
