package import Accounts
package import Essentials
package import Executions
import Foundation
package import Journal
import RunbookFormat
import Runbooks
package import Storage

/// What starts because a program elsewhere asks: a message that is signed as Standard Webhooks says starts a run, once.
package struct Hooks: Sendable {
    package let database: Database
    let journal: Journal
    let executions: Executions
    let sealing: Sealing
    package let time: TimeSource

    /// So many of the last messages are shown of each; the journal has what came of all.
    package static let shownDeliveries = 100
    /// How long the secret before a new one stays good, so that senders can change theirs meanwhile.
    package static let overlap = Duration.seconds(86_400)

    package init(executions: Executions, sealing: Sealing, time: TimeSource = .system) {
        self.executions = executions
        self.sealing = sealing
        database = executions.database
        journal = executions.journal
        self.time = time
    }

    /// - Returns: the hook, with its secret for the only time.
    /// - Throws: `Problem.invalid` with the fields `name`, `section`, `parameters` and `pointers`; `Problem.notFound` for an
    ///   unknown runbook; `Problem.conflict` when the name is taken.
    package func add(_ order: HookOrder, by principal: Principal) async throws -> NewHookRecord {
        try principal.require(.admin, to: "add hooks")
        let entry = try await executions.catalogue.entry(order.runbook, by: principal)
        let guide = try await executions.catalogue.guide(version: entry.version, of: entry.name)
        let pointers = try order.checkedPointers(against: guide.metadata.parameters)
        if pointers.isEmpty {
            // Nothing depends on the message: what stands in the way is said now.
            _ = try await executions.plan(order.run(of: entry.name, with: order.parameters), by: principal)
        } else {
            _ = try RunPlan.chosenSteps(of: guide, section: order.section, named: nil, runbook: entry.name)
        }
        let now = time.now()
        let secret = WebhookSignature.makeSecret()
        let sealed = try seal(secret, of: order.name)
        let hook = HookRecord(
            name: order.name, runbook: entry.name, section: order.section, parameters: order.parameters,
            pointers: pointers, isPaused: false, created: now, actorName: principal.name, person: principal.person)
        let journal = journal
        try await database.write { transaction in
            guard try !transaction.exists("SELECT 1 FROM hooks WHERE name = \(hook.name)") else {
                throw Problem.conflict(
                    "There is a hook \(hook.name) already: remove it, or choose another name.",
                    fields: [.init(name: "name", message: "is taken")])
            }
            let count = try transaction.integer("SELECT count(*) FROM hooks /* scan: 500 at most */") ?? 0
            guard count < HookRecord.atMost else {
                throw Problem.conflict("There are \(HookRecord.atMost) hooks already: remove one first.")
            }
            try transaction.execute(
                """
                INSERT INTO hooks (name, runbook, section, parameters, pointers, secret, created, actor_name, person)
                VALUES (\(hook.name), \(hook.runbook), \(hook.section), \(hook.parametersJSON.text),
                    \(hook.pointersJSON.text), \(sealed), \(now), \(hook.actorName), \(hook.person))
                """)
            try journal.append(
                Event("hook.added", on: hook.objects, details: hook.details), by: principal, in: transaction)
        }
        return NewHookRecord(hook: hook, secret: secret)
    }

    /// Makes a new secret. The one before it stays good for a day.
    package func renewSecret(of name: String, by principal: Principal) async throws -> NewHookRecord {
        try principal.require(.admin, to: "renew the secrets of hooks")
        let now = time.now()
        let until = now.advanced(by: Self.overlap)
        let secret = WebhookSignature.makeSecret()
        let sealed = try seal(secret, of: name)
        let hook = try await change(name, "hook.secret-renewed", by: principal) { transaction in
            try transaction.execute(
                """
                UPDATE hooks SET former_secret = secret, former_until = \(until), secret = \(sealed)
                WHERE name = \(name)
                """)
        }
        return NewHookRecord(hook: hook, secret: secret)
    }

    /// Starts nothing until it is resumed.
    package func pause(_ name: String, by principal: Principal) async throws -> HookRecord {
        try principal.require(.operate, to: "pause hooks")
        return try await change(name, "hook.paused", unless: \.isPaused, by: principal) { transaction in
            try transaction.execute("UPDATE hooks SET paused = 1 WHERE name = \(name)")
        }
    }

    package func resume(_ name: String, by principal: Principal) async throws -> HookRecord {
        try principal.require(.operate, to: "resume hooks")
        return try await change(name, "hook.resumed", unless: { !$0.isPaused }, by: principal) { transaction in
            try transaction.execute("UPDATE hooks SET paused = 0 WHERE name = \(name)")
        }
    }

    /// Takes one away with its secret; what it has started stays.
    package func remove(_ name: String, by principal: Principal) async throws {
        try principal.require(.admin, to: "remove hooks")
        _ = try await change(name, "hook.removed", by: principal) { transaction in
            try transaction.execute("DELETE FROM hooks WHERE name = \(name)")
        }
    }

    /// A page of them, by name.
    package func hooks(
        _ request: PageRequest, runbook: String? = nil, by principal: Principal
    ) async throws -> Page<HookRecord> {
        try principal.require(.read, to: "see hooks")
        let now = time.now()
        let filter: SQL = runbook.map { "AND runbook = \($0)" } ?? ""
        return try await database.read { reader in
            let rows: [HookRow] = try reader.all(
                """
                \(HookRow.select) WHERE name > \(request.after ?? "") \(filter)
                ORDER BY name LIMIT \(request.limit + 1)
                """)
            return try Page(rows: rows, limit: request.limit, cursor: \.name).map { try $0.hook(at: now) }
        }
    }

    /// One of them, with what came of its last messages, the newest first.
    /// - Throws: `Problem.notFound`.
    package func hook(
        _ name: String, by principal: Principal
    ) async throws -> (hook: HookRecord, deliveries: [HookDelivery]) {
        try principal.require(.read, to: "see hooks")
        let now = time.now()
        return try await database.read { reader in
            let hook = try Self.row(name, in: reader).hook(at: now)
            let deliveries: [HookDelivery] = try reader.all(
                """
                SELECT message, at, outcome, run, reason FROM hook_deliveries WHERE hook = \(name)
                ORDER BY at DESC LIMIT \(Self.shownDeliveries)
                """)
            return (hook, deliveries)
        }
    }
}

