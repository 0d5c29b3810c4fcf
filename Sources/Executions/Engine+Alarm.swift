import Essentials
import Logging
import Storage
import Synchronization

/// Which of the steps that are tried again comes first, and that somebody sleeps until then.
final class Alarm: Sendable {
    private let armed = Mutex<Timestamp?>(nil)

    /// - Returns: false when an alarm is set already that rings no later.
    func arm(_ time: Timestamp) -> Bool {
        armed.withLock { armed in
            if let armed, armed <= time { return false }
            armed = time
            return true
        }
    }

    func rang(_ time: Timestamp) {
        armed.withLock { if $0 == time { $0 = nil } }
    }
}

extension Engine {
    /// Before anything is held against the time, so that nothing comes early or late for a clock that was set.
    func lookAtClock() async {
        do {
            try await clock.look()
        } catch {
            logger.error("What waits can't be moved with the clock", metadata: ["error": "\(error)"])
        }
    }

    /// A clock that is set back or forward meanwhile is noticed after so long.
    static let longestSleep = Duration.seconds(30)

    /// Wakes the engine when the next of the waiting steps is due. It is told by the database, so that a server that is
    /// started again waits no longer than the one before it would have.
    /// - Parameter looked: when it was last looked for what is due: all that comes later is waited for, though its time may
    ///   be over by now. What was due before has a worker or is given one when one comes free.
    func setAlarm(for looked: Timestamp, _ group: inout DiscardingTaskGroup) async {
        let due: Timestamp?
        do {
            due = try await database.read { reader in
                let tries = try reader.integer(
                    """
                    SELECT min(rests_until) FROM runs
                    WHERE state = 'running' AND rests_until IS NOT NULL AND rests_until > \(looked)
                        AND rests_until < \(Timestamp.untilTold)
                    """)
                return [tries.map { Timestamp(microseconds: $0) }, try Executions.nextDeadline(in: reader)]
                    .compactMap(\.self).min()
            }
        } catch {
            logger.error("When steps are tried again can't be read", metadata: ["error": "\(error)"])
            return
        }
        guard let due, alarm.arm(due) else { return }
        let now = executions.time.now()
        group.addTask { [self] in
            // Only the server's end wakes it earlier, and then nothing is started.
            try? await Task.sleep(for: min(max(.zero, now.duration(to: due)), Self.longestSleep))
            alarm.rang(due)
            executions.signals.wake()
        }
    }
}
