package import Essentials

extension Guide {
    /// The steps of a run of the whole guide, in order: all that can run, but not checks of items, nor what is left out by
    /// `excludeFromRunAll`, nor consoles without prompts and fences that are never closed, nor the section that takes back
    /// what the rest does.
    ///
    /// Gates, requests and manual steps are among them: whoever can't carry one out must refuse the run, not pass it by.
    package var wholeRun: [Step] {
        guard let wayBack = metadata.wayBack, wayBack.runbook == nil, let section = wayBack.section else {
            return steps.filter(\.isInWholeRun)
        }
        let takesBack = slugs(within: section)
        return steps.filter { $0.isInWholeRun && !takesBack.contains($0.section) }
    }

    /// The steps of a run of one section with the sections in it. What is left out of a whole run counts in its own section.
    /// - Throws: `Problem.notFound` that names the sections there are.
    package func slice(section slug: String) throws(Problem) -> [Step] {
        guard section(slug) != nil else {
            let withSteps = Set(steps.map(\.section))
            let known = sections.map(\.slug).filter(withSteps.contains).prefix(20).joined(separator: ", ")
            throw .notFound("There is no section \"\(Parameter.shown(slug))\". Sections with steps: \(known).")
        }
        let inside = slugs(within: slug)
        return steps.filter { step in
            step.hasPlaceInRun && step.checkOf == nil && !step.isDoubtful && inside.contains(step.section)
                && (!step.isLeftOutOfWholeRun || step.section == slug)
        }
    }

    /// The steps of a run by tags, those of a section or of the whole guide: all that have one of them and run with others
    /// unasked. As in Runme, `excludeFromRunAll` leaves a step out of these too.
    /// - Throws: `Problem` where the section is unknown, or no step has such a tag.
    package func slice(section slug: String?, tags: [String]) throws(Problem) -> [Step] {
        if let slug { _ = try slice(section: slug) }
        let inside = slug.map { slugs(within: $0) }
        let candidates = wholeRun.filter { inside?.contains($0.section) != false }
        let chosen = candidates.filter { step in step.settings.tags.contains { tags.contains($0) } }
        guard chosen.isEmpty else { return chosen }
        let known = Set(candidates.flatMap(\.settings.tags)).sorted().prefix(20).joined(separator: ", ")
        let asked = tags.prefix(5).map { "\"\(Parameter.shown($0))\"" }.joined(separator: ", ")
        throw .invalid(
            "No step that runs has the tag \(asked): there \(known.isEmpty ? "are no tags" : "is \(known)").",
            fields: [.init(name: "tags", message: "one that a step has")])
    }

    /// The steps with the approvals that stand before them, in their own sections and in those that these lie in: a run of a
    /// step does not go around its gate.
    package func withGates(before chosen: [Step]) -> [Step] {
        let ids = Set(chosen.map(\.id))
        let gates = gates(before: chosen).filter { $0.isRunnable }
        guard gates.contains(where: { !ids.contains($0.id) }) else { return chosen }
        let wanted = ids.union(gates.map(\.id))
        return steps.filter { wanted.contains($0.id) }
    }

    /// Approvals whose attributes can't be meant and that a run would pass by.
    /// - Parameter named: the steps that are asked for; nil for all of the section, or of the guide.
    package func faultyGates(section slug: String?, named: [String]?) -> [Step] {
        let inside = slug.map { slugs(within: $0) }
        let scope = steps.filter { step in
            inside?.contains(step.section) != false && named?.contains(step.id) != false
        }
        let within = named == nil ? scope.filter { $0.kind == .approval && $0.checkOf == nil } : []
        let faulty = Set((within + gates(before: scope)).filter { !$0.isRunnable && !$0.isIgnored }.map(\.id))
        return steps.filter { faulty.contains($0.id) }
    }

    private func gates(before chosen: [Step]) -> [Step] {
        let gates = steps.filter { $0.kind == .approval && $0.checkOf == nil }
        guard !gates.isEmpty else { return [] }
        let parents = Dictionary(sections.map { ($0.slug, $0.parent) }, uniquingKeysWith: { first, _ in first })
        // By section, the last line of a chosen step in it or in one that lies in it.
        var last: [String: Int] = [:]
        for step in chosen {
            var section: String? = step.section
            while let slug = section {
                last[slug] = max(last[slug] ?? 0, step.line)
                section = parents[slug] ?? nil
            }
        }
        return gates.filter { gate in last[gate.section].map { gate.line < $0 } ?? false }
    }

    /// Sections come after the ones that they lie in, so that one pass is enough.
    func slugs(within slug: String) -> Set<String> {
        var inside: Set<String> = [slug]
        for section in sections {
            if let parent = section.parent, inside.contains(parent) { inside.insert(section.slug) }
        }
        return inside
    }
}
