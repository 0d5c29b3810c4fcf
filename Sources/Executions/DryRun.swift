package import Essentials
package import RunbookFormat
import Storage

extension Executions {
    /// What would run, and what is missing for it: nothing is started, and whoever may read may ask.
    /// - Throws: `Problem.notFound` where there is no such runbook, section or step; `.invalid` where nothing would run.
    package func dryRun(_ order: RunOrder, by principal: Principal) async throws -> RunPlan {
        try principal.require(.read, to: "see what would run")
        var order = order
        order.isDry = true
        var plan = try await planned(order, by: principal)
        let planned = plan
        plan.asked = try await database.read { reader in
            try planned.steps.reduce(into: [:]) { asked, step in
                asked[step.id] = try planned.question(of: step, starter: principal.name)?
                    .counting(starters: [principal.id, principal.person], in: reader)
            }
        }
        if !principal.may(.operate) {
            plan.missing.insert(
                .init(
                    name: "permission", message: "\(principal.name) may not run runbooks: an operator or an admin may"),
                at: 0)
        }
        return plan
    }
}

extension RunPlan {
    /// A run that another one would start.
    package struct Further: Sendable, Equatable {
        package let runbook: String
        package let version: String
        package let section: String?
    }

    /// What the step would run; nil for one that runs no runbook, or one that is missing.
    package func call(of step: Step) -> Further? { pin(of: step).map(Further.init) }

    /// What would take back what it did; nil where nothing asks for that.
    package var wayBack: Further? { rollback.map(Further.init) }

    /// What would run of it, with the gaps filled as far as they are; values that nobody may see are masked.
    package func text(of step: Step) -> String {
        switch step.kind {
        case .shell, .program, .unsupported:
            let gaps = Set(step.placeholders.map(\.text)).sorted { $0.count > $1.count }
            return gaps.reduce(step.script) { $0.replacing($1, with: placeholders[$1] ?? $1) }
        case .approval, .manual, .http, .wait, .runbook:
            return
                step.script.filled(with: shownParameters.merging(step.listValue) { $1 })
        }
    }

    /// What the step finds in its environment beside the parameters and what the guide declares for all.
    package func environment(of step: Step) -> [String: String] {
        var values = step.settings.environment
        values.merge(StepEnvironment.listed(step)) { $1 }
        return values
    }
}

extension RunPlan.Further {
    fileprivate init(_ pin: PinnedCall) { self.init(runbook: pin.runbook, version: pin.version, section: pin.section) }
}
