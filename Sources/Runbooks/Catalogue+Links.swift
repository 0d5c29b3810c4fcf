import Essentials
package import RunbookFormat
import Storage

extension Catalogue {
    /// A generated index may link to more; these are looked up.
    private static let linksAtMost = 2000

    /// Where links of a runbook to the Markdown files beside it lead on a page of that runbook: to those files' runbooks.
    package static func linking(from name: String) -> LinkTarget {
        { path in RunbookName.linked(path, from: name).map { "./\($0)" } }
    }

    /// The findings of the text, and the links to runbooks that are not here, as is the one that takes it back: those that are
    /// change every day, and so do these.
    package func findings(of guide: Guide, named name: String) async throws -> [Finding] {
        let links = guide.links.prefix(Self.linksAtMost).compactMap { link in
            RunbookName.linked(link.path, from: name).map { (name: $0, line: link.line) }
        }
        let wayBack = guide.metadata.wayBack?.runbook
        let names = Set(links.map(\.name) + [wayBack].compactMap(\.self))
        guard !names.isEmpty else { return guide.findings }
        let missing = try await database.read { reader in
            try names.filter { try !reader.exists("SELECT 1 FROM runbooks WHERE name = \($0)") }
        }
        guard !missing.isEmpty else { return guide.findings }
        let lost = wayBack.flatMap { missing.contains($0) ? guide.unknownRollback($0, place: "here") : nil }
        return guide.findings(
            adding: [lost].compactMap(\.self)
                + links.filter { missing.contains($0.name) }.map { link in
                    var finding = Finding(
                        .brokenLink, .warning, line: link.line,
                        "There is no runbook \(link.name) here, which the link leads to; import it too, mend the link, or take it out."
                    )
                    finding.runbook = link.name
                    return finding
                })
    }
}
