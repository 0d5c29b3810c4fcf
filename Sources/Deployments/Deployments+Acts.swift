package import Essentials
import Executions
import Foundation
import Journal
import RunbookFormat
import Storage

extension Deployments {
    /// Gives the approval of whoever asks to the stage that waits for it, or begins a deployment that was only planned. The
    /// stage begins in the same transaction where nothing else holds it back.
    /// - Parameter stage: the section that is meant, so that nobody approves another one than the one on the screen.
    package func promote(
        _ id: ID<DeploymentRecord>, stage: String? = nil, note: String? = nil, by principal: Principal
    ) async throws -> DeploymentRecord {
        try principal.require(.operate, to: "promote deployments")
        let note = try Self.remark(note, "note")
        let before = try await database.read { try Self.record(id, in: $0) }
        let runs = try await runPlans(for: before, by: principal)
        return try await database.write { transaction in
            let record = try Self.record(id, in: transaction)
            if record.state == .planned {
                try begin(id, by: principal, in: transaction)
            } else {
                try approve(record, stage: stage, note: note, by: principal, in: transaction)
            }
            try advance(id, runs: runs, by: principal, in: transaction)
            return try Self.record(id, in: transaction)
        }
    }

    private func approve(
        _ record: DeploymentRecord, stage named: String?, note: String?, by principal: Principal,
        in transaction: Transaction
    ) throws {
        let stage = try Self.waitingStage(of: record, named: named)
        switch record.approval(by: principal) {
        case .refused(_, let problem): throw problem
        case .none:
            throw Problem.conflict(
                "“\(stage.plan.title)” is \(stage.gate.sentence ?? "about to begin"): there is nothing to approve.")
        case .may(_, let approvals):
            try transaction.execute(
                """
                INSERT INTO deployment_approvals (deployment, stage, gate, person, name, note, time)
                VALUES (\(record.id), \(stage.position), \(approvals.gate), \(principal.person), \(principal.name),
                    \(note), \(time.now()))
                """)
            var details: [String: JSONValue] = [
                "stage": .string(stage.plan.title), "gate": .string(approvals.gate),
                "approvals": .string("\(approvals.given.count + 1) of \(approvals.rule.minimum)"),
                "version": .string(record.facts.version), "environment": .string(record.facts.environment),
            ]
            if let version = record.facts.runbook_version { details["runbook_version"] = .string(version) }
            if let note { details["note"] = .string(note) }
            try journal.append(
                Event("deployment.promoted", on: record.facts.objects, details: details), by: principal,
                in: transaction)
        }
    }

    /// - Throws: `Problem` when no stage waits, or another one than the one named.
    private static func waitingStage(of record: DeploymentRecord, named: String?) throws(Problem) -> StageRecord {
        let facts = record.facts
        guard !facts.isRecorded else {
            throw .conflict("\(facts.title) was made elsewhere: it has no stages to promote.")
        }
        guard record.state.isUnfinished, record.state != .rollingBack else {
            throw .conflict("\(facts.title) is \(record.state.rawValue): no stage of it waits to be promoted.")
        }
        let waiting = record.stages.first { $0.state == .waiting }
        if let named {
            guard let stage = record.stages.first(where: { $0.plan.id == named }) else {
                let known = record.stages.map(\.plan.id).joined(separator: ", ")
                throw .invalid(
                    "The deployment has no stage \"\(named.prefix(80))\".",
                    fields: [.init(name: "stage", message: "one of: \(known)")])
            }
            guard stage.position == waiting?.position else {
                throw .conflict(
                    "“\(stage.plan.title)” is \(stage.state.rawValue): \(waiting.map { "“\($0.plan.title)” is the one that waits." } ?? "no stage waits.")"
                )
            }
        }
        guard let waiting else {
            let what = record.stages.first { $0.waitsFor != nil }?.waitsFor
            throw .conflict("No stage of \(facts.title) waits for approval: \(what ?? "its steps are running").")
        }
        return waiting
    }

