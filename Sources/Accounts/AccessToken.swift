package import Essentials

/// A program's way in: a secret that is shown once, with scopes and an end.
package struct AccessToken: Sendable, Equatable {
    package let id: ID<AccessToken>
    package let name: String
    /// What it may do at most; what it may at this moment depends on its person too.
    package let scopes: Set<Permission>
    /// Nil for the bootstrap token and for what was made with it.
    package let person: ID<Account>?
    package let personName: String?
    package let created: Timestamp
    /// Nil: until it is revoked.
    package let expires: Timestamp?
    package let revoked: Timestamp?
}

/// A token with its secret, which nobody sees a second time.
package struct NewAccessToken: Sendable {
    package let token: AccessToken
    /// `runbook_` and 43 characters of base64url.
    package let secret: String
}

/// A row of `tokens` with what its person may do.
struct TokenRow: Decodable, Sendable {
    let id: ID<AccessToken>
    let name: String
    let scopes: String
    let person: ID<Account>?
    let created: Timestamp
    let expires: Timestamp?
    let revoked: Timestamp?
    let personName: String?
    let role: Role?
    let author: Bool?
    let disabled: Bool?

    var token: AccessToken {
        AccessToken(
            id: id, name: name, scopes: permissions, person: person, personName: personName, created: created,
            expires: expires, revoked: revoked)
    }

    /// The scopes, and what the person may at this moment.
    var granted: Set<Permission> {
        let scopes = permissions.contains(.admin) ? Set(Permission.allCases) : permissions
        guard let role, let author else { return scopes }
        return scopes.intersection(author ? role.permissions.union([.author]) : role.permissions)
    }

    private var permissions: Set<Permission> {
        Set(scopes.split(separator: " ").compactMap { Permission(rawValue: String($0)) })
    }
}

extension Set<Permission> {
    /// In the order of their declaration: `read operate`.
    var text: String { Permission.allCases.filter(contains).map(\.rawValue).joined(separator: " ") }
}
