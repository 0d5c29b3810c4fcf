import API
import Essentials
import Hummingbird
import Journal
import Notifications

extension NotificationRoutes {
    @Sendable func show(_ visit: Visit) async throws -> Response {
        let head = try await notifications.journal.newsHead(visit)
        return try await page(visit, head: head)
    }

    /// The answer has the secret of a webhook, and is the only one that has it: no redirect follows.
    @Sendable func addFromForm(_ visit: Visit) async throws -> Response {
        let form = visit.form
        var typed = NotificationsPage.Typed(
            name: form["name"] ?? "", kind: form["kind"] ?? "",
            events: Set(form.fields.filter { $0.name == "events" }.map(\.value)))
        do {
            let made = try await notifications.add(
                name: typed.name, kind: try Self.kind(typed.kind), url: form["url"] ?? "",
                events: try Self.occasions(typed.events.sorted()), by: visit.principal)
            guard let secret = made.secret else { return .seeOther("/notifications") }
            return try await page(visit, secret: secret, status: .created)
        } catch let problem as Problem where problem.code == .invalid || problem.code == .conflict {
            typed.isOpen = true
            return try await page(
                visit, typed: typed, problem: problem, status: .init(code: problem.code.status))
        }
    }

    @Sendable func removeFromForm(_ visit: Visit) async throws -> Response {
        try await notifications.remove(try visit.path("name"), by: visit.principal)
        return .seeOther("/notifications")
    }

    @Sendable func testFromForm(_ visit: Visit) async throws -> Response {
        _ = try await notifications.test(try visit.path("name"), by: visit.principal)
        return .seeOther("/notifications")
    }

    @Sendable func retry(_ visit: Visit) async throws -> Response {
        let delivery = try await notifications.retry(ID(try visit.path("id")), by: visit.principal)
        return visit.wantsJSON ? try .json(NotificationDelivery(delivery)) : .seeOther("/notifications")
    }

    private func page(
        _ visit: Visit, typed: NotificationsPage.Typed = .init(), problem: Problem? = nil, secret: String? = nil,
        head: Int64? = nil, status: HTTPResponse.Status = .ok
    ) async throws -> Response {
        let state = try state(visit)
        let destinations = try await notifications.destinations(by: visit.principal)
        let deliveries = try await notifications.deliveries(visit.page(), state: state, by: visit.principal)
        return .html(
            try templates.render(
                NotificationsPage(
                    destinations, deliveries: deliveries, state: state, typed: typed, problem: problem, secret: secret,
                    head: head, reader: visit.reader)),
            status: status)
    }
}
