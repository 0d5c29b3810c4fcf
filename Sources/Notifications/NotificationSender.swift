import Essentials
import Foundation
import Journal
package import Logging
package import Outbound
import Storage
import Synchronization

/// Empties the outbox: one delivery at a time for each destination, all destinations at once, so that one that is slow
/// holds up itself alone.
///
/// All it knows is in the database; it may be killed at any point and started again.
package final class NotificationSender: Sendable {
    private struct State {
        var busy: Set<ID<Destination>> = []
        /// The next time that it has been set to wake.
        var alarm: Timestamp?
    }

    private let notifications: Notifications
    private let limits: Courier.Limits
    private let logger: Logger
    private let state = Mutex(State())

    package init(notifications: Notifications, limits: Courier.Limits = .init(), logger: Logger) {
        self.notifications = notifications
        self.limits = limits
        self.logger = logger
    }

    /// Works until its task is cancelled.
    package func run() async throws {
        notifications.bell.ring()
        try await Courier.with(limits) { courier in
            await withDiscardingTaskGroup { group in
                for await _ in notifications.bell.rings {
                    if Task.isCancelled { break }
                    await sendWhatIsDue(by: courier, &group)
                }
                group.cancelAll()
            }
        }
    }

    private func sendWhatIsDue(by courier: Courier, _ group: inout DiscardingTaskGroup) async {
        let next: [Delivery]
        do {
            next = try await notifications.nextDeliveries()
        } catch {
            logger.error("The outbox can't be read, and is again in a second", metadata: ["error": "\(error)"])
            wake(at: notifications.time.now().advanced(by: .seconds(1)), &group)
            return
        }
        for delivery in next {
            guard delivery.due <= notifications.time.now() else {
                wake(at: delivery.due, &group)
                continue
            }
            guard state.withLock({ $0.busy.insert(delivery.destination).inserted }) else { continue }
            group.addTask {
                await self.send(delivery, by: courier)
                _ = self.state.withLock { $0.busy.remove(delivery.destination) }
                self.notifications.bell.ring()
            }
        }
    }

    /// Sets one alarm for the earliest time that was asked for.
    private func wake(at time: Timestamp, _ group: inout DiscardingTaskGroup) {
        let isEarliest = state.withLock { state in
            if let alarm = state.alarm, alarm <= time { return false }
            state.alarm = time
            return true
        }
        guard isEarliest else { return }
        let pause = notifications.time.now().duration(to: time)
        group.addTask {
            do {
                try await Task.sleep(for: max(pause, .zero))
            } catch {
                return
            }
            self.state.withLock { if $0.alarm == time { $0.alarm = nil } }
            self.notifications.bell.ring()
        }
    }

    private func send(_ delivery: Delivery, by courier: Courier) async {
        do {
            let outcome: Courier.Outcome
            do {
                outcome = try await courier.post(try await notifications.letter(for: delivery))
            } catch let problem as Problem {
                outcome = .unanswered(reason: problem.message)
            }
            let settled = try await notifications.settle(delivery, outcome)
            logger.info(
                "Notification tried",
                metadata: [
                    "delivery": "\(delivery.id)", "destination": "\(delivery.name)", "kind": "\(delivery.kind)",
                    "state": "\(settled.state.rawValue)", "try": "\(settled.tries)",
                    "status": "\(settled.status.map(String.init) ?? "none")",
                ])
        } catch is CancellationError {
            // It stays pending, and goes out after the next start.
        } catch {
            // A full disk, say. What was sent will be sent again, under the same id; not at once, or it would be for ever.
            logger.error("A delivery can't be noted", metadata: ["delivery": "\(delivery.id)", "error": "\(error)"])
            do { try await Task.sleep(for: .seconds(1)) } catch { return }
        }
    }
}
