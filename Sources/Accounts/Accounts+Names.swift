package import Essentials
package import Storage

extension Accounts {
    /// The person of this name, in whatever case; nil when there is nobody, or they may not sign in any more.
    package static func person(called name: String, in reader: Reader) throws -> Account? {
        let key = AccountRules.key(name)
        let found = try reader.first("SELECT \(columns) FROM people WHERE name_key = \(key)", as: Account.self)
        return found?.disabled == true ? nil : found
    }

    /// Whom one may name: those who can sign in, by name.
    package func names(limit: Int, by principal: Principal) async throws -> [String] {
        try principal.require(.operate, to: "choose among people")
        struct Row: Decodable { let name: String }
        return try await database.read { reader in
            try reader.all(
                """
                /* scan: a few dozen people, in the order of their names */
                SELECT name FROM people WHERE disabled = 0 ORDER BY name_key LIMIT \(limit)
                """, as: Row.self
            ).map(\.name)
        }
    }
}
