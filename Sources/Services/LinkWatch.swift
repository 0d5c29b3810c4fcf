package import Essentials
package import Logging

/// Looks at the links of all services, each as often as it is told to, and at once at those that are new.
///
/// When each was looked at last is in the database; it may be killed at any point and started again.
package final class LinkWatch: Sendable {
    /// Services at once: one whose links hang holds up few others.
    private static let atOnce = 4

    private let services: Services
    private let interval: Duration
    private let logger: Logger

    package init(services: Services, interval: Duration, logger: Logger) {
        self.services = services
        self.interval = interval
        self.logger = logger
    }

    /// Works until its task is cancelled.
    package func run() async {
        services.bell.ring()
        var alarm: Task<Void, Never>?
        defer { alarm?.cancel() }
        for await _ in services.bell.rings {
            if Task.isCancelled { return }
            alarm?.cancel()
            var pause = Duration.seconds(1)
            do {
                let due = try await services.linksDue(every: interval)
                let isComplete = try await check(due.names)
                if isComplete { pause = due.names.isEmpty ? due.wait ?? interval : .zero }
            } catch is CancellationError {
                return
            } catch {
                logger.error("Links are looked at again in a second", metadata: ["error": "\(error)"])
            }
            let (bell, time) = (services.bell, pause)
            alarm = Task {
                do { try await Task.sleep(for: time) } catch { return }
                bell.ring()
            }
        }
    }

    /// - Returns: whether all of them are done with.
    private func check(_ names: [String]) async throws -> Bool {
        let (services, logger) = (services, logger)
        return try await withThrowingTaskGroup(of: Bool.self) { group in
            var isComplete = true
            for (number, name) in names.enumerated() {
                if number >= Self.atOnce, let done = try await group.next() { isComplete = isComplete && done }
                group.addTask {
                    do {
                        _ = try await services.checkLinks(of: name, by: .system("services"))
                        return true
                    } catch is CancellationError {
                        throw CancellationError()
                    } catch let problem as Problem where problem.code == .notFound {
                        // It was taken away meanwhile.
                        return true
                    } catch {
                        logger.error(
                            "Links could not be looked at", metadata: ["service": "\(name)", "error": "\(error)"])
                        return false
                    }
                }
            }
            for try await done in group { isComplete = isComplete && done }
            return isComplete
        }
    }
}
