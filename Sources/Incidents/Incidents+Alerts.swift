import Crypto
package import Essentials
import Foundation
import Journal
import RunbookFormat
import Runbooks
import Storage

/// What became of a message of alerts.
package struct AlertOutcome: Sendable, Equatable {
    /// The incident that the alerts belong to; nil when none was open and none had to be opened.
    package var incident: ID<IncidentRecord>?
    package var isOpened = false
    package var isResolved = false
    /// How many fired that nobody knew of, how many ended, and how many were known already.
    package var fired = 0
    package var ended = 0
    package var known = 0
}

extension Incidents {
    /// Takes in what Alertmanager tells of a group of alerts.
    ///
    /// A group has one open incident at most; in it each alert is known by its fingerprint. What was told before changes
    /// nothing, however often it comes. When the last alert of an incident has ended, the incident is resolved.
    package func take(_ message: AlertMessage, by principal: Principal) async throws -> AlertOutcome {
        try principal.require(.alerts, to: "send alerts in")
        let rules = try await alertRules()
        return try await database.write { transaction in
            try take(message, rules: rules, by: principal, in: transaction)
        }
    }

    private func take(
        _ message: AlertMessage, rules: [(runbook: String, rules: [AlertRule])], by principal: Principal,
        in transaction: Transaction
    ) throws -> AlertOutcome {
        var outcome = AlertOutcome()
        let group = SHA256.hash(data: Data(message.groupKey.utf8)).map { String($0, radix: 16) }.joined()
        var fresh: [AlertMessage.Alert] = []
        var ending: [ID<IncidentRecord>: [AlertMessage.Alert]] = [:]
        var goingOn: [ID<IncidentRecord>: [AlertMessage.Alert]] = [:]
        for alert in message.alerts {
            let last = try Self.last(alert.fingerprint, in: transaction)
            switch AlertStory.of(alert, after: last?.alert, in: last?.isOpen ?? false) {
            case .known: outcome.known += 1
            case .fires: fresh.append(alert)
            case .firesOn: if let last { goingOn[last.incident, default: []].append(alert) }
            case .ends: if let last { ending[last.incident, default: []].append(alert) }
            }
        }
        let open: IncidentRow? = try transaction.first(
            """
            SELECT \(IncidentRow.columns) FROM incidents i
            WHERE i.alert_group = \(group) AND i.alert_group IS NOT NULL AND i.state <> 'resolved'
            ORDER BY i.id DESC LIMIT 1
            """)
        var incident = try open?.record()
        for (id, alerts) in goingOn.sorted(by: { $0.key < $1.key }) {
            if incident == nil {
                incident = try apply(
                    .reopen, to: try Self.incident(id, in: transaction), details: ["cause": "alerts"],
                    isOfAlerts: true, by: principal, in: transaction)
                outcome.known += alerts.count
            } else {
                // One incident of a group is enough: what goes on firing belongs to it from now on.
                fresh += alerts
            }
        }
        if !fresh.isEmpty {
            incident = try raise(fresh, message, in: incident, group, rules, &outcome, by: principal, transaction)
        }
        for (id, alerts) in ending.sorted(by: { $0.key < $1.key }) {
            try end(alerts, in: id, &outcome, by: principal, transaction)
        }
        if message.isResolved, message.truncated > 0, let incident {
            try endRest(of: incident.id, message, &outcome, by: principal, transaction)
        }
        outcome.incident = incident?.id ?? ending.keys.min()
        return outcome
    }

    /// Opens an incident for new alerts, or adds them to the one that their group has.
    private func raise(
        _ alerts: [AlertMessage.Alert], _ message: AlertMessage, in known: IncidentRecord?, _ group: String,
        _ rules: [(runbook: String, rules: [AlertRule])], _ outcome: inout AlertOutcome, by principal: Principal,
        _ transaction: Transaction
    ) throws -> IncidentRecord {
        let fitting = try fitting(alerts, rules, in: transaction)
        let services = Array(IncidentRules.names(alerts.compactMap(\.service)).prefix(IncidentRules.services))
        let severity = alerts.map { max($0.severity, fitting.severity ?? $0.severity) }.max() ?? .sev3
        var incident: IncidentRecord
        if let known {
            incident = known
            // What was mitigated and fires anew is not mitigated: somebody must look again.
            if incident.state == .mitigated {
                incident = try apply(
                    .reopen, to: incident, details: ["cause": "alerts"], isOfAlerts: true, by: principal,
                    in: transaction)
            }
            let all = Array(IncidentRules.names(incident.services + services).prefix(IncidentRules.services))
            incident = try apply(
                IncidentChange(severity: max(incident.severity, severity), services: all), to: incident, by: principal,
                in: transaction)
        } else {
            let order = IncidentOrder(title: Self.title(alerts, message), severity: severity, services: services)
            incident = try insert(order, alertGroup: group, by: principal, in: transaction)
            outcome.isOpened = true
        }
        for alert in alerts {
            try transaction.execute(
                """
                INSERT INTO incident_alerts (incident, fingerprint, name, summary, link, firing, starts, ends)
                VALUES (\(incident.id), \(alert.fingerprint), \(alert.name), \(alert.summary), \(alert.safeLink),
                    \(true), \(alert.starts), \(Timestamp?.none))
                ON CONFLICT (incident, fingerprint) DO UPDATE SET name = excluded.name, summary = excluded.summary,
                    link = excluded.link, firing = 1, starts = excluded.starts, ends = NULL
                """)
        }
        let attached = try attach(fitting.runbooks, to: incident.id, in: transaction)
        outcome.fired += alerts.count
        var details = Self.details(alerts)
        if !attached.isEmpty { details["runbooks"] = .names(attached) }
        if message.truncated > 0 { details["left_out"] = .integer(Int64(message.truncated)) }
        try journal.append(
            Event(
                "incident.alert-fired",
                on: [incident.reference] + attached.map { ObjectReference("runbook", $0) }, details: details),
            by: principal, in: transaction)
        return incident
    }

