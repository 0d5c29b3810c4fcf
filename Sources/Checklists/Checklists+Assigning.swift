import Accounts
import Essentials
import Storage

extension Checklists {
    /// Who is to see to an item from now on, and of which role whoever settles it must be.
    struct Assignment {
        let person: String?
        let name: String?
        let role: Role?

        var details: [String: JSONValue] {
            ["assignee": name.map { .string($0) } ?? .null, "role": role.map { .string($0.rawValue) } ?? .null]
        }
    }

    /// - Returns: nil where nothing of it changes.
    /// - Throws: `Problem.invalid` with the field `assignee` when nobody is called so, or they may not settle the item;
    ///   `Problem.forbidden` when somebody takes a role's word away who has not the role.
    static func assignment(
        _ change: ItemChange, of item: ItemRecord, by principal: Principal, in reader: Reader
    ) throws -> Assignment? {
        let role: Role? =
            switch change.role {
            case nil: item.role
            case .anybody: nil
            case .role(let role): role
            }
        guard [nil, .operator, .admin].contains(role) else {
            throw Problem.invalid(
                "A viewer settles nothing.", fields: [.init(name: "role", message: "operator or admin, or empty")])
        }
        if role != item.role, item.role == .admin {
            try principal.require(.admin, to: "give an admin's item to others")
        }
        guard let name = change.assignee else {
            return role == item.role ? nil : Assignment(person: item.assignee, name: item.assignee_name, role: role)
        }
        guard !name.isEmpty else {
            return role == item.role && item.assignee == nil ? nil : Assignment(person: nil, name: nil, role: role)
        }
        guard let account = try Accounts.person(called: name, in: reader) else {
            throw Problem.invalid(
                "There is nobody called \(name.prefix(100)): name a person who can sign in.",
                fields: [.init(name: "assignee", message: "the name of a person of this installation")])
        }
        let needed: Permission = role == .admin ? .admin : .operate
        guard account.permissions.contains(needed) else {
            throw Problem.invalid(
                "\(account.name) may not settle this item: it is for \(role == .admin ? "an admin" : "an operator").",
                fields: [.init(name: "assignee", message: "somebody who may settle the item")])
        }
        if role == item.role, account.id.rawValue == item.assignee { return nil }
        return Assignment(person: account.id.rawValue, name: account.name, role: role)
    }
}

extension ItemRecord {
    /// Why this person may not settle it.
    func reserved(_ principal: Principal) -> Problem {
        .forbidden(
            "\(principal.name) may not settle “\(text.prefix(80))”: it is for an admin. Ask one, or leave a note.")
    }
}
