import Accounts
import Essentials
import HTTPTypes
import Incidents
import Notifications
import Testing

/// What everybody is answered at a route.
struct AccessRow: Sendable, CustomTestStringConvertible {
    /// What somebody may be answered: a status, or being sent to the sign-in page.
    enum Outcome: Sendable, Equatable, CustomStringConvertible {
        case status(Int)
        case signIn

        init(_ answer: Answer) {
            let isSentAway = answer.status == 303 && answer.location?.hasPrefix("/sign-in?next=") == true
            self = isSentAway ? .signIn : .status(answer.status)
        }

        var description: String {
            switch self {
            case .status(let status): "\(status)"
            case .signIn: "sign-in"
            }
        }
    }

    typealias Sent = (uri: String, body: Body)

    let method: HTTPRequest.Method
    /// As the table of routes has it.
    let path: String
    let outcomes: [Visitor: Outcome]
    /// Makes what the request needs, and the request.
    let sent: @Sendable (Installation) async throws -> Sent

    /// - Parameter outcomes: statuses in the order of `Visitor`; `-` is being sent to the sign-in page.
    init(
        _ method: HTTPRequest.Method, _ path: String, _ outcomes: String,
        sending sent: (@Sendable (Installation) async throws -> Sent)? = nil
    ) {
        self.method = method
        self.path = path
        let words = outcomes.split(separator: " ")
        precondition(words.count == Visitor.allCases.count, "\(path) needs an outcome for each visitor")
        self.outcomes = Dictionary(
            uniqueKeysWithValues: zip(Visitor.allCases, words.map { Int($0).map(Outcome.status) ?? .signIn }))
        self.sent = sent ?? { _ in (path, .none) }
    }

    var name: String { "\(method.rawValue) \(path)" }
    var testDescription: String { name }
    /// The stream never ends by itself, so that it takes a socket to see how it begins.
    var isEndless: Bool { path.hasSuffix("/journal/stream") }
    /// Speaks of the session itself, which a token has not.
    var isAboutSession: Bool { path == "/session" || path == "/session/end" }
}

extension AccessRow {
    static let all =
        health + accounts + runbooks + runs
        + checklists
        + deployments
        + incidents
        + services
        + schedules
        + hooks
        + notifications
        + search
        + journal

    //                                             stranger viewer operator author admin metrics
    private static let health = [
        AccessRow(.get, "/", "- 200 200 200 200 403"),
        AccessRow(.get, "/api/v1/status", "401 200 200 200 200 403"),
        AccessRow(.get, "/health", "200 200 200 200 200 200"),
        AccessRow(.get, "/ready", "200 200 200 200 200 200"),
        AccessRow(.get, "/metrics", "401 403 403 403 200 200"),
        AccessRow(.get, "/api/openapi.json", "200 200 200 200 200 200"),
        AccessRow(.get, "/api/front-matter.schema.json", "200 200 200 200 200 200"),
        AccessRow(.get, "/assets/{name}", "200 200 200 200 200 200") { _ in ("/assets/style.css", .none) },
    ]

    private static let accounts = [
        AccessRow(.get, "/sign-in", "200 200 200 200 200 200"),
        AccessRow(.post, "/session", "201 201 201 201 201 201") { _ in
            ("/session", .json(["name": "viewer", "password": .string(Installation.password)]))
        },
        AccessRow(.delete, "/session", "401 204 204 204 204 400"),
        AccessRow(.post, "/session/end", "401 303 303 303 303 400"),
        AccessRow(.get, "/first-admin", "200 200 200 200 200 200"),
        // There are people already, so that nobody can be the first.
        AccessRow(.post, "/first-admin", "409 409 409 409 409 409") { _ in
            let password = Installation.password
            return (
                "/first-admin",
                .form(["token": "x", "name": "eve", "password": password, "password_again": password])
            )
        },
        AccessRow(.get, "/api/v1/me", "401 200 200 200 200 200"),
        AccessRow(.get, "/api/v1/users", "401 403 403 403 200 403"),
        AccessRow(.post, "/api/v1/users", "401 403 403 403 201 403") { installation in
            let name = "person \(installation.number())"
            return (
                "/api/v1/users",
                .json(["name": .string(name), "password": .string(Installation.password), "role": "viewer"])
            )
        },
        AccessRow(.patch, "/api/v1/users/{id}", "401 403 403 403 200 403") { installation in
            let person = try await installation.accounts.add(
                name: "person \(installation.number())", password: Installation.password, role: .viewer,
                by: .system("test"))
            return ("/api/v1/users/\(person.id)", .json(["role": "operator"]))
        },
        AccessRow(.get, "/api/v1/tokens", "401 200 200 200 200 403"),
        AccessRow(.post, "/api/v1/tokens", "401 201 201 201 201 403") { _ in
            ("/api/v1/tokens", .json(["name": "mine", "scopes": ["read"]]))
        },
        // A token of the admin's: to others it is as if there were none.
        AccessRow(.delete, "/api/v1/tokens/{id}", "401 404 404 404 204 403") { installation in
            let made = try await installation.accounts.makeToken(
                name: "some", scopes: [.read], by: try installation.principal(.admin))
            return ("/api/v1/tokens/\(made.token.id)", .none)
        },
    ]

