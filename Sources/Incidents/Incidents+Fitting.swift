import Essentials
import Foundation
import RunbookFormat
import Runbooks
import Storage

/// The runbooks that fit alerts, and how bad those say it is.
struct Fitting {
    var runbooks: [(name: String, section: String?)] = []
    var severity: Severity?
}

extension Incidents {
    func alertRules() async throws -> [(runbook: String, rules: [AlertRule])] { try await catalogue.alertRules() }

    /// First those that the alerts themselves name, then those whose front matter has a rule for them.
    func fitting(
        _ alerts: [AlertMessage.Alert], _ rules: [(runbook: String, rules: [AlertRule])], in reader: Reader
    ) throws -> Fitting {
        var fitting = Fitting()
        var known: Set<String> = []
        var asked: Set<String> = []
        for alert in alerts {
            for annotation in ["runbook_url", "runbook"] {
                guard let text = alert.annotations[annotation], asked.insert(text).inserted,
                    let named = RunbookLink(text), known.count < IncidentRules.runbooks,
                    try reader.exists("SELECT 1 FROM runbooks WHERE name = \(named.name)"),
                    known.insert(named.name).inserted
                else { continue }
                fitting.runbooks.append((named.name, named.section))
            }
        }
        for (runbook, rules) in rules {
            let met = rules.filter { rule in alerts.contains { rule.fits($0.labels) } }
            guard !met.isEmpty else { continue }
            for severity in met.compactMap({ $0.severity.flatMap(Severity.init(rawValue:)) }) {
                fitting.severity = max(fitting.severity ?? severity, severity)
            }
            if known.count < IncidentRules.runbooks, known.insert(runbook).inserted {
                fitting.runbooks.append((runbook, nil))
            }
        }
        return fitting
    }
}

/// The runbook that an alert's `runbook_url` names: an address of ours (`https://…/runbooks/accunode.deploy#rollback`), the
/// path alone, or the name as it is.
struct RunbookLink: Equatable {
    let name: String
    let section: String?

    init?(_ text: String) {
        guard text.utf8.count <= 2000, !text.utf8.contains(0) else { return nil }
        let parts = text.trimmingCharacters(in: .whitespacesAndNewlines).split(
            separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
        guard var path = parts.first.map(String.init) else { return nil }
        path = String(path.prefix { $0 != "?" })
        if let place = path.range(of: "/runbooks/", options: .backwards) {
            path = String(path[place.upperBound...])
        } else if path.contains("://") {
            return nil
        }
        while path.hasSuffix("/") { path.removeLast() }
        guard let decoded = path.removingPercentEncoding else { return nil }
        let name = RunbookName.dotted(decoded)
        guard (try? RunbookName.check(name)) != nil else { return nil }
        self.name = name
        section = parts.count > 1 && !parts[1].isEmpty ? parts[1].removingPercentEncoding : nil
    }
}
