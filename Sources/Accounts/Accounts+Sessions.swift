package import Essentials
import Foundation
import Journal
import Storage

extension Accounts {
    private static let refusal = Problem.unauthenticated(
        "The name or the password is wrong, or the account is disabled: try again, or ask an admin.")

    /// Starts a session. An unknown name, a wrong password and a disabled account get the same answer after the same time.
    ///
    /// - Parameter address: the client's, as far as the server trusts it; it goes on the journal.
    /// - Throws: `Problem.unauthenticated`; `Problem.limited` after ten failed tries with this name within ten minutes, or
    ///   when too many people are signing in.
    package func signIn(name: String, password: String, via: Via = .web, address: String?) async throws -> Session {
        // A name that can't exist is still counted and checked like any other.
        let key = AccountRules.fault(name: name) == nil ? AccountRules.key(name) : ""
        let moment = journal.time.now()
        try failures.begin(key, at: moment)
        let known = try await database.read { reader in
            try reader.first(
                "SELECT \(Self.columns), password FROM people WHERE name_key = \(key)", as: KnownPerson.self)
        }
        let isRight: Bool
        do {
            isRight = try await passwords.matches(password, known?.hash)
        } catch {
            failures.withdraw(key, at: moment)
            throw error
        }
        if let known, isRight, let session = try await begin(known, via: via, address: address) {
            failures.succeeded(key)
            return session
        }
        try await refuse(known?.account.id, via: via, address: address)
        throw Self.refusal
    }

    /// The session of a cookie.
    /// - Throws: `Problem.unauthenticated` when it has ended or its person was disabled.
    package func session(_ secret: String) async throws -> Session {
        guard let row = try await row(ofSession: secret), row.expires > journal.time.now(), !row.account.disabled else {
            throw Problem.unauthenticated("You are not signed in, or your session has ended: sign in.")
        }
        return Session(secret: secret, csrf: row.csrf, account: row.account, expires: row.expires)
    }

    /// Who acts with a cookie; see `session`.
    package func principal(session secret: String, via: Via = .web, address: String? = nil) async throws -> Principal {
        try await session(secret).principal(via: via, address: address)
    }

    /// Ends a session; one that has ended already stays so.
    package func signOut(session secret: String, via: Via = .web, address: String? = nil) async throws {
        guard let row = try await row(ofSession: secret) else { return }
        let principal = row.account.principal(via: via, address: address)
        try await database.write { transaction in
            let ended = try transaction.execute("DELETE FROM sessions WHERE hash = \(Secret.hash(secret))")
            guard ended > 0 else { return }
            try journal.append(
                Event("session.ended", on: .person(row.account.id)), by: principal, in: transaction)
        }
    }

    /// - Returns: nil when the password was changed or the person disabled while the password was being checked.
    private func begin(_ known: KnownPerson, via: Via, address: String?) async throws -> Session? {
        let now = journal.time.now()
        let (secret, csrf, expires) = (Secret.make(), Secret.make(), now.advanced(by: Session.lifetime))
        return try await database.write { transaction in
            let current = try transaction.first(
                "SELECT \(Self.columns), password FROM people WHERE id = \(known.account.id)", as: KnownPerson.self)
            guard let current, current.hash == known.hash, !current.account.disabled else { return nil }
            try transaction.execute("DELETE FROM sessions WHERE expires <= \(now)")
            try transaction.execute(
                """
                INSERT INTO sessions (hash, person, csrf, created, expires)
                VALUES (\(Secret.hash(secret)), \(current.account.id), \(csrf), \(now), \(expires))
                """)
            try journal.append(
                Event("session.started", on: .person(current.account.id)),
                by: current.account.principal(via: via, address: address), in: transaction)
            return Session(secret: secret, csrf: csrf, account: current.account, expires: expires)
        }
    }

    /// Puts a failed try on the journal. What was typed is left out, the name too: people type passwords there.
    private func refuse(_ person: ID<Account>?, via: Via, address: String?) async throws {
        var principal = Principal.system("sign-in")
        principal.via = via
        principal.address = address
        let event = person.map { Event("session.refused", on: .person($0)) } ?? Event("session.refused")
        let actor = principal
        try await database.write { transaction in
            _ = try journal.append(event, by: actor, in: transaction)
        }
    }

    private func row(ofSession secret: String) async throws -> SessionRow? {
        guard secret.utf8.count <= Secret.maximumBytes else { return nil }
        return try await database.read { reader in
            try reader.first(
                """
                SELECT s.csrf AS csrf, s.expires AS expires, p.id AS id, p.name AS name, p.role AS role,
                    p.author AS author, p.disabled AS disabled, p.created AS created
                FROM sessions s JOIN people p ON p.id = s.person WHERE s.hash = \(Secret.hash(secret))
                """)
        }
    }
}

/// A person with the password that is kept of them.
private struct KnownPerson: Decodable, Sendable {
    private enum Key: CodingKey { case password }

    let account: Account
    /// Nil when it can't be read; then nothing matches it.
    let hash: PasswordHash?

    init(from decoder: any Decoder) throws {
        account = try Account(from: decoder)
        hash = PasswordHash(text: try decoder.container(keyedBy: Key.self).decode(String.self, forKey: .password))
    }
}

private struct SessionRow: Decodable, Sendable {
    private enum Key: CodingKey { case csrf, expires }

    let account: Account
    let csrf: String
    let expires: Timestamp

    init(from decoder: any Decoder) throws {
        account = try Account(from: decoder)
        let container = try decoder.container(keyedBy: Key.self)
        csrf = try container.decode(String.self, forKey: .csrf)
        expires = try container.decode(Timestamp.self, forKey: .expires)
    }
}
