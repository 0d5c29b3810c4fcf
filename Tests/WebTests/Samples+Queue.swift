import Essentials
import RunbookFormat

@testable import Executions
@testable import Server

extension Samples {
    var queuePages: [any WebPage] {
        [
            QueuePage(queue(.usual, more: 2), head: 7, reader: reader),
            QueuePage(queue(.shared(5), more: 0), head: nil, reader: reader),
            QueuePage(
                RunQueue(workers: .usual, window: .hour, at: at(0), lines: [], waiting: []), head: 7, reader: reader),
            run(state: "queued"),
        ]
    }

    private func queue(_ workers: Workers, more: Int) -> RunQueue {
        RunQueue(
            workers: workers, window: .day, at: at(60),
            lines: Metadata.Priority.allCases.map { priority in
                RunQueue.Line(
                    priority: priority, workers: workers.count(for: priority), busy: 4,
                    queued: priority == .low ? 1 + more : 0, oldest: priority == .low ? at(0) : nil,
                    figures: QueueFigures(
                        ended: 4, failed: 1, wait: .init([.seconds(1)]), took: .init([.seconds(90)])))
            },
            waiting: [
                .init(
                    run: RunSummaryRecord(
                        id: ID(text("01j9zk4m7c0vxw5t3n8q2r6hyd")), runbook: text("accunode.deploy"),
                        version: text("9f86"), section: text("rollout"), state: .queued, created: at(0), started: nil,
                        finished: nil, actor_kind: "person", actor: text("1"), actor_name: text("Ada Lovelace"),
                        steps_total: 2, steps_done: 0, step: text("a"), is_check: false), priority: .low,
                    reason: text("All 4 workers of low are busy; it is next."))
            ])
    }
}
