package import Essentials

extension Guide {
    /// The steps of a run of the whole guide, in order: all that can run, but not checks of items, nor what is left out by
    /// `excludeFromRunAll`, nor consoles without prompts and fences that are never closed.
    ///
    /// Gates, requests and manual steps are among them: whoever can't carry one out must refuse the run, not pass it by.
    package var wholeRun: [Step] {
        steps.filter { $0.isRunnable && $0.checkOf == nil && !$0.isLeftOutOfWholeRun && !$0.isDoubtful }
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
            step.isRunnable && step.checkOf == nil && !step.isDoubtful && inside.contains(step.section)
                && (!step.isLeftOutOfWholeRun || step.section == slug)
        }
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
