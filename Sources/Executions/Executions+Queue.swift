package import Essentials
package import RunbookFormat
import Storage

extension Executions {
    /// So many of the runs that wait are told of one by one.
    package static let mostWaiting = 100

    /// What waits and why, and how each priority fared in the window: one state of the database.
    package func queue(_ window: RunQueue.Window = .day, by principal: Principal) async throws -> RunQueue {
        try principal.require(.read, to: "see runs")
        let (workers, now) = (workers, time.now())
        return try await database.survey { reader in
            let busy = try Self.busy(in: reader)
            var lines: [RunQueue.Line] = []
            var waiting: [RunQueue.Waiting] = []
            for priority in Metadata.Priority.allCases {
                let oldest = try reader.integer(
                    """
                    SELECT created FROM runs WHERE state = 'queued' AND priority = \(priority.rawValue) ORDER BY id LIMIT 1
                    """)
                lines.append(
                    RunQueue.Line(
                        priority: priority, workers: workers.count(for: priority), busy: busy[priority] ?? 0,
                        queued: try Self.queued(priority, in: reader),
                        oldest: oldest.map { Timestamp(microseconds: $0) },
                        figures: try Self.figures(
                            priority, since: now.advanced(by: .zero - window.duration), in: reader)))
                let first: [RunSummaryRecord] = try reader.all(
                    """
                    \(RunSummaryRecord.select) WHERE r.state = 'queued' AND r.priority = \(priority.rawValue)
                    ORDER BY r.id LIMIT \(Self.mostWaiting - waiting.count)
                    """)
                for run in first {
                    guard let reason = try Self.reason(run.id, workers: workers, busy: busy, in: reader) else {
                        continue
                    }
                    waiting.append(.init(run: run, priority: priority, reason: reason.sentence))
                }
            }
            return RunQueue(workers: workers, window: window, at: now, lines: lines, waiting: waiting)
        }
    }

    /// Why a run waits in the queue, as a sentence; nil for one that does not.
    package func waitsFor(_ run: RunRecord, by principal: Principal) async throws -> String? {
        guard run.state == .queued else { return nil }
        return try await waitsFor([run.id], by: principal)[run.id]
    }

    /// The same for each of these runs that waits in the queue.
    package func waitsFor(
        _ runs: [ID<RunRecord>], by principal: Principal
    ) async throws -> [ID<RunRecord>: String] {
        try principal.require(.read, to: "see runs")
        guard !runs.isEmpty else { return [:] }
        let workers = workers
        return try await database.read { reader in
            let busy = try Self.busy(in: reader)
            var sentences: [ID<RunRecord>: String] = [:]
            for id in runs {
                sentences[id] = try Self.reason(id, workers: workers, busy: busy, in: reader)?.sentence
            }
            return sentences
        }
    }

    /// How many runs wait, of each priority; the most urgent first.
    package func queued() async throws -> [(priority: Metadata.Priority, count: Int)] {
        try await database.read { reader in
            try Metadata.Priority.allCases.map { ($0, try Self.queued($0, in: reader)) }
        }
    }

    /// A run has a worker while an attempt at one of its steps runs: one that waits for people, or for the time to its next
    /// try, has none.
    private static func busy(in reader: Reader) throws -> [Metadata.Priority: Int] {
        struct Row: Decodable {
            let priority: String
            let count: Int
        }
        let rows: [Row] = try reader.all(
            """
            SELECT r.priority AS priority, count(*) AS count FROM runs r WHERE r.state = 'running'
                AND EXISTS (SELECT 1 FROM attempts a WHERE a.run = r.id AND a.state = 'running')
            GROUP BY r.priority
            """)
        return rows.reduce(into: [:]) { counts, row in
            counts[Metadata.Priority(rawValue: row.priority) ?? .default, default: 0] += row.count
        }
    }

