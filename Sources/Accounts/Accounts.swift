package import Essentials
package import Journal
import Storage

/// Who may come in, and as what: people with passwords and sessions, programs with tokens.
///
/// Each verb checks the principal at its door, and writes its row and its event in one transaction.
package struct Accounts: Sendable {
    let journal: Journal
    let passwords: Passwords
    let failures = FailedSignIns()
    let knownTokens = KnownTokens()

    var database: Database { journal.database }

    /// - Parameter cost: of new passwords; those that exist are checked at the cost they were made at.
    package init(journal: Journal, cost: ScryptCost = .owasp) {
        self.journal = journal
        passwords = Passwords(cost: cost)
    }

    /// Whether there is any account; until there is, the first admin is made with a link.
    package func areThereAny() async throws -> Bool { try await database.read(Self.areThereAny) }

    static func areThereAny(_ reader: Reader) throws -> Bool { try reader.exists("SELECT 1 FROM people LIMIT 1") }

    static let columns: SQL = "id, name, role, author, disabled, created"
}

extension ObjectReference {
    package static func person(_ id: ID<Account>) -> ObjectReference { ObjectReference("person", id.rawValue) }
    package static func token(_ id: ID<AccessToken>) -> ObjectReference { ObjectReference("token", id.rawValue) }
}
