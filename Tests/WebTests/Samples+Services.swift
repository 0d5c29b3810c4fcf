import API
import Essentials

@testable import Server

extension Samples {
    var services: ServicesPage {
        ServicesPage(
            rows: [
                .init(
                    ServiceSummary(
                        name: text("orders"), recorded: true, owner: text("the orders team"),
                        environments: [text("production")], runbooks: 2, updated: nil)),
                .init(
                    ServiceSummary(
                        name: text("orders-db"), recorded: false, owner: nil, environments: [], runbooks: 1,
                        updated: nil)),
            ], isFirst: true, next: text("orders-db"), mayOperate: true, reader: reader)
    }

    var noServices: ServicesPage {
        ServicesPage(rows: [], isFirst: true, next: nil, mayOperate: true, reader: reader)
    }

    var service: ServicePage { service(isRecorded: true) }
    var unrecorded: ServicePage { service(isRecorded: false) }

    private func service(isRecorded: Bool) -> ServicePage {
        ServicePage(
            Service(
                name: text("orders"), recorded: isRecorded, description: "", owner: text("the orders team"),
                contacts: [text("#orders"), "orders@example.org"],
                links: [
                    .init(title: text("Dashboard"), url: "https://x.example"),
                    .init(title: text("Docs"), url: text("https://y.example")),
                    .init(title: text("Metrics"), url: "https://z.example"),
                ],
                link_checks: [
                    .init(
                        url: "https://x.example", state: text("reachable"), since: at(0).rfc3339,
                        checked: at(0).rfc3339,
                        status: 200, milliseconds: 12, reason: nil),
                    .init(
                        url: "https://z.example", state: text("failing"), since: at(0).rfc3339, checked: at(0).rfc3339,
                        status: nil, milliseconds: nil, reason: text("It was not answered: Connection refused.")),
                ],
                environments: [text("production")], dependencies: [text("orders-db")], dependants: [text("shop")],
                runbooks: [text("orders.deploy")],
                incidents: [
                    .init(
                        id: text("01j9zk"), title: text("Orders fail"), severity: text("sev2"),
                        state: text("triggered"), opened: at(0).rfc3339)
                ],
                deployments: [
                    .init(
                        id: text("01j9zk"), version: text("v1.2.3"), environment: text("production"),
                        state: text("succeeded"), began: at(0).rfc3339)
                ], created: at(0).rfc3339, updated: at(0).rfc3339),
            description: SafeHTML("<p>It takes orders.</p>"),
            runbooks: [.init(name: text("orders.deploy"), title: text("Deploy"), steps: 2, items: 1)], places: places,
            recorded: [], mayRecord: true, mayOperate: true, reader: reader)
    }

    var newService: ServiceFormPage { serviceForm(of: nil) }
    var changedService: ServiceFormPage { serviceForm(of: text("orders")) }

    private func serviceForm(of name: String?) -> ServiceFormPage {
        var typed = ServiceFormPage.Typed(name: text("orders"))
        typed.owner = text("the orders team")
        typed.links = text("Dashboard https://x.example")
        typed.updated = text("2026-01-19T08:30:00.000000Z")
        return ServiceFormPage(
            typed, of: name, idempotencyKey: text("01j9zk4m7c0v"),
            problem: .invalid(
                text("The service is not kept as it stands."),
                fields: [.init(name: "owner", message: text("it is too long"))]), reader: reader)
    }
}
