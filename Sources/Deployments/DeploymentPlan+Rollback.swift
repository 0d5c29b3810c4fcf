import Essentials
import Executions
import RunbookFormat
import Runbooks

extension DeploymentPlan {
    /// What is wrong with how a deployment says that it would be undone: a rollback that the guide names, or a reason to go
    /// without one. What guards or a step need is needed whatever anybody says.
    func bindingFaults(of guide: Guide, isWithoutRollback: Bool) -> [Problem.Field] {
        if let name = guide.metadata.rollback, RollbackBinding(guide.metadata) != nil {
            guard isWithoutRollback else { return [] }
            return [
                .init(
                    name: "no_rollback",
                    message: "\(entry.name) names the rollback \(name), which is used: leave this out")
            ]
        }
        if let reason = guide.whyRollbackIsNeeded {
            return [
                .init(
                    name: "rollback", message: "\(entry.name) names no rollback runbook and needs one, for \(reason)",
                    line: 1)
            ]
        }
        guard isWithoutRollback else {
            return [
                .init(
                    name: "rollback",
                    message: """
                        \(entry.name) names no rollback runbook, so that nothing would undo the deployment: write \
                        “rollback: NAME” into its front matter\(guide.ownWayBack.map { ", such as “rollback: \"#\($0)\"”" } ?? ""), \
                        or go without one and give the reason (no_rollback, --no-rollback)
                        """, line: 1)
            ]
        }
        guard particulars.reason == nil else { return [] }
        return [.init(name: "reason", message: "required to go without a rollback: say why that is right")]
    }
}

extension Guide {
    /// The first section with steps whose title speaks of a rollback, to propose it.
    fileprivate var ownWayBack: String? {
        sections.first { section in
            RollbackWords.isWayBack(section.title) && !RollbackWords.isAfterwards(section.title)
                && stage(section.slug, rollback: nil)?.steps.isEmpty == false
        }?.slug
    }
}
