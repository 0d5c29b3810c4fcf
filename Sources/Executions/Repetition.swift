import Essentials
import RunbookFormat
import Storage

/// The steps of a run, those that run once for each value of a list put in place of the step that the guide has.
///
/// The list is known before the run is accepted, so that its steps are on the record like all others, in one transaction: each
/// has attempts, output and a state of its own, and a run that goes on goes on with those that are not done. The machines of a
/// step that runs on several are such a list.
struct Repetition {
    /// So many steps a run with lists may have; what is derived from them can grow with their square.
    static let mostSteps = StepGraph.mostSteps

    private(set) var steps: [Step] = []
    /// What each step comes after, by name; nil where each comes after the one before it.
    private(set) var comesAfter: [String: [String]]?
    private(set) var faults: [Problem.Field] = []

    /// - Parameters:
    ///   - steps: as the guide has them.
    ///   - order: what each of these comes after; nil where that is the one before it.
    ///   - unknown: parameters whose values come later: a list of these is left as it is.
    init(_ steps: [Step], _ order: [String: [String]]?, parameters: [String: String], unknown: Set<String>) {
        guard steps.contains(where: { $0.settings.each != nil }) else {
            (self.steps, comesAfter) = (steps, order)
            return
        }
        var taken = Set(steps.map(\.id))
        var instances: [String: [Step]] = [:]
        for step in steps {
            guard let each = step.settings.each else { continue }
            do {
                guard let values = try Self.values(of: each, parameters, unknown) else { continue }
                instances[step.id] = step.instances(of: values, besides: &taken)
            } catch {
                let attribute = each.isOfHosts ? "hosts" : "foreach"
                faults.append(.init(name: step.id, message: "\"\(attribute)\": \(error.message)", line: step.line))
            }
        }
        self.steps = steps.flatMap { instances[$0.id] ?? [$0] }
        if self.steps.count > Self.mostSteps {
            faults.append(
                .init(
                    name: "foreach",
                    message: "the run would have \(self.steps.count) steps, and may have \(Self.mostSteps)",
                    line: 1))
        }
        guard order != nil || steps.contains(where: { ($0.settings.each?.atOnce ?? 1) > 1 }) else { return }
        comesAfter = Self.order(steps, order ?? Self.inOrder(steps), instances)
    }

    private static func values(
        of each: Each, _ parameters: [String: String], _ unknown: Set<String>
    ) throws(Problem) -> [String]? {
        switch each.source {
        case .values(let values): return values
        case .parameter(let name) where unknown.contains(name): return nil
        case .parameter(let name): return try each.values(in: parameters[name] ?? "")
        }
    }

    private static func inOrder(_ steps: [Step]) -> [String: [String]] {
        let before = [nil] + steps.map(\.id).dropLast().map(Optional.some)
        return Dictionary(
            zip(steps.map(\.id), before.map { $0.map { [$0] } ?? [] }), uniquingKeysWith: { first, _ in first })
    }

    /// In lanes: of three at once the fourth comes after the first. Machines come in batches, as with Ansible's `serial`: the
    /// next begins when all of the one before it are done, so that what failed is known. What comes after the step comes after
    /// the last of each lane, or the last batch.
    private static func order(
        _ steps: [Step], _ order: [String: [String]], _ instances: [String: [Step]]
    ) -> [String: [String]] {
        var result: [String: [String]] = [:]
        for step in steps {
            let before = (order[step.id] ?? []).flatMap { name -> [String] in
                guard let last = instances[name] else { return [name] }
                return Self.ends(of: last).map(\.id)
            }
            guard let own = instances[step.id] else {
                result[step.id] = before
                continue
            }
            let width = step.settings.each?.atOnce ?? 1
            for (index, one) in own.enumerated() {
                let batch = index - index % width
                result[one.id] =
                    index < width
                    ? before
                    : step.settings.each?.isOfHosts == true
                        ? own[batch - width..<batch].map(\.id) : [own[index - width].id]
            }
        }
        return result
    }

    private static func ends(of instances: [Step]) -> ArraySlice<Step> {
        guard let each = instances.first?.settings.each else { return [] }
        guard each.isOfHosts else { return instances.suffix(each.atOnce) }
        return instances.suffix((instances.count - 1) % each.atOnce + 1)
    }
}

extension Executions {
    /// The steps of a run that run for a value of a list, by their names.
    func repeatedSteps(of id: ID<RunRecord>, _ guide: Guide) async throws -> [String: Step] {
        guard guide.steps.contains(where: { $0.settings.each != nil }) else { return [:] }
        struct Row: Decodable { let step: String, item: String, repeats: String }
        let rows = try await database.read { reader in
            try reader.all(
                "SELECT step, item, repeats FROM run_steps WHERE run = \(id) AND item IS NOT NULL", as: Row.self)
        }
        let steps = Dictionary(guide.steps.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        return rows.reduce(into: [:]) { found, row in
            found[row.step] = steps[row.repeats]?.instance(named: row.step, of: row.item)
        }
    }
}
