import API
import Essentials

extension PayloadTests {
    static let services: [Sample] = {
        let link = Service.Link(title: "Dashboard", url: "https://grafana.example.com")
        let trouble = Service.Trouble(
            id: "1", title: "Orders fail", severity: "sev2", state: "triggered", opened: time)
        let delivery = Service.Delivery(
            id: "2", version: "v1.2.3", environment: "production", state: "succeeded", began: time)
        let found = Service.LinkCheck(
            url: "https://a.example", state: "reachable", since: time, checked: time, status: 200, milliseconds: 12,
            reason: nil)
        let service = { (word: String?) in
            Service(
                name: "orders", recorded: word != nil, description: "It takes orders.", owner: word, contacts: ["#ops"],
                links: [link], link_checks: [found], environments: ["production"],
                dependencies: ["orders-db"], dependants: ["shop"],
                runbooks: ["orders.deploy"], incidents: [trouble], deployments: [delivery],
                created: word.map { _ in time },
                updated: word.map { _ in time })
        }
        let summary = { (word: String?) in
            ServiceSummary(
                name: "orders", recorded: word != nil, owner: word, environments: [], runbooks: 1,
                updated: word.map { _ in time })
        }
        return [
            Sample(schema: "Service", full: service("platform"), bare: service(nil)),
            Sample(schema: "ServiceSummary", full: summary("platform"), bare: summary(nil)),
            same("ServiceLink", link),
            same("ServiceIncident", trouble),
            Sample(
                schema: "ServiceLinkCheck",
                full: Service.LinkCheck(
                    url: "https://a.example", state: "failing", since: time, checked: time, status: 503,
                    milliseconds: 12, reason: "It answers 503 Service Unavailable."),
                bare: Service.LinkCheck(
                    url: "https://a.example", state: "reachable", since: time, checked: time, status: nil,
                    milliseconds: nil, reason: nil)),
            same("ServiceDeployment", delivery),
            Sample(
                schema: "ServiceRequest",
                full: ServiceRequest(
                    name: "a", description: "b", owner: "c", contacts: ["d"], links: [link], environments: ["e"],
                    dependencies: ["f"]), bare: ServiceRequest(name: "a")),
            Sample(
                schema: "ServiceReplacement",
                full: ServiceReplacement(
                    description: "b", owner: "c", contacts: ["d"], links: [link], environments: ["e"],
                    dependencies: ["f"], updated: time), bare: ServiceReplacement()),
        ]
    }()
}
