package import RunbookFormat

/// A stage as a runbook describes it: a section that holds steps, task items or approvals.
package struct StagePlan: Sendable, Equatable {
    package struct Gate: Sendable, Equatable {
        /// The id of its fence.
        package let id: String
        package let line: Int
        package let rule: ApprovalRule
        /// What is asked, as written.
        package let question: String

        package init(id: String, line: Int, rule: ApprovalRule, question: String) {
            self.id = id
            self.line = line
            self.rule = rule
            self.question = question
        }
    }

    /// The section's slug; empty for what stands before the first heading.
    package let section: String
    package let title: String
    /// Whether the sections in it belong to it.
    package let isWhole: Bool
    /// The ids of the steps that a run of it takes.
    package let steps: [String]
    /// The ids of its task items.
    package let items: [String]
    package let gates: [Gate]
    /// Approvals whose attributes can't be meant, each with the reason: with them nothing may begin.
    package let faults: [Fault]

    /// What it is called in requests.
    package var id: String { section.isEmpty ? "-" : section }

    package init(
        section: String, title: String, isWhole: Bool = true, steps: [String] = [], items: [String] = [],
        gates: [Gate] = [], faults: [Fault] = []
    ) {
        self.section = section
        self.title = title
        self.isWhole = isWhole
        self.steps = steps
        self.items = items
        self.gates = gates
        self.faults = faults
    }

    package struct Fault: Sendable, Equatable {
        package let step: String
        package let line: Int
        package let message: String
    }
}

extension Guide {
    /// The stages of a deployment, in the order of the source.
    ///
    /// Stages are the sections at the guide's top working level that hold steps, task items or approvals, each with the
    /// sections in it. The top working level is that of the outermost sections; where all the work lies in a single
    /// section, as in one that carries the guide's title, it is the level below, and so on down. Work that such a section
    /// holds itself is a stage before those of its parts, as is work before the first heading. What is left to do after a
    /// rollback is no stage.
    /// - Parameter rollback: the section that undoes the deployment, where the guide holds it itself: it is no stage.
    package func stages(rollback: String? = nil) -> [StagePlan] {
        let outline = StageOutline(self, leavingOut: rollback)
        var level = outline.parts(of: nil)
        while level.count == 1, let only = level.first {
            let parts = outline.parts(of: only)
            if parts.isEmpty { break }
            if outline.holdsWork(only) {
                return
                    ([only].map { outline.stage($0, isWhole: false) } + parts.map { outline.stage($0, isWhole: true) })
            }
            level = parts
        }
        return level.map { outline.stage($0, isWhole: true) }
    }
}

extension Guide {
    /// One section as a stage, with the sections in it; nil where it holds no work, or undoes the deployment.
    func stage(_ slug: String, rollback: String?) -> StagePlan? {
        let plan = StageOutline(self, leavingOut: rollback).stage(slug, isWhole: true)
        let isEmpty = plan.steps.isEmpty && plan.items.isEmpty && plan.gates.isEmpty && plan.faults.isEmpty
        return isEmpty ? nil : plan
    }
}

/// Which section holds which work.
private struct StageOutline {
    private let guide: Guide
    /// In the order of the source, by the section that they lie in; the outermost ones under nil. Only those that hold work
    /// or have sections that do.
    private let parts: [String?: [String]]
    private let steps: [Step]
    private let items: [Item]

    init(_ guide: Guide, leavingOut rollback: String?) {
        self.guide = guide
        var left: Set<String> = []
        if let rollback { left.insert(rollback) }
        if let afterwards = guide.afterRollback { left.insert(afterwards) }
        var parents: [String: String] = [:]
        for section in guide.sections {
            guard let parent = section.parent else { continue }
            parents[section.slug] = parent
            // Sections come after the ones that they lie in.
            if left.contains(parent) { left.insert(section.slug) }
        }
        let runnable = Set(guide.wholeRun.map(\.id))
        // Approvals are there even when they can't be read: to pass one by would open its gate.
        steps = guide.steps.filter { step in
            !left.contains(step.section)
                && ((step.kind == .approval && step.checkOf == nil) || runnable.contains(step.id))
        }
        items = guide.checklist.filter { !left.contains($0.section) }
        var working: Set<String> = []
        for slug in steps.map(\.section) + items.map(\.section) {
            var next: String? = slug
            while let slug = next, working.insert(slug).inserted { next = parents[slug] }
        }
        var parts: [String?: [String]] = [:]
        for slug in [""] + guide.sections.map(\.slug) where working.contains(slug) {
            parts[parents[slug], default: []].append(slug)
        }
        self.parts = parts
    }

    func parts(of slug: String?) -> [String] { parts[slug] ?? [] }

    /// Whether a section holds work itself.
    func holdsWork(_ slug: String) -> Bool {
        steps.contains { $0.section == slug } || items.contains { $0.section == slug }
    }

    func stage(_ slug: String, isWhole: Bool) -> StagePlan {
        let inside = isWhole ? within(slug) : [slug]
        let own = steps.filter { inside.contains($0.section) }
        let approvals = own.filter { $0.kind == .approval }
        return StagePlan(
            section: slug, title: guide.section(slug)?.title ?? guide.title, isWhole: isWhole,
            steps: own.filter { $0.kind != .approval }.map(\.id),
            items: items.filter { inside.contains($0.section) }.map(\.id),
            gates: approvals.compactMap { step in
                guard step.refusal == nil, let rule = step.settings.approval else { return nil }
                return .init(id: step.id, line: step.line, rule: rule, question: step.script.trimmed)
            },
            faults: approvals.compactMap { step in
                let rule = step.settings.approval
                let isTimed = rule?.expires != nil || rule?.remind != nil
                // Left out without a word, an approval that has expired would open its stage.
                let refusal = step.refusal ?? (isTimed ? "stages know no expires and no remind: take them out" : nil)
                return refusal.map { .init(step: step.id, line: step.line, message: $0) }
            })
    }

    private func within(_ slug: String) -> Set<String> {
        var inside: Set<String> = [slug]
        for section in guide.sections {
            if let parent = section.parent, inside.contains(parent) { inside.insert(section.slug) }
        }
        return inside
    }
}
