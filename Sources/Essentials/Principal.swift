/// What somebody may do. A token's scopes and a role's grants are sets of these.
package enum Permission: String, Sendable, CaseIterable, Codable {
    /// See runbooks, runs and the journal.
    case read
    /// Run, tick, deploy, work incidents.
    case operate
    /// Import and change runbooks, `exec` a file: a shell on the server.
    case author
    /// People, tokens, settings; includes all others.
    case admin
    /// Send alerts in.
    case alerts
    /// Read `/metrics`.
    case metrics
}

/// What a person is on the whole installation; `author` is given on top.
package enum Role: String, Sendable, CaseIterable, Codable {
    case admin
    case `operator`
    case viewer

    package var permissions: Set<Permission> {
        switch self {
        case .admin: Set(Permission.allCases)
        case .operator: [.read, .operate]
        case .viewer: [.read]
        }
    }
}

/// Through which door an act came in; part of each journal event.
package enum Via: String, Sendable, Codable {
    case web
    case api
    case terminal
    /// A command on the data folder, beside or without a server.
    case folder
    case system
}

/// A client's promise that a repeated request is the same one (`Idempotency-Key`).
package struct IdempotencyKey: Sendable, Equatable {
    /// What the client sent, at most 255 characters.
    package let key: String
    /// SHA-256 over method, path and body in hex: the same key with another request is refused.
    package let fingerprint: String
    /// This very request: all its events share the one claim.
    package let request: String

    package init(key: String, fingerprint: String, request: String) {
        self.key = key
        self.fingerprint = fingerprint
        self.request = request
    }
}

/// Who acts, with which grants, and from where: a person, a token, or the server itself. The journal calls it the actor.
package struct Principal: Sendable, Equatable {
    package enum Kind: String, Sendable, Codable {
        case person
        case token
        case system
    }

    package let kind: Kind
    /// The person's or token's id; for the system the name of the part that acts.
    package let id: String
    /// What people call it. Personal data: it is shown, but never written into the chain itself.
    package let name: String
    package let permissions: Set<Permission>
    /// The id of the person behind it: of a token the one who made it; nil for what is nobody's.
    package let person: String?
    package var via: Via
    /// The client's address, as far as the server trusts it.
    package var address: String?
    package var idempotency: IdempotencyKey?

    package init(
        kind: Kind, id: String, name: String, permissions: Set<Permission>, via: Via, person: String? = nil,
        address: String? = nil, idempotency: IdempotencyKey? = nil
    ) {
        self.kind = kind
        self.id = id
        self.name = name
        self.permissions = permissions
        self.person = kind == .person ? id : person
        self.via = via
        self.address = address
        self.idempotency = idempotency
    }

    /// The server acting by itself, with every permission.
    package static func system(_ part: String) -> Principal {
        Principal(kind: .system, id: part, name: part, permissions: Set(Permission.allCases), via: .system)
    }

    package func may(_ permission: Permission) -> Bool { permissions.contains(permission) }

    /// The guard at a verb's door.
    /// - Throws: `Problem.forbidden` naming the act, the permission and who gives it.
    package func require(_ permission: Permission, to act: String) throws(Problem) {
        guard !may(permission) else { return }
        throw .forbidden(
            "\(name) may not \(act): it needs the permission \"\(permission.rawValue)\", which an admin gives.")
    }
}
