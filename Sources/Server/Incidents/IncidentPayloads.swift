import API
import Essentials
import Incidents
import Journal

extension API.Incident {
    /// - Parameter contacts: of the affected services; nil where nobody asked for them.
    init(_ details: IncidentDetails, contacts: [IncidentContacts]? = nil) {
        let incident = details.incident
        self.init(
            id: incident.id.rawValue, title: incident.title, severity: incident.severity.rawValue,
            state: incident.state.rawValue, services: incident.services,
            roles: Dictionary(details.roles.map { ($0.role.rawValue, $0.name) }) { $1 },
            opened: incident.milestones.opened.rfc3339, acknowledged: incident.milestones.acknowledged?.rfc3339,
            acknowledged_by: incident.acknowledgedBy, mitigated: incident.milestones.mitigated?.rfc3339,
            resolved: incident.milestones.resolved?.rfc3339, by: incident.by,
            runbooks: details.runbooks.map { .init(runbook: $0.runbook, section: $0.section) },
            alerts: details.alerts.map { alert in
                .init(
                    fingerprint: alert.fingerprint, name: alert.name, firing: alert.firing,
                    starts: alert.starts.rfc3339, ends: alert.ends?.rfc3339, summary: alert.summary, link: alert.link)
            },
            alerts_total: details.alertCount, alerts_firing: details.firingCount,
            deployment: incident.isDeploymentSaid ? incident.deployment ?? "none" : nil,
            contacts: contacts.flatMap { $0.isEmpty ? nil : $0 })
    }
}

extension IncidentSummary {
    init(_ incident: IncidentRecord) {
        self.init(
            id: incident.id.rawValue, title: incident.title, severity: incident.severity.rawValue,
            state: incident.state.rawValue, services: incident.services,
            opened: incident.milestones.opened.rfc3339, acknowledged: incident.milestones.acknowledged?.rfc3339,
            acknowledged_by: incident.acknowledgedBy, mitigated: incident.milestones.mitigated?.rfc3339,
            resolved: incident.milestones.resolved?.rfc3339, by: incident.by)
    }
}

extension IncidentRecord {
    var by: Actor { Actor(kind: actorKind, id: actor, name: actorName) }
}

extension TimelineEntry {
    init(_ item: TimelineItem, output: [String]?) {
        let event = item.event
        self.init(
            seq: event.seq, time: item.recorded.rfc3339, at: item.isBackdated ? item.time.rfc3339 : nil,
            kind: event.kind, actor: Actor(kind: event.actor.kind, id: event.actor.id, name: event.actor.name),
            sentence: item.sentence, text: item.note?.text ?? item.remark, note: item.note?.id,
            version: item.note?.version,
            earlier: item.note.flatMap { note in
                note.edits.isEmpty
                    ? nil
                    : zip(note.earlier, note.edits).map { text, edit in
                        Earlier(
                            until: edit.time.rfc3339, text: text,
                            by: Actor(kind: edit.by.kind, id: edit.by.id, name: edit.by.name))
                    }
            },
            objects: event.objects.map(\.text), output: output)
    }
}

extension AlertReceipt {
    init(_ outcome: AlertOutcome) {
        self.init(
            incident: outcome.incident?.rawValue, opened: outcome.isOpened, resolved: outcome.isResolved,
            fired: outcome.fired, ended: outcome.ended, known: outcome.known)
    }
}

extension AlertMessage {
    /// The most alerts of one message; Alertmanager's `max_alerts` keeps them below.
    static let maximumAlerts = 10_000
    private static let maximumKey = 10_000
    private static let maximumFingerprint = 200

    /// - Throws: `Problem.invalid` with every field that is not as version 4 has it.
    init(_ message: AlertmanagerMessage) throws(Problem) {
        var faults: [Problem.Field] = []
        func isState(_ text: String, _ field: String) -> Bool {
            if text != "firing", text != "resolved" {
                faults.append(.init(name: field, message: "firing or resolved"))
            }
            return text == "firing"
        }
        if message.version != "4" {
            faults.append(.init(name: "version", message: "4, as Alertmanager has sent it since 0.6"))
        }
        if message.groupKey.isEmpty || message.groupKey.utf8.count > Self.maximumKey {
            faults.append(.init(name: "groupKey", message: "1 to \(Self.maximumKey) bytes"))
        }
        if message.alerts.count > Self.maximumAlerts {
            faults.append(.init(name: "alerts", message: "at most \(Self.maximumAlerts): set max_alerts there"))
        }
        if let truncated = message.truncatedAlerts, truncated < 0 {
            faults.append(.init(name: "truncatedAlerts", message: "a number from 0"))
        }
        let isFiring = isState(message.status, "status")
        var alerts: [Alert] = []
        for (index, alert) in message.alerts.prefix(Self.maximumAlerts).enumerated() {
            if faults.count > 20 { break }
            let field = "alerts/\(index)"
            let isAlertFiring = isState(alert.status, "\(field)/status")
            if !(1...Self.maximumFingerprint).contains(alert.fingerprint.utf8.count) || alert.fingerprint.contains("\0")
            {
                faults.append(.init(name: "\(field)/fingerprint", message: "1 to \(Self.maximumFingerprint) bytes"))
            }
            let starts = Timestamp(rfc3339: alert.startsAt)
            if starts == nil { faults.append(.init(name: "\(field)/startsAt", message: "a time of RFC 3339")) }
            let ends = alert.endsAt.map(Timestamp.init(rfc3339:))
            if case .some(.none) = ends {
                faults.append(.init(name: "\(field)/endsAt", message: "a time of RFC 3339"))
            }
            // The year 1 says that there is none.
            let end = ends.flatMap { $0 }.flatMap { $0.microseconds > 0 ? $0 : nil }
            alerts.append(
                Alert(
                    fingerprint: alert.fingerprint, isFiring: isAlertFiring, labels: alert.labels,
                    annotations: alert.annotations ?? [:], starts: starts ?? Timestamp(microseconds: 0),
                    ends: isAlertFiring ? nil : end, link: alert.generatorURL))
        }
        guard faults.isEmpty else {
            throw .invalid("This is no message of Alertmanager's webhook, version 4.", fields: faults)
        }
        self.init(
            groupKey: message.groupKey, isResolved: !isFiring, alerts: alerts,
            truncated: message.truncatedAlerts ?? 0, commonAnnotations: message.commonAnnotations ?? [:],
            groupLabels: message.groupLabels ?? [:])
    }
}
