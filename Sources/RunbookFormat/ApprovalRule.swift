package import Essentials

/// What an `approval` fence asks for: `approval {role=admin minimum=2 not-starter}`.
package struct ApprovalRule: Sendable, Equatable {
    /// What the one who approves must be: `operator`, which an admin is too, or `admin`.
    package var role = Role.operator
    /// How many different people must approve.
    package var minimum = 1
    /// Whoever started it doesn't count.
    package var isClosedToStarter = false

    package init() {}

    /// The permission that stands for the role.
    package var permission: Permission { role == .admin ? .admin : .operate }

    static let attributes: Set<String> = ["role", "minimum", "not-starter"]
    static let mostPeople = 20
}
