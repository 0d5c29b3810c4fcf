/// A service: what its team says of it, and what names it.
package struct Service: Codable, Sendable, Equatable {
    package struct Link: Codable, Sendable, Equatable {
        package var title: String
        /// `https` or `http`.
        package var url: String

        package init(title: String, url: String) {
            self.title = title
            self.url = url
        }
    }

    /// What the last look at one of its links found.
    package struct LinkCheck: Codable, Sendable, Equatable {
        package let url: String
        /// `reachable` or `failing`.
        package let state: String
        /// Since when it is so, and when that was looked at last.
        package let since: String
        package let checked: String
        /// Of the answer, where there was one.
        package let status: Int?
        package let milliseconds: Int?
        /// Why it fails, as a sentence.
        package let reason: String?

        package init(
            url: String, state: String, since: String, checked: String, status: Int?, milliseconds: Int?,
            reason: String?
        ) {
            self.url = url
            self.state = state
            self.since = since
            self.checked = checked
            self.status = status
            self.milliseconds = milliseconds
            self.reason = reason
        }
    }

    /// An incident that affects it.
    package struct Trouble: Codable, Sendable, Equatable {
        package let id: String
        package let title: String
        package let severity: String
        package let state: String
        package let opened: String

        package init(id: String, title: String, severity: String, state: String, opened: String) {
            self.id = id
            self.title = title
            self.severity = severity
            self.state = state
            self.opened = opened
        }
    }

    /// A deployment of it.
    package struct Delivery: Codable, Sendable, Equatable {
        package let id: String
        package let version: String
        package let environment: String
        package let state: String
        /// When it began, or was planned.
        package let began: String

        package init(id: String, version: String, environment: String, state: String, began: String) {
            self.id = id
            self.version = version
            self.environment = environment
            self.state = state
            self.began = began
        }
    }

    package let name: String
    /// False for a service that is only named, by a runbook's front matter, say.
    package let recorded: Bool
    /// Markdown.
    package let description: String
    package let owner: String?
    package let contacts: [String]
    package let links: [Link]
    /// By address; none for a link that nobody has looked at yet.
    package let link_checks: [LinkCheck]
    package let environments: [String]
    /// The names of the services that it needs, and of those that need it.
    package let dependencies: [String]
    package let dependants: [String]
    /// The names of the runbooks whose front matter names it.
    package let runbooks: [String]
    /// The newest incidents that affect it, five at most.
    package let incidents: [Trouble]
    /// The newest deployments of it, five at most.
    package let deployments: [Delivery]
    package let created: String?
    package let updated: String?

    package init(
        name: String, recorded: Bool, description: String, owner: String?, contacts: [String], links: [Link],
        link_checks: [LinkCheck], environments: [String], dependencies: [String], dependants: [String],
        runbooks: [String], incidents: [Trouble],
        deployments: [Delivery], created: String?, updated: String?
    ) {
        self.name = name
        self.recorded = recorded
        self.description = description
        self.owner = owner
        self.contacts = contacts
        self.links = links
        self.link_checks = link_checks
        self.environments = environments
        self.dependencies = dependencies
        self.dependants = dependants
        self.runbooks = runbooks
        self.incidents = incidents
        self.deployments = deployments
        self.created = created
        self.updated = updated
    }
}

/// A service in a list.
package struct ServiceSummary: Codable, Sendable, Equatable {
    package let name: String
    package let recorded: Bool
    package let owner: String?
    package let environments: [String]
    /// How many runbooks name it.
    package let runbooks: Int
    package let updated: String?

    package init(
        name: String, recorded: Bool, owner: String?, environments: [String], runbooks: Int, updated: String?
    ) {
        self.name = name
        self.recorded = recorded
        self.owner = owner
        self.environments = environments
        self.runbooks = runbooks
        self.updated = updated
    }
}

/// What `POST /api/v1/services` takes: what is left out is empty.
package struct ServiceRequest: Codable, Sendable {
    package var name: String
    package var description: String?
    package var owner: String?
    package var contacts: [String]?
    package var links: [Service.Link]?
    package var environments: [String]?
    package var dependencies: [String]?

    package init(
        name: String, description: String? = nil, owner: String? = nil, contacts: [String]? = nil,
        links: [Service.Link]? = nil, environments: [String]? = nil, dependencies: [String]? = nil
    ) {
        self.name = name
        self.description = description
        self.owner = owner
        self.contacts = contacts
        self.links = links
        self.environments = environments
        self.dependencies = dependencies
    }
}

/// What `PUT /api/v1/services/{name}` takes: it replaces everything, and what is left out is empty.
package struct ServiceReplacement: Codable, Sendable {
    package var description: String?
    package var owner: String?
    package var contacts: [String]?
    package var links: [Service.Link]?
    package var environments: [String]?
    package var dependencies: [String]?
    /// The `updated` of what was read before; the change is refused when it is another meanwhile.
    package var updated: String?

    package init(
        description: String? = nil, owner: String? = nil, contacts: [String]? = nil, links: [Service.Link]? = nil,
        environments: [String]? = nil, dependencies: [String]? = nil, updated: String? = nil
    ) {
        self.description = description
        self.owner = owner
        self.contacts = contacts
        self.links = links
        self.environments = environments
        self.dependencies = dependencies
        self.updated = updated
    }
}
