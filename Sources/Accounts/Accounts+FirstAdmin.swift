package import Essentials
import Foundation
import Journal
import Storage

extension Accounts {
    /// How long the link for the first admin works.
    package static let linkLifetime = Duration.seconds(3600)

    /// Makes the secret of a link that makes the first admin, and voids those made before; nil when there is an account.
    package func firstAdminLink() async throws -> String? {
        let secret = Secret.make()
        let now = journal.time.now()
        let expires = now.advanced(by: Self.linkLifetime)
        let isOffered = try await database.write { transaction in
            guard try !Self.areThereAny(transaction) else { return false }
            try transaction.execute("DELETE FROM first_admin_links /* scan: one row */")
            try transaction.execute(
                """
                INSERT INTO first_admin_links (hash, created, expires)
                VALUES (\(Secret.hash(secret)), \(now), \(expires))
                """)
            try journal.append(
                Event("first-admin.offered", details: ["expires": .string(expires.rfc3339)]),
                by: .system("start"), in: transaction)
            return true
        }
        return isOffered ? secret : nil
    }

    /// Makes the first account, an admin's. The link works once; a try with a name or password that is refused leaves it.
    /// - Throws: `Problem.invalid` with the fields `name` and `password`; `Problem.forbidden` when the link does not work
    ///   (any more); `Problem.conflict` when there is an account by now.
    package func makeFirstAdmin(
        secret: String, name: String, password: String, via: Via = .web, address: String? = nil
    ) async throws -> Account {
        // Before the password is hashed: a stranger must not be able to keep the hashing thread busy.
        try await database.read { try checkLink(secret, in: $0) }
        try AccountRules.check(name: name, password: password)
        let hash = try await passwords.hash(password)
        var principal = Principal.system("first admin's link")
        principal.via = via
        principal.address = address
        let actor = principal
        return try await database.write { transaction in
            try checkLink(secret, in: transaction)
            try transaction.execute("DELETE FROM first_admin_links WHERE hash = \(Secret.hash(secret))")
            return try insert(name: name, hash: hash, role: .admin, author: false, by: actor, in: transaction)
        }
    }

    private func checkLink(_ secret: String, in reader: Reader) throws {
        guard try !Self.areThereAny(reader) else {
            throw Problem.conflict("There is an account already: sign in, or ask an admin for an account of your own.")
        }
        guard secret.utf8.count <= Secret.maximumBytes else { throw Self.unknownLink }
        let expires = try reader.integer(
            "SELECT expires FROM first_admin_links WHERE hash = \(Secret.hash(secret))")
        guard let expires else { throw Self.unknownLink }
        guard Timestamp(microseconds: expires) > journal.time.now() else {
            throw Problem.forbidden("This link worked for an hour only: start the server again, it prints a new one.")
        }
    }

    private static let unknownLink = Problem.forbidden(
        "This is not the link that the server printed last: open that one, or start the server again for a new one.")
}
