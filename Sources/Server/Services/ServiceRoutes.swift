import API
import Deployments
import Essentials
import HTTPTypes
import Hummingbird
import Incidents
import Runbooks
import Services

/// Services over HTTP: those that are recorded, and those that are only named.
struct ServiceRoutes: Sendable {
    let services: Services
    let catalogue: Catalogue
    let deployments: Deployments
    let incidents: Incidents
    let templates: Templates

    var table: [Route] {
        [
            .signedIn(.get, "/api/v1/services", list),
            .signedIn(.post, "/api/v1/services", add),
            .signedIn(.get, "/api/v1/services/{name}", show),
            .signedIn(.put, "/api/v1/services/{name}", change),
            .signedIn(.delete, "/api/v1/services/{name}", remove),
            .signedIn(.post, "/api/v1/services/{name}/checks", check),
            .signedIn(.get, "/services", list),
            .signedIn(.post, "/services", addFromForm),
            .signedIn(.get, "/services/new", newForm),
            .signedIn(.get, "/services/{name}", show),
            .signedIn(.post, "/services/{name}", changeFromForm),
            .signedIn(.get, "/services/{name}/change", changeForm),
            .signedIn(.post, "/services/{name}/removal", removeFromForm),
            .signedIn(.post, "/services/{name}/checks", check),
        ]
    }

    @Sendable func list(_ visit: Visit) async throws -> Response {
        let page = try await summaries(visit.page(), by: visit.principal)
        guard visit.wantsJSON else {
            return .html(
                try templates.render(
                    ServicesPage(
                        rows: page.items.map(ServicesPage.Row.init), isFirst: visit.query("after") == nil,
                        next: page.next, mayOperate: visit.principal.may(.operate), reader: visit.reader)))
        }
        return try .json(List(items: page.items, next: page.next))
    }

    @Sendable func show(_ visit: Visit) async throws -> Response {
        let name = try visit.path("name")
        let details = try await details(of: name, by: visit.principal)
        if visit.wantsJSON { return try .json(details) }
        let recorded = try await services.recorded(
            among: details.dependencies, by: visit.principal)
        let runbooks = try await catalogue.entries(ofService: name, by: visit.principal)
        return .html(
            try templates.render(
                ServicePage(
                    details, description: try .markdown(details.description),
                    runbooks: runbooks.map {
                        .init(name: $0.name, title: $0.title, steps: $0.steps, items: $0.items)
                    }, places: try await deployments.runningVersions(of: name, by: visit.principal).map { .init($0) },
                    recorded: recorded, mayRecord: ServiceName.isName(name),
                    mayOperate: visit.principal.may(.operate), reader: visit.reader)))
    }

    @Sendable func add(_ visit: Visit) async throws -> Response {
        let request = try visit.json(ServiceRequest.self)
        let record = try await services.add(ServiceFacts(request), name: request.name, by: visit.principal)
        return try .json(
            try await details(of: record.name, by: visit.principal), status: .created,
            headers: [.location: "/api/v1/services/\(Paths.encoded(record.name))"])
    }

    @Sendable func change(_ visit: Visit) async throws -> Response {
        let request = try visit.json(ServiceReplacement.self)
        let record = try await services.change(
            try visit.path("name"), to: ServiceFacts(request), seen: try request.updated.map(Self.moment),
            by: visit.principal)
        return try .json(try await details(of: record.name, by: visit.principal))
    }

    /// Looks at the service's links.
    @Sendable func check(_ visit: Visit) async throws -> Response {
        let name = try visit.path("name")
        _ = try await services.checkLinks(of: name, by: visit.principal)
        guard visit.wantsJSON else { return .seeOther(Paths.service(name)) }
        return try .json(try await details(of: name, by: visit.principal))
    }

    @Sendable func remove(_ visit: Visit) async throws -> Response {
        try await services.remove(try visit.path("name"), by: visit.principal)
        return .noContent
    }

    /// All that is known of a service.
    /// - Throws: `Problem.notFound` for one that is neither recorded nor named by anything.
    private func details(of name: String, by principal: Principal) async throws -> Service {
        let record = try await services.find(name, by: principal)
        let troubles = try await incidents.incidents(
            PageRequest(limit: 5), IncidentFilter(service: name), by: principal
        ).items
        let deliveries = try await deployments.deployments(
            PageRequest(limit: 5), DeploymentFilter(service: name), by: principal
        ).items
        let runbooks = try await catalogue.entries(ofService: name, by: principal)
        let dependants = try await services.dependants(of: name, by: principal)
        let isNamed = !runbooks.isEmpty || !dependants.isEmpty || !troubles.isEmpty || !deliveries.isEmpty
        guard record != nil || isNamed else {
            throw Services.unknown(name)
        }
        return Service(
            name: name, recorded: record != nil, description: record?.facts.description ?? "",
            owner: record?.facts.owner, contacts: record?.facts.contacts ?? [],
            links: record?.facts.links.map { .init(title: $0.title, url: $0.url) } ?? [],
            link_checks: try await services.linkChecks(of: name, by: principal).map(Service.LinkCheck.init),
            environments: record?.facts.environments ?? [], dependencies: record?.facts.dependencies ?? [],
            dependants: dependants, runbooks: runbooks.map(\.name),
            incidents: troubles.map { incident in
                .init(
                    id: incident.id.rawValue, title: incident.title, severity: incident.severity.rawValue,
                    state: incident.state.rawValue, opened: incident.milestones.opened.rfc3339)
            },
            deployments: deliveries.map { delivery in
                let facts = delivery.facts
                return .init(
                    id: facts.id.rawValue, version: facts.version, environment: facts.environment,
                    state: facts.state.rawValue, began: (facts.started ?? facts.created).rfc3339)
            }, created: record?.created.rfc3339, updated: record?.updated.rfc3339)
    }

