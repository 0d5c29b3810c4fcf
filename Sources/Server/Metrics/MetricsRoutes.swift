import Essentials
import Executions
import Foundation
import HTTPTypes
import Hummingbird
import Journal
import Runbooks
import Storage

/// `/metrics`, for Prometheus: for a token of scope `metrics`, or for everybody with `--metrics-open`.
struct MetricsRoutes: Sendable {
    static let path = "/metrics"

    let requests: RequestCounts
    let executions: Executions
    let journal: Journal
    let folder: FolderState
    let version: String
    let isOpen: Bool

    var table: [Route] {
        isOpen
            ? [.open(.get, Self.path) { _, _ in try await answer() }]
            : [
                .signedIn(.get, Self.path) { visit in
                    try visit.principal.require(.metrics, to: "read the metrics")
                    return try await answer()
                }
            ]
    }

    private func answer() async throws -> Response {
        let runs = try await executions.load()
        var metrics = Exposition()
        metrics.family("runbook_build_info", .gauge, "Always 1; the label says which version runs.")
        metrics.sample("runbook_build_info", [("version", version)], 1)
        describe(runs, in: &metrics)
        metrics.single(
            "runbook_journal_head_seq", .gauge, "The number of the journal's last event.",
            Double(try await journal.head()?.seq ?? 0))
        metrics.single(
            "runbook_database_size_bytes", .gauge, "The database and its log on disk.", Double(journal.database.size))
        metrics.single(
            "runbook_folder_faults", .gauge, "Files of the watched folder that are not in the catalogue as they stand.",
            Double(folder.faults.count))
        metrics.family("runbook_event_streams", .gauge, "Open event streams.")
        metrics.sample("runbook_event_streams", [("of", "journal")], Double(journal.tail.count))
        metrics.sample("runbook_event_streams", [("of", "run")], Double(executions.feed.count))
        describeRequests(in: &metrics)
        ProcessFacts.current.describe(in: &metrics)
        return .bytes(metrics.text.utf8, type: Exposition.contentType)
    }

    private func describe(_ runs: RunLoad, in metrics: inout Exposition) {
        metrics.family("runbook_runs", .gauge, "Runs that are not over, by state.")
        for (state, count) in runs.unfinished {
            metrics.sample("runbook_runs", [("state", state.rawValue)], Double(count))
        }
        metrics.single(
            "runbook_queue_oldest_seconds", .gauge, "For how long the oldest queued run has waited; 0 without one.",
            runs.oldestQueued.map { Double($0.components.seconds) } ?? 0)
        metrics.family(
            "runbook_queue_decision_seconds", .histogram,
            "From a look at the queue to who gets a worker, each time that somebody got one.")
        metrics.histogram(
            "runbook_queue_decision_seconds", [], bounds: QueueDecisions.bounds, counts: runs.decisions.counts,
            sum: runs.decisions.seconds)
        metrics.family("runbook_runs_settled_total", .counter, "Runs that came to an end since the server started.")
        for (state, count) in runs.settled {
            metrics.sample("runbook_runs_settled_total", [("state", state.rawValue)], Double(count))
        }
        metrics.family(
            "runbook_attempts_ended_total", .counter, "Attempts at steps that ended since the server started.")
        for (state, count) in runs.attempts {
            metrics.sample("runbook_attempts_ended_total", [("state", state.rawValue)], Double(count))
        }
    }

    private func describeRequests(in metrics: inout Exposition) {
        let rows = requests.rows
        metrics.family("runbook_http_requests_total", .counter, "Requests answered since the server started.")
        for (key, row) in rows {
            for (status, count) in row.statuses.sorted(by: { $0.key < $1.key }) {
                metrics.sample(
                    "runbook_http_requests_total",
                    [("method", key.method), ("route", key.route), ("status", String(status))], Double(count))
            }
        }
        metrics.family(
            "runbook_http_request_duration_seconds", .histogram, "Until the answer began; a stream goes on after that.")
        for (key, row) in rows {
            metrics.histogram(
                "runbook_http_request_duration_seconds", [("method", key.method), ("route", key.route)],
                bounds: RequestCounts.bounds, counts: row.buckets, sum: row.seconds)
        }
    }
}
