import RunbookFormat

extension RunPage {
    /// Which steps come after which, as rows from first to last: the steps of a row wait for none of each other.
    struct Graph: Encodable, Sendable {
        let graphRows: [GraphRow]

        /// More of them are no picture any more; each says in the list what it comes after.
        private static let most = 120

        /// Nil where one step comes after the other.
        init?(_ steps: [StepRecord]) {
            guard steps.count <= Self.most, steps.contains(where: { $0.comesAfter != nil }) else { return nil }
            let places = Dictionary(
                steps.enumerated().map { ($0.element.id, $0.offset) }, uniquingKeysWith: { first, _ in first })
            let before = steps.enumerated().map { index, step in
                step.comesAfter.map { $0.compactMap { places[$0] } } ?? (index > 0 ? [index - 1] : [])
            }
            var rows = Array(repeating: 0, count: steps.count)
            for place in StepGraph.order(of: before) {
                rows[place] = (before[place].map { rows[$0] }.max() ?? -1) + 1
            }
            let last = rows.max() ?? 0
            // A single file is what the list shows already.
            guard last + 1 < steps.count else { return nil }
            graphRows = (0...last).map { row in
                GraphRow(
                    nodes: steps.indices.filter { rows[$0] == row }.map { place in
                        Node(steps[place], after: before[place].sorted().map { steps[$0].id })
                    })
            }
        }
    }

    struct GraphRow: Encodable, Sendable {
        let nodes: [Node]
    }

    struct Node: Encodable, Sendable {
        let node: String
        let nodeTarget: String
        let nodeState: String
        /// `after build, test`.
        let nodeAfter: String?

        init(_ step: StepRecord, after: [String]) {
            node = step.id
            nodeTarget = Paths.fragment(Step.anchor(step.id))
            nodeState = step.state
            let more = after.count > 4 ? " and \(after.count - 3) more" : ""
            nodeAfter =
                after.isEmpty
                ? nil : "after \(after.prefix(more.isEmpty ? 4 : 3).joined(separator: ", "))\(more)"
        }
    }
}