    /// Nil for a run that does not wait.
    static func reason(
        _ id: ID<RunRecord>, workers: Workers, busy: [Metadata.Priority: Int], in reader: Reader
    ) throws -> WaitReason? {
        struct Row: Decodable {
            let runbook: String
            let priority: String
            let limited: String?
            let at_most: Int?
            let parent: ID<RunRecord>?
        }
        struct Holder: Decodable {
            let id: ID<RunRecord>
            let runbook: String
        }
        let row: Row? = try reader.first(
            "SELECT runbook, priority, limited, at_most, parent FROM runs WHERE id = \(id) AND state = 'queued'")
        guard let row else { return nil }
        if let parent = row.parent, let reason = try reason(parent, workers: workers, busy: busy, in: reader) {
            let runbook = try reader.text("SELECT runbook FROM runs WHERE id = \(parent)") ?? ""
            return .parent(.init(id: parent, runbook: runbook), reason)
        }
        let own = row.limited.flatMap { key in row.at_most.map { RunLimit(key: key, most: $0) } }
        for limit in (own.map { [$0] } ?? []) + (try furtherLimits(of: id, in: reader)) {
            let holders: [Holder] = try reader.all(
                "SELECT id, runbook FROM (\(Self.holders(of: limit.key))) ORDER BY id")
            if holders.count >= limit.most {
                let runbook = limit.isOfRunbook ? String(limit.key.dropFirst("runbook/".count)) : row.runbook
                return .limit(
                    limit, runbook: runbook,
                    holders: holders.prefix(1).map { .init(id: $0.id, runbook: $0.runbook) }, count: holders.count)
            }
        }
        let priority = Metadata.Priority(rawValue: row.priority) ?? .default
        if case .own = workers {
            let count = workers.count(for: priority)
            guard (busy[priority] ?? 0) >= count else { return .nothing }
            return .workers(of: priority, count: count, before: try ahead(of: id, priority, in: reader))
        }
        guard busy.values.reduce(0, +) >= workers.total else { return .nothing }
        var ahead = try ahead(of: id, priority, in: reader)
        for urgent in Metadata.Priority.allCases where urgent.rank < priority.rank {
            ahead += try queued(urgent, in: reader)
        }
        return .workers(of: nil, count: workers.total, before: ahead)
    }

    /// Those of these runs that wait in the queue.
    static func stillQueued(_ runs: [ID<RunRecord>], in reader: Reader) throws -> [RunRecord] {
        try runs.compactMap { id in
            try reader.exists("SELECT 1 FROM runs WHERE id = \(id) AND state = 'queued'")
                ? try record(id, in: reader) : nil
        }
    }

    private static func queued(_ priority: Metadata.Priority, in reader: Reader) throws -> Int {
        Int(
            try reader.integer("SELECT count(*) FROM runs WHERE state = 'queued' AND priority = \(priority.rawValue)")
                ?? 0)
    }

    /// How many runs of its priority came before it and wait.
    private static func ahead(
        of id: ID<RunRecord>, _ priority: Metadata.Priority, in reader: Reader
    ) throws -> Int {
        let count = try reader.integer(
            "SELECT count(*) FROM runs WHERE state = 'queued' AND priority = \(priority.rawValue) AND id < \(id)")
        return Int(count ?? 0)
    }

    private static func figures(
        _ priority: Metadata.Priority, since: Timestamp, in reader: Reader
    ) throws -> QueueFigures {
        struct Count: Decodable {
            let state: RunState
            let count: Int
        }
        struct Times: Decodable {
            let created: Timestamp
            let started: Timestamp
            let finished: Timestamp
        }
        let counts: [Count] = try reader.all(
            """
            SELECT state, count(*) AS count FROM runs WHERE priority = \(priority.rawValue) AND finished IS NOT NULL
                AND finished > \(since) AND is_check = 0 AND state IN ('succeeded', 'failed', 'rolled-back', 'interrupted')
            GROUP BY state
            """)
        let times: [Times] = try reader.all(
            """
            SELECT created, started, finished FROM runs WHERE priority = \(priority.rawValue) AND finished IS NOT NULL
                AND finished > \(since) AND is_check = 0 AND started IS NOT NULL
            ORDER BY finished DESC LIMIT \(QueueFigures.mostTimes)
            """)
        let ended = counts.reduce(0) { $0 + $1.count }
        return QueueFigures(
            ended: ended, failed: ended - (counts.first { $0.state == .succeeded }?.count ?? 0),
            wait: .init(times.map { max(.zero, $0.created.duration(to: $0.started)) }),
            took: .init(times.map { max(.zero, $0.started.duration(to: $0.finished)) }))
    }
}
