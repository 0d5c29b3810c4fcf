import API
import Essentials
import HTTPTypes
import Hummingbird
import Notifications

/// Where news is sent, and the outbox, over HTTP.
struct NotificationRoutes: Sendable {
    let notifications: Notifications
    let templates: Templates

    var table: [Route] {
        [
            .signedIn(.get, "/api/v1/notifications/destinations", destinations),
            .signedIn(.post, "/api/v1/notifications/destinations", admitting: .init(keepsAnswer: false), add),
            .signedIn(.delete, "/api/v1/notifications/destinations/{name}", remove),
            .signedIn(.post, "/api/v1/notifications/destinations/{name}/test", test),
            .signedIn(.get, "/api/v1/notifications/deliveries", deliveries),
            .signedIn(.get, "/api/v1/notifications/deliveries/{id}", delivery),
            .signedIn(.post, "/api/v1/notifications/deliveries/{id}/retry", retry),
            .signedIn(.get, "/notifications", show),
            .signedIn(.post, "/notifications/destinations", admitting: .init(keepsAnswer: false), addFromForm),
            .signedIn(.post, "/notifications/destinations/{name}/removal", removeFromForm),
            .signedIn(.post, "/notifications/destinations/{name}/test", testFromForm),
            .signedIn(.post, "/notifications/deliveries/{id}/retry", retry),
        ]
    }

    /// All of them: there are few.
    @Sendable func destinations(_ visit: Visit) async throws -> Response {
        let all = try await notifications.destinations(by: visit.principal)
        return try .json(List(items: all.map(NotificationDestination.init), next: nil))
    }

    @Sendable func add(_ visit: Visit) async throws -> Response {
        let request = try visit.json(DestinationRequest.self)
        let made = try await notifications.add(
            name: request.name, kind: try Self.kind(request.kind), url: request.url,
            events: try request.events.map(Self.occasions) ?? Occasion.allCases, by: visit.principal)
        return try .json(
            NewNotificationDestination(
                destination: NotificationDestination(made.destination), secret: made.secret), status: .created,
            headers: [
                .location: "/api/v1/notifications/destinations/\(Paths.encoded(made.destination.name))"
            ])
    }

    @Sendable func remove(_ visit: Visit) async throws -> Response {
        try await notifications.remove(try visit.path("name"), by: visit.principal)
        return .noContent
    }

    @Sendable func test(_ visit: Visit) async throws -> Response {
        let delivery = try await notifications.test(try visit.path("name"), by: visit.principal)
        return try .json(
            NotificationDelivery(delivery), status: .created,
            headers: [.location: "/api/v1/notifications/deliveries/\(delivery.id)"])
    }

    @Sendable func deliveries(_ visit: Visit) async throws -> Response {
        let page = try await notifications.deliveries(
            visit.page(), state: try state(visit), destination: visit.query("destination"), by: visit.principal)
        return try .json(List(items: page.items.map(NotificationDelivery.init), next: page.next))
    }

    @Sendable func delivery(_ visit: Visit) async throws -> Response {
        try .json(
            NotificationDelivery(try await notifications.delivery(ID(try visit.path("id")), by: visit.principal)))
    }

    func state(_ visit: Visit) throws(Problem) -> Delivery.State? {
        guard let text = visit.query("state") else { return nil }
        guard let state = Delivery.State(rawValue: text) else {
            throw .invalid(
                "There is no state \"\(text.prefix(40))\" of a delivery.",
                fields: [.init(name: "state", message: Self.words(Delivery.State.self))])
        }
        return state
    }

    static func kind(_ text: String) throws(Problem) -> Destination.Kind {
        guard let kind = Destination.Kind(rawValue: text) else {
            throw .invalid(
                "There is no kind \"\(text.prefix(40))\" of destination.",
                fields: [.init(name: "kind", message: words(Destination.Kind.self))])
        }
        return kind
    }

    static func occasions(_ names: [String]) throws(Problem) -> [Occasion] {
        var occasions: [Occasion] = []
        for name in names {
            guard let occasion = Occasion(rawValue: name) else {
                throw .invalid(
                    "Nothing is told of \"\(name.prefix(40))\".",
                    fields: [.init(name: "events", message: words(Occasion.self))])
            }
            occasions.append(occasion)
        }
        return occasions
    }

    private static func words<Values: CaseIterable & RawRepresentable>(_ values: Values.Type) -> String
    where Values.RawValue == String {
        values.allCases.map(\.rawValue).joined(separator: ", ")
    }
}

extension NotificationDestination {
    init(_ destination: Destination) {
        self.init(
            name: destination.name, kind: destination.kind.rawValue, address: destination.address,
            events: destination.events.map(\.rawValue), created: destination.created.rfc3339)
    }
}

extension NotificationDelivery {
    init(_ delivery: Delivery) {
        self.init(
            id: delivery.id.rawValue, destination: delivery.name, kind: delivery.kind, event: delivery.event,
            state: delivery.state.rawValue, tries: delivery.tries, created: delivery.created.rfc3339,
            due: delivery.state == .pending ? delivery.due.rfc3339 : nil, finished: delivery.finished?.rfc3339,
            status: delivery.status, error: delivery.error)
    }
}