    /// Ends a deployment where it stands. What runs is stopped; what was done stays done.
    package func abort(
        _ id: ID<DeploymentRecord>, reason: String?, by principal: Principal
    ) async throws -> DeploymentRecord {
        try principal.require(.operate, to: "abort deployments")
        let reason = try Self.remark(reason, "reason")
        let (journal, checklists, now) = (journal, checklists, time.now())
        return try await database.write { transaction in
            let facts = try Self.facts(id, in: transaction)
            if facts.state == .aborted { return try Self.record(facts, in: transaction) }
            guard let state = facts.state.after(.abort) else {
                throw Problem.conflict(
                    "\(facts.title) is \(facts.state.rawValue): only what has not come to an end can be aborted.")
            }
            try transaction.execute("UPDATE deployments SET state = \(state), finished = \(now) WHERE id = \(id)")
            for stage in try Self.record(facts, in: transaction).stages where stage.state == .waiting {
                try checklists.abandon(
                    stage, because: "the deployment was aborted", by: principal, in: transaction)
            }
            try transaction.execute(
                """
                UPDATE deployment_stages SET state = CASE state WHEN 'running' THEN 'failed' ELSE 'skipped' END,
                    reason = 'the deployment was aborted', finished = \(now)
                WHERE deployment = \(id) AND state IN ('pending', 'waiting', 'running')
                """)
            var details: [String: JSONValue] = [
                "version": .string(facts.version), "environment": .string(facts.environment),
            ]
            if let reason { details["reason"] = .string(reason) }
            try journal.append(
                Event("deployment.aborted", on: facts.objects, details: details), by: principal, in: transaction)
            return try Self.record(id, in: transaction)
        }
    }

    /// Undoes a deployment by the runbook that its own binds, with the good version that ran before filled in. What is under
    /// way is stopped first.
    /// - Parameter version: the version to go back to, where it is another one than the record knows.
    /// - Throws: `Problem` when there is nothing to undo it with, when something newer is there by now, or with what stands
    ///   in the way of the rollback's run; then nothing has changed.
    package func rollBack(
        _ id: ID<DeploymentRecord>, reason: String, to version: String? = nil, by principal: Principal
    ) async throws -> DeploymentRecord {
        try principal.require(.operate, to: "roll deployments back")
        guard let reason = try Self.remark(reason, "reason") else {
            throw Problem.invalid(
                "A rollback wants a reason, for the record.", fields: [.init(name: "reason", message: "required")])
        }
        let version = try Self.remark(version, "version")
        let before = try await database.read { try Self.record(id, in: $0) }
        try Self.checkRollback(of: before.facts)
        var runs = RunPlans()
        runs.rollback = try await rollback(of: before.facts, previous: version, reason: reason, by: principal)
        if case .failure(let problem)? = runs.rollback { throw problem }
        let (planned, now) = (runs, time.now())
        return try await database.write { transaction in
            let facts = try Self.facts(id, in: transaction)
            try Self.checkRollback(of: facts)
            try Self.refuseSecond(
                service: facts.service, environment: facts.environment, besides: id, in: transaction)
            try Self.refuseOvertaken(facts, in: transaction)
            try transaction.execute(
                """
                UPDATE deployments SET state = \(DeploymentState.rollingBack), finished = NULL, rollback_run = NULL,
                    failed = \(facts.failed ?? now), rollback_reason = \(reason),
                    previous_version = \(version ?? facts.previous_version)
                WHERE id = \(id)
                """)
            var details: [String: JSONValue] = [
                "version": .string(facts.version), "environment": .string(facts.environment),
                "reason": .string(reason),
            ]
            if let previous = version ?? facts.previous_version { details["previous_version"] = .string(previous) }
            try journal.append(
                Event("deployment.rolling-back", on: facts.objects, details: details), by: principal, in: transaction)
            try advance(id, runs: planned, by: principal, in: transaction)
            return try Self.record(id, in: transaction)
        }
    }

    private static func checkRollback(of facts: DeploymentFacts) throws(Problem) {
        guard !facts.isRecorded else {
            throw .conflict(
                "\(facts.title) was made elsewhere: roll it back where it was made, and record that.")
        }
        guard facts.state.after(.rollBack) != nil, facts.started != nil else {
            throw .conflict("\(facts.title) is \(facts.state.rawValue): there is nothing to roll back.")
        }
    }

    /// - Throws: `Problem.conflict` when something newer went to the same place, which a rollback would take away with it.
    private static func refuseOvertaken(_ facts: DeploymentFacts, in reader: Reader) throws {
        guard
            let newer: DeploymentFacts = try reader.first(
                """
                \(DeploymentFacts.select) WHERE service = \(facts.service) AND environment = \(facts.environment)
                    AND id > \(facts.id) AND started IS NOT NULL ORDER BY id DESC LIMIT 1
                """)
        else { return }
        throw Problem.conflict(
            """
            \(newer.title) came after it (deployment \(newer.id)): roll that one back, or deploy \
            \(facts.previous_version ?? "the version you want") again.
            """)
    }

    private static func remark(_ text: String?, _ field: String) throws(Problem) -> String? {
        guard let text = text?.trimmed, !text.isEmpty else { return nil }
        guard text.utf8.count <= 2000 else {
            throw .invalid(
                "The \(field) is too long.", fields: [.init(name: field, message: "text of at most 2000 bytes")])
        }
        return text
    }
}
