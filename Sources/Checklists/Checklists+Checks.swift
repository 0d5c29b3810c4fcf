package import Essentials
package import Executions
import Foundation
package import Journal
import RunbookFormat
import Runbooks
import Storage

extension Checklists {
    /// Lines of a check's output that are kept with the item, and bytes at most.
    private static let keptLines = 20
    private static let keptBytes = 2000

    /// Starts the check of one item; its verdict ticks or fails the item when the run has ended.
    /// - Throws: `Problem.invalid` when the item has no check or the check can't run yet; `Problem.conflict` when it runs.
    package func check(
        _ item: String, of id: ID<ChecklistRecord>, by principal: Principal
    ) async throws -> ItemRecord {
        try principal.require(.operate, to: "run the checks of checklists")
        let list = try await checklist(id, by: principal)
        guard let found = list.items.first(where: { $0.item == item }) else {
            return try await database.read { try Self.item(item, of: id, in: $0) }
        }
        guard let step = found.check_step else {
            throw Problem.invalid(
                "“\(found.text.prefix(80))” has no check: tick it by hand.",
                fields: [.init(name: "item", message: "one with a check")])
        }
        return try await check(found, step, of: list.summary, by: principal)
    }

    /// Starts the checks of all items that are not settled.
    /// - Returns: the checklist, and why a check could not be started, by its item.
    package func checkAll(
        _ id: ID<ChecklistRecord>, by principal: Principal
    ) async throws -> (list: ChecklistRecord, refused: [(item: ItemRecord, problem: Problem)]) {
        try principal.require(.operate, to: "run the checks of checklists")
        let list = try await checklist(id, by: principal)
        _ = try await database.read { try Self.open(id, in: $0) }
        let waiting = list.items.filter { $0.check_step != nil && !$0.state.isSettled && !$0.checking }
        guard list.items.contains(where: { $0.check_step != nil }) else {
            throw Problem.invalid(
                "No item of this checklist has a check: tick them by hand.",
                fields: [.init(name: "id", message: "a checklist with checks")])
        }
        var refused: [(item: ItemRecord, problem: Problem)] = []
        for item in waiting {
            guard let step = item.check_step else { continue }
            do {
                _ = try await check(item, step, of: list.summary, by: principal)
            } catch let problem as Problem where problem.code == .invalid || problem.code == .conflict {
                refused.append((item, problem))
            }
        }
        return (try await checklist(id, by: principal), refused)
    }

    private func check(
        _ item: ItemRecord, _ step: String, of list: ChecklistSummaryRecord, by principal: Principal
    ) async throws -> ItemRecord {
        var order = RunOrder(runbook: list.runbook, steps: [step])
        order.version = list.version
        order.isCheck = true
        let parameters = try await database.look { reader in
            try reader.text("SELECT parameters FROM checklists WHERE id = \(list.id)")
        }
        order.parameters = try JSONDecoder().decode([String: String].self, from: Data((parameters ?? "{}").utf8))
        order.occasions = [ObjectReference("checklist", list.id.rawValue)]
        let plan = try await executions.plan(order, by: principal)
        let (journal, executions) = (journal, executions)
        return try await database.write { transaction in
            let list = try Self.open(list.id, in: transaction)
            let before = try Self.item(item.item, of: list.id, in: transaction)
            guard !before.checking else {
                throw Problem.conflict("The check of “\(before.text.prefix(80))” is running: wait for its verdict.")
            }
            let run = try executions.accept(plan, by: principal, in: transaction)
            try transaction.execute(
                """
                UPDATE checklist_items SET check_run = \(run), checking = 1, version = version + 1
                WHERE checklist = \(list.id) AND position = \(before.position)
                """)
            try Self.count(list.id, in: transaction)
            try journal.append(
                Self.event(
                    "item.checking", before, (before.state, before.note), on: list.id,
                    more: ["run": .string(run.rawValue)]),
                by: principal, in: transaction)
            return try Self.item(item.item, of: list.id, in: transaction)
        }
    }

