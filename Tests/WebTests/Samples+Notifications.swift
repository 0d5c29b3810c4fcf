import Essentials

@testable import Notifications
@testable import Server

/// Where news goes, with every field filled, and before there is anywhere.
extension Samples {
    var notificationPages: [any WebPage] {
        let there = Destination(
            id: ID("1"), name: text("on-call"), kind: .webhook, address: text("https://example.com"),
            events: [.opened, .resolved], created: at(0))
        func delivery(_ state: Delivery.State, tries: Int = 3) -> Delivery {
            Delivery(
                id: ID(text("01j9zk4m7c0vxw5t3n8q2r6hye")), destination: there.id, name: there.name, event: 7,
                kind: tries == 0 ? "notification.test" : "incident.opened",
                object: tries == 0 ? nil : "incident/" + text("1"),
                body: "{}", state: state, tries: tries, created: at(0), retried: nil, due: at(60),
                finished: state == .pending ? nil : at(50), status: 503, error: text("It answered 503: busy"))
        }
        return [
            NotificationsPage(
                [there],
                deliveries: Page(
                    items: [delivery(.pending), delivery(.failed), delivery(.delivered), delivery(.pending, tries: 0)],
                    next: text("01j9zk4m7c0v")),
                state: .failed,
                typed: .init(name: text("channel"), kind: "slack", events: ["incident.opened"], isOpen: true),
                problem: .invalid(
                    text("The destination was not added."),
                    fields: [
                        .init(name: "name", message: text("is taken")), .init(name: "url", message: text("no address")),
                        .init(name: "events", message: text("one at least")),
                    ]),
                secret: text("whsec_abc"), head: 4211, reader: reader),
            NotificationsPage(
                [], deliveries: Page(items: [], next: nil), state: nil, head: nil, reader: reader),
        ]
    }
}
