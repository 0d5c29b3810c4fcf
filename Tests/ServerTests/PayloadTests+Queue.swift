import API

extension PayloadTests {
    static let queue: [Sample] = {
        let times = QueueTimes(median_seconds: 1.5, p95_seconds: 60.25)
        let line = { (seconds: Double?) in
            QueuePriority(
                priority: "low", workers: 4, busy: 4, queued: 1, oldest_wait_seconds: seconds, ended: 2, failed: 1,
                failure_rate: seconds.map { _ in 0.5 }, wait: seconds.map { _ in times },
                took: seconds.map { _ in times })
        }
        let run = { (section: String?) in
            QueuedRun(
                id: "1", runbook: "a", section: section, priority: "low", created: time, by: actor,
                waits_for: "All 4 workers of low are busy; it is next.")
        }
        return [
            same(
                "Queue",
                API.Queue(
                    time: time, window: "24h", workers: 122, shared: false, busy: 4, queued: 1,
                    priorities: [line(3.25), line(nil)], runs: [run("b"), run(nil)])),
            Sample(schema: "QueuePriority", full: line(3.25), bare: line(nil)),
            same("QueueTimes", times),
            Sample(
                schema: "Health",
                full: Health(uptime_seconds: 1.5, tasks: .init(completed: 1, failed: 1), queues: ["low": 1]),
                bare: Health(uptime_seconds: 1.5, tasks: .init(completed: 0, failed: 0), queues: nil)),
            same("HealthTasks", Health.Tasks(completed: 1, failed: 0)),
            Sample(schema: "QueuedRun", full: run("b"), bare: run(nil)),
        ]
    }()
}
