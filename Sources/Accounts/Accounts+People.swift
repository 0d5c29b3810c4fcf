package import Essentials
import Journal
package import Storage

extension Accounts {
    /// Adds a person.
    /// - Throws: `Problem.invalid` with the fields `name` and `password`; `Problem.conflict` when the name is taken, in
    ///   whatever case.
    package func add(
        name: String, password: String, role: Role, author: Bool = false, by principal: Principal
    ) async throws -> Account {
        try principal.require(.admin, to: "add people")
        try AccountRules.check(name: name, password: password)
        let hash = try await passwords.hash(password)
        return try await database.write { transaction in
            try insert(name: name, hash: hash, role: role, author: author, by: principal, in: transaction)
        }
    }

    func insert(
        name: String, hash: PasswordHash, role: Role, author: Bool, by principal: Principal, in transaction: Transaction
    ) throws -> Account {
        let (name, key) = (AccountRules.normalized(name), AccountRules.key(name))
        guard try !transaction.exists("SELECT 1 FROM people WHERE name_key = \(key)") else {
            throw Problem.conflict(
                "There is a person called \(name) already: choose another name.",
                fields: [.init(name: "name", message: "The name is taken.")])
        }
        let now = journal.time.now()
        let account = Account(
            id: ID(at: now), name: name, role: role, author: author, disabled: false, created: now)
        try transaction.execute(
            """
            INSERT INTO people (id, name, name_key, role, author, password, disabled, created)
            VALUES (\(account.id), \(name), \(key), \(role), \(author), \(hash.text), \(false), \(now))
            """)
        try journal.append(
            Event(
                "person.added", on: .person(account.id),
                details: ["name": .string(name), "role": .string(role.rawValue), "author": .bool(author)]),
            by: principal, in: transaction)
        return account
    }

    /// Changes what `change` names. A new password, or being disabled, ends the person's sessions.
    /// - Throws: `Problem.notFound`; `Problem.conflict` when nobody would be left to give permissions.
    package func change(_ id: ID<Account>, _ change: AccountChange, by principal: Principal) async throws -> Account {
        try principal.require(.admin, to: "change people")
        let hash = try await hash(change.password, of: id)
        return try await database.write { transaction in
            let before = try Self.account(id, in: transaction)
            let after = Account(
                id: id, name: before.name, role: change.role ?? before.role, author: change.author ?? before.author,
                disabled: change.disabled ?? before.disabled, created: before.created)
            if after == before, hash == nil { return before }
            try Self.keepAnAdmin(before, after, in: transaction)
            try transaction.execute(
                """
                UPDATE people SET role = \(after.role), author = \(after.author), disabled = \(after.disabled)
                WHERE id = \(id)
                """)
            knownTokens.forget(in: transaction)
            var details = Self.differences(before, after)
            if let hash { try set(hash, of: id, details: &details, in: transaction) }
            if after.disabled { try endSessions(of: id, details: &details, in: transaction) }
            try journal.append(
                Event("person.changed", on: .person(id), details: details), by: principal, in: transaction)
            return after
        }
    }

    /// Sets a person's password and ends their sessions: for whoever has the data folder, and so may do anything.
    /// - Throws: `Problem.notFound` when nobody is called so; `Problem.invalid` with the field `password`.
    package func resetPassword(name: String, to password: String) async throws {
        let principal = Principal(
            kind: .system, id: "user reset-password", name: "user reset-password",
            permissions: Set(Permission.allCases), via: .folder)
        let key = AccountRules.key(name)
        guard let found = try await database.read({ try $0.text("SELECT id FROM people WHERE name_key = \(key)") })
        else { throw Problem.notFound("There is nobody called \(name): `runbook user list` says who there is.") }
        _ = try await change(ID(found), AccountChange(password: password), by: principal)
    }

    /// People in the order in which they were added.
    package func people(_ request: PageRequest, by principal: Principal) async throws -> Page<Account> {
        try principal.require(.admin, to: "list people")
        return try await database.read { reader in
            let rows: [Account] = try reader.all(
                """
                SELECT \(Self.columns) FROM people WHERE id > \(request.after ?? "")
                ORDER BY id LIMIT \(request.limit + 1)
                """)
            return Page(rows: rows, limit: request.limit) { $0.id.rawValue }
        }
    }

    /// The ids of the people who have a permission by their role and may sign in, 100 of a role at most.
    package static func people(having permission: Permission, in reader: Reader) throws -> Set<String> {
        struct Person: Decodable { let id: String }
        var ids: Set<String> = []
        for role in Role.allCases where role.permissions.contains(permission) {
            let people: [Person] = try reader.all(
                "SELECT id FROM people WHERE role = \(role.rawValue) AND disabled = 0 LIMIT 100")
            ids.formUnion(people.map(\.id))
        }
        return ids
    }

    static func account(_ id: ID<Account>, in reader: Reader) throws -> Account {
        guard let account = try reader.first("SELECT \(columns) FROM people WHERE id = \(id)", as: Account.self) else {
            throw Problem.notFound("There is no person \(id): `runbook user list` says who there is.")
        }
        return account
    }

    /// The hash of a new password, when there is one and it keeps the rules.
    private func hash(_ password: String?, of id: ID<Account>) async throws -> PasswordHash? {
        guard let password else { return nil }
        let account = try await database.read { try Self.account(id, in: $0) }
        try AccountRules.refuse(
            [("password", AccountRules.fault(password: password, name: account.name))], "The password was not changed")
        return try await passwords.hash(password)
    }

    private func set(
        _ hash: PasswordHash, of id: ID<Account>, details: inout [String: JSONValue], in transaction: Transaction
    ) throws {
        try transaction.execute("UPDATE people SET password = \(hash.text) WHERE id = \(id)")
        details["password"] = "changed"
        try endSessions(of: id, details: &details, in: transaction)
    }

    private func endSessions(
        of id: ID<Account>, details: inout [String: JSONValue], in transaction: Transaction
    ) throws {
        let ended = try transaction.execute("DELETE FROM sessions WHERE person = \(id)")
        if ended > 0 { details["sessions_ended"] = .integer(Int64(ended)) }
    }

    private static func keepAnAdmin(_ before: Account, _ after: Account, in transaction: Transaction) throws {
        guard before.isWorkingAdmin, !after.isWorkingAdmin else { return }
        let isAnother = try transaction.exists(
            "SELECT 1 FROM people WHERE role = 'admin' AND disabled = 0 AND id <> \(before.id) LIMIT 1")
        guard isAnother else {
            throw Problem.conflict("\(before.name) is the last admin: make another person an admin first.")
        }
    }

    private static func differences(_ before: Account, _ after: Account) -> [String: JSONValue] {
        var details: [String: JSONValue] = ["name": .string(after.name)]
        if before.role != after.role { details["role"] = .string(after.role.rawValue) }
        if before.author != after.author { details["author"] = .bool(after.author) }
        if before.disabled != after.disabled { details["disabled"] = .bool(after.disabled) }
        return details
    }
}
