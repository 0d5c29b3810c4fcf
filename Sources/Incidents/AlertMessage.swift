package import Essentials

/// What Alertmanager's webhook sends, as far as it is of use: version 4 of
/// https://prometheus.io/docs/alerting/latest/configuration/#webhook_config.
package struct AlertMessage: Sendable, Equatable {
    package struct Alert: Sendable, Equatable {
        package let fingerprint: String
        package let isFiring: Bool
        package let labels: [String: String]
        package let annotations: [String: String]
        package let starts: Timestamp
        /// Nil while it fires: Alertmanager then sends the year 1.
        package let ends: Timestamp?
        package let link: String?

        package init(
            fingerprint: String, isFiring: Bool, labels: [String: String], annotations: [String: String] = [:],
            starts: Timestamp, ends: Timestamp? = nil, link: String? = nil
        ) {
            self.fingerprint = fingerprint
            self.isFiring = isFiring
            self.labels = labels
            self.annotations = annotations
            self.starts = starts
            self.ends = ends
            self.link = link
        }
    }

    /// Names the group of alerts at the sender.
    package let groupKey: String
    /// Every alert of the group has ended, also those that were left out.
    package let isResolved: Bool
    /// Each fingerprint once.
    package let alerts: [Alert]
    /// How many more the group has than were sent (`max_alerts`).
    package let truncated: Int
    package let commonAnnotations: [String: String]
    package let groupLabels: [String: String]

    /// - Parameter alerts: of a fingerprint that comes twice the last counts, as it is the newest.
    package init(
        groupKey: String, isResolved: Bool, alerts: [Alert], truncated: Int = 0,
        commonAnnotations: [String: String] = [:], groupLabels: [String: String] = [:]
    ) {
        self.groupKey = groupKey
        self.isResolved = isResolved
        var places: [String: Int] = [:]
        var distinct: [Alert] = []
        for alert in alerts {
            if let place = places[alert.fingerprint] {
                distinct[place] = alert
            } else {
                places[alert.fingerprint] = distinct.count
                distinct.append(alert)
            }
        }
        self.alerts = distinct
        self.truncated = truncated
        self.commonAnnotations = commonAnnotations
        self.groupLabels = groupLabels
    }
}

extension AlertMessage.Alert {
    var name: String { AlertWords.line(labels["alertname"] ?? "", 200) ?? "alert" }
    var summary: String? {
        ["summary", "description", "message"].lazy.compactMap { annotations[$0] }.compactMap {
            AlertWords.line($0, 500)
        }
        .first
    }
    /// Severity as rules write it. What nobody has rated is `sev3`: it is looked at today, and wakes nobody.
    var severity: Severity { labels["severity"].flatMap(Severity.init(label:)) ?? .sev3 }
    var service: String? { labels["service"].flatMap { AlertWords.line($0, IncidentRules.serviceBytes) } }
    /// Only what a browser may be led to.
    var safeLink: String? {
        link.flatMap { $0.utf8.count <= 2000 && ($0.hasPrefix("http://") || $0.hasPrefix("https://")) ? $0 : nil }
    }
}

extension Severity {
    /// The label `severity` as rules in the wild have it; nil for a word that says nothing.
    init?(label: String) {
        switch label.lowercased() {
        case "sev1", "s1", "p1", "critical", "emergency", "page", "fatal": self = .sev1
        case "sev2", "s2", "p2", "error", "high", "major": self = .sev2
        case "sev3", "s3", "p3", "warning", "warn", "medium", "minor": self = .sev3
        case "sev4", "s4", "p4", "info", "informational", "low", "none": self = .sev4
        default: return nil
        }
    }
}

/// Texts of alerts as they are kept: of one line, without what can't be seen, and no longer than is of use.
enum AlertWords {
    static func line(_ text: String, _ bytes: Int) -> String? {
        var line = ""
        for scalar in text.prefix(bytes).unicodeScalars {
            let isShown = scalar.properties.generalCategory != .control
            line.unicodeScalars.append(isShown ? scalar : " ")
        }
        while line.utf8.count > bytes { line.removeLast() }
        let words = line.split(separator: " ").joined(separator: " ")
        return words.isEmpty ? nil : words
    }
}
