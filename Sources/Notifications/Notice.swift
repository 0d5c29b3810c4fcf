import Essentials
import Journal

/// What is told of an event, and how each kind of destination is told.
struct Notice: Sendable, Equatable {
    let kind: String
    /// RFC 3339.
    let time: String
    /// The `seq` of the journal's event.
    let event: Int64
    let incident: String?
    let title: String
    let severity: String?
    let services: [String]
    let by: String?

    /// - Parameter first: the details of the first event of the incident, for what this one does not repeat.
    init(_ event: RecordedEvent, first: [String: JSONValue]) {
        func text(_ name: String) -> String? { event.details[name]?.string ?? first[name]?.string }
        self.event = event.seq
        kind = event.kind
        time = event.time
        incident = event.objects.first { $0.kind == "incident" }?.id
        title = text("title") ?? incident.map { "Incident \($0)" } ?? kind
        severity = text("severity")
        services = Self.strings(event.details["services"]) ?? Self.strings(first["services"]) ?? []
        by = event.actor.name
    }

    /// The notice by which somebody sees that a destination is reached.
    init(testAt now: Timestamp, event: Int64, by name: String) {
        self.event = event
        kind = "notification.test"
        time = now.rfc3339
        title = "This is a test of Runbook's notifications: nothing has happened."
        (incident, severity, services, by) = (nil, nil, [], name)
    }

    func body(for destination: Destination.Kind) -> String {
        switch destination {
        case .webhook: webhook.text
        case .slack: slack.text
        }
    }

    private var webhook: JSONValue {
        var data: [String: JSONValue] = ["event": .integer(event)]
        if let by { data["by"] = .string(by) }
        if let incident {
            data["incident"] = [
                "id": .string(incident), "title": .string(title), "severity": severity.map { .string($0) } ?? .null,
                "services": .array(services.map { .string($0) }),
            ]
        } else {
            data["title"] = .string(title)
        }
        return ["type": .string(kind), "timestamp": .string(time), "data": .object(data)]
    }

    /// Without Slack's own marks, which a title could hold by accident.
    private var slack: JSONValue {
        let what =
            incident == nil ? "Runbook" : "Incident \(kind.drop { $0 != "." }.dropFirst())"
        let lines = [
            "\(what)\(severity.map { " (\($0))" } ?? ""): \(title)",
            services.isEmpty ? nil : "Services: \(services.joined(separator: ", "))", by.map { "By \($0)" },
        ]
        return ["text": .string(Self.escaped(lines.compactMap { $0 }.joined(separator: "\n"))), "mrkdwn": false]
    }

    /// `&`, `<` and `>` are all that Slack obeys outside of its marks, mentions of everybody among it.
    static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }

    private static func strings(_ value: JSONValue?) -> [String]? {
        guard case .array(let values) = value else { return nil }
        return values.compactMap(\.string)
    }
}
