import Essentials
import Synchronization

/// Counts failed sign-ins for each name, whether or not there is such a person, and refuses after too many.
///
/// In memory: a restart forgets them. Sessions and tokens that exist go on, so that nobody can be shut out of their work
/// by somebody who guesses.
final class FailedSignIns: Sendable {
    static let limit = 10
    static let window = Duration.seconds(600)
    /// So many names are remembered; past it the one that failed longest ago is forgotten.
    static let names = 10_000

    private let tries = Mutex<[String: [Timestamp]]>([:])

    /// Counts a try as failed until `succeeded` says otherwise, for many may be on their way at once.
    /// - Throws: `Problem.limited` when the name had its ten within ten minutes; such a try is not counted.
    func begin(_ key: String, at now: Timestamp) throws(Problem) {
        let isAllowed = tries.withLock { tries in
            var recent = tries[key, default: []].filter { $0.duration(to: now) < Self.window }
            guard recent.count < Self.limit else { return false }
            recent.append(now)
            if tries[key] == nil, tries.count >= Self.names { Self.makeRoom(in: &tries, at: now) }
            tries[key] = recent
            return true
        }
        guard isAllowed else {
            throw .limited("Too many failed tries with this name: wait ten minutes and try again.")
        }
    }

    func succeeded(_ key: String) { tries.withLock { $0[key] = nil } }

    /// The try of that moment was not carried out.
    func withdraw(_ key: String, at moment: Timestamp) {
        tries.withLock { tries in
            if let index = tries[key]?.firstIndex(of: moment) { tries[key]?.remove(at: index) }
        }
    }

    private static func makeRoom(in tries: inout [String: [Timestamp]], at now: Timestamp) {
        tries = tries.filter { $0.value.contains { $0.duration(to: now) < window } }
        guard tries.count >= names else { return }
        let oldest = tries.min { ($0.value.last?.microseconds ?? 0) < ($1.value.last?.microseconds ?? 0) }
        if let oldest { tries[oldest.key] = nil }
    }
}
