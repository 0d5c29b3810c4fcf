import Accounts
package import Essentials
import Executions
package import Foundation
import Journal
import Storage

/// A message as it came in.
package struct HookMessage: Sendable {
    /// The headers `webhook-id`, `webhook-timestamp` and `webhook-signature`.
    package let id: String?
    package let timestamp: String?
    package let signature: String?
    package let body: Data
    package let address: String?

    package init(id: String?, timestamp: String?, signature: String?, body: Data, address: String?) {
        self.id = id
        self.timestamp = timestamp
        self.signature = signature
        self.body = body
        self.address = address
    }
}

extension Hooks {
    /// How long messages are remembered. Longer than a signature is good, also where a clock was set back by days.
    private static let memory = Duration.seconds(30 * 86_400)
    private static let idBytes = 256

    /// Starts what a message asks for, once: a message that the sender sends again, signed anew, is answered with the run it
    /// has started, and one that comes again as it was is refused.
    /// - Throws: `Problem.unauthenticated`, in the same words for an unknown hook as for a wrong signature, and for a time
    ///   that is too far off; `Problem.conflict` for a replay, and while the hook is paused; what the plan throws.
    package func receive(_ message: HookMessage, at name: String) async throws -> HookDelivery {
        let now = time.now()
        let row: HookRow? = try await database.read { try $0.first("\(HookRow.select) WHERE name = \(name)") }
        let (id, signed) = try verified(message, row, at: now)
        guard let row else { throw Self.unverified }
        let hook = try row.hook(at: now)
        guard !hook.isPaused else {
            throw Problem.conflict("The hook \(name) is paused: nothing is started. Send it again once it is resumed.")
        }
        let principal = hook.starter(from: message.address)
        let planned: Result<RunPlan, Problem>
        do {
            var order = RunOrder(
                runbook: hook.runbook, section: hook.section, parameters: try hook.values(from: message.body))
            order.occasions = [hook.reference]
            planned = .success(try await executions.plan(order, by: principal))
        } catch let problem as Problem {
            planned = .failure(problem)
        }
        let delivery = try await database.write { transaction in
            try answer(id, signed: signed, planned, of: hook, at: now, by: principal, in: transaction)
        }
        // What was refused is on the record; the sender hears it in full.
        if delivery.outcome == .refused, case .failure(let problem) = planned { throw problem }
        return delivery
    }

    private func answer(
        _ id: String, signed: Int64, _ planned: Result<RunPlan, Problem>, of hook: HookRecord, at now: Timestamp,
        by principal: Principal, in transaction: Transaction
    ) throws -> HookDelivery {
        // It may have been paused or removed meanwhile.
        guard try !Self.row(hook.name, in: transaction).paused else {
            throw Problem.conflict("The hook \(hook.name) is paused: nothing is started.")
        }
        let isKnown = try transaction.exists(
            "SELECT 1 FROM hook_deliveries WHERE hook = \(hook.name) AND message = \(id) AND signed = \(signed)")
        guard !isKnown else {
            throw Problem.conflict("This very message has been taken before: nothing is started again.")
        }
        let earlier = try transaction.text(
            """
            SELECT run FROM hook_deliveries WHERE hook = \(hook.name) AND message = \(id) AND outcome = 'started'
            """)
        var delivery: HookDelivery
        if let earlier {
            delivery = HookDelivery(message: id, at: now, outcome: .repeated, run: earlier, reason: nil)
        } else {
            switch planned {
            case .success(let plan):
                let run = try executions.accept(plan, by: principal, in: transaction)
                delivery = HookDelivery(message: id, at: now, outcome: .started, run: run.rawValue, reason: nil)
            case .failure(let problem):
                delivery = HookDelivery(
                    message: id, at: now, outcome: .refused, run: nil, reason: problem.description)
            }
        }
        try transaction.execute(
            """
            INSERT INTO hook_deliveries (hook, message, signed, at, outcome, run, reason)
            VALUES (\(hook.name), \(id), \(signed), \(now), \(delivery.outcome), \(delivery.run), \(delivery.reason))
            """)
        try transaction.execute(
            "DELETE FROM hook_deliveries WHERE hook = \(hook.name) AND at < \(now.advanced(by: .zero - Self.memory))")
        var details: [String: JSONValue] = ["message": .string(id)]
        if let reason = delivery.reason { details["reason"] = .string(reason) }
        let run = delivery.run.map { [ObjectReference("run", $0)] } ?? []
        try journal.append(
            Event("hook.\(delivery.outcome.rawValue)", on: hook.objects + run, details: details), by: principal,
            in: transaction)
        return delivery
    }

