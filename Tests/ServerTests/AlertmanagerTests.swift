import Essentials
import HTTPTypes
import Incidents
import Testing

@testable import Server

/// Alertmanager's webhook, as a program sends it with a token of its own.
@Suite struct AlertmanagerTests {
    private static let path = "/api/v1/alerts/alertmanager"

    private static func alert(_ fingerprint: String, _ status: String = "firing") -> JSONValue {
        [
            "status": .string(status), "labels": ["alertname": "HighErrorRate", "severity": "critical"],
            "annotations": ["summary": "Errors above 5 %"], "startsAt": "2026-01-19T08:00:00.123Z",
            "endsAt": .string(status == "firing" ? "0001-01-01T00:00:00Z" : "2026-01-19T08:10:00Z"),
            "generatorURL": "http://prometheus:9090/graph", "fingerprint": .string(fingerprint),
        ]
    }

    private static func message(_ alerts: [JSONValue], _ status: String = "firing") -> JSONValue {
        [
            "version": "4", "groupKey": "{}:{alertname=\"HighErrorRate\"}", "status": .string(status),
            "receiver": "runbook", "truncatedAlerts": 0, "groupLabels": ["alertname": "HighErrorRate"],
            "commonLabels": [:], "commonAnnotations": [:], "externalURL": "http://alertmanager:9093",
            "alerts": .array(alerts),
        ]
    }

    @Test func `alerts open an incident, and their end resolves it`() async throws {
        let installation = try await Installation()
        try await installation.test { caller in
            let token = try await installation.token([.alerts])
            let opened = try await caller.send(.post, Self.path, as: token, .json(Self.message([Self.alert("a")])))
            #expect(opened.status == 200)
            #expect(try opened.json()["opened"] == true)
            let repeated = try await caller.send(.post, Self.path, as: token, .json(Self.message([Self.alert("a")])))
            #expect(try repeated.json()["known"] == 1)
            let ended = try await caller.send(
                .post, Self.path, as: token, .json(Self.message([Self.alert("a", "resolved")], "resolved")))
            #expect(try ended.json()["resolved"] == true)
            let list = try await caller.send(
                .get, "/api/v1/incidents", as: try await installation.token(.viewer)
            ).json()
            guard case .array(let items) = list["items"] else { return }
            #expect(items.map { $0["state"] } == ["resolved"])
            #expect(items.map { $0["title"] } == ["Errors above 5 %"])
        }
    }

    struct Bad: Sendable, CustomTestStringConvertible {
        let change: @Sendable (inout [String: JSONValue]) -> Void
        let fields: [String]
        var testDescription: String { "\(fields)" }
    }

    @Test(arguments: [
        Bad(change: { $0["version"] = "3" }, fields: ["version"]),
        Bad(change: { $0["version"] = nil }, fields: ["version"]),
        Bad(change: { $0["groupKey"] = "" }, fields: ["groupKey"]),
        Bad(change: { $0["status"] = "burning" }, fields: ["status"]),
        Bad(change: { $0["alerts"] = "none" }, fields: ["alerts"]),
        Bad(change: { $0["truncatedAlerts"] = -1 }, fields: ["truncatedAlerts"]),
        Bad(
            change: {
                $0["alerts"] = [["status": "x", "labels": [:], "startsAt": "now", "endsAt": "then", "fingerprint": ""]]
            },
            fields: ["alerts/0/status", "alerts/0/fingerprint", "alerts/0/startsAt", "alerts/0/endsAt"]),
        Bad(
            change: { $0["alerts"] = .array(Array(repeating: AlertmanagerTests.alert("a"), count: 10_001)) },
            fields: ["alerts"]),
    ]) func `a message that is none is refused by its fields, and opens nothing`(_ bad: Bad) async throws {
        let installation = try await Installation()
        try await installation.test { caller in
            guard case .object(var members) = Self.message([Self.alert("a")]) else { return }
            bad.change(&members)
            let answer = try await caller.send(
                .post, Self.path, as: try await installation.token([.alerts]), .json(.object(members)))
            #expect(answer.status == 400)
            #expect(try answer.faultyFields() == bad.fields)
            let list = try await installation.incidents.incidents(PageRequest(), by: .system("test"))
            #expect(list.items == [])
        }
    }

    @Test func `a message that is too large is refused whole`() async throws {
        let installation = try await Installation()
        try await installation.test { caller in
            let answer = try await caller.send(
                .post, Self.path, as: try await installation.token([.alerts]),
                .raw("application/json", Array(repeating: UInt8(ascii: " "), count: (8 << 20) + 1)))
            #expect(answer.status == 413)
        }
    }

    @Test func `a thousand alerts of one group are one incident`() async throws {
        let installation = try await Installation()
        try await installation.test { caller in
            let alerts = (1...1000).map { Self.alert("f\($0)") }
            let answer = try await caller.send(
                .post, Self.path, as: try await installation.token([.alerts]), .json(Self.message(alerts)))
            #expect(try answer.json()["fired"] == 1000)
            let list = try await installation.incidents.incidents(PageRequest(), by: .system("test"))
            let details = try await installation.incidents.incident(
                try #require(list.items.first).id, by: .system("test"))
            #expect(list.items.count == 1)
            #expect(details.firingCount == 1000)
            #expect(details.alerts.count == 50)
        }
    }

    @Test func `who may not send alerts is told so before anything else`() async throws {
        let installation = try await Installation()
        try await installation.test { caller in
            let answer = try await caller.send(
                .post, Self.path, as: try await installation.token(.operator), .raw("application/json", "{"))
            #expect(answer.status == 403)
        }
    }
}
