import Essentials
import RunbookFormat

/// With how many others a run may be under way.
package struct RunLimit: Sendable, Hashable {
    /// `runbook/accunode.deploy`, `service/accunode` or `host/web-1`.
    let key: String
    let most: Int

    init(key: String, most: Int) {
        self.key = key
        self.most = most
    }

    /// Nil where the guide sets none.
    init?(_ metadata: Metadata, runbook: String) {
        guard let rule = metadata.concurrency else { return nil }
        most = rule.limit
        switch rule.subject {
        case .runbook: key = "runbook/\(runbook)"
        case .service:
            guard let service = metadata.service else { return nil }
            key = "service/\(service)"
        case .host: return nil
        }
    }

    /// One for each machine that the steps name, whatever user and port; none where the guide sets none on machines.
    static func onHosts(_ metadata: Metadata, steps: [Step]) -> [RunLimit] {
        guard let rule = metadata.concurrency, rule.subject == .host else { return [] }
        return Set(steps.compactMap { $0.host?.name.lowercased() }).sorted()
            .map { RunLimit(key: "host/\($0)", most: rule.limit) }
    }
}

/// Which of the runs that wait get a worker: it follows from what waits, what is under way and the settings, and from
/// nothing else.
struct Admission {
    struct Candidate: Sendable, Equatable {
        let id: ID<RunRecord>
        let priority: Metadata.Priority
        var limit: RunLimit?
        /// Those of the runbooks that its steps run: it holds them from its start, so that nothing that it starts waits for
        /// what waits for it, and nothing goes around them.
        var further: [RunLimit] = []
        /// It has begun, and goes on: it comes before what is queued, and is among those that its limit counts.
        var isUnderWay = false

        var limits: [RunLimit] { (limit.map { [$0] } ?? []) + further }
    }

    let workers: Workers
    /// How many of the workers of each priority are at work.
    private(set) var busy: [Metadata.Priority: Int]
    /// How many runs are under way under each limit.
    private(set) var underWay: [String: Int]
    /// Counts the workers that were given out, where all share them.
    private(set) var turn: Int

    init(workers: Workers, busy: [Metadata.Priority: Int], underWay: [String: Int] = [:], turn: Int = 0) {
        self.workers = workers
        self.busy = busy
        self.underWay = underWay
        self.turn = turn
    }

    /// How many more runs of this priority could begin now.
    func room(for priority: Metadata.Priority) -> Int {
        switch workers {
        case .own: max(0, workers.count(for: priority) - (busy[priority] ?? 0))
        case .shared(let all): max(0, all - busy.values.reduce(0, +))
        }
    }

    /// - Parameter candidates: in any order, each once; none of them has a worker.
    /// - Returns: those that get one, in the order in which they get it.
    mutating func admit(_ candidates: [Candidate]) -> [Candidate] {
        var waiting = candidates.sorted(by: Self.comesFirst)
        var admitted: [Candidate] = []
        while let index = next(of: waiting) {
            let candidate = waiting.remove(at: index)
            busy[candidate.priority, default: 0] += 1
            if !candidate.isUnderWay {
                for limit in candidate.limits { underWay[limit.key, default: 0] += 1 }
                turn = (turn + 1) % Workers.elderTurn
            }
            admitted.append(candidate)
        }
        return admitted
    }

    private func next(of waiting: [Candidate]) -> Int? {
        let rooms = Dictionary(uniqueKeysWithValues: Metadata.Priority.allCases.map { ($0, room(for: $0)) })
        guard rooms.values.contains(where: { $0 > 0 }) else { return nil }
        func mayBegin(_ candidate: Candidate) -> Bool {
            (rooms[candidate.priority] ?? 0) > 0
                && (candidate.isUnderWay || candidate.limits.allSatisfy { (underWay[$0.key] ?? 0) < $0.most })
        }
        guard let first = waiting.firstIndex(where: mayBegin) else { return nil }
        guard case .shared = workers, turn == Workers.elderTurn - 1, !waiting[first].isUnderWay else { return first }
        return waiting.indices.filter { mayBegin(waiting[$0]) }.min { waiting[$0].id < waiting[$1].id }
    }

    /// What is under way, then the more urgent, then the older.
    private static func comesFirst(_ a: Candidate, _ b: Candidate) -> Bool {
        if a.isUnderWay != b.isUnderWay { return a.isUnderWay }
        if a.priority != b.priority { return a.priority.rank < b.priority.rank }
        return a.id < b.id
    }
}

extension Metadata.Priority {
    /// 0 is the most urgent.
    package var rank: Int {
        switch self {
        case .critical: 0
        case .high: 1
        case .default: 2
        case .low: 3
        }
    }
}
