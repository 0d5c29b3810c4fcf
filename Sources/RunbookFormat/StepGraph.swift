/// Which steps come after which, for guides that say more than the order of their steps does.
///
/// A step with `needs` comes after those it names. Any other comes after the one before it; but neighbours that are
/// `parallel` start together, after what stands before the first of them, and what stands after the last waits for them all.
/// An approval holds back whatever stands after it in its section, also what names other needs: else a step that follows such
/// a one would go around the gate.
package struct StepGraph: Sendable, Equatable {
    /// Guides that people write have some dozens of steps. What is derived from a graph can grow with their square.
    package static let mostSteps = 1000
    /// More of them tell nobody more.
    fileprivate static let mostFaults = 20

    /// Why the graph can't be meant.
    package struct Fault: Sendable, Equatable {
        package let rule: Finding.Rule
        package let step: String
        package let line: Int
        /// One sentence: why, and what to write instead.
        package let message: String
    }

    package let ids: [String]
    /// By the step's place, the places of what it comes after, ascending.
    package let predecessors: [[Int]]
    package let faults: [Fault]
    private let ancestors: [PlaceSet]

    /// - Parameters:
    ///   - steps: in the order of the document.
    ///   - known: the names that `needs` may use; a step that is not among `steps` counts as met.
    /// - Returns: nil where one comes after the other and nothing else is asked for.
    init?(_ steps: [Step], sections: [Section], known: Set<String>) {
        guard Self.isAskedFor(in: steps) else { return nil }
        ids = steps.map(\.id)
        guard steps.count <= Self.mostSteps else {
            (predecessors, ancestors) = ([], [])
            faults = [Self.tooMany(steps)]
            return
        }
        let links = Links(steps, sections: sections)
        let faulty = Self.unknown(steps, known: known)
        let cycles = Cycle.all(in: links.all)
        guard faulty.isEmpty, cycles.isEmpty else {
            (predecessors, ancestors) = ([], [])
            faults = (faulty + cycles.map { Self.fault($0, in: steps) }).sorted { $0.line < $1.line }
            return
        }
        let order = Self.order(of: links.all)
        let ancestors = Self.ancestors(order, links.all)
        predecessors = links.all.enumerated().map { place, before in
            let asked = Set(links.asked[place])
            return before.filter { one in
                asked.contains(one) || !before.contains { $0 != one && ancestors[$0].contains(one) }
            }
        }
        self.ancestors = ancestors
        faults = []
    }

    /// Whether the one can only run once nothing more happens to the other.
    package func comes(_ step: String, after other: String) -> Bool {
        guard let place = ids.firstIndex(of: step), let before = ids.firstIndex(of: other), place < ancestors.count
        else { return false }
        return ancestors[place].contains(before)
    }

    /// What each of these steps comes after, of these steps: what stands between two of them orders them all the same.
    package func predecessors(among chosen: [String]) -> [String: [String]] {
        guard faults.isEmpty else { return [:] }
        let wanted = Set(chosen)
        let isChosen = ids.map(wanted.contains)
        var through: [Set<Int>] = Array(repeating: [], count: ids.count)
        var result: [String: [String]] = [:]
        for place in Self.order(of: predecessors) {
            var before: Set<Int> = []
            var isDirect: Set<Int> = []
            for one in predecessors[place] {
                if isChosen[one] {
                    before.insert(one)
                    isDirect.insert(one)
                } else {
                    before.formUnion(through[one])
                }
            }
            through[place] = before
            guard isChosen[place] else { continue }
            let least = before.filter { one in
                isDirect.contains(one) || !before.contains { $0 != one && ancestors[$0].contains(one) }
            }
            result[ids[place]] = least.sorted().map { ids[$0] }
        }
        return result
    }

    // MARK: Faults

    private static func tooMany(_ steps: [Step]) -> Fault {
        let first = steps.first { $0.settings.isParallel || !$0.settings.needs.isEmpty }
        return Fault(
            rule: .invalidAttribute, step: first?.id ?? "", line: first?.line ?? 1,
            message:
                "\"needs\" and \"parallel\" are for guides of at most \(mostSteps) steps; split this one, or take them out."
        )
    }

    static func unknown(_ steps: [Step], known: Set<String>) -> [Fault] {
        var faults: [Fault] = []
        for step in steps {
            for name in Set(step.settings.needs).sorted() where !known.contains(name) {
                guard faults.count < mostFaults else { return faults }
                // To compare with every name of a guide that a program wrote takes longer than the advice is worth.
                let near = known.count <= mostSteps ? Spelling.nearest(to: name, in: known) : nil
                let advice = near.map { "write \"\($0)\"" } ?? "name one that is there"
                faults.append(
                    Fault(
                        rule: .unknownNeed, step: step.id, line: step.line,
                        message:
                            "\(step.id) needs \(Parameter.shown(name)), and no step of the guide has that name; \(advice)."
                    ))
            }
        }
        return faults
    }

    private static func fault(_ cycle: [Int], in steps: [Step]) -> Fault {
        let first = steps[cycle[0]]
        let path = (cycle + [cycle[0]]).map { steps[$0].id }
        // Some hundred names say no more than the first and the last of them.
        let shown = path.count > 20 ? path.prefix(10) + ["…"] + path.suffix(9) : path[...]
        let message =
            cycle.count == 1
            ? "\(first.id) needs itself (\(shown.joined(separator: " → "))) and would never start; take that need out."
            : "These steps wait for each other and would never start: \(shown.joined(separator: " → ")); take one of these needs out."
        return Fault(rule: .cyclicNeeds, step: first.id, line: first.line, message: message)
    }

    // MARK: Order

    /// Every place after those that it comes after; of several that may be next the first one in the document.
    package static func order(of predecessors: [[Int]]) -> [Int] {
        var open = predecessors.map(\.count)
        var followers: [[Int]] = Array(repeating: [], count: predecessors.count)
        for (place, before) in predecessors.enumerated() {
            for one in before where followers.indices.contains(one) { followers[one].append(place) }
        }
        var ready = open.indices.filter { open[$0] == 0 }
        var next = 0
        while next < ready.count {
            for follower in followers[ready[next]] {
                open[follower] -= 1
                if open[follower] == 0 { ready.append(follower) }
            }
            next += 1
        }
        return ready
    }

    private static func ancestors(_ order: [Int], _ predecessors: [[Int]]) -> [PlaceSet] {
        var sets = Array(repeating: PlaceSet(count: predecessors.count), count: predecessors.count)
        for place in order {
            for one in predecessors[place] {
                sets[place].formUnion(sets[one])
                sets[place].insert(one)
            }
        }
        return sets
    }
}

