import Essentials
import Logging

extension Engine {
    /// How many steps of one run are under way at once. Each costs a supervisor, two pipes and a place in the writer's queue,
    /// and a run takes one worker however many steps it has: with 40 workers the machine then serves 320 of them at most.
    static let stepsAtOnce = 8

    /// What a run that is under way waits for.
    private enum Happening: Sendable {
        case ended(FinishedAttempt)
        case broke(any Error)
        /// Somebody has answered, or cancelled.
        case told
        /// A step may be tried again.
        case due
    }

    /// Carries out a run whose steps may run beside each other, to where it settles, or nothing of it is under way.
    func driveGraph(_ work: RunWork, _ logger: Logger) async throws -> Advance {
        let news = executions.signals.news(of: work.id)
        defer { executions.signals.endNews(of: work.id) }
        return try await withThrowingTaskGroup(of: Happening.self) { group in
            defer { group.cancelAll() }
            var running = 0
            var finished: FinishedAttempt?
            var failure: (any Error)?
            var alarm: Timestamp?
            for start in try await work.attemptsUnderWay() {
                running += 1
                group.addTask { try await self.happening { try await self.takeUp(start, of: work) } }
            }
            group.addTask { await Self.wait(for: news) }
            while true {
                try Task.checkCancellation()
                let mayStart = failure == nil
                let advance = try await unlessAbandoned(work) { [finished] in
                    try await self.persistently(logger) {
                        try await self.advance(work, finished, mayStart: mayStart)
                    }
                }
                await tell(advance, of: work.id)
                for start in advance.starts {
                    running += 1
                    group.addTask { try await self.happening { try await self.perform(start, of: work) } }
                }
                executions.signals.end(advance.ends, of: work.id)
                // What broke stays under way on the record: nothing would end what runs beside it.
                if failure != nil {
                    executions.signals.end(try await executions.besides(of: work.id), of: work.id)
                }
                finished?.files.removeAttempt()
                finished = nil
                guard running > 0 else {
                    if let failure { throw failure }
                    return advance
                }
                if let due = advance.due, alarm.map({ due < $0 }) ?? true {
                    alarm = due
                    let now = executions.time.now()
                    group.addTask {
                        try await Task.sleep(for: min(max(.zero, now.duration(to: due)), Self.longestSleep))
                        return .due
                    }
                }
                switch try await group.next() {
                case .ended(let attempt)?: (finished, running) = (attempt, running - 1)
                case .broke(let error)?: (failure, running) = (failure ?? error, running - 1)
                case .told?: group.addTask { await Self.wait(for: news) }
                case .due?, nil: alarm = nil
                }
            }
        }
    }

    /// One attempt that breaks ends none of the others: they are seen to their end first.
    private func happening(_ body: () async throws -> FinishedAttempt) async throws -> Happening {
        do {
            return .ended(try await body())
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            return .broke(error)
        }
    }

    /// Where the run can't be carried on, nothing of it goes on behind a record that says that nobody knows.
    private func unlessAbandoned<Value>(_ work: RunWork, _ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch {
            if !Task.isCancelled, !(error is CancellationError) { executions.signals.abandon(work.id) }
            throw error
        }
    }

    private static func wait(for news: AsyncStream<Void>) async -> Happening {
        for await _ in news { break }
        return .told
    }
}
