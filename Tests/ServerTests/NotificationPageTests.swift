import Essentials
import HTTPTypes
import Notifications
import Testing

@testable import Server

/// Where news goes, on its page.
@Suite struct NotificationPageTests {
    @Test func `an admin adds a destination, is shown its secret once, tests and removes it`() async throws {
        let installation = try await Installation()
        try await installation.test { caller in
            let admin = try await installation.session(.admin)
            let empty = try await caller.send(.get, "/notifications", as: admin)
            #expect(empty.text.contains("News of incidents goes nowhere yet."))
            func add(_ fields: KeyValuePairs<String, String>) async throws -> Answer {
                try await caller.send(.post, "/notifications/destinations", as: admin, .form(fields))
            }
            let wrong = try await add([
                "name": "On Call", "kind": "webhook", "url": "ftp://x", "events": "incident.opened",
            ])
            #expect(wrong.status == 400)
            #expect(
                wrong.text.contains("Name: ") && wrong.text.contains("Address: ")
                    && wrong.text.contains("value=\"On Call\""))
            let none = try await add(["name": "on-call", "kind": "webhook", "url": "https://example.com/x"])
            #expect(none.status == 400)
            let made = try await add([
                "name": "on-call", "kind": "webhook", "url": "https://example.com/secret-path",
                "events": "incident.opened",
                "events": "incident.resolved",
            ])
            #expect(made.status == 201)
            #expect(made.text.contains("<code>whsec_") && made.text.contains("opened, resolved"))
            #expect(made.text.contains("https://example.com") && !made.text.contains("secret-path"))
            let page = try await caller.send(.get, "/notifications", as: admin).text
            #expect(!page.contains("whsec_"))
            let tested = try await caller.send(
                .post, "/notifications/destinations/on-call/test", as: admin, .form([:]))
            #expect(tested.location == "/notifications")
            let outbox = try await caller.send(.get, "/notifications?state=pending", as: admin).text
            #expect(outbox.contains("not tried yet"))
            _ = try await caller.send(.post, "/notifications/destinations/on-call/removal", as: admin, .form([:]))
            let failed = try await caller.send(.get, "/notifications?state=failed", as: admin).text
            #expect(failed.contains("The destination was removed.") && !failed.contains("Send again"))
            #expect(try await caller.send(.get, "/notifications?state=lost", as: admin).status == 400)
            // Others are not led there.
            let incidents = try await caller.send(.get, "/incidents", as: try await installation.session(.operator))
            #expect(!incidents.text.contains("/notifications"))
            #expect(try await caller.send(.get, "/incidents", as: admin).text.contains("href=\"/notifications\""))
        }
    }
}
