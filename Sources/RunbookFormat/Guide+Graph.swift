extension Guide {
    /// Which steps come after which in a run of these; nil where one comes after the other.
    ///
    /// It is the graph of a whole run with what is run beside it, so that a run of a part has the order of the whole.
    package func graph(with chosen: [Step]) -> StepGraph? {
        guard StepGraph.isAskedFor(in: steps) else { return nil }
        let ids = Set(chosen.map(\.id))
        let inOrder = steps.filter { $0.checkOf == nil && ($0.isInWholeRun || ids.contains($0.id)) }
        return StepGraph(inOrder, sections: sections, known: StepGraph.names(in: steps))
    }
}

extension StepGraph {
    static func isAskedFor(in steps: [Step]) -> Bool {
        steps.contains { $0.settings.isParallel || !$0.settings.needs.isEmpty }
    }

    /// The names that `needs` may use.
    static func names(in steps: [Step]) -> Set<String> { Set(steps.lazy.filter { $0.checkOf == nil }.map(\.id)) }

    /// What is wrong with `needs` and `parallel` of a guide.
    static func findings(in steps: [Step], sections: [Section]) -> [Finding] {
        guard isAskedFor(in: steps) else { return [] }
        let known = names(in: steps)
        let graph = StepGraph(steps.filter(\.isInWholeRun), sections: sections, known: known)
        // What a whole run leaves out is looked at for its names alone.
        let others = unknown(steps.filter { !$0.isInWholeRun }, known: known)
        return ((graph?.faults ?? []) + others).map { Finding($0.rule, .error, line: $0.line, $0.message) }
    }
}
