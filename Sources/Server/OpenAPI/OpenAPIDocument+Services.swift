import Deployments
import Essentials
import HTTPTypes
import Incidents
import Services

extension OpenAPIDocument {
    static let services = Subject(
        name: "services", description: "What is operated, by whom, and what it needs.",
        operations: [listServices, addService, getService, replaceService, removeService, checkServiceLinks],
        schemas: serviceSchemas)

    private static let name = Operation.Parameter.path("name", "The service's name, such as `accunode`.")

    private static let listServices = Operation(
        method: .get, path: "/api/v1/services", id: "listServices",
        summary: "Lists services by name, those that only runbooks name among them.", access: .permitted(.read),
        parameters: Operation.Parameter.page(), answers: [.json(.page(of: "ServiceSummary"), "Services.")])

    private static let addService = Operation(
        method: .post, path: "/api/v1/services", id: "addService", summary: "Records a service.",
        access: .permitted(.operate), body: .json("ServiceRequest"), answers: [.created("Service", "The service.")])

    private static let getService = Operation(
        method: .get, path: "/api/v1/services/{name}", id: "getService",
        summary: "Answers what is said of a service and what names it.", access: .permitted(.read),
        parameters: [name], answers: [.json(.ref("Service"), "The service.")], problems: [404])

    private static let replaceService = Operation(
        method: .put, path: "/api/v1/services/{name}", id: "replaceService",
        summary: "Replaces what is said of a service.",
        details: "With `updated`, a change that somebody else made since is not overwritten: 409.",
        access: .permitted(.operate), parameters: [name], body: .json("ServiceReplacement"),
        answers: [.json(.ref("Service"), "The service.")], problems: [404])

    private static let removeService = Operation(
        method: .delete, path: "/api/v1/services/{name}", id: "removeService",
        summary: "Takes a service's record away.", details: "What names it goes on naming it.",
        access: .permitted(.operate), parameters: [name], answers: [.noContent("It is recorded no longer.")],
        problems: [404])

    private static let checkServiceLinks = Operation(
        method: .post, path: "/api/v1/services/{name}/checks", id: "checkServiceLinks",
        summary: "Looks at each link of a service now.",
        details: """
            A GET that follows redirections and waits 10 seconds at most. A link is reachable where it answers below 400, or \
            asks for a sign-in (401, 403). The journal tells of changes alone. It is also done by itself, `serve --check-links`.
            """,
        access: .permitted(.operate), parameters: [name],
        answers: [.json(.ref("Service"), "The service, with what was found in `link_checks`.")], problems: [404])

    private static let serviceSchemas: KeyValuePairs<String, Schema> = [
        "Service": .object(
            "A service: what its team says of it, and what names it.",
            [
                "name": .text("Such as `accunode`."), "recorded": recorded, "description": description,
                "contacts": contacts, "links": links,
                "link_checks": .list(
                    of: .ref("ServiceLinkCheck"), "By address; none for a link that nobody has looked at yet."),
                "environments": environments, "dependencies": dependencies,
                "dependants": .list(of: .text(), "The services that say they need it."),
                "incidents": .list(of: .ref("ServiceIncident"), "The newest that affect it, five at most."),
                "deployments": .list(of: .ref("ServiceDeployment"), "The newest of it, five at most."),
                "runbooks": .list(of: .text(), "The runbooks whose front matter names it."),
            ],
            optional: [
                "owner": owner, "created": .moment("When it was recorded."), "updated": .moment("When it was changed."),
            ]),
        "ServiceIncident": .object(
            "An incident that affects the service.",
            [
                "id": .text(), "title": .text(), "severity": .oneOf(Severity.self), "state": .oneOf(IncidentState.self),
                "opened": .moment("When it was opened."),
            ]),
        "ServiceDeployment": .object(
            "A deployment of the service.",
            [
                "id": .text(), "version": .text(), "environment": .text(), "state": .oneOf(DeploymentState.self),
                "began": .moment("When it began; of a planned one, when it was planned."),
            ]),
        "ServiceSummary": .object(
            "A service in a list.",
            [
                "name": .text("Such as `accunode`."), "recorded": recorded, "environments": environments,
                "runbooks": .integer("How many runbooks name it.", from: 0),
            ],
            optional: ["owner": owner, "updated": .moment("When it was changed.")]),
        "ServiceLink": .object(
            "A link.", ["title": .text("A line."), "url": .text("An `https` or `http` address.")]),
        "ServiceLinkCheck": .object(
            "What the last look at a link found.",
            [
                "url": .text("The link's address."), "state": .oneOf(LinkState.self),
                "since": .moment("Since when it is so."), "checked": .moment("When it was looked at last."),
            ],
            optional: [
                "status": .integer("Of the answer, where there was one."),
                "milliseconds": .integer("From the request to the answer.", from: 0),
                "reason": .text("Why it fails, as a sentence."),
            ]),
        "ServiceRequest": .object(
            "A service to record; what is left out is empty.",
            [
                "name": .text(
                    "At most \(ServiceName.maximumBytes) lower-case letters, digits, and dots, dashes or underscores.")
            ],
            optional: [
                "description": description, "owner": owner, "contacts": contacts, "links": links,
                "environments": environments, "dependencies": dependencies,
            ]),
        "ServiceReplacement": .object(
            "What is said of a service from now on; what is left out is empty.", [:],
            optional: [
                "description": description, "owner": owner, "contacts": contacts, "links": links,
                "environments": environments, "dependencies": dependencies,
                "updated": .moment("The `updated` of what was read before."),
            ]),
    ]

    private static let recorded = Schema.flag(
        "False for a service that is only named, by a runbook's front matter, say.")
    private static let description = Schema.text("Markdown, at most 64 KiB.")
    private static let owner = Schema.text("The team that answers for it.")
    private static let contacts = Schema.list(of: .text(), "How its people are reached, at most 20 lines.")
    private static let links = Schema.list(of: .ref("ServiceLink"), "At most 50.")
    private static let environments = Schema.list(of: .text(), "Where it runs, such as `production`; at most 20.")
    private static let dependencies = Schema.list(of: .text(), "The services that it needs, at most 200.")
}
