import Essentials
import Executions
import RunbookFormat

/// What waits for a worker and why, and how the workers of each priority fare.
struct QueuePage: WebPage {
    static let template = "runs/queue"

    struct Line: Encodable, Sendable {
        let priority: String
        /// `3 of 40 busy`.
        let busy: String
        let queued: String
        /// When the run that waits longest was asked for.
        let oldest: Moment?
        /// `0.2 s, at worst 48 s`.
        let wait: String
        let took: String
        let failures: String
    }

    struct Row: Encodable, Sendable {
        /// Tells it from the others.
        let key: String
        let path: String
        let runbook: String
        let section: String?
        let priority: String
        let reason: String
        let created: Moment
        let by: String
    }

    struct Filter: Encodable, Sendable {
        let label: String
        let filterPath: String
        let isCurrent: Bool
    }

    let layout: Layout
    let sentence: String
    let filters: [Filter]
    let lines: [Line]
    let rows: [Row]
    /// Of those that are not shown one by one.
    let rest: String?
    let restPath: String
    let window: String
    let mostTimes: String
    let rule: String
    /// Where live news comes from.
    let newsPath: String?

    /// - Parameter head: the number of the journal's last event that the page has taken in.
    init(_ queue: RunQueue, head: Int64?, reader: Reader) {
        layout = Layout("Queue", place: .runs, reader: reader, scripts: head == nil ? [] : ["live.js"])
        let busy =
            "\(queue.busy == 0 ? "None" : String(queue.busy)) of \(queue.workers.total) workers \(queue.busy == 1 ? "is" : "are") busy"
        sentence =
            queue.queued == 0
            ? "\(busy); nothing waits."
            : "\(busy); \(counted(queue.queued, "run")) \(queue.queued == 1 ? "waits" : "wait")."
        filters = RunQueue.Window.allCases.map { window in
            Filter(
                label: window.words, filterPath: Paths.query(Paths.queue, [("window", window.rawValue)]),
                isCurrent: window == queue.window)
        }
        let isShared = queue.isShared
        lines = queue.lines.map { Line($0, isShared: isShared) }
        rows = queue.waiting.map { waiting in
            let run = waiting.run
            return Row(
                key: run.id.rawValue, path: Paths.run(run.id.rawValue), runbook: run.runbook, section: run.section,
                priority: waiting.priority.rawValue, reason: waiting.reason, created: Moment(run.created),
                by: run.actor_name)
        }
        let more = queue.queued - queue.waiting.count
        rest = more > 0 ? "\(more) more" : nil
        restPath = Paths.runs(state: "queued")
        window = queue.window.words
        mostTimes = String(QueueFigures.mostTimes)
        rule =
            isShared
            ? "All priorities share the workers: the most urgent run goes first, and every fifth worker that comes free takes the run that has waited longest."
            : "Each priority has workers of its own, and none borrows: a run waits for those of its priority that came before it, and for the limits of its runbook."
        newsPath = head.map(Paths.news)
    }
}

extension QueuePage.Line {
    fileprivate init(_ line: RunQueue.Line, isShared: Bool) {
        priority = line.priority.rawValue
        busy = isShared ? "\(line.busy) busy" : "\(line.busy) of \(line.workers) busy"
        queued = line.queued == 0 ? "–" : String(line.queued)
        oldest = line.oldest.map { Moment($0) }
        wait = Self.words(line.figures.wait)
        took = Self.words(line.figures.took)
        failures =
            line.figures.failureRate.map {
                "\(Int(($0 * 100).rounded())) % (\(line.figures.failed) of \(line.figures.ended))"
            } ?? "–"
    }

    private static func words(_ spread: QueueFigures.Spread?) -> String {
        spread.map { "\($0.median.inWords), 95 % within \($0.p95.inWords)" } ?? "–"
    }
}

extension RunQueue.Window {
    fileprivate var words: String {
        switch self {
        case .hour: "the last hour"
        case .day: "the last 24 hours"
        }
    }
}
