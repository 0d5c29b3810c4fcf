/// What Alertmanager's webhook sends: version 4 of
/// https://prometheus.io/docs/alerting/latest/configuration/#webhook_config.
package struct AlertmanagerMessage: Codable, Sendable {
    package struct Alert: Codable, Sendable {
        /// `firing` or `resolved`.
        package let status: String
        package let labels: [String: String]
        package let annotations: [String: String]?
        package let startsAt: String
        package let endsAt: String?
        package let generatorURL: String?
        package let fingerprint: String

        package init(
            status: String, labels: [String: String], annotations: [String: String]? = nil, startsAt: String,
            endsAt: String? = nil, generatorURL: String? = nil, fingerprint: String
        ) {
            self.status = status
            self.labels = labels
            self.annotations = annotations
            self.startsAt = startsAt
            self.endsAt = endsAt
            self.generatorURL = generatorURL
            self.fingerprint = fingerprint
        }
    }

    /// `4`.
    package let version: String
    package let groupKey: String
    /// `firing` or `resolved`.
    package let status: String
    package let alerts: [Alert]
    package let truncatedAlerts: Int?
    package let receiver: String?
    package let groupLabels: [String: String]?
    package let commonLabels: [String: String]?
    package let commonAnnotations: [String: String]?
    package let externalURL: String?

    package init(
        version: String, groupKey: String, status: String, alerts: [Alert], truncatedAlerts: Int? = nil,
        receiver: String? = nil, groupLabels: [String: String]? = nil, commonLabels: [String: String]? = nil,
        commonAnnotations: [String: String]? = nil, externalURL: String? = nil
    ) {
        self.version = version
        self.groupKey = groupKey
        self.status = status
        self.alerts = alerts
        self.truncatedAlerts = truncatedAlerts
        self.receiver = receiver
        self.groupLabels = groupLabels
        self.commonLabels = commonLabels
        self.commonAnnotations = commonAnnotations
        self.externalURL = externalURL
    }
}

/// What became of a message of alerts.
package struct AlertReceipt: Codable, Sendable {
    /// The incident that they belong to; absent when they changed nothing and none is open.
    package let incident: String?
    /// Whether it was opened, or resolved, by them.
    package let opened: Bool
    package let resolved: Bool
    /// How many fired that were not known, how many ended, and how many were known already.
    package let fired: Int
    package let ended: Int
    package let known: Int

    package init(incident: String?, opened: Bool, resolved: Bool, fired: Int, ended: Int, known: Int) {
        self.incident = incident
        self.opened = opened
        self.resolved = resolved
        self.fired = fired
        self.ended = ended
        self.known = known
    }
}