    private static let runbooks = [
        AccessRow(.get, "/api/v1/runbooks", "401 200 200 200 200 403"),
        AccessRow(.post, "/api/v1/runbooks", "401 403 403 201 201 403") { installation in
            ("/api/v1/runbooks?name=new-\(installation.number())", .markdown(Installation.guide))
        },
        AccessRow(.get, "/api/v1/runbooks/{name}", "401 200 200 200 200 403") {
            ("/api/v1/runbooks/\(try await $0.runbook())", .none)
        },
        AccessRow(.get, "/api/v1/runbooks/{name}/versions", "401 200 200 200 200 403") {
            ("/api/v1/runbooks/\(try await $0.runbook())/versions", .none)
        },
        AccessRow(.get, "/api/v1/runbooks/{name}/versions/{version}/changes", "401 200 200 200 200 403") {
            let name = try await $0.runbook()
            try await $0.change(name)
            return ("/api/v1/runbooks/\(name)/versions/2/changes", .none)
        },
        AccessRow(.get, "/api/v1/runbooks/{name}/source", "401 200 200 200 200 403") {
            ("/api/v1/runbooks/\(try await $0.runbook())/source", .none)
        },
        AccessRow(.get, "/api/v1/folder", "401 200 200 200 200 403"),
        AccessRow(.get, "/runbooks", "- 200 200 200 200 403"),
        AccessRow(.get, "/runbooks/{name}", "- 200 200 200 200 403") { ("/runbooks/\(try await $0.runbook())", .none) },
        AccessRow(.get, "/runbooks/{name}/versions", "- 200 200 200 200 403") {
            ("/runbooks/\(try await $0.runbook())/versions", .none)
        },
        AccessRow(.get, "/runbooks/{name}/versions/{version}/changes", "- 200 200 200 200 403") {
            let name = try await $0.runbook()
            try await $0.change(name)
            return ("/runbooks/\(name)/versions/2/changes", .none)
        },
        AccessRow(.get, "/runbooks/{name}/source", "- 200 200 200 200 403") {
            ("/runbooks/\(try await $0.runbook())/source", .none)
        },
        AccessRow(.get, "/runbooks/{name}/run", "- 403 200 200 200 403") {
            ("/runbooks/\(try await $0.runbook())/run", .none)
        },
    ]

