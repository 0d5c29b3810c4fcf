package import Essentials

/// What an `approval` fence asks for: `approval {role=admin minimum=2 starter}`.
package struct ApprovalRule: Sendable, Equatable {
    /// What the one who approves must be: `operator`, which an admin is too, or `admin`.
    package var role = Role.operator
    /// How many different people must approve.
    package var minimum = 1
    /// Whoever started it doesn't count: in a deployment where the gate says `not-starter`, and as `inRun` says.
    package var isClosedToStarter = false
    /// Whoever started it counts too: in a run where the gate says `starter`.
    package var isOpenToStarter = false
    /// After how long it is too late, counted from when it is asked for; nil for never.
    package var expires: Duration?
    /// After how long, and again each time, those who may approve are reminded.
    package var remind: Duration?

    package init() {}

    /// What it asks for in a run, where nobody approves what they have started unless the gate says `starter`.
    package var inRun: ApprovalRule {
        var rule = self
        rule.isClosedToStarter = !isOpenToStarter
        return rule
    }

    /// The permission that stands for the role.
    package var permission: Permission { role == .admin ? .admin : .operate }

    static let attributes: Set<String> = ["role", "minimum", "starter", "not-starter", "expires", "remind"]
    static let mostPeople = 20
}