    /// A page of all services by name, those that only runbooks name among them.
    private func summaries(_ request: PageRequest, by principal: Principal) async throws -> Page<ServiceSummary> {
        let recorded = try await services.services(request, by: principal).items
        let named = try await catalogue.services(after: request.after, limit: request.limit + 1, by: principal)
        let records = Dictionary(recorded.map { ($0.name, $0) }) { first, _ in first }
        // In the order of the database, which compares bytes.
        let names = Set(recorded.map(\.name) + named).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        let shown = Array(names.prefix(request.limit))
        let counts = try await catalogue.counts(ofServices: shown, by: principal)
        let isMore = try await isThereMore(after: shown.last, by: principal)
        return Page(
            items: shown.map { name in
                let record = records[name]
                return ServiceSummary(
                    name: name, recorded: record != nil, owner: record?.facts.owner,
                    environments: record?.facts.environments ?? [], runbooks: counts[name] ?? 0,
                    updated: record?.updated.rfc3339)
            }, next: isMore ? shown.last : nil)
    }

    private func isThereMore(after last: String?, by principal: Principal) async throws -> Bool {
        guard let last else { return false }
        let request = PageRequest(limit: 1, after: last)
        if try await !services.services(request, by: principal).items.isEmpty { return true }
        return try await !catalogue.services(after: last, limit: 1, by: principal).isEmpty
    }

    private static func moment(_ text: String) throws(Problem) -> Timestamp {
        guard let time = Timestamp(rfc3339: text) else {
            throw .invalid(
                "\"\(text.prefix(40))\" is not a time.",
                fields: [.init(name: "updated", message: "the updated of the service as it was read")])
        }
        return time
    }
}

extension ServiceRoutes {
    @Sendable func newForm(_ visit: Visit) async throws -> Response {
        try visit.principal.require(.operate, to: "add services")
        return .html(try form(.init(name: visit.query("name") ?? ""), of: nil, visit))
    }

    @Sendable func changeForm(_ visit: Visit) async throws -> Response {
        try visit.principal.require(.operate, to: "change services")
        let record = try await services.service(try visit.path("name"), by: visit.principal)
        return .html(try form(.init(record), of: record.name, visit))
    }

    @Sendable func addFromForm(_ visit: Visit) async throws -> Response {
        let typed = ServiceFormPage.Typed(visit.form)
        do {
            let record = try await services.add(try typed.facts, name: typed.name, by: visit.principal)
            return .seeOther(Paths.service(record.name))
        } catch let problem as Problem where problem.isOfForm {
            return .html(try form(typed, of: nil, problem: problem, visit), status: .init(code: problem.code.status))
        }
    }

    @Sendable func changeFromForm(_ visit: Visit) async throws -> Response {
        let name = try visit.path("name")
        let typed = ServiceFormPage.Typed(visit.form)
        do {
            let record = try await services.change(
                name, to: try typed.facts, seen: try typed.updated.map(Self.moment), by: visit.principal)
            return .seeOther(Paths.service(record.name))
        } catch let problem as Problem where problem.isOfForm {
            return .html(try form(typed, of: name, problem: problem, visit), status: .init(code: problem.code.status))
        }
    }

    @Sendable func removeFromForm(_ visit: Visit) async throws -> Response {
        try await services.remove(try visit.path("name"), by: visit.principal)
        return .seeOther("/services")
    }

    private func form(
        _ typed: ServiceFormPage.Typed, of name: String?, problem: Problem? = nil, _ visit: Visit
    ) throws -> String {
        try templates.render(
            ServiceFormPage(
                typed, of: name, idempotencyKey: ID<ServiceFormPage>(at: services.time.now()).rawValue,
                problem: problem, reader: visit.reader))
    }
}

extension Problem {
    /// What is said again on the form, beside what was typed.
    fileprivate var isOfForm: Bool { code == .invalid || code == .conflict }
}

extension Service.LinkCheck {
    fileprivate init(_ check: LinkCheck) {
        self.init(
            url: check.url, state: check.state.rawValue, since: check.since.rfc3339, checked: check.checked.rfc3339,
            status: check.status, milliseconds: check.milliseconds, reason: check.reason)
    }
}

extension ServiceFacts {
    fileprivate init(_ request: ServiceRequest) {
        self.init(
            description: request.description ?? "", owner: request.owner, contacts: request.contacts ?? [],
            links: (request.links ?? []).map { Link(title: $0.title, url: $0.url) },
            environments: request.environments ?? [], dependencies: request.dependencies ?? [])
    }

    fileprivate init(_ request: ServiceReplacement) {
        self.init(
            description: request.description ?? "", owner: request.owner, contacts: request.contacts ?? [],
            links: (request.links ?? []).map { Link(title: $0.title, url: $0.url) },
            environments: request.environments ?? [], dependencies: request.dependencies ?? [])
    }
}
