/// What waits for a worker, why, and how the workers of each priority fare.
package struct Queue: Codable, Sendable, Equatable {
    package let time: String
    /// Over which the figures go: `1h` or `24h`.
    package let window: String
    /// How many runs are worked on at once, in all.
    package let workers: Int
    /// Every priority may take any of them; else each has its own.
    package let shared: Bool
    package let busy: Int
    package let queued: Int
    /// The most urgent first.
    package let priorities: [QueuePriority]
    /// The first of those that wait, in the order in which they begin: a hundred at most.
    package let runs: [QueuedRun]

    package init(
        time: String, window: String, workers: Int, shared: Bool, busy: Int, queued: Int,
        priorities: [QueuePriority], runs: [QueuedRun]
    ) {
        self.time = time
        self.window = window
        self.workers = workers
        self.shared = shared
        self.busy = busy
        self.queued = queued
        self.priorities = priorities
        self.runs = runs
    }
}

/// The runs of one priority.
package struct QueuePriority: Codable, Sendable, Equatable {
    package let priority: String
    package let workers: Int
    package let busy: Int
    package let queued: Int
    /// How long the one that waits longest has waited.
    package let oldest_wait_seconds: Double?
    /// How many came to their end in the window by themselves, and how many of these did not succeed.
    package let ended: Int
    package let failed: Int
    /// From 0 to 1.
    package let failure_rate: Double?
    package let wait: QueueTimes?
    package let took: QueueTimes?

    package init(
        priority: String, workers: Int, busy: Int, queued: Int, oldest_wait_seconds: Double?, ended: Int, failed: Int,
        failure_rate: Double?, wait: QueueTimes?, took: QueueTimes?
    ) {
        self.priority = priority
        self.workers = workers
        self.busy = busy
        self.queued = queued
        self.oldest_wait_seconds = oldest_wait_seconds
        self.ended = ended
        self.failed = failed
        self.failure_rate = failure_rate
        self.wait = wait
        self.took = took
    }
}

package struct QueueTimes: Codable, Sendable, Equatable {
    package let median_seconds: Double
    package let p95_seconds: Double

    package init(median_seconds: Double, p95_seconds: Double) {
        self.median_seconds = median_seconds
        self.p95_seconds = p95_seconds
    }
}

package struct QueuedRun: Codable, Sendable, Equatable {
    package let id: String
    package let runbook: String
    package let section: String?
    package let priority: String
    package let created: String
    package let by: Actor
    /// Why it waits, as a sentence.
    package let waits_for: String

    package init(
        id: String, runbook: String, section: String?, priority: String, created: String, by: Actor, waits_for: String
    ) {
        self.id = id
        self.runbook = runbook
        self.section = section
        self.priority = priority
        self.created = created
        self.by = by
        self.waits_for = waits_for
    }
}
