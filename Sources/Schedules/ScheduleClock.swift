package import Essentials
package import Logging

/// Fires what is due. All it knows is in the database; it may be killed at any point and started again.
package final class ScheduleClock: Sendable {
    private let schedules: Schedules
    private let logger: Logger
    /// The longest that the wall clock is not looked at: somebody may set it.
    private let patience: Duration

    package init(schedules: Schedules, patience: Duration = .seconds(20), logger: Logger) {
        self.schedules = schedules
        self.patience = patience
        self.logger = logger
    }

    /// Works until its task is cancelled.
    package func run() async {
        schedules.bell.ring()
        var latest = schedules.time.now()
        var alarm: Task<Void, Never>?
        defer { alarm?.cancel() }
        var isBegun = false
        for await _ in schedules.bell.rings {
            if Task.isCancelled { return }
            alarm?.cancel()
            var pause = Duration.seconds(1)
            do {
                if !isBegun { try await schedules.declareAll() }
                let now = schedules.time.now()
                if !isBegun || now < latest { try await schedules.reckonAnew() }
                (isBegun, latest) = (true, now)
                let next = try await schedules.fireDue(logger: logger)
                let wait = next.map { schedules.time.now().duration(to: $0) } ?? patience
                pause = min(max(wait, .zero), patience)
            } catch is CancellationError {
                return
            } catch {
                // A full disk, say: nothing is lost, for what is due stays due.
                logger.error("Schedules wait, to go on in a second", metadata: ["error": "\(error)"])
            }
            let (bell, time) = (schedules.bell, pause)
            alarm = Task {
                do { try await Task.sleep(for: time) } catch { return }
                bell.ring()
            }
        }
    }
}