    private static let incidents = [
        AccessRow(.get, "/api/v1/incidents", "401 200 200 200 200 403"),
        AccessRow(.post, "/api/v1/incidents", "401 403 201 201 201 403") { _ in
            ("/api/v1/incidents", .json(["title": "It burns"]))
        },
        AccessRow(.get, "/api/v1/incidents/{id}", "401 200 200 200 200 403") {
            ("/api/v1/incidents/\(try await $0.incident())", .none)
        },
        AccessRow(.patch, "/api/v1/incidents/{id}", "401 403 200 200 200 403") {
            ("/api/v1/incidents/\(try await $0.incident())", .json(["severity": "sev1"]))
        },
        AccessRow(.post, "/api/v1/incidents/{id}/acknowledgement", "401 403 200 200 200 403") {
            ("/api/v1/incidents/\(try await $0.incident())/acknowledgement", .none)
        },
        AccessRow(.post, "/api/v1/incidents/{id}/mitigation", "401 403 200 200 200 403") {
            ("/api/v1/incidents/\(try await $0.incident())/mitigation", .json(["note": "It is back."]))
        },
        AccessRow(.post, "/api/v1/incidents/{id}/resolution", "401 403 200 200 200 403") {
            ("/api/v1/incidents/\(try await $0.incident())/resolution", .none)
        },
        AccessRow(.post, "/api/v1/incidents/{id}/reopening", "401 403 200 200 200 403") {
            ("/api/v1/incidents/\(try await $0.incident(.resolve))/reopening", .none)
        },
        AccessRow(.get, "/api/v1/incidents/{id}/timeline", "401 200 200 200 200 403") {
            ("/api/v1/incidents/\(try await $0.incident())/timeline", .none)
        },
        AccessRow(.post, "/api/v1/incidents/{id}/timeline", "401 403 201 201 201 403") {
            ("/api/v1/incidents/\(try await $0.incident())/timeline", .json(["text": "It was the disk."]))
        },
        AccessRow(.put, "/api/v1/incidents/{id}/timeline/{note}", "401 403 200 200 200 403") {
            (
                "/api/v1/incidents/\(try await $0.note())",
                .json(["text": "It was the network."]).with([.ifMatch: "\"1\""])
            )
        },
        AccessRow(.put, "/api/v1/incidents/{id}/roles/{role}", "401 403 200 200 200 403") {
            ("/api/v1/incidents/\(try await $0.incident())/roles/scribe", .json(["person": "viewer"]))
        },
        AccessRow(.get, "/api/v1/incidents/{id}/postmortem", "401 200 200 200 200 403") {
            ("/api/v1/incidents/\(try await $0.incident())/postmortem", .none)
        },
        AccessRow(.post, "/api/v1/alerts/alertmanager", "401 403 403 403 200 403") { _ in
            (
                "/api/v1/alerts/alertmanager",
                .json(["version": "4", "groupKey": "a", "status": "firing", "alerts": []])
            )
        },
        AccessRow(.get, "/incidents", "- 200 200 200 200 403"),
        AccessRow(.post, "/incidents", "401 403 303 303 303 403") { _ in ("/incidents", .form(["title": "It burns"])) },
        AccessRow(.get, "/incidents/new", "- 403 200 200 200 403"),
        AccessRow(.get, "/incidents/{id}", "- 200 200 200 200 403") {
            ("/incidents/\(try await $0.incident())", .none)
        },
        AccessRow(.post, "/incidents/{id}", "401 403 303 303 303 403") {
            ("/incidents/\(try await $0.incident())", .form(["title": "It burns more"]))
        },
        AccessRow(.post, "/incidents/{id}/acknowledgement", "401 403 303 303 303 403") {
            ("/incidents/\(try await $0.incident())/acknowledgement", .form([:]))
        },
        AccessRow(.post, "/incidents/{id}/mitigation", "401 403 303 303 303 403") {
            ("/incidents/\(try await $0.incident())/mitigation", .form([:]))
        },
        AccessRow(.post, "/incidents/{id}/resolution", "401 403 303 303 303 403") {
            ("/incidents/\(try await $0.incident())/resolution", .form([:]))
        },
        AccessRow(.post, "/incidents/{id}/reopening", "401 403 303 303 303 403") {
            ("/incidents/\(try await $0.incident(.resolve))/reopening", .form([:]))
        },
        AccessRow(.post, "/incidents/{id}/timeline", "401 403 303 303 303 403") {
            ("/incidents/\(try await $0.incident())/timeline", .form(["text": "It was the disk."]))
        },
        AccessRow(.post, "/incidents/{id}/timeline/{note}", "401 403 303 303 303 403") {
            ("/incidents/\(try await $0.note())", .form(["text": "It was the network.", "version": "1"]))
        },
        AccessRow(.post, "/incidents/{id}/roles/{role}", "401 403 303 303 303 403") {
            ("/incidents/\(try await $0.incident())/roles/commander", .form(["person": "admin"]))
        },
        AccessRow(.get, "/incidents/{id}/postmortem", "- 200 200 200 200 403") {
            ("/incidents/\(try await $0.incident())/postmortem", .none)
        },
    ]

    private static let services = [
        AccessRow(.get, "/api/v1/services", "401 200 200 200 200 403"),
        AccessRow(.post, "/api/v1/services", "401 403 201 201 201 403") {
            ("/api/v1/services", .json(["name": .string("service-\($0.number())")]))
        },
        AccessRow(.get, "/api/v1/services/{name}", "401 200 200 200 200 403") {
            ("/api/v1/services/\(try await $0.service())", .none)
        },
        AccessRow(.put, "/api/v1/services/{name}", "401 403 200 200 200 403") {
            ("/api/v1/services/\(try await $0.service())", .json(["owner": "platform"]))
        },
        AccessRow(.delete, "/api/v1/services/{name}", "401 403 204 204 204 403") {
            ("/api/v1/services/\(try await $0.service())", .none)
        },
        AccessRow(.post, "/api/v1/services/{name}/checks", "401 403 200 200 200 403") {
            ("/api/v1/services/\(try await $0.service())/checks", .none)
        },
        AccessRow(.get, "/services", "- 200 200 200 200 403"),
        AccessRow(.post, "/services", "401 403 303 303 303 403") {
            ("/services", .form(["name": "service-\($0.number())"]))
        },
        AccessRow(.get, "/services/new", "- 403 200 200 200 403"),
        AccessRow(.get, "/services/{name}", "- 200 200 200 200 403") {
            ("/services/\(try await $0.service())", .none)
        },
        AccessRow(.post, "/services/{name}", "401 403 303 303 303 403") {
            ("/services/\(try await $0.service())", .form(["owner": "platform"]))
        },
        AccessRow(.get, "/services/{name}/change", "- 403 200 200 200 403") {
            ("/services/\(try await $0.service())/change", .none)
        },
        AccessRow(.post, "/services/{name}/removal", "401 403 303 303 303 403") {
            ("/services/\(try await $0.service())/removal", .form([:]))
        },
        AccessRow(.post, "/services/{name}/checks", "401 403 303 303 303 403") {
            ("/services/\(try await $0.service())/checks", .form([:]))
        },
    ]

