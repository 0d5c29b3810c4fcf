package import Essentials
package import RunbookFormat

extension Guide {
    /// The stages of a deployment: the sections that are named, else those that the front matter names (`stages`), else all
    /// of the top working level; in the order of the source.
    ///
    /// What is left out is not done, but no approval of the guide is: a section that asks for one belongs to some stage.
    /// - Parameter named: slugs; nil where nobody chooses.
    /// - Throws: `Problem.invalid` with the field `stages`.
    package func stages(named: [String]?, rollback: String?) throws(Problem) -> [StagePlan] {
        let all = stages(rollback: rollback)
        guard let wanted = named ?? (metadata.stages.isEmpty ? nil : metadata.stages) else { return all }
        func refused(_ message: String) -> Problem {
            .invalid("The stages can't be these: \(message).", fields: [.init(name: "stages", message: message)])
        }
        guard !wanted.isEmpty else { throw refused("name one at least") }
        let parents = Dictionary(sections.map { ($0.slug, $0.parent) }) { first, _ in first }
        var chosen: [StagePlan] = []
        for slug in Set(wanted) {
            // Of the usual stages each is taken as it is: one that others lie in holds its own work alone.
            guard let plan = all.first(where: { $0.id == slug }) ?? stage(slug, rollback: rollback) else {
                throw refused(
                    "“\(slug.prefix(80))” is no section that holds steps, task items or approvals and does not undo the deployment or follow its rollback"
                )
            }
            chosen.append(plan)
        }
        let whole = Set(chosen.filter(\.isWhole).map(\.section))
        for plan in chosen {
            var above = parents[plan.section] ?? nil
            while let section = above {
                if whole.contains(section) { throw refused("“\(plan.section)” lies in “\(section)”") }
                above = parents[section] ?? nil
            }
        }
        let covered = Set(chosen.flatMap { $0.gates.map(\.id) + $0.faults.map(\.step) })
        let missing = all.first { stage in
            !(stage.gates.map(\.id) + stage.faults.map(\.step)).allSatisfy(covered.contains)
        }
        if let missing { throw refused("“\(missing.title)” asks for an approval, and can't be left out") }
        let places = Dictionary(sections.enumerated().map { ($1.slug, $0) }) { first, _ in first }
        return chosen.sorted { (places[$0.section] ?? -1) < (places[$1.section] ?? -1) }
    }
}
