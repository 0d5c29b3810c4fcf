import Essentials
import RunbookFormat
import Storage

/// Who has a worker.
struct Occupancy: Sendable {
    var held: [ID<RunRecord>: Admission.Candidate] = [:]
    /// As `Admission` counts them.
    var turn = 0
}

extension Executions {
    /// So many of each priority are read at first, beyond those that there is room for; more only where limits hold these back.
    private static let firstLook = 8

    /// The runs that get a worker now, beside those that have one.
    func admit(beside occupancy: Occupancy) async throws -> (runs: [Admission.Candidate], turn: Int) {
        let (workers, now) = (workers, time.now())
        var busy: [Metadata.Priority: Int] = [:]
        for candidate in occupancy.held.values { busy[candidate.priority, default: 0] += 1 }
        let before = Admission(workers: workers, busy: busy, turn: occupancy.turn)
        guard Metadata.Priority.allCases.contains(where: { before.room(for: $0) > 0 }) else {
            return ([], occupancy.turn)
        }
        // With a hundred runs at work it would cost more to read them each time than all the rest.
        let held = JSONValue.array(occupancy.held.keys.map { .string($0.rawValue) }).text
        return try await database.read { [busy] reader in
            let resuming = try Self.underWay(at: now, but: held, in: reader)
            var look = Self.firstLook
            while true {
                var candidates = resuming
                var cutOff: [Metadata.Priority] = []
                for priority in Metadata.Priority.allCases {
                    let room = before.room(for: priority)
                    guard room > 0 else { continue }
                    let queued = try Self.queued(priority, but: held, limit: room + look, in: reader)
                    if queued.count == room + look { cutOff.append(priority) }
                    candidates += queued
                }
                var admission = Admission(
                    workers: workers, busy: busy,
                    underWay: try Self.holders(of: candidates, beside: occupancy, in: reader),
                    turn: occupancy.turn)
                let admitted = admission.admit(candidates)
                // Where those looked at were held back by their limits, others behind them may begin.
                guard cutOff.contains(where: { admission.room(for: $0) > 0 }) else { return (admitted, admission.turn) }
                look *= 8
            }
        }
    }

    /// What has begun and goes on: after a restart, an answer, or the time to a next try.
    /// - Parameter held: the ids of those that have a worker, as JSON.
    private static func underWay(
        at now: Timestamp, but held: String, in reader: Reader
    ) throws -> [Admission.Candidate] {
        try reader.all(
            """
            SELECT id, priority, limited, at_most, 0 AS has_further FROM runs
            WHERE state = 'running' AND (rests_until IS NULL OR rests_until <= \(now))
                AND id NOT IN (SELECT value FROM json_each(\(held)))
            ORDER BY id
            """, as: CandidateRow.self
        ).map { $0.candidate(isUnderWay: true) }
    }

    /// Those that no limit holds back already, in the order of their arrival. What belongs to a run that is resumed begins
    /// after that one, which holds the limits of both.
    private static func queued(
        _ priority: Metadata.Priority, but held: String, limit: Int, in reader: Reader
    ) throws -> [Admission.Candidate] {
        try reader.all(
            """
            SELECT q.id AS id, q.priority AS priority, q.limited AS limited, q.at_most AS at_most,
                EXISTS (SELECT 1 FROM run_limits l WHERE l.run = q.id) AS has_further
            FROM runs q
            WHERE q.state = 'queued' AND q.priority = \(priority.rawValue) AND (q.limited IS NULL OR q.at_most >
                (SELECT count(*) FROM runs u WHERE u.limited = q.limited AND u.state IN ('running', 'waiting')))
                AND NOT EXISTS (SELECT 1 FROM runs p WHERE p.id = q.parent AND p.state = 'queued')
                AND q.id NOT IN (SELECT value FROM json_each(\(held)))
            ORDER BY q.id LIMIT \(limit)
            """, as: CandidateRow.self
        ).map { row in
            var candidate = row.candidate(isUnderWay: false)
            if row.has_further { candidate.further = try furtherLimits(of: candidate.id, in: reader) }
            return candidate
        }
    }

    /// The runs that are under way and hold a limit, for themselves or for what their steps run: `id`, `runbook`.
    static func holders(of key: String) -> SQL {
        """
        SELECT id, runbook FROM runs WHERE limited = \(key) AND state IN ('running', 'waiting')
        UNION SELECT r.id, r.runbook FROM run_limits l CROSS JOIN runs r ON r.id = l.run
            WHERE l.key = \(key) AND r.state IN ('running', 'waiting')
        """
    }

    static func furtherLimits(of run: ID<RunRecord>, in reader: Reader) throws -> [RunLimit] {
        struct Row: Decodable { let key: String, at_most: Int }
        return try reader.all("SELECT key, at_most FROM run_limits WHERE run = \(run) ORDER BY key", as: Row.self)
            .map { RunLimit(key: $0.key, most: $0.at_most) }
    }

    /// How many runs are under way under each of the candidates' limits: on the record, or with a worker that has not put
    /// it there yet.
    private static func holders(
        of candidates: [Admission.Candidate], beside occupancy: Occupancy, in reader: Reader
    ) throws -> [String: Int] {
        struct Row: Decodable { let id: ID<RunRecord> }
        var holders: [String: Int] = [:]
        for key in Set(candidates.flatMap(\.limits).map(\.key)) {
            let recorded = try reader.all("SELECT id FROM (\(Self.holders(of: key)))", as: Row.self)
            let working = occupancy.held.values.filter { $0.limits.contains { $0.key == key } }
            holders[key] = Set(recorded.map(\.id) + working.map(\.id)).count
        }
        return holders
    }
}

private struct CandidateRow: Decodable {
    let id: ID<RunRecord>
    let priority: String
    let limited: String?
    let at_most: Int?
    let has_further: Bool

    func candidate(isUnderWay: Bool) -> Admission.Candidate {
        Admission.Candidate(
            id: id, priority: Metadata.Priority(rawValue: priority) ?? .default,
            limit: limited.flatMap { key in at_most.map { RunLimit(key: key, most: $0) } }, isUnderWay: isUnderWay)
    }
}