/// What a guide's steps come after, by their place.
private struct Links {
    /// Named by `needs`.
    private(set) var asked: [[Int]]
    private(set) var all: [[Int]]

    init(_ steps: [Step], sections: [Section]) {
        let places = Dictionary(
            steps.enumerated().map { ($0.element.id, $0.offset) }, uniquingKeysWith: { first, _ in first })
        var gates = Gates(sections)
        asked = steps.map { step in Set(step.settings.needs.compactMap { places[$0] }).sorted() }
        all = []
        // What the next step comes after, and the neighbours that start together.
        var (last, group): ([Int], [Int]) = ([], [])
        for (place, step) in steps.enumerated() {
            if !step.settings.isParallel, !group.isEmpty {
                gates.add(group.map { ($0, steps[$0]) })
                (last, group) = (group, [])
            }
            let before = step.settings.needs.isEmpty ? last : asked[place]
            all.append(Set(before + gates.before(step)).sorted())
            if step.settings.isParallel {
                group.append(place)
            } else {
                gates.add([(place, step)])
                last = [place]
            }
        }
    }

    /// The approvals that hold back what comes next, by their section.
    private struct Gates {
        private let parents: [String: String]
        private var last: [String: [Int]] = [:]

        init(_ sections: [Section]) {
            parents = Dictionary(
                sections.compactMap { section in section.parent.map { (section.slug, $0) } },
                uniquingKeysWith: { first, _ in first })
        }

        /// An approval comes after those before it, so that the last of its section stands for them all.
        mutating func add(_ unit: [(place: Int, step: Step)]) {
            let gates = Dictionary(grouping: unit.filter { $0.step.kind == .approval }, by: \.step.section)
            for (section, gates) in gates { last[section] = gates.map(\.place) }
        }

        func before(_ step: Step) -> [Int] {
            guard !last.isEmpty else { return [] }
            var found: [Int] = []
            var section: String? = step.section
            while let slug = section {
                found += last[slug] ?? []
                section = parents[slug]
            }
            return found
        }
    }
}

private enum Cycle {
    /// Each as the places on it, the first one of the document first, each of which needs the next.
    static func all(in predecessors: [[Int]]) -> [[Int]] {
        enum Mark { case new, open, closed }
        var marks = Array(repeating: Mark.new, count: predecessors.count)
        var cycles: [[Int]] = []
        for start in predecessors.indices where marks[start] == .new && cycles.count < StepGraph.mostFaults {
            // The path from the start, and how many of each one's predecessors were looked at: recursion would go as deep as
            // the guide is long.
            var path: [(place: Int, seen: Int)] = [(start, 0)]
            marks[start] = .open
            while let (place, seen) = path.last {
                guard seen < predecessors[place].count else {
                    marks[place] = .closed
                    path.removeLast()
                    continue
                }
                path[path.count - 1].seen += 1
                let next = predecessors[place][seen]
                switch marks[next] {
                case .closed: break
                case .new:
                    marks[next] = .open
                    path.append((next, 0))
                case .open:
                    guard cycles.count < StepGraph.mostFaults else { break }
                    let members = path.map(\.place).drop { $0 != next }
                    let first = members.firstIndex(of: members.min() ?? next) ?? members.startIndex
                    cycles.append(Array(members[first...] + members[..<first]))
                }
            }
        }
        return cycles
    }
}

/// Places of steps, one bit each.
private struct PlaceSet: Sendable, Equatable {
    private var words: [UInt64]

    init(count: Int) { words = Array(repeating: 0, count: (count + 63) / 64) }

    func contains(_ place: Int) -> Bool { words[place / 64] & (1 << UInt64(place % 64)) != 0 }

    mutating func insert(_ place: Int) { words[place / 64] |= 1 << UInt64(place % 64) }

    mutating func formUnion(_ other: PlaceSet) { for index in words.indices { words[index] |= other.words[index] } }
}
