package import Essentials
import Foundation
import Journal
import Storage

extension Accounts {
    /// Makes a token in the principal's own name.
    ///
    /// - Parameter scopes: at least one, and none that the principal has not.
    /// - Throws: `Problem.invalid` with the fields `name`, `scopes` and `expires`; `Problem.forbidden`.
    package func makeToken(
        name: String, scopes: Set<Permission>, expires: Timestamp? = nil, by principal: Principal
    ) async throws -> NewAccessToken {
        try principal.require(.read, to: "make tokens")
        let now = journal.time.now()
        let isPast = expires.map { $0 <= now } ?? false
        try AccountRules.refuse(
            [
                ("name", AccountRules.fault(name: name)),
                ("scopes", scopes.isEmpty ? "must name at least one permission." : nil),
                ("expires", isPast ? "must lie in the future." : nil),
            ], "The token was not made")
        for scope in Permission.allCases where scopes.contains(scope) {
            try principal.require(scope, to: "make a token with the scope \"\(scope.rawValue)\"")
        }
        let secret = "runbook_" + Secret.make()
        return try await database.write { transaction in
            let person = try owner(principal, in: transaction)
            let token = AccessToken(
                id: ID(at: now), name: AccountRules.normalized(name), scopes: scopes, person: person?.id,
                personName: person?.name, created: now, expires: expires, revoked: nil)
            try insert(token, secret: secret, event: "token.added", by: principal, in: transaction)
            return NewAccessToken(token: token, secret: secret)
        }
    }

    func insert(
        _ token: AccessToken, secret: String, event: String, by principal: Principal, in transaction: Transaction
    ) throws {
        try transaction.execute(
            """
            INSERT INTO tokens (id, name, hash, person, scopes, created, expires)
            VALUES (\(token.id), \(token.name), \(Secret.hash(secret)), \(token.person), \(token.scopes.text),
                \(token.created), \(token.expires))
            """)
        var details: [String: JSONValue] = ["name": .string(token.name), "scopes": .string(token.scopes.text)]
        if let expires = token.expires { details["expires"] = .string(expires.rfc3339) }
        try journal.append(Event(event, on: .token(token.id), details: details), by: principal, in: transaction)
    }

    /// Who acts with a token. For each request asks, those used lately are known.
    ///
    /// The permissions are the token's scopes as far as its person has them at this moment.
    /// - Throws: `Problem.unauthenticated`, in other words for a token that is unknown, expired or revoked, or whose
    ///   person is disabled.
    package func principal(token secret: String, via: Via = .api, address: String? = nil) async throws -> Principal {
        guard secret.utf8.count <= Secret.maximumBytes, let token = try await known(secret) else {
            throw Problem.unauthenticated("The token is not known: check it, or make a new one.")
        }
        let row = token.row
        if row.revoked != nil { throw Problem.unauthenticated("The token was revoked: make a new one.") }
        if let expires = row.expires, expires <= journal.time.now() {
            throw Problem.unauthenticated("The token expired at \(expires.rfc3339): make a new one.")
        }
        if row.disabled == true {
            throw Problem.unauthenticated("The token's person is disabled: ask an admin.")
        }
        return Principal(
            kind: .token, id: row.id.rawValue, name: token.name, permissions: token.granted, via: via,
            person: row.person?.rawValue, address: address)
    }

    /// The principal's own tokens, newest first; with `everybodys`, for an admin, all of them.
    package func tokens(
        _ request: PageRequest, everybodys: Bool = false, by principal: Principal
    ) async throws -> Page<AccessToken> {
        try principal.require(everybodys ? .admin : .read, to: everybodys ? "list everybody's tokens" : "list tokens")
        let before = request.after ?? "~"  // Sorts after every id.
        return try await database.read { reader in
            let own: SQL =
                everybodys ? "" : "t.person = \(try owner(principal, in: reader)?.id.rawValue ?? "") AND"
            let rows: [TokenRow] = try reader.all(
                """
                SELECT \(Self.tokenColumns) FROM tokens t LEFT JOIN people p ON p.id = t.person
                WHERE \(own) t.id < \(before) ORDER BY t.id DESC LIMIT \(request.limit + 1)
                """)
            return Page(rows: rows.map(\.token), limit: request.limit) { $0.id.rawValue }
        }
    }

    /// Revokes a token: one's own, or as an admin any. A token may always revoke itself. Doing it again changes nothing.
    /// - Throws: `Problem.notFound` also for somebody else's token.
    package func revokeToken(_ id: ID<AccessToken>, by principal: Principal) async throws {
        let isItself = principal.kind == .token && principal.id == id.rawValue
        if !isItself { try principal.require(.read, to: "revoke tokens") }
        try await database.write { transaction in
            let row = try transaction.first(
                """
                SELECT \(Self.tokenColumns) FROM tokens t LEFT JOIN people p ON p.id = t.person WHERE t.id = \(id)
                """, as: TokenRow.self)
            let person = try owner(principal, in: transaction)?.id
            guard let token = row?.token, isItself || principal.may(.admin) || (person != nil && token.person == person)
            else { throw Problem.notFound("You have no token \(id): `runbook token list` says which you have.") }
            guard token.revoked == nil else { return }
            try transaction.execute("UPDATE tokens SET revoked = \(journal.time.now()) WHERE id = \(id)")
            knownTokens.forget(in: transaction)
            try journal.append(
                Event("token.revoked", on: .token(id), details: ["name": .string(token.name)]), by: principal,
                in: transaction)
        }
    }

    /// The person behind a principal: nobody is behind the system and the bootstrap token.
    private func owner(_ principal: Principal, in reader: Reader) throws -> Account? {
        switch principal.kind {
        case .person: try Self.account(ID(principal.id), in: reader)
        case .token:
            try reader.first(
                """
                SELECT p.id AS id, p.name AS name, p.role AS role, p.author AS author, p.disabled AS disabled,
                    p.created AS created
                FROM tokens t JOIN people p ON p.id = t.person WHERE t.id = \(principal.id)
                """)
        case .system: nil
        }
    }

    private func known(_ secret: String) async throws -> KnownToken? {
        let hash = Secret.hash(secret)
        return try await knownTokens.token(hash) {
            try await database.look { reader in
                try reader.first(
                    """
                    SELECT \(Self.tokenColumns) FROM tokens t LEFT JOIN people p ON p.id = t.person
                    WHERE t.hash = \(hash)
                    """)
            }
        }
    }

    static let tokenColumns: SQL = """
        t.id AS id, t.name AS name, t.scopes AS scopes, t.person AS person, t.created AS created, t.expires AS expires,
        t.revoked AS revoked, p.name AS personName, p.role AS role, p.author AS author, p.disabled AS disabled
        """
}
