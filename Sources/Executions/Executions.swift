package import Accounts
package import Essentials
import Foundation
package import Journal
import RunbookFormat
package import Runbooks
package import Storage

/// Runs: what may be asked of them, and what is known of them. The `Engine` carries them out.
package struct Executions: Sendable {
    package let database: Database
    package let journal: Journal
    package let catalogue: Catalogue
    package let feed: RunFeed
    let sealing: Sealing
    let time: TimeSource
    let signals: EngineSignals
    let tally = RunTally()
    package let workers: Workers
    /// Where programs are looked for before a run is accepted: the server's own PATH.
    let searchPath: String

    package init(
        journal: Journal, catalogue: Catalogue, sealing: Sealing, searchPath: String, workers: Workers = .usual,
        time: TimeSource = .system
    ) {
        database = journal.database
        self.journal = journal
        self.catalogue = catalogue
        self.sealing = sealing
        self.searchPath = searchPath
        self.workers = workers
        self.time = time
        feed = RunFeed()
        signals = EngineSignals()
    }

    /// What would run, with every check that `start` makes, and nothing started.
    package func plan(_ order: RunOrder, by principal: Principal) async throws -> RunPlan {
        try principal.require(.operate, to: "run runbooks")
        return try await planned(order, by: principal)
    }

    func planned(_ order: RunOrder, by principal: Principal) async throws -> RunPlan {
        let entry = try await catalogue.entry(order.runbook, by: principal)
        let guide = try await catalogue.guide(version: order.version ?? entry.version, of: entry.name)
        let plan = try RunPlan(order, entry: entry, guide: guide, searchPath: searchPath)
        var count = 0
        return try await withCalls(plan, path: [entry.name], count: &count, by: principal)
    }

    /// Accepts a run; the engine starts it as soon as there is room.
    /// - Throws: `Problem` with every parameter, placeholder, step and program that stands in the way, before anything runs.
    package func start(_ order: RunOrder, by principal: Principal) async throws -> RunRecord {
        let plan = try await plan(order, by: principal)
        return try await database.write { transaction in
            try Self.record(accept(plan, by: principal, in: transaction), in: transaction)
        }
    }

    /// The same in the transaction of what the run belongs to; the engine starts it once that is durable.
    package func accept(
        _ plan: RunPlan, by principal: Principal, in transaction: Transaction
    ) throws -> ID<RunRecord> {
        try principal.require(.operate, to: "run runbooks")
        return try accept(plan, by: principal, as: nil, told: principal, in: transaction)
    }

    /// - Parameters:
    ///   - starter: in whose name it runs, and who approves none of it that is closed to its starter.
    ///   - parent: the step that runs it, where one does: it then runs in the place that this one's run has.
    ///   - actor: who the journal names.
    func accept(
        _ plan: RunPlan, by principal: Principal, as parent: Parent?, told actor: Principal, in transaction: Transaction
    ) throws -> ID<RunRecord> {
        guard plan.missing.isEmpty else { throw plan.refusal }
        let now = time.now()
        let id = ID<RunRecord>(at: now)
        let limit = parent == nil ? plan.limit : nil
        let open = plan.shownParameters
        let sealed = try plan.sealedParameters.map { try sealing.seal($0, context: "run/\(id)") }
        try transaction.execute(
            """
            INSERT INTO runs (id, runbook, version, section, state, priority, parameters, sealed, placeholders,
                created, actor_kind, actor, actor_name, person, is_check, limited, at_most,
                parent, parent_step, is_rollback, rollback)
            VALUES (\(id), \(plan.runbook), \(plan.version), \(plan.section), \(RunState.queued), \(plan.priority),
                \(JSONValue.strings(open).text), \(sealed), \(JSONValue.strings(plan.placeholders).text),
                \(now), \(principal.kind.rawValue), \(principal.id), \(principal.name), \(principal.person),
                \(plan.isCheck), \(limit?.key), \(limit?.most), \(parent?.run), \(parent?.step),
                \(parent?.isRolledBack ?? false), \(try plan.rollback.map { try $0.json }))
            """)
        if parent == nil {
            for (key, most) in plan.furtherLimits {
                try transaction.execute(
                    "INSERT INTO run_limits (run, key, at_most) VALUES (\(id), \(key), \(most))")
            }
        }
        for occasion in Set(plan.occasions) {
            try transaction.execute("INSERT INTO run_occasions (run, object) VALUES (\(id), \(occasion))")
        }
        for (index, step) in plan.steps.enumerated() {
            let question = plan.question(of: step, starter: principal.name)
            let comesAfter = plan.comesAfter.map { JSONValue.array(($0[step.id] ?? []).map { .string($0) }).text }
            let rule = question?.kind == .approval ? question?.rule : nil
            try transaction.execute(
                """
                INSERT INTO run_steps (run, position, step, line, state, tries_in_all, is_always, may_fail, comes_after, asks,
                    question, approver, approvals, not_starter, lasts, call, is_conditional, expires_after, reminds_after,
                    is_background, rolls_back, item, repeats, host, max_failures)
                VALUES (\(id), \(index + 1), \(step.id), \(step.line), \(StepState.queued),
                    \(step.settings.retries + 1), \(step.settings.isAlways), \(step.mayFail),
                    \(comesAfter), \(question?.kind.rawValue), \(question?.text), \(rule?.role.rawValue), \(rule?.minimum ?? 0),
                    \(rule?.isClosedToStarter ?? false), \(step.settings.lasts?.inMicroseconds),
                    \(try plan.pin(of: step).map { try $0.json }), \(step.settings.condition != nil),
                    \(rule?.expires?.inMicroseconds), \(rule?.remind?.inMicroseconds), \(step.settings.isBackground), \(step.rollsBack),
                    \(step.item), \(step.repeats), \(step.host == nil ? nil : step.item),
                    \(step.host == nil ? nil : step.settings.each?.mostFailures ?? 0))
                """)
        }
        try journal.append(
            Event(
                "run.created",
                on: [ObjectReference("run", id.rawValue), ObjectReference("runbook", plan.runbook)] + plan.occasions,
                details: [
                    "version": .string(plan.version), "section": plan.section.map { .string($0) } ?? .null,
                    "steps": .array(plan.steps.map { .string($0.id) }), "parameters": .strings(open),
                    "placeholders": .strings(plan.placeholders),
                    "parent": parent.map { $0.details } ?? .null,
                ]),
            by: actor, in: transaction)
        let signals = signals
        transaction.afterCommit { signals.wake() }
        return id
    }
}

extension Duration {
    var inMicroseconds: Int64 { components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000 }
}

extension JSONValue {
    static func strings(_ values: [String: String]) -> JSONValue { .object(values.mapValues { .string($0) }) }
}
