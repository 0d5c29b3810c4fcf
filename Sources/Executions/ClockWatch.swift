import Essentials
import Journal
import Processes
import Storage
import Synchronization

/// Notices that somebody set the machine's clock, also while no server ran, and moves what was to last for so long: a step
/// that rests an hour rests an hour, whatever the clock says meanwhile (decision 0021).
final class ClockWatch: Sendable {
    /// A clock that is set by less, or made to go a little slower or faster, makes nobody wait for long. In microseconds.
    private static let tolerance: Int64 = 2_000_000
    /// What is known is written down when it has moved by so much.
    private static let drift: Int64 = 500_000

    private struct Known {
        /// By how many microseconds the wall clock is ahead of the one that nobody sets.
        var ahead: Int64
        var kept: Int64
    }

    private struct Kept: Decodable {
        let boot: String
        let ahead: Int64
    }

    private let journal: Journal
    private let boot: String
    private let known: Mutex<Known?>

    init(journal: Journal, boot: String = Boot.id) {
        self.journal = journal
        self.boot = boot
        known = Mutex(nil)
    }

    /// Moves the times of what waits, if the clock was set since the last look; the first look is at what the server before
    /// knew of this boot.
    func look() async throws {
        guard let before = known.withLock({ $0 }) else { return try await begin() }
        let ahead = measure()
        let jump = known.withLock { known -> Int64 in
            let jump = ahead - (known ?? before).ahead
            known?.ahead = ahead
            return jump
        }
        if Self.isJump(jump) {
            do {
                try await shift(by: jump, to: ahead)
            } catch {
                // It is found again by the next look.
                known.withLock { $0?.ahead -= jump }
                throw error
            }
        } else if abs(ahead - before.kept) > Self.drift {
            try await keep(ahead)
        }
    }

    private func begin() async throws {
        let boot = boot
        let kept: Kept? = try await journal.database.look { try $0.first("SELECT boot, ahead FROM clock WHERE id = 1") }
        let ahead = measure()
        if let kept, kept.boot == boot, Self.isJump(ahead - kept.ahead) {
            try await shift(by: ahead - kept.ahead, to: ahead)
        } else {
            try await keep(ahead)
        }
        known.withLock { $0 = Known(ahead: ahead, kept: ahead) }
    }

    /// Once more where the process was held up between the two clocks.
    private func measure() -> Int64 {
        let time = journal.time
        while true {
            let (before, now, after) = (time.elapsed(), time.now().microseconds, time.elapsed())
            if after - before < 10_000 { return now - before }
        }
    }

    private func shift(by jump: Int64, to ahead: Int64) async throws {
        let (journal, boot) = (journal, boot)
        try await journal.database.write { transaction in
            let live: SQL = "SELECT id FROM runs WHERE state IN ('queued', 'running', 'waiting')"
            try transaction.execute(
                """
                UPDATE run_steps SET due = due + \(jump), lasts_until = lasts_until + \(jump), reminds = reminds + \(jump)
                WHERE run IN (\(live)) AND (due IS NOT NULL OR lasts_until IS NOT NULL OR reminds IS NOT NULL)
                """)
            try transaction.execute(
                """
                UPDATE runs SET clock_shift = CASE WHEN started IS NULL THEN 0 ELSE clock_shift + \(jump) END,
                    rests_until = CASE WHEN rests_until < \(Timestamp.untilTold)
                        THEN rests_until + \(jump) ELSE rests_until END
                WHERE id IN (\(live))
                """)
            try Self.keep(ahead, boot, in: transaction)
            try journal.append(
                Event("clock.set", details: ["milliseconds": .integer(jump / 1000)]), by: .system("engine"),
                in: transaction)
        }
        known.withLock { $0?.kept = ahead }
    }

    private func keep(_ ahead: Int64) async throws {
        let boot = boot
        try await journal.database.write { try Self.keep(ahead, boot, in: $0) }
        known.withLock { $0?.kept = ahead }
    }

    private static func keep(_ ahead: Int64, _ boot: String, in transaction: Transaction) throws {
        try transaction.execute(
            """
            INSERT INTO clock (id, boot, ahead) VALUES (1, \(boot), \(ahead))
            ON CONFLICT (id) DO UPDATE SET boot = excluded.boot, ahead = excluded.ahead
            """)
    }

    private static func isJump(_ difference: Int64) -> Bool { abs(difference) > tolerance }
}
