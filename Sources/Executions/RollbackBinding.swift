import Essentials
package import RunbookFormat

/// The runbook, or the section of one, that takes back what another did: front matter's `rollback`.
package struct RollbackBinding: Sendable, Equatable {
    /// As the catalogue has it; nil for the runbook's own.
    package let runbook: String?
    package let section: String?

    /// Reads `accunode.rollback`, `accunode/deploy#rollback` or `#rollback`; nil where the guide binds none.
    package init?(_ metadata: Metadata) {
        guard let wayBack = metadata.wayBack else { return nil }
        (runbook, section) = (wayBack.runbook, wayBack.section)
    }

    /// The section of the deployment's own runbook that is no stage of it.
    package func ownSection(of deployed: String) -> String? { runbook == nil || runbook == deployed ? section : nil }

    /// As urgent as anything is.
    static let priority = "critical"

    /// What a rollback is given of what its run had: the parameters of the same names.
    static func values(_ known: [String: String], for declared: ParameterDeclarations) -> [String: String] {
        let names = Set(declared.parameters.map(\.name))
        return known.filter { names.contains($0.key) }
    }
}
