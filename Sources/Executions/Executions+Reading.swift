package import Essentials
import Foundation
package import Journal
import RunbookFormat
import Storage

extension Executions {
    /// - Throws: `Problem.notFound`.
    package func run(_ id: ID<RunRecord>, by principal: Principal) async throws -> RunRecord {
        try principal.require(.read, to: "see runs")
        return try await database.read { try Self.record(id, in: $0) }
    }

    /// A page of runs, the newest first.
    package func runs(
        _ request: PageRequest, state: RunState? = nil, runbook: String? = nil, version: String? = nil,
        occasion: ObjectReference? = nil, by principal: Principal
    ) async throws -> Page<RunSummaryRecord> {
        try principal.require(.read, to: "see runs")
        let before: SQL = request.after.map { "r.id < \($0)" } ?? "TRUE"
        let stateFilter: SQL = state.map { "AND r.state = \($0)" } ?? ""
        let runbookFilter: SQL = runbook.map { "AND r.runbook = \($0)" } ?? ""
        let versionFilter: SQL = version.map { "AND r.version = \($0)" } ?? ""
        let occasionFilter: SQL =
            occasion.map { "AND r.id IN (SELECT o.run FROM run_occasions o WHERE o.object = \($0))" } ?? ""
        return try await database.read { reader in
            let rows: [RunSummaryRecord] = try reader.all(
                """
                \(RunSummaryRecord.select) WHERE \(before) \(stateFilter) \(runbookFilter) \(versionFilter) \(occasionFilter)
                ORDER BY r.id DESC LIMIT \(request.limit + 1)
                """)
            return Page(rows: rows, limit: request.limit, cursor: \.id.rawValue)
        }
    }

    /// How many runs used each of these versions of a runbook; a thousand of each are counted.
    package func counts(
        of runbook: String, versions: [String], by principal: Principal
    ) async throws -> [String: Int] {
        try principal.require(.read, to: "see runs")
        return try await database.read { reader in
            var counts: [String: Int] = [:]
            for version in Set(versions) {
                counts[version] = Int(
                    try reader.integer(
                        """
                        SELECT count(*) FROM
                            (SELECT 1 FROM runs WHERE runbook = \(runbook) AND version = \(version) LIMIT 1000)
                        """) ?? 0)
            }
            return counts
        }
    }

    static func unknown(_ id: ID<RunRecord>) -> Problem {
        .notFound("There is no run \(id.rawValue.prefix(60)): `runbook runs` shows those there are.")
    }

    static let attempts: SQL = """
        SELECT id, step, number, state, exit_status, signal, reason, created, started, finished, launch, output_cut,
            output_may_end_early, output_expired FROM attempts
        """

    /// One step of a run with its attempts; nil when it has no such step.
    static func step(_ position: Int, of run: ID<RunRecord>, in reader: Reader) throws -> StepRecord? {
        let row: StepRow? = try reader.first(
            "\(StepRow.select) WHERE run = \(run) AND position = \(position)")
        return try row.map { row in
            let attempts: [AttemptRecord] = try reader.all(
                attempts + " WHERE run = \(run) AND step = \(row.step) ORDER BY number")
            guard row.asks != nil else { return try row.record(attempts) }
            struct Starter: Decodable {
                let actor_name: String
                let actor: String
                let person: String?
            }
            let starter = try reader.first(
                "SELECT actor_name, actor, person FROM runs WHERE id = \(run)", as: Starter.self)
            let given: [ApprovalRow] = try reader.all(
                ApprovalRow.select + " WHERE run = \(run) AND step = \(row.step) AND round = \(row.round) ORDER BY time"
            )
            let record = try row.record(attempts, starter: starter?.actor_name ?? "", given)
            return try record.counting(starters: [starter?.actor, starter?.person], in: reader)
        }
    }

    static func record(_ id: ID<RunRecord>, in reader: Reader) throws -> RunRecord {
        guard let run: RunRow = try reader.first(RunRow.select + " WHERE id = \(id)") else { throw unknown(id) }
        let steps: [StepRow] = try reader.all(
            "\(StepRow.select) WHERE run = \(id) ORDER BY position")
        let attempts: [AttemptRecord] = try reader.all(attempts + " WHERE run = \(id) ORDER BY number")
        let attemptsOf = Dictionary(grouping: attempts, by: \.step)
        var given: [String: [ApprovalRow]] = [:]
        if steps.contains(where: { $0.asks != nil }) {
            let rows: [ApprovalRow] = try reader.all(ApprovalRow.select + " WHERE run = \(id) ORDER BY time")
            given = Dictionary(grouping: rows, by: \.step)
        }
        return RunRecord(
            id: id, runbook: run.runbook, version: run.version, section: run.section, state: run.state,
            priority: run.priority, occasions: try occasions(of: id, in: reader),
            parameters: try strings(run.parameters),
            placeholders: try strings(run.placeholders), isCancelling: run.cancelling,
            isCleanupCancelled: run.cleanup_cancelled, created: run.created,
            started: run.started, finished: run.finished, actorKind: run.actor_kind, actor: run.actor,
            actorName: run.actor_name, person: run.person, parent: run.parent, parentStep: run.parent_step,
            parentage: try parentage(of: run, in: reader),
            isRollback: run.is_rollback, rollback: run.rollback_run, rollbackState: run.rollback_state,
            reason: run.reason, isCheck: run.is_check,
            steps: try steps.map {
                let round = $0.round
                let record = try $0.record(
                    attemptsOf[$0.step] ?? [], starter: run.actor_name,
                    (given[$0.step] ?? []).filter { $0.round == round })
                return try record.counting(starters: [run.actor, run.person], in: reader)
            })
    }

