import Essentials
import Foundation
import Journal

extension TimelineItem {
    /// What happened, in a few words that begin a line: `Acknowledged`, `Run accunode.rollback succeeded`.
    package var headline: String {
        switch event.kind {
        case "incident.opened": "Opened as \(text("severity") ?? "an incident")"
        case "incident.acknowledged": "Acknowledged"
        case "incident.mitigated": "Mitigated"
        case "incident.resolved": isOfAlerts ? "Resolved: every alert has ended" : "Resolved"
        case "incident.reopened": isOfAlerts ? "Reopened: an alert fires again" : "Reopened"
        case "incident.changed": change
        case "incident.assigned":
            text("person").map { "\($0) is \(text("role") ?? "")" }
                ?? "Nobody is \(text("role") ?? "") any more"
        case "incident.noted": "Note"
        case "incident.alert-fired": "\(alerts) fired"
        case "incident.alert-ended": "\(alerts) ended"
        default: other
        }
    }

    /// The same with who did it, as a sentence: `Acknowledged, by Ada.` What the server itself does is done by nobody.
    package var sentence: String { person.map { "\(headline), by \($0)." } ?? "\(headline)." }

    /// Who did it, as people call them; nil where the server did it by itself.
    package var person: String? {
        event.actor.kind == Principal.Kind.system.rawValue ? nil : event.actor.name ?? "somebody (erased)"
    }

    /// What else there is to say, in one line of plain text; a note's text is in `note`.
    package var remark: String? {
        switch event.kind {
        case "incident.noted": nil
        case "incident.opened": names("services").map { "affects \($0)" }
        case "incident.alert-fired", "incident.alert-ended": text("summary")
        default: text("text") ?? text("reason") ?? text("note")
        }
    }

    /// The word that tells its mark: as the state of a step or a run.
    package var tone: String {
        switch event.kind {
        case "incident.opened", "incident.alert-fired", "incident.reopened": "failed"
        case "incident.acknowledged": "acknowledged"
        case "incident.mitigated", "incident.resolved", "incident.alert-ended", "checklist.completed": "succeeded"
        case let kind where kind.hasPrefix("run.") || kind.hasPrefix("deployment."):
            ["created", "started", "resumed", "promoted", "recorded"].contains(word) ? "acknowledged" : word
        default: "queued"
        }
    }

    /// The object of a kind that it is about, such as `run`.
    package func object(_ kind: String) -> String? { event.objects.first { $0.kind == kind }?.id }

    /// The second word of the kind.
    private var word: String { event.kind.split(separator: ".").last.map(String.init) ?? event.kind }

    private var isOfAlerts: Bool { text("cause") == "alerts" }

    private var change: String {
        var parts: [String] = []
        if let severity = text("severity") { parts.append("Severity \(text("severity_before") ?? "") → \(severity)") }
        if let title = text("title") { parts.append("Title “\(title)”") }
        if event.details["services"] != nil { parts.append("Services: \(names("services") ?? "none")") }
        if let names = names("runbooks") { parts.append("Attached \(names)") }
        if let names = names("runbooks_gone") { parts.append("Took away \(names)") }
        if let deployment = text("deployment") {
            parts.append(deployment == "none" ? "Laid to no deployment" : "Laid to a deployment")
        }
        return parts.isEmpty ? "Changed" : parts.joined(separator: "; ")
    }

    private var alerts: String {
        let names = names("names")
        guard let count = event.details["count"]?.integer, count > 1 else { return "Alert \(names ?? "")" }
        return "\(count) alerts\(names.map { " (\($0))" } ?? "")"
    }

    private var other: String {
        let words = word.replacing("-", with: " ")
        switch event.kind.prefix(while: { $0 != "." }) {
        case "run":
            let section = text("section").map { "#\($0)" } ?? ""
            let run = "Run \(object("runbook") ?? "")\(section)"
            return event.kind == "run.created" ? "\(run) started" : "\(run) \(words)"
        case "checklist":
            let item = (text("item_text") ?? text("item")).map { ": \($0)" } ?? ""
            return "Checklist \(text("title") ?? object("runbook") ?? "") \(words)\(item)"
        case "deployment":
            let service = text("service") ?? object("service") ?? ""
            let version = text("version").map { " \($0)" } ?? ""
            let place = text("environment").map { " to \($0)" } ?? ""
            return "Deployment of \(service)\(version)\(place) \(words)"
        default: return event.kind.replacing(".", with: " ").replacing("-", with: " ").capitalizedFirst
        }
    }

    private func text(_ name: String) -> String? {
        event.details[name]?.string.flatMap { $0.isEmpty ? nil : $0 }
    }

    private func names(_ name: String) -> String? {
        guard case .array(let values)? = event.details[name] else { return nil }
        let names = values.compactMap(\.string)
        return names.isEmpty ? nil : names.joined(separator: ", ")
    }
}

extension String {
    fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
