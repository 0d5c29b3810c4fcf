import API
import Essentials
import Executions
import RunbookFormat

extension API.Queue {
    init(_ queue: RunQueue) {
        self.init(
            time: queue.at.rfc3339, window: queue.window.rawValue, workers: queue.workers.total,
            shared: queue.isShared, busy: queue.busy, queued: queue.queued,
            priorities: queue.lines.map { QueuePriority($0, at: queue.at) },
            runs: queue.waiting.map(QueuedRun.init))
    }
}

extension QueuePriority {
    fileprivate init(_ line: RunQueue.Line, at time: Timestamp) {
        self.init(
            priority: line.priority.rawValue, workers: line.workers, busy: line.busy, queued: line.queued,
            oldest_wait_seconds: line.oldest.map { max(0, ($0.duration(to: time) / .seconds(1))) },
            ended: line.figures.ended, failed: line.figures.failed, failure_rate: line.figures.failureRate,
            wait: line.figures.wait.map(QueueTimes.init), took: line.figures.took.map(QueueTimes.init))
    }
}

extension QueueTimes {
    fileprivate init(_ spread: QueueFigures.Spread) {
        self.init(median_seconds: spread.median / .seconds(1), p95_seconds: spread.p95 / .seconds(1))
    }
}

extension QueuedRun {
    fileprivate init(_ waiting: RunQueue.Waiting) {
        let run = waiting.run
        self.init(
            id: run.id.rawValue, runbook: run.runbook, section: run.section, priority: waiting.priority.rawValue,
            created: run.created.rfc3339, by: Actor(kind: run.actor_kind, id: run.actor, name: run.actor_name),
            waits_for: waiting.reason)
    }
}
