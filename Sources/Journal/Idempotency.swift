package import Essentials
package import Foundation
package import Storage

/// What a repeated request is answered with.
///
/// A claim is written by `Journal.append`, so in the transaction of the change itself: a request that was carried out is
/// never carried out again, even when the server died before its answer was stored.
package struct Idempotency: Sendable {
    /// How long a key is remembered.
    package static let memory = Duration.seconds(24 * 3600)

    package struct Answer: Sendable, Equatable {
        package let status: Int
        package let contentType: String?
        package let location: String?
        package let body: Data

        package init(status: Int, contentType: String?, location: String?, body: Data) {
            self.status = status
            self.contentType = contentType
            self.location = location
            self.body = body
        }
    }

    /// What became of a request when it was made before.
    package enum Earlier: Sendable, Equatable {
        case answered(Answer)
        /// It was carried out, and the server died before it had kept the answer: the first event of what was done.
        case lost(event: Int64)
    }

    private struct Claim: Decodable {
        let fingerprint: String
        let request: String
        let seq: Int64
        let created: Timestamp
        let status: Int?
        let contentType: String?
        let location: String?
        let body: Data?
    }

    private let database: Database
    private let time: TimeSource

    package init(database: Database, time: TimeSource = .system) {
        self.database = database
        self.time = time
    }

    /// What became of the request of this key before; nil when it is new.
    /// - Throws: `Problem.conflict` when the key was used for another request.
    package func earlier(_ key: IdempotencyKey, of principal: Principal) async throws -> Earlier? {
        let oldest = time.now().advanced(by: .zero - Self.memory)
        guard let claim = try await database.look({ try Self.find(key.key, of: principal, in: $0) }),
            claim.created > oldest
        else { return nil }
        guard claim.fingerprint == key.fingerprint else { throw Self.reused }
        guard let status = claim.status, let body = claim.body else { return .lost(event: claim.seq) }
        return .answered(
            Answer(status: status, contentType: claim.contentType, location: claim.location, body: body))
    }

    /// What there is to say where the lost answer can't be given anew.
    package static func lost(_ event: Int64) -> Problem {
        .conflict(
            """
            This request was carried out (event \(event) on the journal), but its answer was not kept: read the current \
            state instead.
            """)
    }

    /// Keeps the answer for the next time. Does nothing when the request changed nothing, for then it has no claim.
    package func keep(_ answer: Answer, for key: IdempotencyKey, of principal: Principal) async throws {
        _ = try await database.write { transaction in
            try transaction.execute(
                """
                UPDATE idempotency SET status = \(answer.status), content_type = \(answer.contentType),
                    location = \(answer.location), body = \(answer.body)
                WHERE actor = \(Self.actor(principal)) AND key = \(key.key) AND request = \(key.request)
                """)
        }
    }

    static func claim(
        _ key: IdempotencyKey, actor principal: Principal, seq: Int64, at now: Timestamp, in transaction: Transaction
    ) throws {
        try transaction.execute(
            "DELETE FROM idempotency WHERE created <= \(now.advanced(by: .zero - memory))")
        if let earlier = try find(key.key, of: principal, in: transaction) {
            guard earlier.fingerprint == key.fingerprint else { throw reused }
            // Another event of the same request shares the claim.
            guard earlier.request == key.request else {
                throw Problem.conflict(
                    "The same request is being carried out at this moment: ask again for its answer.")
            }
            return
        }
        try transaction.execute(
            """
            INSERT INTO idempotency (actor, key, fingerprint, request, seq, created)
            VALUES (\(actor(principal)), \(key.key), \(key.fingerprint), \(key.request), \(seq), \(now))
            """)
    }

    private static func find(_ key: String, of principal: Principal, in reader: Reader) throws -> Claim? {
        try reader.first(
            """
            SELECT fingerprint, request, seq, created, status, content_type AS contentType, location, body
            FROM idempotency WHERE actor = \(actor(principal)) AND key = \(key)
            """)
    }

    private static func actor(_ principal: Principal) -> String { "\(principal.kind.rawValue)/\(principal.id)" }

    private static let reused = Problem.conflict(
        "This Idempotency-Key was used for another request: make a new key for each new request.")
}