    private static let notifications = [
        AccessRow(.get, "/api/v1/notifications/destinations", "401 403 403 403 200 403"),
        AccessRow(.post, "/api/v1/notifications/destinations", "401 403 403 403 201 403") {
            let name: JSONValue = .string("channel-\($0.number())")
            return (
                "/api/v1/notifications/destinations",
                .json(["name": name, "kind": "webhook", "url": "https://example.com/hook"])
            )
        },
        AccessRow(.delete, "/api/v1/notifications/destinations/{name}", "401 403 403 403 204 403") {
            ("/api/v1/notifications/destinations/\(try await $0.destination())", .none)
        },
        AccessRow(.post, "/api/v1/notifications/destinations/{name}/test", "401 403 403 403 201 403") {
            ("/api/v1/notifications/destinations/\(try await $0.destination())/test", .none)
        },
        AccessRow(.get, "/api/v1/notifications/deliveries", "401 403 403 403 200 403"),
        AccessRow(.get, "/api/v1/notifications/deliveries/{id}", "401 403 403 403 200 403") {
            let admin = try $0.principal(.admin)
            let delivery = try await $0.notifications.test(try await $0.destination(), by: admin)
            return ("/api/v1/notifications/deliveries/\(delivery.id)", .none)
        },
        AccessRow(.post, "/api/v1/notifications/deliveries/{id}/retry", "401 403 403 403 200 403") {
            let admin = try $0.principal(.admin)
            let delivery = try await $0.notifications.test(try await $0.destination(), by: admin)
            return ("/api/v1/notifications/deliveries/\(delivery.id)/retry", .none)
        },
        AccessRow(.get, "/notifications", "- 403 403 403 200 403"),
        AccessRow(.post, "/notifications/destinations", "401 403 403 403 201 403") {
            (
                "/notifications/destinations",
                .form([
                    "name": "channel-\($0.number())", "kind": "webhook", "url": "https://example.com/hook",
                    "events": "incident.opened",
                ])
            )
        },
        AccessRow(.post, "/notifications/destinations/{name}/removal", "401 403 403 403 303 403") {
            ("/notifications/destinations/\(try await $0.destination())/removal", .form([:]))
        },
        AccessRow(.post, "/notifications/destinations/{name}/test", "401 403 403 403 303 403") {
            ("/notifications/destinations/\(try await $0.destination())/test", .form([:]))
        },
        AccessRow(.post, "/notifications/deliveries/{id}/retry", "401 403 403 403 303 403") {
            let admin = try $0.principal(.admin)
            let delivery = try await $0.notifications.test(try await $0.destination(), by: admin)
            return ("/notifications/deliveries/\(delivery.id)/retry", .form([:]))
        },
    ]

    private static let search = [
        AccessRow(.get, "/api/v1/search", "401 200 200 200 200 403") { _ in ("/api/v1/search?q=deploy", .none) },
        AccessRow(.get, "/search", "- 200 200 200 200 403"),
    ]

    private static let journal = [
        AccessRow(.get, "/api/v1/journal", "401 200 200 200 200 403"),
        AccessRow(.get, "/api/v1/journal/stream", "401 200 200 200 200 403"),
        AccessRow(.get, "/api/v1/journal/verification", "401 200 200 200 200 403"),
        AccessRow(.get, "/api/v1/journal/export", "401 200 200 200 200 403"),
        AccessRow(.get, "/journal", "- 200 200 200 200 403"),
        AccessRow(.get, "/journal/stream", "- 200 200 200 200 403"),
        AccessRow(.post, "/journal/verification", "401 303 303 303 303 403") { _ in
            ("/journal/verification", .form([:]))
        },
    ]
}
