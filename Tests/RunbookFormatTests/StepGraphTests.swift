import RunbookFormat
import Testing

/// What comes after what, by `needs`, `parallel` and the order of the document.
@Suite struct StepGraphTests {
    /// A guide of these headings and fences; `b parallel` is a shell fence with that name and attribute.
    private func guide(_ parts: [String]) throws -> Guide {
        let texts = parts.map { part in
            if part.hasPrefix("#") { return "\(part)\n\n" }
            let isGate = part.hasPrefix("approval ")
            return "```\(isGate ? "approval" : "sh") {name=\(isGate ? String(part.dropFirst(9)) : part)}\ntrue\n```\n\n"
        }
        return try read("# Guide\n\n" + texts.joined())
    }

    /// `c: a b` of a step that comes after two.
    private func order(_ parts: [String], of chosen: [String]? = nil) throws -> [String] {
        let guide = try guide(parts)
        let steps = chosen.map { ids in guide.steps.filter { ids.contains($0.id) } } ?? guide.wholeRun
        let graph = try #require(guide.graph(with: steps))
        #expect(graph.faults.isEmpty, "\(graph.faults)")
        let before = graph.predecessors(among: steps.map(\.id))
        return steps.map { "\($0.id):" + (before[$0.id] ?? ["?"]).map { " " + $0 }.joined() }
    }

    @Test(
        arguments: [
            (["a", "b parallel", "c parallel", "d"], ["a:", "b: a", "c: a", "d: b c"]),
            (["a parallel", "b parallel"], ["a:", "b:"]),
            (["a parallel", "b", "c parallel"], ["a:", "b: a", "c: b"]),
            // What follows one with needs comes after it, perhaps beside what stands before it.
            (["a", "b", "c needs=a", "d"], ["a:", "b: a", "c: a", "d: c"]),
            (["a", "b needs=a", "c needs=a", "d needs=b,c"], ["a:", "b: a", "c: a", "d: b c"]),
            (["a", "b", "c parallel needs=a", "d parallel", "e"], ["a:", "b: a", "c: a", "d: b", "e: c d"]),
            (["a", "b needs='a a'"], ["a:", "b: a"]),
            // What is needed may stand later; the parallel ones begin the guide.
            (["a parallel needs=c", "b parallel needs=c", "c parallel"], ["a: c", "b: c", "c:"]),
            (["a parallel", "# Two", "b parallel", "c"], ["a:", "b:", "c: a b"]),
        ] as [([String], [String])])
    func `steps come after what they name, or after what stands before them`(parts: [String], after: [String]) throws {
        #expect(try order(parts) == after)
    }

    @Test(
        arguments: [
            // The order of the whole stays, also where what stands between does not run.
            (["a", "b", "c", "d parallel"], ["a", "c"], ["a:", "c: a"]),
            (["a", "b parallel", "c parallel", "d"], ["a", "d"], ["a:", "d: a"]),
            (["a", "b parallel", "c parallel", "d"], ["b", "c", "d"], ["b:", "c:", "d: b c"]),
            // A need outside of what was chosen is met.
            (["a", "b needs=a", "c needs=a,b"], ["c"], ["c:"]),
            (["a", "b", "c needs=a", "d"], ["b", "d"], ["b:", "d:"]),
            (["a", "b excludeFromRunAll=true", "c needs=b"], nil, ["a:", "c:"]),
            (["a", "b excludeFromRunAll=true", "c needs=b"], ["a", "b", "c"], ["a:", "b: a", "c: b"]),
        ] as [([String], [String]?, [String])])
    func `a part of a guide runs in the order of the whole`(
        parts: [String], chosen: [String]?, after: [String]
    ) throws {
        #expect(try order(parts, of: chosen) == after)
    }

