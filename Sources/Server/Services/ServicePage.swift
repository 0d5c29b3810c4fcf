import API
import Deployments
import Essentials

/// A service, with all that belongs to it.
struct ServicePage: WebPage {
    static let template = "services/service"

    struct Runbook: Encodable, Sendable {
        let path: String
        let title: String
        let name: String
        let contents: String

        init(name: String, title: String, steps: Int, items: Int) {
            path = Paths.runbook(name)
            self.title = title
            self.name = name
            contents = items == 0 ? counted(steps, "step") : "\(counted(steps, "step")), \(counted(items, "item"))"
        }
    }

    /// What runs in one of its environments.
    struct Place: Encodable, Sendable {
        /// What came after the version that runs, and did not take its place.
        struct Later: Encodable, Sendable {
            let laterPath: String
            let laterState: String
            let laterVersion: String
        }

        let environment: String
        let version: String?
        let versionPath: String
        let since: Moment?
        let later: Later?

        init(_ running: PlacedVersion) {
            environment = running.environment
            version = running.good?.version
            versionPath = Paths.deployment(running.good?.id.rawValue ?? "")
            since = running.good?.finished.map { Moment($0) }
            let latest = running.latest
            later =
                latest.id == running.good?.id || latest.state == .succeeded
                ? nil
                : Later(
                    laterPath: Paths.deployment(latest.id.rawValue), laterState: latest.state.rawValue,
                    laterVersion: latest.version)
        }
    }

    /// A service that this one needs.
    struct Dependency: Encodable, Sendable {
        let name: String
        let path: String
        let isUnrecorded: Bool

        init(_ name: String, recorded: Set<String>) {
            self.name = name
            path = Paths.service(name)
            isUnrecorded = !recorded.contains(name)
        }
    }

    /// A service that says it needs this one.
    struct Dependant: Encodable, Sendable {
        let name: String
        let path: String
    }

    struct Incident: Encodable, Sendable {
        let path: String
        let title: String
        let severity: String
        let state: String
        let opened: Moment?
    }

    struct Delivery: Encodable, Sendable {
        let path: String
        let version: String
        let environment: String
        let state: String
        let began: Moment?
    }

    struct Link: Encodable, Sendable {
        let title: String
        let url: String
        let found: Found?
    }

    /// What the last look at a link found.
    struct Found: Encodable, Sendable {
        /// The state's name, for its colour and shape.
        let linkState: String
        let word: String
        /// `200 in 12 ms`, or why it fails.
        let told: String
        let since: Moment?
        let checked: Moment?

        init(_ check: Service.LinkCheck) {
            linkState = check.state == "reachable" ? "succeeded" : "failed"
            word = check.state
            let answer = check.status.map { status in
                "Answers \(status)\(check.milliseconds.map { " in \($0) ms" } ?? "")."
            }
            told = check.reason ?? answer ?? ""
            since = Timestamp(rfc3339: check.since).map(Moment.init)
            checked = Timestamp(rfc3339: check.checked).map(Moment.init)
        }
    }

    struct Removal: Encodable, Sendable {
        let removalPath: String
        let service: String
    }

    let layout: Layout
    let name: String
    let sentence: String
    let description: SafeHTML?
    let recordPath: String?
    let changePath: String?
    let removal: Removal?
    let runbooks: [Runbook]
    let runbooksCount: String
    let places: [Place]
    let deployments: [Delivery]
    let deploymentsPath: String
    let owner: String?
    let contacts: [ContactLine]
    let hasContacts: Bool
    let environments: [String]
    let hasEnvironments: Bool
    let updated: Moment?
    let hasFacts: Bool
    let links: [Link]
    let hasLinks: Bool
    let checksPath: String?
    let dependencies: [Dependency]
    let dependants: [Dependant]
    let journalPath: String
    let incidents: [Incident]
    let incidentsPath: String

    /// - Parameters:
    ///   - recorded: which of those that it needs are recorded.
    ///   - mayRecord: whether its name is one that a service may be recorded under.
    init(
        _ service: Service, description: SafeHTML?, runbooks: [Runbook], places: [Place], recorded: Set<String>,
        mayRecord: Bool, mayOperate: Bool, reader: Reader
    ) {
        layout = Layout(service.name, place: .services, reader: reader)
        name = service.name
        sentence = Self.sentence(service, mayRecord: mayRecord)
        self.description = description
        recordPath =
            !service.recorded && mayOperate && mayRecord
            ? Paths.query("/services/new", [("name", service.name)]) : nil
        changePath = service.recorded && mayOperate ? "\(Paths.service(service.name))/change" : nil
        removal =
            service.recorded && mayOperate
            ? Removal(removalPath: "\(Paths.service(service.name))/removal", service: service.name) : nil
        self.runbooks = runbooks
        runbooksCount = String(runbooks.count)
        self.places = places
        deployments = service.deployments.map { delivery in
            Delivery(
                path: Paths.deployment(delivery.id), version: delivery.version, environment: delivery.environment,
                state: delivery.state, began: Timestamp(rfc3339: delivery.began).map(Moment.init))
        }
        deploymentsPath = Paths.query("/deployments", [("service", service.name)])
        owner = service.owner
        contacts = service.contacts.map(ContactLine.init)
        hasContacts = !contacts.isEmpty
        environments = service.environments
        hasEnvironments = !environments.isEmpty
        updated = service.updated.flatMap(Timestamp.init(rfc3339:)).map(Moment.init)
        hasFacts = updated != nil
        links = service.links.map { link in
            Link(
                title: link.title, url: link.url,
                found: service.link_checks.first { $0.url == link.url }.map(Found.init))
        }
        hasLinks = !links.isEmpty
        checksPath = hasLinks && mayOperate ? "\(Paths.service(service.name))/checks" : nil
        dependencies = service.dependencies.map { Dependency($0, recorded: recorded) }
        dependants = service.dependants.map { Dependant(name: $0, path: Paths.service($0)) }
        incidents = service.incidents.map { incident in
            Incident(
                path: Paths.incident(incident.id), title: incident.title, severity: incident.severity,
                state: incident.state, opened: Timestamp(rfc3339: incident.opened).map(Moment.init))
        }
        incidentsPath = Paths.query("/incidents", [("service", service.name)])
        journalPath = Paths.journal(object: "service/\(service.name)")
    }

    private static func sentence(_ service: Service, mayRecord: Bool) -> String {
        guard !service.recorded else {
            let owner = service.owner.map { "\($0) owns it" } ?? "Nobody is named as its owner"
            let places =
                service.environments.isEmpty ? "" : "; it runs in \(service.environments.joined(separator: ", "))"
            return "\(owner)\(places)."
        }
        let named =
            if !service.runbooks.isEmpty {
                "\(counted(service.runbooks.count, "runbook")) named it so"
            } else if !service.incidents.isEmpty {
                "incidents affected it under this name"
            } else if !service.dependants.isEmpty {
                "other services say that they need it"
            } else {
                "it was deployed under this name"
            }
        return mayRecord
            ? "\(named.capitalisedSentence); nobody has recorded yet whose it is and where it runs."
            : "\(named.capitalisedSentence). To record it, give it a name of lower-case letters, digits and dashes in the guides first."
    }
}