    private func end(
        _ alerts: [AlertMessage.Alert], in id: ID<IncidentRecord>, _ outcome: inout AlertOutcome,
        by principal: Principal, _ transaction: Transaction
    ) throws {
        let now = time.now()
        for alert in alerts {
            try transaction.execute(
                """
                UPDATE incident_alerts SET firing = 0, ends = \(alert.ends ?? now)
                WHERE incident = \(id) AND fingerprint = \(alert.fingerprint)
                """)
        }
        outcome.ended += alerts.count
        let incident = try Self.incident(id, in: transaction)
        try journal.append(
            Event("incident.alert-ended", on: [incident.reference], details: Self.details(alerts)), by: principal,
            in: transaction)
        let isFiring = try transaction.exists(
            "SELECT 1 FROM incident_alerts WHERE incident = \(id) AND firing = 1 LIMIT 1")
        if incident.state.isOpen, !isFiring {
            _ = try apply(
                .resolve, to: incident, details: ["cause": "alerts"], isOfAlerts: true, by: principal, in: transaction)
            outcome.isResolved = true
        }
    }

    /// The group has ended as a whole, but not every alert of it was sent: what began before the message has ended too.
    private func endRest(
        of id: ID<IncidentRecord>, _ message: AlertMessage, _ outcome: inout AlertOutcome, by principal: Principal,
        _ transaction: Transaction
    ) throws {
        let rows: [AlertRecord] = try transaction.all(
            """
            SELECT fingerprint, name, summary, firing, starts, ends, link FROM incident_alerts
            WHERE incident = \(id) AND firing = 1
            """)
        let latest = message.alerts.compactMap(\.ends).max() ?? time.now()
        let rest = rows.filter { $0.starts <= latest }.map { row in
            AlertMessage.Alert(
                fingerprint: row.fingerprint, isFiring: false, labels: ["alertname": row.name], starts: row.starts,
                ends: latest)
        }
        if !rest.isEmpty { try end(rest, in: id, &outcome, by: principal, transaction) }
    }

    private struct Known: Decodable {
        let incident: ID<IncidentRecord>
        let state: IncidentState
        let fingerprint: String
        let name: String
        let summary: String?
        let firing: Bool
        let starts: Timestamp
        let ends: Timestamp?
        let link: String?
    }

    /// An alert as it was told last.
    private static func last(
        _ fingerprint: String, in reader: Reader
    ) throws -> (incident: ID<IncidentRecord>, isOpen: Bool, alert: AlertRecord)? {
        let row: Known? = try reader.first(
            """
            SELECT a.incident AS incident, i.state AS state, a.fingerprint AS fingerprint, a.name AS name,
                a.summary AS summary, a.firing AS firing, a.starts AS starts, a.ends AS ends, a.link AS link
            FROM incident_alerts a CROSS JOIN incidents i ON i.id = a.incident
            WHERE a.fingerprint = \(fingerprint) ORDER BY a.incident DESC LIMIT 1
            """)
        return row.map { row in
            (
                row.incident, row.state.isOpen,
                AlertRecord(
                    fingerprint: row.fingerprint, name: row.name, summary: row.summary, firing: row.firing,
                    starts: row.starts, ends: row.ends, link: row.link)
            )
        }
    }

    private static func title(_ alerts: [AlertMessage.Alert], _ message: AlertMessage) -> String {
        let common = ["summary", "title", "description"].lazy.compactMap { message.commonAnnotations[$0] }
        let candidates = Array(common) + alerts.prefix(1).compactMap(\.summary)
        let title = candidates.lazy.compactMap { AlertWords.line($0, IncidentRules.titleBytes) }.first
        return title ?? AlertWords.line(message.groupLabels["alertname"] ?? "", 200) ?? alerts.first?.name ?? "Alert"
    }

    private static func details(_ alerts: [AlertMessage.Alert]) -> [String: JSONValue] {
        var details: [String: JSONValue] = [
            "count": .integer(Int64(alerts.count)),
            "names": .names(Array(IncidentRules.names(alerts.map(\.name)).prefix(10))),
            "fingerprints": .names(alerts.prefix(50).map(\.fingerprint)),
        ]
        if let summary = alerts.first?.summary { details["summary"] = .string(summary) }
        return details
    }
}
