package import Essentials
import Foundation
import Journal
import Storage

/// What became of the bootstrap token that a server was started with.
package enum BootstrapToken: Sendable, Equatable {
    /// Every request with it is an admin's until then.
    case accepted(until: Timestamp)
    /// Its 24 hours are over, or it was revoked. Starting again with it does not bring it back.
    case ended
    /// There was an account already when it was first seen.
    case tooLate
}

extension Accounts {
    /// How long a bootstrap token works after it was first seen.
    package static let bootstrapLifetime = Duration.seconds(24 * 3600)

    /// Accepts a token from the environment, for automation, while there is no account. One that was accepted before stays
    /// what it is: a restart does not prolong it, and the first account does not end it.
    /// - Throws: `Problem.invalid` when it is shorter than 32 characters or longer than 512 bytes.
    package func useBootstrapToken(_ secret: String) async throws -> BootstrapToken {
        guard secret.count >= 32, secret.utf8.count <= Secret.maximumBytes else {
            throw Problem.invalid(
                "RUNBOOK_BOOTSTRAP_TOKEN must have 32 to 512 characters: make one with `openssl rand -hex 32`.")
        }
        let now = journal.time.now()
        return try await database.write { transaction in
            let earlier = try transaction.first(
                "SELECT expires, revoked FROM tokens WHERE hash = \(Secret.hash(secret))", as: Earlier.self)
            if let earlier {
                guard let expires = earlier.expires, expires > now, earlier.revoked == nil else { return .ended }
                return .accepted(until: expires)
            }
            guard try !Self.areThereAny(transaction) else { return .tooLate }
            let expires = now.advanced(by: Self.bootstrapLifetime)
            let token = AccessToken(
                id: ID(at: now), name: "bootstrap", scopes: Set(Permission.allCases), person: nil, personName: nil,
                created: now, expires: expires, revoked: nil)
            try insert(token, secret: secret, event: "token.bootstrapped", by: .system("start"), in: transaction)
            return .accepted(until: expires)
        }
    }

    private struct Earlier: Decodable {
        let expires: Timestamp?
        let revoked: Timestamp?
    }
}
