import Essentials
import Foundation
import Storage
import Synchronization

/// A token with what it may do at this moment.
struct KnownToken: Sendable {
    let row: TokenRow
    /// As the journal names it.
    let name: String
    let granted: Set<Permission>

    init(_ row: TokenRow) {
        self.row = row
        name = row.personName.map { "\($0) (\(row.name))" } ?? row.name
        granted = row.granted
    }
}

/// Tokens that were used lately, so that a request's first question is answered without the database.
///
/// It is asked before every request, and a lookup that finds cold pages costs a lone client a twentieth of the time of a
/// durable change. Each change of a token, or of what a person may do, forgets them all before it is answered. The one
/// command that changes people beside a server sets a password, which no token depends on.
final class KnownTokens: Sendable {
    private struct State {
        var tokens: [Data: KnownToken] = [:]
        /// Counts what was forgotten: what was looked up before is not kept after.
        var generation = 0
    }

    /// More than this many are an attack, or many programs: then all are looked up once more.
    private static let capacity = 1000

    private let state = Mutex(State())

    /// The token with this hash, or what `lookUp` finds; what it does not find is not kept.
    func token(_ hash: Data, lookUp: () async throws -> TokenRow?) async throws -> KnownToken? {
        let (known, generation) = state.withLock { ($0.tokens[hash], $0.generation) }
        if let known { return known }
        guard let token = try await lookUp().map(KnownToken.init) else { return nil }
        state.withLock { state in
            guard state.generation == generation else { return }
            if state.tokens.count >= Self.capacity { state.tokens = [:] }
            state.tokens[hash] = token
        }
        return token
    }

    /// Forgets all of them once the change is durable, before its caller is answered.
    func forget(in transaction: Transaction) {
        transaction.afterCommit { [self] in
            state.withLock { state in
                state.tokens = [:]
                state.generation += 1
            }
        }
    }
}
