import Dispatch
import Essentials
import Synchronization

/// Hashes passwords on one thread of its own: on two cores there are two cooperative threads, and two people who sign in
/// would stop everybody else. One at a time also bounds the memory.
final class Passwords: Sendable {
    /// How many may wait: some seconds' worth. Whoever comes then is told to come back, instead of hanging.
    static let waitingRoom = 16

    let cost: ScryptCost
    private let thread = DispatchQueue(label: "runbook.passwords", qos: .userInitiated)
    private let waiting = Mutex(0)
    private let nobody: PasswordHash

    init(cost: ScryptCost) {
        self.cost = cost
        nobody = PasswordHash(matchingNothingAt: cost)
    }

    /// How many are being hashed or wait for it.
    var waitingCount: Int { waiting.withLock { $0 } }

    /// - Throws: `Problem.limited` when too many wait already.
    func hash(_ password: String) async throws -> PasswordHash {
        let cost = cost
        return try await perform { try PasswordHash(of: password, cost: cost) }
    }

    /// Whether it is the password; with nil, or with what can be nobody's password, false after the same time.
    /// - Throws: `Problem.limited` when too many wait already.
    func matches(_ password: String, _ hash: PasswordHash?) async throws -> Bool {
        // BoringSSL's wrapper does not take empty ones, and long ones would cost whoever sends them nothing.
        let isPossible = (1...AccountRules.passwordBytes).contains(password.utf8.count)
        let (password, hash) = isPossible ? (password, hash ?? nobody) : ("impossible", nobody)
        return try await perform { try hash.matches(password) }
    }

    func perform<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        let mayWait = waiting.withLock { waiting in
            guard waiting < Self.waitingRoom else { return false }
            waiting += 1
            return true
        }
        guard mayWait else {
            throw Problem.limited("Too many people are signing in at this moment: try again in some seconds.")
        }
        return try await withCheckedThrowingContinuation { continuation in
            thread.async {
                let result = Result { try work() }
                self.waiting.withLock { $0 -= 1 }
                continuation.resume(with: result)
            }
        }
    }
}
