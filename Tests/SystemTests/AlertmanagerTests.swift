import Foundation
import Testing

/// A real Alertmanager, fed by its own `amtool`.
@Suite(.serialized, .timeLimit(.minutes(5))) struct AlertmanagerTests {
    @Test func `alerts open an incident, repeats add nothing, and their end resolves it`() async throws {
        try await Server.with { server in
            try await server.store(
                "db.disk", "---\nalerts: {alertname: DiskFull}\n---\n# Disk\n\n```sh\ntrue\n```\n")
            let made = try await server.runbook("token", "add", "alertmanager", "--scope", "alerts")
            let token = made.output.trimmingCharacters(in: .newlines)
            let alertmanager = try await Alertmanager.start(sendingTo: server, token: token)
            defer { alertmanager.child.signal(SIGKILL) }
            let first = ["alertname=DiskFull", "instance=a", "service=db", "severity=critical"]
            let second = ["alertname=DiskFull", "instance=b", "service=db", "severity=warning"]
            try await alertmanager.add(
                first[0], first[1], first[2], first[3], annotations: ["summary=The disk of a is full"], in: server)
            try await alertmanager.add(second[0], second[1], second[2], second[3], in: server)
            var incident = JSON.null
            try await until("both alerts are told") {
                let open = try await server.runbook("incident", "list", "--open", "--json").json["items"]
                guard let id = open[0]["id"].string else { return false }
                incident = try await server.runbook("incident", "show", id, "--json").json
                return incident["alerts_firing"].int == 2
            }
            let id = try #require(incident["id"].string)
            #expect(incident["title"].string == "The disk of a is full")
            #expect(incident["severity"].string == "sev1")
            #expect(incident["services"].items.map(\.string) == ["db"])
            #expect(incident["runbooks"][0]["runbook"].string == "db.disk")
            #expect(incident["by"]["name"].string == "alertmanager")
            let told = try await server.runbook("incident", "timeline", id, "--json").json["items"].items.count
            let calls = try await alertmanager.calls()
            try await until("it has been told again") { try await alertmanager.calls() >= calls + 3 }
            #expect(
                try await server.runbook("incident", "timeline", id, "--json").json["items"].items.count == told)
            try await alertmanager.add(first[0], first[1], first[2], first[3], isOver: true, in: server)
            try await alertmanager.add(second[0], second[1], second[2], second[3], isOver: true, in: server)
            try await until("the incident is resolved") {
                try await server.runbook("incident", "show", id, "--json").json["state"].string == "resolved"
            }
            let timeline = try await server.runbook("incident", "timeline", id)
            #expect(timeline.output.contains("Opened as sev1, by alertmanager."))
            #expect(timeline.output.hasSuffix("Resolved: every alert has ended, by alertmanager.\n"))
            #expect(try await server.runbook("incident", "list", "--json").json["items"].items.count == 1)
            try await server.expectIntactJournal()
        }
    }
}
