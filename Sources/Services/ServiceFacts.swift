package import Essentials

/// What a team says of a service.
package struct ServiceFacts: Sendable, Equatable {
    package struct Link: Sendable, Equatable, Codable {
        package let title: String
        package let url: String

        package init(title: String, url: String) {
            self.title = title
            self.url = url
        }
    }

    /// Markdown.
    package var description: String
    package var owner: String?
    /// Each a line for people: a channel, an address, a number to call.
    package var contacts: [String]
    package var links: [Link]
    package var environments: [String]
    /// The names of the services that it needs, sorted; they may not be recorded themselves.
    package var dependencies: [String]

    package init(
        description: String = "", owner: String? = nil, contacts: [String] = [], links: [Link] = [],
        environments: [String] = [], dependencies: [String] = []
    ) {
        self.description = description
        self.owner = owner
        self.contacts = contacts
        self.links = links
        self.environments = environments
        self.dependencies = dependencies
    }

    /// As the journal tells them.
    var details: [String: JSONValue] {
        [
            "description": .string(description), "owner": owner.map { .string($0) } ?? .null,
            "contacts": .array(contacts.map { .string($0) }),
            "links": .array(links.map { ["title": .string($0.title), "url": .string($0.url)] }),
            "environments": .array(environments.map { .string($0) }),
            "dependencies": .array(dependencies.map { .string($0) }),
        ]
    }
}

/// A service as it is recorded.
package struct ServiceRecord: Sendable, Equatable {
    package let name: String
    package let facts: ServiceFacts
    package let created: Timestamp
    package let updated: Timestamp
}
