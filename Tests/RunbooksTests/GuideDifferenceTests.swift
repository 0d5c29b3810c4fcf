import Essentials
import RunbookFormat
import Testing

@testable import Runbooks

@Suite struct GuideDifferenceTests {
    private func difference(_ old: String, _ new: String) throws -> GuideDifference {
        GuideDifference(
            from: try Guide(parsing: Array(old.utf8), name: "a"), to: try Guide(parsing: Array(new.utf8), name: "a"))
    }

    private func fence(_ script: String, _ attributes: String = "") -> String {
        "```sh \(attributes)\n\(script)\n```\n"
    }

    /// Each change as `changed deploy-2`.
    private func steps(_ difference: GuideDifference) -> [String] {
        difference.steps.map { "\($0.kind.rawValue) \(($0.new ?? $0.old)?.id ?? "")" }
    }

    private func items(_ difference: GuideDifference) -> [String] {
        difference.items.map { "\($0.kind.rawValue) \(($0.new ?? $0.old)?.text ?? "")" }
    }

    @Test func `a step that comes first makes none of the others another`() throws {
        let old = "# Deploy\n\n" + fence("make build") + fence("make ship")
        let new = "# Deploy\n\n" + fence("make clean") + fence("make build") + fence("make ship")
        let found = try difference(old, new)
        #expect(steps(found) == ["added deploy"] || steps(found) == ["added deploy-1"])
        #expect(found.sameSteps == 2)
    }

    @Test func `a named step is the same whatever else changes, and says what did`() throws {
        let found = try difference(
            "# A\n\n" + fence("curl -f http://a", "{name=smoke timeout=30s}"),
            "# A\n\n" + fence("wget http://b", "{name=smoke timeout=10s retries=2}"))
        #expect(steps(found) == ["changed smoke"])
        let change = try #require(found.steps.first)
        #expect(
            change.values == [
                .init(name: "retries", old: nil, new: "2"), .init(name: "timeout", old: "30s", new: "10s"),
            ])
        #expect((change.script?.added, change.script?.removed) == (1, 1))
    }

    @Test func `a step whose script is much alike was changed, and one that is not was replaced`() throws {
        let found = try difference(
            "# A\n\n" + fence("kubectl rollout restart deployment/web -n shop") + "## B\n\n" + fence("uptime"),
            "# A\n\n" + fence("kubectl rollout restart deployment/web -n store") + "## B\n\n" + fence("date -u"))
        #expect(steps(found).map { $0.prefix(7) } == ["changed", "added b", "removed"])
    }

    @Test func `a step that stands elsewhere has moved`() throws {
        let (one, two, three) = (fence("echo one"), fence("echo two"), fence("echo three"))
        let within = try difference("# A\n\n\(one)\(two)\(three)", "# A\n\n\(two)\(three)\(one)")
        #expect(within.steps.map(\.kind) == [.moved])
        #expect(within.steps.first?.new?.script == "echo one\n")
        let across = try difference("# A\n\n\(one)\n# B\n\n\(two)", "# A\n\n# B\n\n\(one)\(two)")
        #expect(across.steps.map(\.kind) == [.moved])
        #expect(across.steps.first?.old?.section == "a")
    }

    @Test func `a section that is called otherwise moves nothing`() throws {
        let body = fence("echo one") + fence("echo two") + "\n- [ ] three\n"
        let found = try difference("# Deploy\n\n\(body)", "# Roll out\n\n\(body)")
        #expect(found.steps.isEmpty && found.items.isEmpty)
        #expect(found.facts.map(\.name) == ["title"])
    }

    @Test func `items are added, removed, moved, ticked and reworded`() throws {
        let found = try difference(
            "# A\n\n- [ ] The backup is taken\n- [ ] Support has been told\n- [ ] The error rate is below 1 %\n- [ ] Coffee\n",
            "# A\n\n- [x] The backup is taken\n- [ ] The error rate is below 2 %\n- [ ] Support has been told\n- [ ] Tea\n"
        )
        #expect(
            items(found) == [
                "changed The backup is taken", "changed The error rate is below 2 %", "moved Support has been told",
                "added Tea", "removed Coffee",
            ])
        #expect(found.items.first { $0.new?.text.hasSuffix("2 %") == true }?.old?.text.hasSuffix("1 %") == true)
    }

    @Test func `front matter is told value by value, and prose only as lines`() throws {
        let found = try difference(
            "---\nowner: web\nkind: rollback\n---\n# A\n\nSome prose.\n",
            "---\nowner: shop\nservice: cart\nkind: rollback\n---\n# A\n\nOther prose.\n")
        #expect(found.facts.map(\.name) == ["owner", "service"])
        #expect(found.steps.isEmpty && found.items.isEmpty)
        #expect((found.source.added, found.source.removed) == (3, 2))
    }

    @Test func `each parameter and each variable is told on its own`() throws {
        let found = try difference(
            "---\nparameters:\n  A: {type: integer}\n  B: {default: x}\n---\n# A\n",
            "---\nparameters:\n  B: {default: y}\n  C: {required: true}\nenv:\n  TZ: UTC\n---\n# A\n")
        #expect(found.facts.map(\.name) == ["env.TZ", "parameters.A", "parameters.B", "parameters.C"])
        #expect(found.facts.map { $0.old == nil } == [true, false, false, true])
        #expect(found.facts.map { $0.new == nil } == [false, true, false, false])
        #expect(found.facts[2].old == ["default": "x"] && found.facts[2].new == ["default": "y"])
    }

    @Test func `ten thousand steps that have nothing in common are compared in a moment`() throws {
        let guide = { (word: String) in
            "# A\n\n" + (0..<3000).map { self.fence("\(word) \($0)") }.joined()
        }
        let found = try difference(guide("one"), guide("two"))
        #expect(found.steps.count == 6000)
    }
}