    /// - Returns: the message's id, and the second for which it was signed.
    private func verified(
        _ message: HookMessage, _ row: HookRow?, at now: Timestamp
    ) throws -> (id: String, signed: Int64) {
        guard let id = message.id, let timestamp = message.timestamp, let signature = message.signature else {
            throw Problem.unauthenticated(
                "Sign the message as Standard Webhooks says: webhook-id, webhook-timestamp and webhook-signature.")
        }
        guard (1...Self.idBytes).contains(id.utf8.count), id.utf8.allSatisfy({ (0x21...0x7e).contains($0) }),
            let signed = Int64(timestamp), String(signed) == timestamp, signed.magnitude < 1 << 40
        else { throw Self.unverified }
        // Of a hook that nobody added a secret that nobody has is tried: the answer takes as long.
        let secrets = try row.map { row in try row.secrets(at: now).map { try open($0, of: row.name) } }
        guard
            WebhookSignature.holds(
                signature, id: id, seconds: signed, body: message.body,
                secrets: secrets ?? [WebhookSignature.makeSecret()]), row != nil
        else { throw Self.unverified }
        let seconds = now.microseconds / 1_000_000
        guard abs(seconds - signed) <= WebhookSignature.tolerance.components.seconds else {
            throw Problem.unauthenticated(
                """
                The message is signed for a time that is \(abs(seconds - signed)) s off: at most \
                \(WebhookSignature.tolerance.components.seconds) s are taken. Set the clocks, or sign it anew.
                """)
        }
        return (id, signed)
    }

    private static let unverified = Problem.unauthenticated(
        "There is no such hook, or the signature is not its secret's: nothing is started.")
}

extension HookRecord {
    /// Who starts what a message starts: the server, on behalf of whoever added the hook, who must not approve what it does.
    fileprivate func starter(from address: String?) -> Principal {
        let system = Principal.system("hook")
        return Principal(
            kind: system.kind, id: system.id, name: system.name, permissions: system.permissions, via: .api,
            person: person, address: address)
    }

    /// What the run is given. Where nothing stands in the body, the parameter has its default.
    /// - Throws: `Problem.invalid` for a body that is no JSON, and for lists and objects where a value should stand.
    fileprivate func values(from body: Data) throws(Problem) -> [String: String] {
        guard !pointers.isEmpty else { return parameters }
        let document: JSONValue
        do {
            document = try JSONDecoder().decode(JSONValue.self, from: body)
        } catch {
            throw .invalid(
                "The body is no JSON: the hook takes \(pointers.keys.sorted().joined(separator: ", ")) from it.")
        }
        var values = parameters
        var fields: [Problem.Field] = []
        for (name, pointer) in pointers.sorted(by: { $0.key < $1.key }) {
            switch pointer.value(in: document) {
            case nil, .null?: continue
            case .string(let text)?: values[name] = text
            case .integer(let number)?: values[name] = String(number)
            case .bool(let flag)?: values[name] = String(flag)
            case .number(let number)?: values[name] = JSONValue.number(number).text
            case .array?, .object?:
                fields.append(.init(name: name, message: "at \(pointer.text) stands no text, number, true or false"))
            }
        }
        guard fields.isEmpty else { throw .invalid("The body does not fit the hook \(self.name).", fields: fields) }
        return values
    }
}
