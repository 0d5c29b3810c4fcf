import Essentials
import RunbookFormat
import Runbooks

extension Step {
    /// Its failure takes back what the run did.
    package var rollsBack: Bool { settings.onFailure == .rollback }
}

extension PinnedCall {
    init(_ plan: RunPlan) {
        self.init(
            runbook: plan.runbook, version: plan.version, section: plan.section,
            limit: plan.limit.map { .init(key: $0.key, most: $0.most) },
            hostLimits: plan.hostLimits.isEmpty ? nil : plan.hostLimits.map { .init(key: $0.key, most: $0.most) },
            calls: plan.calls,
            rollback: plan.rollback.map { [$0] })
    }
}

extension Executions {
    /// What takes back what a run did, fixed when the run is accepted: it must be there and able to run with the values that
    /// the run has.
    /// - Throws: `Problem` with all that stands in the way.
    func pinned(
        _ binding: RollbackBinding, of plan: RunPlan, path: [String], pin: PinnedCall?, count: inout Int,
        by principal: Principal
    ) async throws -> PinnedCall {
        try PinnedCall.add(to: &count)
        // Its own section is that of the version that runs.
        let isOwn = binding.runbook == nil || binding.runbook == plan.runbook
        let entry = try await catalogue.entry(binding.runbook ?? plan.runbook, by: principal)
        let further = isOwn ? path : path + [entry.name]
        guard isOwn || !path.contains(entry.name) else {
            throw Problem.invalid(
                "These runbooks would roll each other back for ever: \(further.joined(separator: " → ")).")
        }
        guard further.count <= PinnedCall.deepest else {
            throw Problem.invalid(
                "Runbooks run each other at most \(PinnedCall.deepest) deep: \(further.joined(separator: " → ")).")
        }
        guard !isOwn || binding.section != nil else {
            throw Problem.invalid("\(entry.name) would roll itself back by itself: name another runbook, or a section.")
        }
        let version = isOwn ? plan.version : pin?.version ?? entry.version
        let guide = try await catalogue.guide(version: version, of: entry.name)
        var order = RunOrder(runbook: entry.name, section: binding.section, priority: RollbackBinding.priority)
        order.version = version
        order.parameters = RollbackBinding.values(plan.parameters, for: guide.metadata.parameters)
            .filter { !plan.unknown.contains($0.key) }
        order.unknownParameters = plan.unknown
        let shown = guide.metadata.parameters.sensitiveNames
        for name in order.parameters.keys.sorted() where plan.isSensitive(name) && !shown.contains(name) {
            throw Problem.invalid("\(entry.name) would show the sensitive \(name): declare it as sensitive there too.")
        }
        let child = try RunPlan(
            order, runbook: entry.name, version: version, guide: guide, searchPath: searchPath)
        if isOwn, let step = child.steps.first(where: \.rollsBack) {
            throw Problem.invalid(
                "The step \(step.id) in line \(step.line) belongs to the rollback and would start it again when it fails."
            )
        }
        return PinnedCall(
            try await withCalls(
                child, path: further, pins: pin?.calls, undoing: pin?.rollback?.first, count: &count, by: principal))
    }
}

extension Problem {
    /// The message with what is said of the first fields.
    var withFields: String {
        let details = fields.prefix(5).map { "\($0.name): \($0.message)" }.joined(separator: "; ")
        return details.isEmpty ? message : "\(message) \(details)"
    }
}