    static func occasions(of run: ID<RunRecord>, in reader: Reader) throws -> [ObjectReference] {
        struct Row: Decodable { let object: String }
        return try reader.all("SELECT object FROM run_occasions WHERE run = \(run) ORDER BY object", as: Row.self)
            .map { ObjectReference(text: $0.object) }
    }

    static func names(_ json: String) throws -> [String] {
        try JSONDecoder().decode([String].self, from: Data(json.utf8))
    }

    static func strings(_ json: String) throws -> [String: String] {
        try JSONDecoder().decode([String: String].self, from: Data(json.utf8))
    }
}

struct RunRow: Decodable {
    let id: ID<RunRecord>
    let runbook: String
    let version: String
    let section: String?
    let state: RunState
    let priority: String
    let parameters: String
    let sealed: Data?
    let placeholders: String
    let cancelling: Bool
    let cleanup_cancelled: Bool
    let created: Timestamp
    let started: Timestamp?
    let finished: Timestamp?
    let actor_kind: String
    let actor: String
    let actor_name: String
    let person: String?
    let is_check: Bool
    let chunks: Int
    let parent: ID<RunRecord>?
    let parent_step: String?
    let rollback: String?
    let rollback_run: ID<RunRecord>?
    let rollback_state: RunState?
    let is_rollback: Bool
    let reason: String?

    static let select: SQL = """
        SELECT id, runbook, version, section, state, priority, parameters, sealed, placeholders, cancelling,
            cleanup_cancelled, created, started, finished, actor_kind, actor, actor_name, person, is_check, chunks, parent,
            parent_step, rollback, rollback_run, is_rollback, reason,
            (SELECT b.state FROM runs b WHERE b.id = runs.rollback_run) AS rollback_state FROM runs
        """
}

private struct ApprovalRow: Decodable {
    let step: String
    let person: String
    let name: String
    let round: Int

    static let select: SQL = "SELECT step, person, name, round FROM run_approvals"
}

private struct StepRow: Decodable {
    let step: String
    let line: Int
    let state: StepState
    let outputs: String?
    let tries: Int
    let tries_in_all: Int
    let due: Timestamp?
    let lasts_until: Timestamp?
    let reason: String?
    let child: ID<RunRecord>?
    let is_always: Bool
    let may_fail: Bool
    let rolls_back: Bool
    let item: String?
    let repeats: String?
    let host: String?
    let max_failures: Int?
    let is_held_back: Bool
    let comes_after: String?
    let asks: StepQuestion.Kind?
    let question: String?
    let approver: String?
    let approvals: Int
    let not_starter: Bool
    let skipped_by: String?
    let round: Int
    let expires_after: Int64?
    let reminds_after: Int64?
    let expires: Timestamp?
    let reminded: Int
    let is_background: Bool
    let is_ready: Bool

    static let select: SQL = """
        SELECT step, line, state, outputs, tries, tries_in_all, due, lasts_until, reason, child, is_always, may_fail,
            rolls_back, item, repeats, host, max_failures, is_held_back, comes_after, asks, question, approver, approvals, not_starter, skipped_by, round,
            expires_after, reminds_after, expires, reminded, is_background, is_ready FROM run_steps
        """

    func record(
        _ attempts: [AttemptRecord], starter: String = "", _ given: [ApprovalRow] = []
    ) throws -> StepRecord {
        var rule = ApprovalRule()
        rule.role = approver.flatMap(Role.init) ?? rule.role
        rule.minimum = max(1, approvals)
        rule.isClosedToStarter = not_starter
        rule.expires = expires_after.map { .microseconds($0) }
        rule.remind = reminds_after.map { .microseconds($0) }
        let asked = asks.map { kind in
            StepQuestion(
                kind: kind, text: question ?? "", rule: rule,
                given: given.map { .init(person: $0.person, name: $0.name) },
                starter: starter)
        }
        return StepRecord(
            id: step, item: item, repeats: repeats, host: host, maxFailures: max_failures, line: line, state: state,
            outputs: try outputs.map(Executions.strings) ?? [:],
            tries: tries, triesInAll: tries_in_all, due: due, until: lasts_until, reason: reason, child: child,
            isAlways: is_always, mayFail: may_fail, rollsBack: rolls_back, isLeftOut: skipped_by != nil,
            isHeldBack: is_held_back,
            comesAfter: try comes_after.map(Executions.names), isBackground: is_background, isReady: is_ready,
            question: asked, round: round, expires: state == .waiting ? expires : nil, reminded: reminded,
            attempts: attempts)
    }
}

extension Executions {
    /// How many runs are under way, and how many wait for a person to say what happened.
    package func counts(by principal: Principal) async throws -> (going: Int, interrupted: Int) {
        try principal.require(.read, to: "see runs")
        return try await database.read { reader in
            let going = try reader.integer(
                "SELECT count(*) FROM runs WHERE state IN ('queued', 'running', 'waiting')")
            let interrupted = try reader.integer("SELECT count(*) FROM runs WHERE state = 'interrupted'")
            return (Int(going ?? 0), Int(interrupted ?? 0))
        }
    }
}

extension Executions {
    /// The newest run of each of these runbooks, by the runbook's name.
    package func lastRuns(
        of runbooks: [String], by principal: Principal
    ) async throws -> [String: LastRun] {
        try principal.require(.read, to: "see runs")
        return try await database.read { reader in
            var last: [String: LastRun] = [:]
            for runbook in runbooks {
                last[runbook] = try reader.first(
                    """
                    SELECT id, state, created, started FROM runs WHERE runbook = \(runbook) AND is_check = 0
                    ORDER BY id DESC LIMIT 1
                    """)
            }
            return last
        }
    }
}

package struct LastRun: Sendable, Decodable {
    package let id: ID<RunRecord>
    package let state: RunState
    package let created: Timestamp
    package let started: Timestamp?
}
