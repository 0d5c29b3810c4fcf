/// Where news is sent.
package struct NotificationDestination: Codable, Sendable, Equatable {
    package let name: String
    /// `webhook` or `slack`.
    package let kind: String
    /// Scheme and host; the whole address is shown to nobody.
    package let address: String
    package let events: [String]
    package let created: String

    package init(name: String, kind: String, address: String, events: [String], created: String) {
        self.name = name
        self.kind = kind
        self.address = address
        self.events = events
        self.created = created
    }
}

/// What `POST /api/v1/notifications/destinations` takes.
package struct DestinationRequest: Codable, Sendable {
    package var name: String
    package var kind: String
    package var url: String
    /// Without it, all.
    package var events: [String]?

    package init(name: String, kind: String, url: String, events: [String]? = nil) {
        self.name = name
        self.kind = kind
        self.url = url
        self.events = events
    }
}

/// The only time that the secret is shown.
package struct NewNotificationDestination: Codable, Sendable {
    package let destination: NotificationDestination
    /// Absent for Slack, which checks no signature.
    package let secret: String?

    package init(destination: NotificationDestination, secret: String?) {
        self.destination = destination
        self.secret = secret
    }
}

/// One piece of news for one destination.
package struct NotificationDelivery: Codable, Sendable, Equatable {
    /// The `webhook-id` of each try.
    package let id: String
    package let destination: String
    package let kind: String
    /// The `seq` of the journal's event that it tells of.
    package let event: Int64
    /// `pending`, `delivered` or `failed`.
    package let state: String
    package let tries: Int
    package let created: String
    /// When it is tried next; absent once it is settled.
    package let due: String?
    package let finished: String?
    /// Of the last answer; absent when there was none.
    package let status: Int?
    /// What was wrong with the last try.
    package let error: String?

    package init(
        id: String, destination: String, kind: String, event: Int64, state: String, tries: Int, created: String,
        due: String?, finished: String?, status: Int?, error: String?
    ) {
        self.id = id
        self.destination = destination
        self.kind = kind
        self.event = event
        self.state = state
        self.tries = tries
        self.created = created
        self.due = due
        self.finished = finished
        self.status = status
        self.error = error
    }
}
