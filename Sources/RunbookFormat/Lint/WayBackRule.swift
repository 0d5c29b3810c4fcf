/// What takes back what a run did, as the front matter names it.
package struct WayBack: Sendable, Equatable {
    /// As the catalogue has it; nil for the guide's own.
    package let runbook: String?
    package let section: String?
}

extension Metadata {
    /// `accunode.rollback`, `accunode/deploy#rollback` or `#rollback`; nil where nothing is named.
    package var wayBack: WayBack? {
        guard let text = rollback?.trimmed, !text.isEmpty else { return nil }
        let parts = text.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
        let name = parts[0].split(separator: "/").joined(separator: ".")
        return WayBack(
            runbook: name.isEmpty ? nil : name,
            section: parts.count > 1 && !parts[1].isEmpty ? String(parts[1]) : nil)
    }
}

/// Failures that are to be rolled back by what is not there: a run is refused for that, and a deployment fails to.
enum WayBackRule {
    static func findings(in steps: [Step], sections: [Section], _ metadata: Metadata) -> [Finding] {
        guard let wayBack = metadata.wayBack else {
            return steps.filter { $0.settings.onFailure == .rollback }.map { step in
                Finding(
                    .missingRollback, .error, line: step.line,
                    "Its failure is to be rolled back, and the front matter names nothing for that: add \"rollback: NAME\", or take on-failure=rollback out."
                )
            }
        }
        guard wayBack.runbook == nil, let section = wayBack.section, !sections.contains(where: { $0.slug == section })
        else { return [] }
        return [
            Finding(
                .unknownRollback, .error, line: metadata.rollbackLine,
                "There is no section #\(Parameter.shown(section)) in this guide, which \"rollback\" names; write a heading's own name as links do."
            )
        ]
    }
}

extension Guide {
    /// The finding that the runbook that takes this one back is not there.
    /// - Parameter place: where it was looked for, such as `here`.
    package func unknownRollback(_ name: String, place: String) -> Finding {
        var finding = Finding(
            .unknownRollback, .warning, line: metadata.rollbackLine,
            "There is no runbook \(Parameter.shown(name)) \(place), which \"rollback\" names; import it too, or name another."
        )
        finding.runbook = name
        return finding
    }
}
