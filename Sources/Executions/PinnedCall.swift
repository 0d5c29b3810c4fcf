import Essentials
import Foundation
import RunbookFormat
import Runbooks
import Storage

/// What a step runs, as it was fixed when its run was accepted: the version, and those of the runbooks that this one runs.
struct PinnedCall: Sendable, Codable, Equatable {
    struct Limit: Sendable, Codable, Equatable {
        let key: String
        let most: Int
    }

    /// A runbook that runs one that runs one …
    static let deepest = 8
    /// Of all that a run starts, however far down: lists within lists grow with the product of their lengths.
    static let most = StepGraph.mostSteps

    let runbook: String
    let version: String
    let section: String?
    let limit: Limit?
    /// Those of the machines that its steps name.
    var hostLimits: [Limit]?
    /// By step.
    let calls: [String: PinnedCall]
    /// What takes it back: one at most.
    var rollback: [PinnedCall]?

    /// Its own limit and those below it; of several of one subject the strictest.
    var limits: [String: Int] {
        var all = (Array(calls.values) + (rollback ?? [])).reduce(into: [:]) { $0.merge($1.limits) { min($0, $1) } }
        for limit in [limit].compactMap(\.self) + (hostLimits ?? []) {
            all[limit.key] = min(all[limit.key] ?? .max, limit.most)
        }
        return all
    }

    var json: String { get throws { String(decoding: try JSONEncoder().encode(self), as: UTF8.self) } }

    static func reading(_ json: String) throws -> PinnedCall {
        try JSONDecoder().decode(PinnedCall.self, from: Data(json.utf8))
    }
}

extension Executions {
    /// Looks through what a plan's steps run, all the way down, before anything starts.
    /// - Parameters:
    ///   - path: the runbooks that led here, the first one first.
    ///   - pins: of a run that another one starts: what was fixed with that.
    ///   - undoing: what was fixed to take that back.
    ///   - count: of the runs that were looked at so far.
    /// - Throws: `Problem.invalid` with all that stands in the way.
    func withCalls(
        _ plan: RunPlan, path: [String], pins: [String: PinnedCall]? = nil, undoing: PinnedCall? = nil,
        count: inout Int, by principal: Principal
    ) async throws -> RunPlan {
        var plan = plan
        var fields: [Problem.Field] = []
        for step in plan.steps {
            guard let call = step.call else { continue }
            do {
                plan.calls[step.id] = try await pinned(
                    call, at: step, of: plan, path: path, pin: pins?.pin(of: step), count: &count, by: principal)
            } catch let problem as Problem {
                fields.append(.init(name: step.id, message: problem.withFields, line: step.line))
            }
        }
        if let binding = plan.rollbackWanted {
            do {
                plan.rollback = try await pinned(
                    binding, of: plan, path: path, pin: undoing, count: &count, by: principal)
            } catch let problem as Problem {
                fields.append(.init(name: "rollback", message: problem.withFields, line: 1))
            }
        }
        plan.missing += fields
        guard plan.missing.isEmpty || plan.isDry else { throw plan.refusal }
        return plan
    }

    private func pinned(
        _ call: RunbookCall, at step: Step, of plan: RunPlan, path: [String], pin: PinnedCall?, count: inout Int,
        by principal: Principal
    ) async throws -> PinnedCall {
        try PinnedCall.add(to: &count)
        let entry = try await catalogue.entry(call.runbook, by: principal)
        let further = path + [entry.name]
        guard !path.contains(entry.name) else {
            throw Problem.invalid(
                "These runbooks run each other and would never end: \(further.joined(separator: " → ")).")
        }
        guard path.count < PinnedCall.deepest else {
            throw Problem.invalid(
                "Runbooks run each other at most \(PinnedCall.deepest) deep: \(further.joined(separator: " → ")).")
        }
        let version = pin?.version ?? entry.version
        let guide = try await catalogue.guide(version: version, of: entry.name)
        let shown = guide.metadata.parameters.sensitiveNames
        for argument in call.arguments where !shown.contains(argument.name) {
            for case .parameter(let name) in argument.value.values where plan.isSensitive(name) {
                throw Problem.invalid(
                    "\(entry.name) would show the sensitive \(name): declare its parameter \(argument.name) as sensitive too."
                )
            }
        }
        var order = RunOrder(runbook: entry.name, section: call.section, priority: plan.priority)
        order.version = version
        for argument in call.arguments {
            // What earlier steps hand on is known when its turn comes, and looked at then.
            if argument.value.values.allSatisfy({ plan.value(of: $0, for: step) != nil }) {
                order.parameters[argument.name] = try argument.value.filled(
                    { (value) throws(Problem) in plan.value(of: value, for: step) ?? "" },
                    encode: { (value, _) throws(Problem) in value })
            } else {
                order.unknownParameters.insert(argument.name)
            }
        }
        let child = try await withCalls(
            RunPlan(order, runbook: entry.name, version: version, guide: guide, searchPath: searchPath), path: further,
            pins: pin?.calls, undoing: pin?.rollback?.first, count: &count, by: principal)
        return PinnedCall(child)
    }
}

extension PinnedCall {
    /// - Throws: `Problem.invalid` when a run would start more than anybody means.
    static func add(to count: inout Int) throws(Problem) {
        count += 1
        guard count <= most else { throw .invalid("All in all it would start more than \(most) runs: split it.") }
    }
}

extension [String: PinnedCall] {
    /// A step for a value of a list that was not known when this was fixed has what the list's step has.
    func pin(of step: Step) -> PinnedCall? { self[step.id] ?? step.repeats.flatMap { self[$0] } }
}
