import Essentials
import HTTPTypes
import Notifications

extension OpenAPIDocument {
    static let notifications = Subject(
        name: "notifications", description: "Where news of incidents is sent, and what became of each piece of it.",
        operations: [
            listDestinations, addDestination, removeDestination, testDestination, listDeliveries, getDelivery,
            retryDelivery,
        ], schemas: notificationSchemas)

    private static let name = Operation.Parameter.path("name", "The destination's name.")

    private static let listDestinations = Operation(
        method: .get, path: "/api/v1/notifications/destinations", id: "listDestinations",
        summary: "Lists the destinations, by name; all at once.", access: .permitted(.admin),
        answers: [.json(.page(of: "NotificationDestination"), "Destinations.")])

    private static let addDestination = Operation(
        method: .post, path: "/api/v1/notifications/destinations", id: "addDestination",
        summary: "Adds a destination.",
        details:
            "The secret is not kept readable: a second request with the same Idempotency-Key makes nothing and is answered 409.",
        access: .permitted(.admin), body: .json("DestinationRequest"),
        answers: [.created("NewNotificationDestination", "The destination, with its secret for the only time.")])

    private static let removeDestination = Operation(
        method: .delete, path: "/api/v1/notifications/destinations/{name}", id: "removeDestination",
        summary: "Removes a destination; what waits for it fails.", access: .permitted(.admin), parameters: [name],
        answers: [.noContent("Nothing is sent there any more.")], problems: [404])

    private static let testDestination = Operation(
        method: .post, path: "/api/v1/notifications/destinations/{name}/test", id: "testDestination",
        summary: "Sends a test the way that all news goes.", access: .permitted(.admin), parameters: [name],
        answers: [.created("NotificationDelivery", "The delivery, which is on its way.")], problems: [404])

    private static let listDeliveries = Operation(
        method: .get, path: "/api/v1/notifications/deliveries", id: "listDeliveries",
        summary: "Lists deliveries, the newest first.", access: .permitted(.admin),
        parameters: [
            .query("state", "Only those in this state.", .oneOf(Delivery.State.self)),
            .query("destination", "Only those to the destination of this name."),
        ] + Operation.Parameter.page(),
        answers: [.json(.page(of: "NotificationDelivery"), "Deliveries.")], problems: [404])

    private static let getDelivery = Operation(
        method: .get, path: "/api/v1/notifications/deliveries/{id}", id: "getDelivery",
        summary: "Answers a delivery.", access: .permitted(.admin), parameters: [.path("id", "The delivery's id.")],
        answers: [.json(.ref("NotificationDelivery"), "The delivery.")], problems: [404])

    private static let retryDelivery = Operation(
        method: .post, path: "/api/v1/notifications/deliveries/{id}/retry", id: "retryDelivery",
        summary: "Sends once more what could not be delivered, or at once what would be tried later.",
        details: "The `webhook-id` stays the same, and it is tried for a day again.",
        access: .permitted(.admin), parameters: [.path("id", "The delivery's id.")],
        answers: [.json(.ref("NotificationDelivery"), "The delivery, which is on its way.")], problems: [404])

    private static let notificationSchemas: KeyValuePairs<String, Schema> = [
        "NotificationDestination": .object(
            "Where news is sent.",
            [
                "name": .text(), "kind": kind,
                "address": .text("Scheme and host; the whole address is shown to nobody."),
                "events": events, "created": .moment("When it was added."),
            ]),
        "DestinationRequest": .object(
            "A destination to add.",
            [
                "name": .text("At most 63 lower-case letters, digits, dots, dashes and underscores."), "kind": kind,
                "url": .text("An `https` or `http` address."),
            ], optional: ["events": .list(of: .oneOf(Occasion.self), "What is told there; without it, all.")]),
        "NewNotificationDestination": .object(
            "A destination with the secret that signs what is sent there.",
            ["destination": .ref("NotificationDestination")],
            optional: ["secret": .text("`whsec_` and the key in base64; absent for Slack.")]),
        "NotificationDelivery": .object(
            "One piece of news for one destination.",
            [
                "id": .text("The `webhook-id` of each try."), "destination": .text("The destination's name."),
                "kind": .text("Such as `incident.opened`."),
                "event": .integer("The `seq` of the journal's event that it tells of.", from: 1),
                "state": .oneOf(Delivery.State.self),
                "tries": .integer("How many there have been.", from: 0), "created": .moment("When it was made."),
            ],
            optional: [
                "due": .moment("When it is tried next."), "finished": .moment("When it was settled."),
                "status": .integer("Of the last answer."), "error": .text("What was wrong with the last try."),
            ]),
    ]

    private static let kind = Schema.oneOf(Destination.Kind.self)
    private static let events = Schema.list(of: .oneOf(Occasion.self), "What is told there.")
}
