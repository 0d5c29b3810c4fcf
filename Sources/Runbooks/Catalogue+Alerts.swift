import Essentials
import Foundation
package import RunbookFormat
import Storage

extension Metadata {
    /// As it is kept beside the runbook: JSON.
    var alertRules: String {
        guard !alerts.isEmpty else { return "[]" }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return String(decoding: try encoder.encode(alerts), as: UTF8.self)
        } catch {
            // Texts alone, which always encode.
            return "[]"
        }
    }
}

extension Catalogue {
    /// The runbooks that say which alerts they fit, each with its rules, by name.
    package func alertRules() async throws -> [(runbook: String, rules: [AlertRule])] {
        struct Row: Decodable {
            let name: String
            let version: String
            let alerts: String?
        }
        let rows = try await database.read { reader in
            try reader.all(
                """
                /* scan: the index has only those with rules */
                SELECT name, version, alerts FROM runbooks WHERE alerts IS NULL OR alerts <> '[]' ORDER BY name
                """, as: Row.self)
        }
        var found: [(runbook: String, rules: [AlertRule])] = []
        for row in rows {
            let kept: String
            if let alerts = row.alerts {
                kept = alerts
            } else {
                // It was imported before rules were read.
                kept = try await guide(version: row.version, of: row.name).metadata.alertRules
                try await database.write { transaction in
                    _ = try transaction.execute(
                        "UPDATE runbooks SET alerts = \(kept) WHERE name = \(row.name) AND version = \(row.version)")
                }
            }
            let rules = try JSONDecoder().decode([AlertRule].self, from: Data(kept.utf8))
            if !rules.isEmpty { found.append((row.name, rules)) }
        }
        return found
    }
}
