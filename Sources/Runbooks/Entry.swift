package import Essentials
import Storage

/// A runbook in the catalogue, as its current version has it.
package struct Entry: Sendable, Decodable, Equatable {
    /// Where its bytes come from, and so who may change it.
    package enum Origin: String, Sendable, Decodable, SQLBindable {
        /// The watched folder: Git is its editor, nothing is imported over it.
        case folder
        case `import`
    }

    package let name: String
    /// SHA-256 of the source, in hex.
    package let version: String
    /// Of the current version, from 1.
    package let number: Int
    package let title: String
    package let service: String?
    /// How many of each it has.
    package let steps: Int
    package let items: Int
    package let findings: Int
    package let origin: Origin
    package let created: Timestamp
    package let updated: Timestamp
    /// When its file left the watched folder; nil for what stands there, and for what was imported.
    package var gone: Timestamp?

    static let select: SQL = """
        SELECT name, version, (SELECT max(number) FROM runbook_versions WHERE runbook = runbooks.name) AS number,
            title, service, steps, items, findings, origin, created, updated, gone
        FROM runbooks
        """
}
