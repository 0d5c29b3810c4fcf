package import Essentials

/// A person who may sign in.
package struct Account: Sendable, Equatable, Decodable {
    package let id: ID<Account>
    package let name: String
    package let role: Role
    /// May import and change runbooks, whatever the role; an admin may anyway.
    package let author: Bool
    package let disabled: Bool
    package let created: Timestamp

    /// What the person may do at this moment: nothing while disabled.
    package var permissions: Set<Permission> {
        if disabled { return [] }
        return author ? role.permissions.union([.author]) : role.permissions
    }

    package func principal(via: Via, address: String? = nil) -> Principal {
        Principal(kind: .person, id: id.rawValue, name: name, permissions: permissions, via: via, address: address)
    }

    var isWorkingAdmin: Bool { role == .admin && !disabled }
}

/// What changes of an account; what is nil stays.
package struct AccountChange: Sendable, Equatable {
    package var role: Role?
    package var author: Bool?
    package var disabled: Bool?
    package var password: String?

    package init(role: Role? = nil, author: Bool? = nil, disabled: Bool? = nil, password: String? = nil) {
        self.role = role
        self.author = author
        self.disabled = disabled
        self.password = password
    }
}