    @Test(
        arguments: [
            // Else d, which follows c, would go around the gate.
            (["a", "approval go", "c needs=a", "d"], ["a:", "go: a", "c: a go", "d: c"]),
            (["a", "approval go", "# Else", "c needs=a", "d"], ["a:", "go: a", "c: a go", "d: c"]),
            (["## In", "a", "approval go", "## Out", "c needs=a"], ["a:", "go: a", "c: a"]),
            (["approval one", "approval two", "c parallel", "d needs=c"], ["one:", "two: one", "c: two", "d: c"]),
            // What is said to start together does.
            (["a", "approval go parallel", "c parallel", "d needs=a"], ["a:", "go: a", "c: a", "d: a go"]),
        ] as [([String], [String])])
    func `an approval holds back what stands after it in its section, whatever that needs`(
        parts: [String], after: [String]
    ) throws {
        #expect(try order(parts.map { $0.replacing("# Else", with: "## Else") }) == after)
    }

    @Test func `a guide without needs and parallel has no graph`() throws {
        let guide = try guide(["a", "b on-failure=continue", "approval go"])
        #expect(guide.graph(with: guide.wholeRun) == nil)
    }

    @Test(
        arguments: [
            (["a needs=a"], 3, "a needs itself (a → a) and would never start; take that need out."),
            (
                ["x", "a needs=b", "b needs=c", "c needs=a"], 7,
                "These steps wait for each other and would never start: a → b → c → a; take one of these needs out."
            ),
            // The order of the document is a part of the circle.
            (
                ["a needs=c", "b", "c"], 3,
                "These steps wait for each other and would never start: a → c → b → a; take one of these needs out."
            ),
            (
                ["approval go needs=test", "test needs=x", "x parallel"], 3,
                "These steps wait for each other and would never start: go → test → go; take one of these needs out."
            ),
        ] as [([String], Int, String)])
    func `steps that wait for each other are told with their path and line`(
        parts: [String], line: Int, message: String
    ) throws {
        let finding = try #require(try guide(parts).findings.first { $0.rule == .cyclicNeeds })
        #expect(finding.severity == .error && finding.line == line)
        #expect(finding.message == message)
    }

    @Test func `a need that no step has is told with the name that was meant`() throws {
        let guide = try guide(["build", "test needs=biuld", "ship needs=nobody"])
        #expect(guide.rules() == ["unknown-need", "unknown-need"])
        #expect(guide.findings.map(\.line) == [7, 11])
        #expect(
            guide.findings.map(\.message) == [
                "test needs biuld, and no step of the guide has that name; write \"build\".",
                "ship needs nobody, and no step of the guide has that name; name one that is there.",
            ])
    }

    @Test func `a long circle is told by its ends`() throws {
        let parts = (0..<60).map { "s\($0) needs=s\(($0 + 1) % 60)" }
        let message = try #require(try guide(parts).findings.first?.message)
        #expect(message.contains("s0 → s1 → ") && message.contains(" → … → ") && message.contains(" → s59 → s0"))
        #expect(message.utf8.count < 500)
    }

    @Test func `a graph is refused where it would be larger than anybody writes`() throws {
        let most = (0..<StepGraph.mostSteps).map { "s\($0) parallel" }
        #expect(try guide(most).findings.isEmpty)
        let guide = try guide(most + ["last"])
        #expect(guide.rules() == ["invalid-attribute"])
        #expect(guide.graph(with: guide.wholeRun)?.predecessors(among: ["s0"]) == [:])
    }

    @Test func `whoever comes after whom is known through others too`() throws {
        let guide = try guide(["a", "b parallel", "c parallel", "d", "e needs=b"])
        let graph = try #require(guide.graph(with: guide.wholeRun))
        #expect(graph.comes("d", after: "a") && graph.comes("e", after: "a") && graph.comes("d", after: "c"))
        #expect(!graph.comes("e", after: "c") && !graph.comes("b", after: "c") && !graph.comes("a", after: "a"))
    }

    @Test func `a condition asks only for steps that come before`() throws {
        let guide = try guide([
            "a", "b parallel", "c parallel if=\"steps.b.state == 'failed'\"", "d if=\"steps.b.state == 'failed'\"",
            "e needs=f if=\"steps.f.outputs.x\"", "f needs=a",
        ])
        let graph = guide.graph(with: guide.wholeRun)
        let faults = guide.steps.map { $0.conditionFaults(in: guide, graph).count }
        #expect(faults == [0, 0, 1, 0, 0, 0])
    }
}