    /// The kinds of event that end a check.
    package static let verdicts: Set<String> = [
        "run.succeeded", "run.failed", "run.cancelled", "run.rejected", "run.rolled-back", "run.interrupted",
    ]

    /// Ticks or fails the item whose check has ended, with what it printed as the evidence. Said again it changes nothing.
    package func settleCheck(_ event: RecordedEvent) async throws {
        guard event.objects.contains(where: { $0.kind == "checklist" }),
            let run = event.objects.first(where: { $0.kind == "run" })?.id
        else { return }
        let system = Principal.system("check")
        let record = try await executions.run(ID(run), by: system)
        let (evidence, verdict) = try await evidence(of: record, by: system)
        let (journal, now) = (journal, time.now())
        try await database.write { transaction in
            struct Place: Decodable { let checklist: ID<ChecklistRecord>, item: String }
            let place: Place? = try transaction.first(
                "SELECT checklist, item FROM checklist_items WHERE check_run = \(run) AND checking = 1")
            // A person has decided meanwhile, or it was said before.
            guard let place else { return }
            let list = try Self.summary(place.checklist, in: transaction)
            let before = try Self.item(place.item, of: place.checklist, in: transaction)
            let state: ItemState =
                switch verdict {
                case .ticked: .ticked
                case .failed: .failed
                // What an older check proved or refuted no longer counts, and nothing has taken its place.
                case .none: .open
                }
            // Its end is still to come: a person must first say what happened.
            let isOver = event.kind != "run.interrupted"
            let json = String(decoding: try JSONEncoder().encode(evidence), as: UTF8.self)
            try transaction.execute(
                """
                UPDATE checklist_items SET state = \(state), evidence = \(json), checking = \(!isOver),
                    version = version + 1, by_kind = \(system.kind.rawValue), by = \(system.id),
                    by_name = \(system.name), at = \(now)
                WHERE checklist = \(place.checklist) AND position = \(before.position)
                """)
            try Self.count(place.checklist, in: transaction)
            var more: [String: JSONValue] = ["run": .string(run), "output": .string(evidence.output)]
            if let status = evidence.exit_status { more["exit_status"] = .integer(Int64(status)) }
            if case .none(let reason) = verdict { more["reason"] = .string(reason) }
            try journal.append(
                Self.event(
                    state == .open ? "item.unproved" : state.event, before, (state, before.note), on: list.id,
                    more: more),
                by: system, in: transaction)
        }
    }

    private func evidence(
        of run: RunRecord, by principal: Principal
    ) async throws -> (evidence: Evidence, verdict: CheckVerdict) {
        let attempt = run.steps.first?.attempts.last
        let step = run.steps.first?.id ?? ""
        let guide = try await catalogue.guide(version: run.version, of: run.runbook)
        let latest = try await executions.latestOutput(run.id, limit: 50, by: principal)
        let text = latest.rows.map(\.text).joined()
        let (kept, isCut) = Self.end(of: text)
        // 126 and 127 are words of the shell: there is an exit status, and no verdict.
        let isRequest = guide.step(step)?.kind == .http
        let verdict = CheckVerdict.of(
            exitStatus: attempt?.exit_status, reason: attempt?.reason, request: isRequest ? attempt?.state : nil)
        var reason = attempt?.reason
        if case .none(let sentence) = verdict { reason = sentence }
        let evidence = Evidence(
            run: run.id.rawValue, step: step, command: guide.step(step)?.script ?? "",
            exit_status: attempt?.exit_status, reason: reason, output: kept,
            output_cut: isCut || !latest.earlierLines.isEmpty, time: (attempt?.finished ?? time.now()).rfc3339)
        return (evidence, verdict)
    }

    /// The last lines of what was printed, cut at the beginning of a character.
    private static func end(of text: String) -> (text: String, isCut: Bool) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        var kept = lines.suffix(keptLines + 1).joined(separator: "\n")
        var scalars = kept.unicodeScalars
        while kept.utf8.count > keptBytes {
            scalars.removeFirst(max(1, (kept.utf8.count - keptBytes) / 4))
            kept = String(scalars)
        }
        return (kept, kept.utf8.count < text.utf8.count)
    }
}