extension Hooks {
    /// - Parameter isDone: whether there is nothing to change, and nothing to tell.
    private func change(
        _ name: String, _ kind: String, unless isDone: @escaping @Sendable (HookRecord) -> Bool = { _ in false },
        by principal: Principal, _ write: @escaping @Sendable (Transaction) throws -> Void
    ) async throws -> HookRecord {
        let (journal, now) = (journal, time.now())
        return try await database.write { transaction in
            let hook = try Self.row(name, in: transaction).hook(at: now)
            guard !isDone(hook) else { return hook }
            try write(transaction)
            try journal.append(Event(kind, on: hook.objects), by: principal, in: transaction)
            let row: HookRow? = try transaction.first("\(HookRow.select) WHERE name = \(name)")
            return try row?.hook(at: now) ?? hook
        }
    }

    static func row(_ name: String, in reader: Reader) throws -> HookRow {
        let row: HookRow? = try reader.first("\(HookRow.select) WHERE name = \(name)")
        guard let row else {
            throw Problem.notFound("There is no hook \(name.prefix(80)): `runbook hook list` shows those there are.")
        }
        return row
    }

    private func seal(_ secret: String, of name: String) throws -> Data {
        try sealing.seal(Data(secret.utf8), context: "hook/\(name)")
    }

    func open(_ sealed: Data, of name: String) throws -> String {
        String(decoding: try sealing.open(sealed, context: "hook/\(name)"), as: UTF8.self)
    }
}

extension HookRecord {
    fileprivate var parametersJSON: JSONValue { .object(parameters.mapValues { .string($0) }) }
    fileprivate var pointersJSON: JSONValue { .object(pointers.mapValues { .string($0.text) }) }

    /// As an event tells it.
    fileprivate var details: [String: JSONValue] {
        [
            "section": section.map { .string($0) } ?? .null, "parameters": parametersJSON, "pointers": pointersJSON,
        ]
    }
}
